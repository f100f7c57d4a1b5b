with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A21'
),

row_in_scope as (
    {{ rows_in_scope() }}
),

-- An acute contact has a type of emergency care, a planned one has none.
finding as (
    select
        row_in_scope.*,
        concat(
            'Fas ',
            row_in_scope.phase,
            ', typ av akutverksamhet ',
            row_in_scope.emergency_type_code,
            '.'
        ) as detail
    from row_in_scope
    where
        (
            row_in_scope.phase = '5'
            and row_in_scope.emergency_type_code = '0'
        )
        or (
            row_in_scope.phase <> '5'
            and row_in_scope.emergency_type_code <> '0'
        )
)

{{ select_findings() }}
