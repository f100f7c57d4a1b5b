with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A04'
),

period as (
    select * from {{ ref('int_core__period') }}
),

row_in_scope as (
    {{ rows_in_scope() }}
),

finding as (
    select
        row_in_scope.*,
        concat('Beslut ', cast(row_in_scope.decision_date as string), '.') as detail
    from row_in_scope
    inner join period on row_in_scope.period = period.period
    where
        row_in_scope.decision_date < period.first_decision_date
)

{{ select_findings() }}
