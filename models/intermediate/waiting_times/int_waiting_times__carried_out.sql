with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

contact_history as (
    select * from {{ source('control', 'contact_history') }}
),

wanted_contact as (
    select distinct contact_key
    from row_of_care
),

-- A05, A07: what is asked of other periods, touched or not, stands in the lake alone: a correction there is
-- seen here, whatever the kept tables hold.
contact_carried_out as (
    select
        contact_history.contact_key,
        contact_history.period,
        cast(contact_history.started_at as date) as event_date,
        cast(concat(contact_history.period, '-01') as date) as first_date
    from contact_history
    inner join wanted_contact on contact_history.contact_key = wanted_contact.contact_key
    where {{ contact_state('contact_history.contact_form') }} = 'completed'
),

first_date_of_period as (
    select
        contact_key,
        period,
        min(event_date) as carried_out_date,
        min(
            case when event_date >= first_date and event_date <= last_day(first_date) then event_date end
        ) as carried_out_in_period_date
    from contact_carried_out
    group by contact_key, period
)

select
    contact_key,
    period,
    carried_out_date,
    carried_out_in_period_date
from first_date_of_period
