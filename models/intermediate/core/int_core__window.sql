with

period as (
    select * from {{ ref('int_core__period') }}
),

loaded_period as (
    select * from {{ source('control', 'loaded_period') }}
    where group_name = 'care'
),

pair_of_periods as (
    select
        period.period,
        loaded_period.period as earlier_period,
        {{ months_between_periods('loaded_period.period', 'period.period') }} as months_back
    from period
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
