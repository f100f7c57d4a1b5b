with

mart_waiting_times as (
    select * from {{ ref('mart_waiting_times') }}
),

own_period as (
    select * from {{ ref('review_period') }}
),

measure as (
    select * from {{ ref('measures') }}
),

measure_in_force as (
    select * from {{ ref('int_waiting_times__measure') }}
),

-- A measure that is told in no main variant is told in the one that leaves nothing out (phone).
clinic_line as (
    select
        mart_waiting_times.*,
        row_number() over (
            partition by
                mart_waiting_times.period,
                mart_waiting_times.measure_id,
                mart_waiting_times.population,
                mart_waiting_times.unit_id
            order by case mart_waiting_times.variant when own_period.main_variant then 1 else 2 end
        ) as place
    from mart_waiting_times
    inner join own_period
        on
            mart_waiting_times.period
            in (own_period.period, own_period.previous_period, own_period.previous_year_period)
    where
        mart_waiting_times.level = 'clinic'
        and mart_waiting_times.sex = 'all'
        and mart_waiting_times.specialty_group = 'all'
        and mart_waiting_times.variant in (own_period.main_variant, 'all')
),

told_line as (
    select *
    from clinic_line
    where place = 1
),

-- Whether a measure was followed at all in a period: a clinic without rows then had none, and is not unknown.
followed as (
    select distinct
        period,
        measure_id,
        population
    from mart_waiting_times
),

figure as (
    select
        told_line.unit_id as clinic_id,
        told_line.measure_id,
        measure.measure_name,
        told_line.population,
        told_line.numerator,
        told_line.denominator,
        told_line.share,
        told_line.contacts_count,
        told_line.median_wait_days,
        cast(measure_in_force.target_share as double) as target_share,
        case when previous_followed.period is not null then coalesce(previous.numerator, 0) end
            as previous_month_numerator,
        case when previous_followed.period is not null then coalesce(previous.denominator, 0) end
            as previous_month_denominator,
        previous.share as previous_month_share,
        case when previous_followed.period is not null then coalesce(previous.contacts_count, 0) end
            as previous_month_contacts_count,
        case when previous_year_followed.period is not null then coalesce(previous_year.numerator, 0) end
            as previous_year_numerator,
        case when previous_year_followed.period is not null then coalesce(previous_year.denominator, 0) end
            as previous_year_denominator,
        previous_year.share as previous_year_share,
        case when previous_year_followed.period is not null then coalesce(previous_year.contacts_count, 0) end
            as previous_year_contacts_count,
        row_number() over (
            order by told_line.unit_id, told_line.measure_id, told_line.population
        ) as sort_order
    from told_line
    inner join own_period on told_line.period = own_period.period
    left join measure_in_force
        on
            told_line.period = measure_in_force.period
            and told_line.measure_id = measure_in_force.measure_id
    left join measure
        on
            told_line.measure_id = measure.measure_id
            and own_period.last_date >= measure.valid_from
            and own_period.last_date <= coalesce(measure.valid_to, own_period.last_date)
    left join followed as previous_followed
        on
            own_period.previous_period = previous_followed.period
            and told_line.measure_id = previous_followed.measure_id
            and told_line.population = previous_followed.population
    left join followed as previous_year_followed
        on
            own_period.previous_year_period = previous_year_followed.period
            and told_line.measure_id = previous_year_followed.measure_id
            and told_line.population = previous_year_followed.population
    left join told_line as previous
        on
            own_period.previous_period = previous.period
            and told_line.measure_id = previous.measure_id
            and told_line.population = previous.population
            and told_line.unit_id = previous.unit_id
    left join told_line as previous_year
        on
            own_period.previous_year_period = previous_year.period
            and told_line.measure_id = previous_year.measure_id
            and told_line.population = previous_year.population
            and told_line.unit_id = previous_year.unit_id
)

select
    clinic_id,
    measure_id,
    measure_name,
    population,
    numerator,
    denominator,
    share,
    contacts_count,
    median_wait_days,
    target_share,
    previous_month_numerator,
    previous_month_denominator,
    previous_month_share,
    previous_month_contacts_count,
    previous_year_numerator,
    previous_year_denominator,
    previous_year_share,
    previous_year_contacts_count,
    sort_order
from figure
