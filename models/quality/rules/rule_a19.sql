with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A19'
),

row_in_scope as (
    {{ rows_in_scope() }}
),

finding as (
    select
        row_in_scope.*,
        concat('Fas ', row_in_scope.phase, ' är märkt med vårdgaranti.') as detail
    from row_in_scope
    where
        row_in_scope.is_guarantee_marked
        and row_in_scope.phase in ('4', '5')
)

{{ select_findings() }}
