with

period as (
    select * from {{ ref('int_core__period') }}
),

operation as (
    select * from {{ ref('stg_provisio__operation') }}
),

unit as (
    select * from {{ ref('int_core__unit') }}
),

-- The day of an operation is when it was done, else when it was planned; one without a time is the last
-- day's.
dated_operation as (
    select
        operation.period,
        operation.source_line,
        operation.operation_id,
        operation.operation_key,
        operation.has_valid_check_digit,
        operation.unit_id,
        coalesce(
            cast(
                case
                    when operation.operation_status = 'G' then operation.operation_started_at
                    else operation.planned_at
                end as date
            ),
            period.last_date
        ) as event_date
    from operation
    inner join period on operation.period = period.period
),

file_operation as (
    select
        dated_operation.*,
        unit.unit_key,
        unit.clinic_id
    from dated_operation
    left join unit
        on
            dated_operation.unit_id = unit.unit_id
            and dated_operation.event_date >= unit.valid_from_date
            and dated_operation.event_date <= unit.valid_to_date
)

select
    period,
    source_line,
    operation_id,
    operation_key,
    has_valid_check_digit,
    unit_id,
    event_date,
    unit_key,
    clinic_id
from file_operation
