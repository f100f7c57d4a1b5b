with

flagged_row as (
    select * from {{ ref('int_waiting_times__flagged_row') }}
),

unit as (
    select * from {{ ref('int_core__unit') }}
),

run_context as (
    select * from {{ source('control', 'run_context') }}
),

-- CM03: a row of an unknown unit has no clinic; '*' stands for none.
-- Nothing of the patient is taken along: lists and pages are made of what stands here.
own_row as (
    select
        flagged_row.period,
        flagged_row.entity,
        flagged_row.source_line,
        flagged_row.row_state,
        flagged_row.event_date,
        flagged_row.contact_id,
        flagged_row.contact_key,
        coalesce(flagged_row.clinic_id, '*') as clinic_id,
        flagged_row.unit_id,
        unit.unit_name,
        flagged_row.care_level,
        flagged_row.phase,
        flagged_row.mvo_code,
        flagged_row.activity_code,
        flagged_row.decision_date,
        cast(flagged_row.started_at as date) as start_date,
        cast(flagged_row.booked_at as date) as booked_date,
        flagged_row.target_date,
        flagged_row.wait_days,
        flagged_row.limit_days,
        flagged_row.is_in_guarantee,
        flagged_row.care_level = 'S'
        and flagged_row.row_state in ('completed', 'waiting')
        and (flagged_row.is_disqualified or flagged_row.is_undeliverable) as is_left_out
    from flagged_row
    inner join run_context on flagged_row.period = run_context.period
    left join unit on flagged_row.unit_key = unit.unit_key
)

select
    period,
    entity,
    source_line,
    row_state,
    event_date,
    contact_id,
    contact_key,
    clinic_id,
    unit_id,
    unit_name,
    care_level,
    phase,
    mvo_code,
    activity_code,
    decision_date,
    start_date,
    booked_date,
    target_date,
    wait_days,
    limit_days,
    is_in_guarantee,
    is_left_out
from own_row
