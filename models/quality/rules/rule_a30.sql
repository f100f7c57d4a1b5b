with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A30'
),

row_in_scope as (
    {{ rows_in_scope() }}
),

finding as (
    select
        row_in_scope.*,
        concat('Start ', cast(row_in_scope.event_date as string), '.') as detail
    from row_in_scope
    where
        row_in_scope.event_date < row_in_scope.first_date
        or row_in_scope.event_date > row_in_scope.last_date
)

{{ select_findings() }}
