with

unit_interval as (
    select * from {{ ref('int_core__unit_interval') }}
),

loaded_period as (
    select distinct period from {{ source('control', 'loaded_period') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'E02'
),

-- The interval that began last, with the first of those that still hold on its first day.
overlapping_interval as (
    select
        later.source_line,
        later.unit_id,
        later.clinic_id,
        later.valid_from_date,
        min(earlier.valid_from_date) as earlier_from_date
    from unit_interval as later
    inner join unit_interval as earlier
        on
            later.unit_id = earlier.unit_id
            and later.source_line <> earlier.source_line
            and (
                later.valid_from_date > earlier.valid_from_date
                or (
                    later.valid_from_date = earlier.valid_from_date
                    and later.source_line > earlier.source_line
                )
            )
            and later.valid_from_date <= earlier.valid_to_date
    group by later.source_line, later.unit_id, later.clinic_id, later.valid_from_date
),

-- The register in force holds for all periods (CM10), and so does what is wrong in it.
finding as (
    select
        loaded_period.period,
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
    cross join loaded_period
    cross join rule
)

{{ select_findings() }}
