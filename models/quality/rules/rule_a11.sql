with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A11'
),

period as (
    select * from {{ ref('int_core__period') }}
),

row_in_scope as (
    {{ rows_in_scope() }}
),

finding as (
    select
        row_in_scope.*,
        concat(
            case
                when row_in_scope.wait_days > period.urgent_wait_days then 'Brådskande: väntan '
                else 'Väntan '
            end,
            cast(row_in_scope.wait_days as string),
            ' dagar.'
        ) as detail
    from row_in_scope
    inner join period on row_in_scope.period = period.period
    where
        row_in_scope.wait_days > period.very_long_wait_days
)

{{ select_findings() }}
