with

completed_contact as (
    select * from {{ ref('fct_completed_contact') }}
),

period_window as (
    select * from {{ ref('int_core__window') }}
),

period as (
    select * from {{ ref('int_core__period') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A32'
),

-- All rows that the fact holds, faulty ones too: whether everything was registered and exported is asked. A
-- row of an unknown unit has no clinic.
rows_of_month as (
    select
        period,
        clinic_id,
        count(*) as rows_count
    from completed_contact
    where clinic_id is not null and period in (select period_window.earlier_period from period_window)
    group by period, clinic_id
),

clinic_of_period as (
    select distinct
        period_window.period,
        rows_of_month.clinic_id
    from period_window
    inner join rows_of_month on period_window.earlier_period = rows_of_month.period
),

-- A loaded month in which the clinic has no row counts as one with none.
clinic_month as (
    select
        clinic_of_period.period,
        clinic_of_period.clinic_id,
        period_window.months_back,
        coalesce(rows_of_month.rows_count, 0) as rows_count
    from clinic_of_period
    inner join period_window on clinic_of_period.period = period_window.period
    left join rows_of_month
        on
            period_window.earlier_period = rows_of_month.period
            and clinic_of_period.clinic_id = rows_of_month.clinic_id
),

clinic_volume as (
    select
        period,
        clinic_id,
        sum(case when months_back = 0 then rows_count else 0 end) as rows_count,
        sum(case when months_back = 12 then rows_count else 0 end) as last_year_count,
        cast(median(case when months_back >= 1 then rows_count end) as double) as median_count,
        count(case when months_back >= 1 then 1 end) as earlier_periods_count,
        count(case when months_back >= 1 and rows_count > 0 then 1 end) as active_periods_count
    from clinic_month
    group by period, clinic_id
),

-- The same month last year; where it is not loaded or the clinic had no rows in it, the median of the months
-- before that are loaded.
compared_volume as (
    select
        clinic_volume.period,
        clinic_volume.clinic_id,
        clinic_volume.rows_count,
        clinic_volume.active_periods_count,
        period.volume_lower_percent,
        period.volume_upper_percent,
        period.volume_active_periods,
        clinic_volume.last_year_count >= period.volume_least_rows as is_same_month,
        case
            when clinic_volume.last_year_count >= period.volume_least_rows
                then cast(clinic_volume.last_year_count as double)
            when
                clinic_volume.earlier_periods_count >= period.volume_least_periods
                and clinic_volume.median_count >= period.volume_least_rows
                then clinic_volume.median_count
        end as reference_count
    from clinic_volume
    inner join period on clinic_volume.period = period.period
),

-- A clinic without a row is judged by how often it has had some, so that one that was closed is told for a
-- while and not for a year.
finding as (
    select
        compared_volume.period,
        rule.rule_id,
        rule.effect_case,
        rule.severity,
        rule.effect,
        cast(null as string) as entity,
        cast(null as string) as unit_id,
        compared_volume.clinic_id,
        cast(null as string) as contact_key,
        cast(null as bigint) as source_line,
        case
            when compared_volume.rows_count = 0
                then
                    concat(
                        'Inga genomförda rader; kliniken har rader i ',
                        cast(compared_volume.active_periods_count as string),
                        ' av de tolv månaderna före.'
                    )
            else
                concat(
                    cast(compared_volume.rows_count as string),
                    ' genomförda rader mot ',
                    replace(replace(cast(compared_volume.reference_count as string), '.0', ''), '.', ','),
                    case
                        when compared_volume.is_same_month then ' samma månad i fjol.'
                        else ' i median de tolv månaderna före.'
                    end
                )
        end as detail
    from compared_volume
    cross join rule
    where
        (
            compared_volume.rows_count = 0
            and compared_volume.active_periods_count >= compared_volume.volume_active_periods
        )
        or (
            compared_volume.rows_count > 0
            and (
                compared_volume.rows_count * 100
                < compared_volume.reference_count * compared_volume.volume_lower_percent
                or compared_volume.rows_count * 100
                > compared_volume.reference_count * compared_volume.volume_upper_percent
            )
        )
)

{{ select_findings() }}
