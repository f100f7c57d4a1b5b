with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A10'
),

row_in_scope as (
    {{ rows_in_scope() }}
),

-- A booking on the period's last day has passed when the period ends.
finding as (
    select
        row_in_scope.*,
        concat('Bokad tid ', cast(cast(row_in_scope.booked_at as date) as string), '.') as detail
    from row_in_scope
    where
        cast(row_in_scope.booked_at as date) <= row_in_scope.last_date
)

{{ select_findings() }}
