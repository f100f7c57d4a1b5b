with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

earlier_contact as (
    select * from {{ source('control', 'earlier_contact') }}
),

unit as (
    select * from {{ ref('int_core__unit') }}
),

wanted_patient as (
    select patient_key
    from row_of_care
    where row_state = 'completed'
),

-- A20: a first contact or a follow-up that was carried out, wherever it stands; CM06 leaves out the others.
contact as (
    select
        earlier_contact.period,
        earlier_contact.contact_key,
        earlier_contact.patient_key,
        earlier_contact.unit_id,
        earlier_contact.mvo_code,
        earlier_contact.referral_key,
        cast(earlier_contact.started_at as date) as event_date
    from earlier_contact
    where
        earlier_contact.patient_key in (select wanted_patient.patient_key from wanted_patient)
        and earlier_contact.phase in ('1', '4')
        and {{ contact_state('earlier_contact.contact_form') }} = 'completed'
),

-- CM02: of the clinic that its unit had on the day.
placed_contact as (
    select
        contact.period,
        contact.contact_key,
        contact.patient_key,
        contact.event_date,
        contact.mvo_code,
        unit.clinic_id,
        contact.referral_key
    from contact
    inner join unit
        on
            contact.unit_id = unit.unit_id
            and contact.event_date >= unit.valid_from_date
            and contact.event_date <= unit.valid_to_date
)

select
    period,
    contact_key,
    patient_key,
    event_date,
    mvo_code,
    clinic_id,
    referral_key
from placed_contact
