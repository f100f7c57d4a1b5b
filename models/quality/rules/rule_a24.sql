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

-- E04: a deviation is published and stands in lists beside the contact's id, so it says of nobody where
-- they live.
finding as (
    select
        row_in_scope.*,
        case
            when row_in_scope.municipality_code is null then 'Län och kommun är tomt.'
            else 'Län och kommun är ingen känd kod.'
        end as detail
    from row_in_scope
    where
        row_in_scope.municipality_state = row_in_scope.effect_case
)

{{ select_findings() }}
