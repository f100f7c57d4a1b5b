with

flagged_row as (
    select * from {{ ref('int_waiting_times__flagged_row') }}
),

delivery_row_digest as (
    select * from {{ ref('delivery_row_digest') }}
    where clinic_id is not null
),

-- A38: the candidates of the delivery, left-out ones too, with all that is told and judged of them. Outside
-- stand where a row lay (entity, source_line, load_id), what the period says by itself (first_date,
-- last_date) and the unit's surrogate key: a file in another order or of another load is the same file.
-- CM03: a row of an unknown unit has no clinic, and so belongs to no clinic's approval.
judged_row as (
    select
        period,
        clinic_id,
        row_state,
        event_date,
        contact_id,
        contact_key,
        patient_key,
        has_valid_check_digit,
        birth_year,
        sex,
        is_protected_identity,
        deceased_date,
        municipality_code,
        listed_unit_id,
        care_level,
        unit_id,
        is_guarantee_marked,
        phase,
        cap_step,
        mvo_code,
        activity_code,
        main_procedure_code,
        other_procedure_codes,
        main_diagnosis_code,
        other_diagnosis_codes,
        external_cause_codes,
        booking_code,
        contact_type_code,
        profession_code,
        deviation_code,
        deviation_from_date,
        deviation_end_date,
        offered_at,
        is_guarantee_informed,
        contact_sought_at,
        is_medical_assessment,
        decision_at,
        started_at,
        ended_at,
        target_date,
        priority_code,
        emergency_type_code,
        emergency_arrived_at,
        emergency_assessed_at,
        emergency_ended_at,
        is_care_interrupted,
        referrer_type_code,
        referrer_id,
        referral_id,
        referral_key,
        referral_date,
        referral_arrived_date,
        contact_form,
        registered_at,
        booked_at,
        removed_at,
        removal_reason,
        area_name,
        specialty_group,
        ownership,
        provider_id,
        hospital_code,
        hospital_name,
        municipality_state,
        is_home_region,
        decision_date,
        wait_days,
        legal_wait_days,
        limit_days,
        is_within_limit,
        is_in_guarantee,
        is_decision_derived,
        is_disqualified,
        is_undeliverable,
        fault_rules,
        first_excluding_rule_id
    from flagged_row
    where care_level = 'S' and row_state in ('completed', 'waiting') and clinic_id is not null
),

-- The delivered rows beside the judged ones: settings and parameters go to the delivery that no fact holds.
row_digest as (
    select
        period,
        clinic_id,
        md5({{ row_text('judged_row') }}) as row_digest
    from judged_row
    union all
    select
        period,
        clinic_id,
        row_digest
    from delivery_row_digest
)

select
    period,
    clinic_id,
    row_digest
from row_digest
