with

absent_unit as (
    select * from {{ ref('int_core__unit_absent') }}
),

touched_period as (
    select * from {{ source('control', 'touched_period') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'E05'
),

-- Told in the newest register's own period alone, once the care of that period is loaded.
finding as (
    select
        absent_unit.period,
        rule.rule_id,
        rule.effect_case,
        rule.severity,
        rule.effect,
        'register_enhet' as entity,
        absent_unit.unit_id,
        absent_unit.clinic_id,
        cast(null as string) as contact_key,
        cast(null as bigint) as source_line,
        concat(
            'Enheten stod senast i registret för ', absent_unit.last_register_period,
            case
                when absent_unit.valid_to_date = cast('9999-12-31' as date) then ' och gäller tills vidare'
                else concat(' och gällde där till ', cast(absent_unit.valid_to_date as string))
            end,
            '.'
        ) as detail
    from absent_unit
    inner join touched_period on absent_unit.period = touched_period.period
    cross join rule
)

{{ select_findings() }}
