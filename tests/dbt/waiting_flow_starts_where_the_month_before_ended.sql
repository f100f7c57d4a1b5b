-- WT50: who waits at the start is who waited at the end of the month before, on the same line, and is unknown
-- when that month is not loaded. A line that the month before has and this one lacks would hide those who
-- waited there. A month without care has no flow, whatever else is loaded in it.
with

touched_period as (
    select * from {{ source('control', 'touched_period') }}
),

loaded_period as (
    select * from {{ source('control', 'loaded_period') }}
    where group_name = 'care'
),

mart_waiting_flow as (
    select * from {{ ref('mart_waiting_flow') }}
),

touched_month as (
    select touched_period.period
    from touched_period
    inner join loaded_period on touched_period.period = loaded_period.period
),

month_before as (
    select
        touched_month.period,
        loaded_period.period as earlier_period
    from touched_month
    left join loaded_period
        on {{ months_between_periods('loaded_period.period', 'touched_month.period') }} = 1
),

told_start as (
    select
        mart_waiting_flow.period,
        mart_waiting_flow.measure_family,
        mart_waiting_flow.level,
        mart_waiting_flow.unit_id,
        mart_waiting_flow.waiting_start_count,
        month_before.earlier_period
    from mart_waiting_flow
    inner join month_before on mart_waiting_flow.period = month_before.period
    where mart_waiting_flow.period in (select touched_period.period from touched_period)
),

ended_before as (
    select
        month_before.period,
        mart_waiting_flow.measure_family,
        mart_waiting_flow.level,
        mart_waiting_flow.unit_id,
        mart_waiting_flow.waiting_end_count
    from mart_waiting_flow
    inner join month_before on mart_waiting_flow.period = month_before.earlier_period
)

select
    coalesce(told_start.period, ended_before.period) as period,
    coalesce(told_start.measure_family, ended_before.measure_family) as measure_family,
    coalesce(told_start.level, ended_before.level) as level,
    coalesce(told_start.unit_id, ended_before.unit_id) as unit_id,
    told_start.waiting_start_count,
    ended_before.waiting_end_count
from told_start
full outer join ended_before
    on
        told_start.period = ended_before.period
        and told_start.measure_family = ended_before.measure_family
        and told_start.level = ended_before.level
        and told_start.unit_id = ended_before.unit_id
where
    (told_start.earlier_period is null and told_start.waiting_start_count is not null)
    or (
        (told_start.period is null or told_start.earlier_period is not null)
        and coalesce(told_start.waiting_start_count, 0) <> coalesce(ended_before.waiting_end_count, 0)
    )
