with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

period as (
    select * from {{ ref('int_core__period') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A33'
),

-- Whom the clinic has seen or has waiting, both levels of care; an unknown year is of no decade.
born_row as (
    select
        period,
        clinic_id,
        birth_year - birth_year % 10 as decade
    from row_of_care
    where clinic_id is not null and row_state in ('completed', 'waiting')
),

decade_of_clinic as (
    select
        period,
        clinic_id,
        decade,
        count(*) as decade_count,
        sum(count(*)) over (partition by period, clinic_id) as rows_count
    from born_row
    group by period, clinic_id, decade
),

finding as (
    select
        decade_of_clinic.period,
        rule.rule_id,
        rule.effect_case,
        rule.severity,
        rule.effect,
        cast(null as string) as entity,
        cast(null as string) as unit_id,
        decade_of_clinic.clinic_id,
        cast(null as string) as contact_key,
        cast(null as bigint) as source_line,
        concat(
            cast(decade_of_clinic.decade_count as string),
            ' av ',
            cast(cast(decade_of_clinic.rows_count as bigint) as string),
            ' rader har ett födelseår på ',
            cast(decade_of_clinic.decade as string),
            '-talet.'
        ) as detail
    from decade_of_clinic
    inner join period on decade_of_clinic.period = period.period
    cross join rule
    where
        decade_of_clinic.decade is not null
        and decade_of_clinic.rows_count >= period.clinic_pattern_least_rows
        and decade_of_clinic.decade_count * 100 >= decade_of_clinic.rows_count * period.one_decade_percent
)

{{ select_findings() }}
