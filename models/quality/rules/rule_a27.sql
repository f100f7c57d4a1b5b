{% set hsa_id = 'SE[0-9]{10}-[^ ]+' %}

with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A27'
),

row_in_scope as (
    {{ rows_in_scope() }}
),

-- An empty HSA-id has no form: whether it may be empty is another rule's matter.
finding as (
    select
        row_in_scope.*,
        concat(
            'Fel form: ',
            case
                when not {{ matches_whole('row_in_scope.unit_id', hsa_id) }} then 'enhet '
                else ''
            end,
            case
                when not {{ matches_whole('row_in_scope.listed_unit_id', hsa_id) }} then 'listning '
                else ''
            end,
            case
                when not {{ matches_whole('row_in_scope.referrer_id', hsa_id) }} then 'remittent '
                else ''
            end
        ) as detail
    from row_in_scope
    where
        not {{ matches_whole('row_in_scope.unit_id', hsa_id) }}
        or not {{ matches_whole('row_in_scope.listed_unit_id', hsa_id) }}
        or not {{ matches_whole('row_in_scope.referrer_id', hsa_id) }}
)

{{ select_findings() }}
