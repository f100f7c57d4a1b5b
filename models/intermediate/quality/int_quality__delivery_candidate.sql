{{ config(materialized="view") }}

with

flagged_row as (
    select * from {{ ref('int_waiting_times__flagged_row') }}
),

-- A38: the rows of the two populations of the delivery, before any rule leaves one out.
candidate as (
    select
        period,
        case row_state when 'completed' then 'completed' else 'waiting' end as population,
        entity,
        source_line,
        clinic_id,
        is_disqualified or is_undeliverable as is_faulty,
        first_excluding_rule_id,
        phase
    from flagged_row
    where care_level = 'S' and row_state in ('completed', 'waiting')
)

select
    period,
    population,
    entity,
    source_line,
    clinic_id,
    is_faulty,
    first_excluding_rule_id,
    phase
from candidate
