with

overlapping_interval as (
    select * from {{ ref('int_core__unit_overlap') }}
),

touched_period as (
    select * from {{ source('control', 'touched_period') }}
),

loaded_period as (
    select * from {{ source('control', 'loaded_period') }}
    where group_name = 'care'
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'E02'
),

-- The register in force holds for all periods (CM10), and so does what is wrong in it.
finding as (
    select
        touched_period.period,
        rule.rule_id,
        rule.effect_case,
        rule.severity,
        rule.effect,
        'register_enhet' as entity,
        overlapping_interval.unit_id,
        overlapping_interval.clinic_id,
        cast(null as string) as contact_key,
        overlapping_interval.source_line,
        concat(
            'Intervallet från ', cast(overlapping_interval.valid_from_date as string),
            ' överlappar det från ', cast(overlapping_interval.earlier_from_date as string), '.'
        ) as detail
    from overlapping_interval
    cross join touched_period
    inner join loaded_period on touched_period.period = loaded_period.period
    cross join rule
)

{{ select_findings() }}
