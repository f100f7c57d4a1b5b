with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A23'
),

row_in_scope as (
    {{ rows_in_scope() }}
),

-- Only an operation, a procedure or an examination can be made while the patient is admitted.
finding as (
    select
        row_in_scope.*,
        concat('Fas ', row_in_scope.phase, ', vårdkontakttyp ', row_in_scope.contact_type_code, '.') as detail
    from row_in_scope
    where
        row_in_scope.contact_type_code = '91'
        and row_in_scope.phase not in ('2', '3')
)

{{ select_findings() }}
