with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'E03'
),

row_in_scope as (
    {{ rows_in_scope() }}
),

-- CM05: person numbers and coordination numbers have a check digit, any other id has none to be wrong.
finding as (
    select
        row_in_scope.*,
        'Kontrollsiffran stämmer inte.' as detail
    from row_in_scope
    where
        not row_in_scope.has_valid_check_digit
)

{{ select_findings() }}
