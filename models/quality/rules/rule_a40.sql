with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A40'
),

row_in_scope as (
    {{ rows_in_scope() }}
),

-- CM07: where home is not known it is not in another region either.
finding as (
    select
        row_in_scope.*,
        'Patienten bor i en annan region.' as detail
    from row_in_scope
    where
        not row_in_scope.is_home_region
        and row_in_scope.is_guarantee_marked
)

{{ select_findings() }}
