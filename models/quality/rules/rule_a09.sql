with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A09'
),

row_in_scope as (
    {{ rows_in_scope() }}
),

finding as (
    select
        row_in_scope.*,
        concat('Avliden ', cast(row_in_scope.deceased_date as string), '.') as detail
    from row_in_scope
    where
        row_in_scope.deceased_date <= row_in_scope.last_date
)

{{ select_findings() }}
