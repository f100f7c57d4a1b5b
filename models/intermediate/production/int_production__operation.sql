with

operation_row as (
    select * from {{ ref('stg_provisio__operation') }}
),

period as (
    select * from {{ ref('int_core__period') }}
),

unit as (
    select * from {{ ref('int_core__unit') }}
),

-- PR table: an operation that took place counts on the day it began, a cancelled one on the day it was
-- planned for; one that is still planned counts nowhere.
dated_operation as (
    select
        operation_row.*,
        cast(
            case operation_row.operation_status
                when 'G' then operation_row.operation_started_at
                when 'S' then operation_row.planned_at
            end as date
        ) as event_date
    from operation_row
),

-- CM01: one of another month is that month's. CM02: it is of its unit as the unit was that day. Knife time
-- is the wall clock's, also on nights when the clocks change; a pair that lacks a time, or that ends before
-- it begins, tells none.
placed_operation as (
    select
        dated_operation.period,
        dated_operation.source_line,
        dated_operation.operation_key,
        dated_operation.unit_id,
        unit.unit_key,
        unit.clinic_id,
        unit.area_name,
        dated_operation.event_date,
        dated_operation.operation_status,
        dated_operation.operation_type,
        case
            when dated_operation.knife_ended_at >= dated_operation.knife_started_at
                then {{ seconds_between(
                    'dated_operation.knife_started_at', 'dated_operation.knife_ended_at'
                ) }}
        end as knife_seconds
    from dated_operation
    inner join period
        on
            dated_operation.period = period.period
            and dated_operation.event_date >= period.first_date
            and dated_operation.event_date <= period.last_date
    left join unit
        on
            dated_operation.unit_id = unit.unit_id
            and dated_operation.event_date >= unit.valid_from_date
            and dated_operation.event_date <= unit.valid_to_date
)

select
    period,
    source_line,
    operation_key,
    unit_id,
    unit_key,
    clinic_id,
    area_name,
    event_date,
    operation_status,
    operation_type,
    knife_seconds
from placed_operation
