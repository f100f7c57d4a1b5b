with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A16'
),

row_in_scope as (
    {{ rows_in_scope() }}
),

finding as (
    select
        row_in_scope.*,
        concat(
            'Väntan ',
            cast(row_in_scope.wait_days as string),
            ' dagar, gräns ',
            cast(row_in_scope.limit_days as string),
            ' dagar.'
        ) as detail
    from row_in_scope
    where
        row_in_scope.deviation_code = '1'
        and row_in_scope.is_within_limit
)

{{ select_findings() }}
