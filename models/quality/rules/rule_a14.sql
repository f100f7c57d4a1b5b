with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A14'
),

row_in_scope as (
    {{ rows_in_scope() }}
),

finding as (
    select
        row_in_scope.*,
        'Medicinskt måldatum är tomt.' as detail
    from row_in_scope
    where
        row_in_scope.phase = '4'
        and row_in_scope.target_date is null
)

{{ select_findings() }}
