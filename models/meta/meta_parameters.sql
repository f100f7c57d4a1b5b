{#- The seed of dated parameters has the name; the published table takes it in its own schema. -#}
{{ config(alias="parameters") }}

with

parameter as (
    select * from {{ ref('parameters') }}
),

measure_target as (
    select * from {{ ref('measure_targets') }}
),

run_context as (
    select * from {{ source('control', 'run_context') }}
),

region_setting as (
    select * from {{ source('control', 'region_setting') }}
),

setting as (
    select
        'parameter' as kind,
        name,
        value,
        unit,
        valid_from as valid_from_date,
        valid_to as valid_to_date,
        source,
        meaning
    from parameter
    union all
    select
        'target' as kind,
        measure_target.measure_id as name,
        cast(measure_target.target_share as string) as value,
        'andel' as unit,
        measure_target.valid_from as valid_from_date,
        measure_target.valid_to as valid_to_date,
        measure_target.source,
        'Regionens mål för måttet.' as meaning
    from measure_target
    inner join run_context on measure_target.region_code = run_context.region_code
    union all
    select
        'setting' as kind,
        name,
        value,
        cast(null as string) as unit,
        cast(null as date) as valid_from_date,
        cast(null as date) as valid_to_date,
        source,
        'Regionens inställning.' as meaning
    from region_setting
)

select
    kind,
    name,
    value,
    unit,
    valid_from_date,
    valid_to_date,
    source,
    meaning
from setting
