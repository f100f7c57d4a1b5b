-- CM03: every measured call of the month, to a known unit or not, stands once in the region's line: in the
-- denominator, or counted apart as outside hours.
with

touched_period as (
    select * from {{ source('control', 'touched_period') }}
),

mart_waiting_times as (
    select * from {{ ref('mart_waiting_times') }}
    where period in (select touched_period.period from touched_period)
),

samtal as (
    select * from {{ ref('stg_telefoni__samtal') }}
),

counted_call as (
    select
        period,
        1 as calls_count
    from samtal
    where
        channel = 'TEL'
        and call_status <> 'AVBRUTET'
        and substr(cast(received_at as string), 1, 7) = period
        and (call_status = 'EJ_HANTERAT' or handled_at >= received_at)
    union all
    select
        period,
        -(contacts_count + coalesce(outside_hours_count, 0)) as calls_count
    from mart_waiting_times
    where measure_id = 'phone_same_day' and level = 'region'
)

select
    period,
    sum(calls_count) as calls_missing
from counted_call
group by period
having sum(calls_count) <> 0
