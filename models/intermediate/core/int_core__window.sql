with

period as (
    select * from {{ ref('int_core__period') }}
),

loaded_period as (
    select * from {{ source('control', 'loaded_period') }}
    where group_name = 'care'
),

-- A month of which other files alone are loaded has no care to look back from: nothing is missing in it.
period_of_care as (
    select period.period
    from period
    inner join loaded_period on period.period = loaded_period.period
),

pair_of_periods as (
    select
        period_of_care.period,
        loaded_period.period as earlier_period,
        {{ months_between_periods('loaded_period.period', 'period_of_care.period') }} as months_back
    from period_of_care
    cross join loaded_period
),

-- PR06: a year back, so that each of the twelve latest months has its month before, and a
-- month that of last year.
window_of_period as (
    select
        period,
        earlier_period,
        months_back
    from pair_of_periods
    where months_back >= 0 and months_back <= 12
)

select
    period,
    earlier_period,
    months_back
from window_of_period
