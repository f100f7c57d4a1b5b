with

finding as (
    select * from {{ ref('int_quality__finding') }}
),

clinic_finding as (
    select * from {{ ref('int_quality__clinic_finding') }}
),

ward_finding as (
    select * from {{ ref('int_quality__ward_finding') }}
),

of_no_stay as (
    select * from finding
    union all
    select * from clinic_finding
),

named_finding as (
    select
        of_no_stay.*,
        cast(null as integer) as stay_number,
        cast(null as date) as event_date
    from of_no_stay
    union all
    select * from ward_finding
)

select
    period,
    rule_id,
    severity,
    effect,
    entity,
    unit_id,
    clinic_id,
    contact_key,
    detail,
    effect_case,
    source_line,
    stay_number,
    event_date
from named_finding
