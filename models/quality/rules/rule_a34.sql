with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

period as (
    select * from {{ ref('int_core__period') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A34'
),

-- Calendar dates; where one of the three is empty they are not the same.
clinic_dates as (
    select
        period,
        clinic_id,
        count(*) as rows_count,
        count(
            case when decision_date = event_date and referral_arrived_date = event_date then 1 end
        ) as same_dates_count
    from row_of_care
    where clinic_id is not null and row_state = 'completed'
    group by period, clinic_id
),

finding as (
    select
        clinic_dates.period,
        rule.rule_id,
        rule.effect_case,
        rule.severity,
        rule.effect,
        cast(null as string) as entity,
        cast(null as string) as unit_id,
        clinic_dates.clinic_id,
        cast(null as string) as contact_key,
        cast(null as bigint) as source_line,
        concat(
            cast(clinic_dates.same_dates_count as string),
            ' av ',
            cast(clinic_dates.rows_count as string),
            ' genomförda rader har beslut, start och remissens ankomst samma dag.'
        ) as detail
    from clinic_dates
    inner join period on clinic_dates.period = period.period
    cross join rule
    where
        clinic_dates.rows_count >= period.clinic_pattern_least_rows
        and clinic_dates.same_dates_count * 100 >= clinic_dates.rows_count * period.same_dates_percent
)

{{ select_findings() }}
