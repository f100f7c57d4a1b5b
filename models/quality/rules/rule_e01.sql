with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'E01'
),

row_in_scope as (
    {{ rows_in_scope() }}
),

-- CM03: the unit has no interval on the day of the contact, or on the period's last day.
finding as (
    select
        row_in_scope.*,
        concat(
            'Enheten finns inte i registret ',
            cast(row_in_scope.event_date as string),
            '.'
        ) as detail
    from row_in_scope
    where
        row_in_scope.unit_key is null
)

{{ select_findings() }}
