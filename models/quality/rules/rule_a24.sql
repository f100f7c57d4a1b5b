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

finding as (
    select
        row_in_scope.*,
        concat('Län och kommun: ', coalesce(row_in_scope.municipality_code, 'tomt'), '.') as detail
    from row_in_scope
    where
        row_in_scope.municipality_state = row_in_scope.effect_case
)

{{ select_findings() }}
