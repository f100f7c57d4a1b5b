{{ config(materialized="view") }}

with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

row_flag as (
    select * from {{ ref('int_quality__row_flag') }}
),

flagged_row as (
    select
        row_of_care.*,
        coalesce(row_flag.is_disqualified, false) as is_disqualified,
        coalesce(row_flag.is_undeliverable, false) as is_undeliverable,
        row_flag.fault_rules,
        row_flag.first_excluding_rule_id
    from row_of_care
    left join row_flag
        on
            row_of_care.entity = row_flag.entity
            and row_of_care.period = row_flag.period
            and row_of_care.source_line = row_flag.source_line
)

select
    entity,
    row_state,
    event_date,
    first_date,
    last_date,
    period,
    load_id,
    source_line,
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
    unit_key,
    clinic_id,
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
