with

holiday as (
    select * from {{ ref('swedish_holidays') }}
),

span as (
    select
        date_trunc('year', min(date)) as first_date,
        max(date) as last_date
    from holiday
),

every_day as (
    select {{ every_date_between('cast(first_date as date)', 'last_date') }} as date
    from span
),

described_day as (
    select
        every_day.date,
        {{ iso_day_of_week('every_day.date') }} as day_of_week,
        holiday.name as holiday_name,
        -- Saturday is 6 and Sunday 7; eves on which offices are shut stand among the holidays.
        {{ iso_day_of_week('every_day.date') }} < 6 and holiday.date is null as is_working_day
    from every_day
    left join holiday on every_day.date = holiday.date
)

select
    date,
    day_of_week,
    holiday_name,
    is_working_day
from described_day
