with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A22'
),

row_in_scope as (
    {{ rows_in_scope() }}
),

-- The three are times of one visit, so their order is of moments and not of calendar dates. An empty time
-- stands in no order, and the two beside it are held against each other. Only type 1 has these times: the
-- order asks for no type, since another type may have none of them.
finding as (
    select
        row_in_scope.*,
        concat(
            'Typ av akutverksamhet ',
            row_in_scope.emergency_type_code,
            ': start ',
            coalesce(cast(row_in_scope.emergency_arrived_at as string), 'tom'),
            ', bedömning ',
            coalesce(cast(row_in_scope.emergency_assessed_at as string), 'tom'),
            ', avslut ',
            coalesce(cast(row_in_scope.emergency_ended_at as string), 'tom'),
            '.'
        ) as detail
    from row_in_scope
    where
        row_in_scope.emergency_arrived_at > row_in_scope.emergency_assessed_at
        or row_in_scope.emergency_assessed_at > row_in_scope.emergency_ended_at
        or row_in_scope.emergency_arrived_at > row_in_scope.emergency_ended_at
        or (
            row_in_scope.emergency_type_code <> '1'
            and (
                row_in_scope.emergency_arrived_at is not null
                or row_in_scope.emergency_assessed_at is not null
                or row_in_scope.emergency_ended_at is not null
            )
        )
)

{{ select_findings() }}
