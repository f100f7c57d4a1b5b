with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A35'
),

primary_care_contact as (
    select * from {{ ref('int_waiting_times__primary_care_contact') }}
),

row_in_scope as (
    {{ rows_in_scope() }}
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
    inner join primary_care_contact
        on
            row_in_scope.period = primary_care_contact.period
            and row_in_scope.entity = primary_care_contact.entity
            and row_in_scope.source_line = primary_care_contact.source_line
    where
        row_in_scope.contact_sought_at is null
        or row_in_scope.contact_sought_at > row_in_scope.started_at
)

{{ select_findings() }}
