with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A18'
),

row_in_scope as (
    {{ rows_in_scope() }}
),

-- CM03: an unknown unit is not child psychiatry.
described_row as (
    select
        row_in_scope.*,
        case
            when row_in_scope.deviation_code = '2' and row_in_scope.care_level = 'P'
                then 'Medicinskt orsakad väntan i primärvården.'
            when
                row_in_scope.deviation_code = '3'
                and coalesce(row_in_scope.specialty_group, 'unknown') <> 'BUP'
                then 'Särskilt orsakad väntan utanför barn- och ungdomspsykiatrin.'
        end as detail
    from row_in_scope
),

finding as (
    select * from described_row
    where detail is not null
)

{{ select_findings() }}
