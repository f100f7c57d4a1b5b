with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A24'
),

row_in_scope as (
    {{ rows_in_scope() }}
),

-- E04: a deviation is published, so it says nothing of where a protected person lives.
finding as (
    select
        row_in_scope.*,
        case
            when row_in_scope.is_protected_identity then 'Län och kommun visas inte: skyddad identitet.'
            else concat('Län och kommun: ', coalesce(row_in_scope.municipality_code, 'tomt'), '.')
        end as detail
    from row_in_scope
    where
        row_in_scope.municipality_state = row_in_scope.effect_case
)

{{ select_findings() }}
