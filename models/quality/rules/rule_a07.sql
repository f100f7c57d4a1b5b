with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

carried_out as (
    select * from {{ ref('int_waiting_times__carried_out') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A07'
),

row_in_scope as (
    {{ rows_in_scope() }}
),

-- The first date on which the contact was carried out, of those that this file or an earlier one tells.
carried_out_entry as (
    select
        row_in_scope.period,
        row_in_scope.contact_key,
        min(carried_out.carried_out_date) as carried_out_date
    from row_in_scope
    inner join carried_out
        on
            row_in_scope.contact_key = carried_out.contact_key
            and row_in_scope.period >= carried_out.period
            and row_in_scope.last_date >= carried_out.carried_out_date
    group by row_in_scope.period, row_in_scope.contact_key
),

finding as (
    select
        row_in_scope.*,
        concat(
            'Kontakten genomfördes ',
            cast(carried_out_entry.carried_out_date as string),
            '.'
        ) as detail
    from row_in_scope
    inner join carried_out_entry
        on
            row_in_scope.period = carried_out_entry.period
            and row_in_scope.contact_key = carried_out_entry.contact_key
    where
        carried_out_entry.carried_out_date is not null
)

{{ select_findings() }}
