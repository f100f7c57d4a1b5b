with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A01'
),

row_in_scope as (
    {{ rows_in_scope() }}
),

-- WT04: a completed drop-in without a decision has none to miss.
finding as (
    select
        row_in_scope.*,
        'Beslutstid är tom.' as detail
    from row_in_scope
    where
        row_in_scope.decision_at is null
        and row_in_scope.phase in ('1', '2', '3', '4')
        and not row_in_scope.is_decision_derived
)

{{ select_findings() }}
