with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

carried_out as (
    select * from {{ ref('int_waiting_times__carried_out') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A05'
),

row_in_scope as (
    {{ rows_in_scope() }}
),

-- A contact counts as carried out by the period whose file holds it, unless it lies outside that month (A30).
contact_carried_out as (
    select
        contact_key,
        min(period) as first_period
    from carried_out
    where carried_out_in_period_date is not null
    group by contact_key
),

finding as (
    select
        row_in_scope.*,
        concat(
            'Kontakten står som genomförd redan i ',
            contact_carried_out.first_period,
            '.'
        ) as detail
    from row_in_scope
    inner join contact_carried_out on row_in_scope.contact_key = contact_carried_out.contact_key
    where
        contact_carried_out.first_period < row_in_scope.period
)

{{ select_findings() }}
