with

samtal as (
    select * from {{ ref('stg_telefoni__samtal') }}
),

measure as (
    select * from {{ ref('int_phone__measure') }}
),

calendar as (
    select * from {{ ref('int_core__calendar') }}
),

unit as (
    select * from {{ ref('int_core__unit') }}
),

dated_call as (
    select
        *,
        cast(received_at as date) as received_date,
        cast(cast(received_at as date) as timestamp) as midnight_at
    from samtal
),

-- A call counts in the month it came, whenever it was handled; one that came in another month counts in that
-- month's file. WT32: a handled call whose time is missing or before the call is in no count.
measured_call as (
    select
        dated_call.period,
        measure.measure_id,
        dated_call.source_line,
        dated_call.call_id,
        dated_call.unit_id,
        dated_call.received_date,
        dated_call.received_at,
        dated_call.handled_at,
        dated_call.call_status,
        measure.handled_within_hours,
        measure.opens_minute,
        {{ minutes_after('dated_call.midnight_at', 'measure.opens_minute') }} as opens_at,
        {{ minutes_after('dated_call.midnight_at', 'measure.closes_minute') }} as closes_at,
        {{ minutes_after('dated_call.midnight_at', 'measure.handled_before_minute') }} as handled_before_at,
        {{ minutes_after('dated_call.received_at', 'measure.handled_within_hours * 60') }} as handled_by_at
    from dated_call
    inner join measure on dated_call.period = measure.period
    where
        dated_call.channel = 'TEL'
        and dated_call.call_status in ('HANTERAT', 'EJ_HANTERAT')
        and dated_call.received_date >= measure.first_date
        and dated_call.received_date <= measure.last_date
        and (dated_call.call_status = 'EJ_HANTERAT' or dated_call.handled_at >= dated_call.received_at)
),

-- CM02: a call belongs to its unit as it was on the day the call came. All times are the wall clock's: a day
-- has its hours whether the clocks changed in the night or not.
judged_call as (
    select
        measured_call.period,
        measured_call.measure_id,
        measured_call.source_line,
        measured_call.call_id,
        measured_call.unit_id,
        unit.unit_key,
        unit.clinic_id,
        unit.area_name,
        measured_call.received_date,
        measured_call.opens_minute is not null
        and not (
            calendar.is_working_day
            and measured_call.received_at >= measured_call.opens_at
            and measured_call.received_at < measured_call.closes_at
        ) as is_outside_hours,
        measured_call.call_status = 'HANTERAT'
        and (
            -- Before the hour of the limit, on the call's own day: the second of the limit itself is late.
            coalesce(measured_call.handled_at < measured_call.handled_before_at, false)
            -- Within so many hours: the last second of them is within.
            or coalesce(measured_call.handled_at <= measured_call.handled_by_at, false)
        ) as is_handled_in_time
    from measured_call
    inner join calendar on measured_call.received_date = calendar.date
    left join unit
        on
            measured_call.unit_id = unit.unit_id
            and measured_call.received_date >= unit.valid_from_date
            and measured_call.received_date <= unit.valid_to_date
)

select
    period,
    measure_id,
    source_line,
    call_id,
    unit_id,
    unit_key,
    clinic_id,
    area_name,
    received_date,
    is_outside_hours,
    is_handled_in_time
from judged_call
