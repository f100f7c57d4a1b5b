with

row_of_care as (
    select * from {{ ref('review_row') }}
),

own_period as (
    select * from {{ ref('review_period') }}
),

waiting_contact as (
    select distinct contact_key
    from row_of_care
    where row_state = 'waiting'
),

-- CM06: a contact that did not take place. One of another month is that month's.
no_show as (
    select
        row_of_care.*,
        waiting_contact.contact_key is not null as has_new_time
    from row_of_care
    inner join own_period
        on
            row_of_care.start_date >= own_period.first_date
            and row_of_care.start_date <= own_period.last_date
    left join waiting_contact on row_of_care.contact_key = waiting_contact.contact_key
    where row_of_care.row_state = 'not_carried_out'
)

select
    clinic_id,
    unit_id,
    unit_name,
    contact_id,
    phase,
    mvo_code,
    activity_code,
    start_date,
    has_new_time
from no_show
