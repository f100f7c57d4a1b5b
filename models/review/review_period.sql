with

period as (
    select * from {{ ref('int_core__period') }}
),

calendar as (
    select * from {{ ref('int_core__calendar') }}
),

run_context as (
    select * from {{ source('control', 'run_context') }}
),

loaded_period as (
    select * from {{ source('control', 'loaded_period') }}
    where group_name = 'care'
),

region_setting as (
    select * from {{ source('control', 'region_setting') }}
),

delivery as (
    select * from {{ ref('periods') }}
    where group_name = 'care'
),

last_day_setting as (
    select
        max(case when name = 'approval_day' then cast(value as integer) end) as approval_day,
        max(case when name = 'delivery_day' then cast(value as integer) end) as delivery_day
    from region_setting
),

own_period as (
    select
        period.period,
        period.first_date,
        period.last_date,
        run_context.region_name,
        run_context.main_variant,
        substr(cast({{ date_plus_days('period.first_date', -1) }} as string), 1, 7) as previous_period,
        concat(
            cast(cast(substr(period.period, 1, 4) as integer) - 1 as string), substr(period.period, 5)
        ) as previous_year_period,
        -- The month's work is done in the month after it, whose days count from the period's last.
        {{ date_plus_days('period.last_date', 'last_day_setting.approval_day') }} as approval_date,
        {{ date_plus_days('period.last_date', 'last_day_setting.delivery_day') }} as delivery_date
    from period
    inner join run_context on period.period = run_context.period
    cross join last_day_setting
),

-- R30: what is due on a day on which offices are shut is done on the working day before.
working_day as (
    select
        max(case when calendar.date <= own_period.approval_date then calendar.date end) as approval_last_date,
        max(case when calendar.date <= own_period.delivery_date then calendar.date end) as delivery_last_date
    from own_period
    inner join calendar on calendar.is_working_day
),

told_period as (
    select
        own_period.*,
        previous.period is not null as previous_period_is_loaded,
        previous_year.period is not null as previous_year_period_is_loaded,
        working_day.approval_last_date,
        working_day.delivery_last_date,
        coalesce(delivery.is_preliminary, true) as is_preliminary
    from own_period
    cross join working_day
    left join loaded_period as previous on own_period.previous_period = previous.period
    left join loaded_period as previous_year on own_period.previous_year_period = previous_year.period
    left join delivery on own_period.period = delivery.period
)

select
    period,
    first_date,
    last_date,
    region_name,
    main_variant,
    previous_period,
    previous_period_is_loaded,
    previous_year_period,
    previous_year_period_is_loaded,
    approval_last_date,
    delivery_last_date,
    is_preliminary
from told_period
