with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A35'
),

membership as (
    select * from {{ ref('int_waiting_times__membership') }}
),

measure as (
    select * from {{ ref('int_waiting_times__measure') }}
),

row_in_scope as (
    {{ rows_in_scope() }}
),

-- The rows of the measures that count from when contact was sought, also those that may fall back on the
-- decision; once each, though two measures may speak of a row.
sought_row as (
    select distinct
        membership.period,
        membership.entity,
        membership.source_line
    from membership
    inner join measure
        on
            membership.period = measure.period
            and membership.measure_id = measure.measure_id
    where {{ stands_in_list("'contact_sought'", 'measure.wait_from') }}
),

-- Times as they are written: sought a minute after the start is no wait, though the day is the same.
finding as (
    select
        row_in_scope.*,
        case
            when row_in_scope.contact_sought_at is null then 'Tid för sökt kontakt är tom.'
            else
                concat(
                    'Sökt kontakt ',
                    cast(row_in_scope.contact_sought_at as string),
                    ', start ',
                    cast(row_in_scope.started_at as string),
                    '.'
                )
        end as detail
    from row_in_scope
    inner join sought_row
        on
            row_in_scope.period = sought_row.period
            and row_in_scope.entity = sought_row.entity
            and row_in_scope.source_line = sought_row.source_line
    where
        row_in_scope.contact_sought_at is null
        or row_in_scope.contact_sought_at > row_in_scope.started_at
)

{{ select_findings() }}
