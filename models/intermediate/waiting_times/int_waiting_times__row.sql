with

vardkontakt as (
    select * from {{ ref('stg_cosmic__vardkontakt') }}
),

vantelista as (
    select * from {{ ref('stg_cosmic__vantelista') }}
),

period as (
    select * from {{ ref('int_core__period') }}
),

unit as (
    select * from {{ ref('int_core__unit') }}
),

national_region as (
    select * from {{ ref('national_regions') }}
),

run_context as (
    select * from {{ source('control', 'run_context') }}
),

-- CM02: a contact belongs to its unit as it was on the day of the contact.
-- CM06: a contact that did not take place stays here for production and is outside all else.
contact as (
    select
        'cosmic_vardkontakt' as entity,
        {{ contact_state('contact_form') }} as row_state,
        cast(started_at as date) as event_date,
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
        cast(null as timestamp) as registered_at,
        cast(null as timestamp) as booked_at,
        cast(null as timestamp) as removed_at,
        cast(null as string) as removal_reason
    from vardkontakt
),

removed_or_waiting as (
    select
        vantelista.*,
        period.last_date,
        vantelista.entry_status = 'A'
        and cast(vantelista.removed_at as date) > period.last_date as is_removed_later
    from vantelista
    inner join period on vantelista.period = period.period
),

-- WT02: an entry waits at the period's end when it is still open, or was removed after it. Removed later
-- as wrongly registered, or as dead by then, it never waited: is corrected. The decision's date is
-- not asked for here: rows with a faulty date keep their place, and their wait shows it.
waiting_entry as (
    select
        'cosmic_vantelista' as entity,
        case
            when entry_status = 'V' then 'waiting'
            when
                is_removed_later
                and (
                    removal_reason = 'FELREGISTRERAD'
                    or (removal_reason = 'AVLIDEN' and deceased_date <= last_date)
                )
                then 'corrected'
            when is_removed_later then 'waiting'
            else 'removed'
        end as row_state,
        last_date as event_date,
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
        cast(null as boolean) as is_medical_assessment,
        decision_at,
        cast(null as timestamp) as started_at,
        cast(null as timestamp) as ended_at,
        target_date,
        priority_code,
        cast(null as string) as emergency_type_code,
        cast(null as timestamp) as emergency_arrived_at,
        cast(null as timestamp) as emergency_assessed_at,
        cast(null as timestamp) as emergency_ended_at,
        cast(null as boolean) as is_care_interrupted,
        referrer_type_code,
        referrer_id,
        referral_id,
        referral_key,
        referral_date,
        referral_arrived_date,
        cast(null as string) as contact_form,
        registered_at,
        booked_at,
        removed_at,
        removal_reason
    from removed_or_waiting
),

row_of_care as (
    select * from contact
    union all
    select * from waiting_entry
),

-- CM07: the county of a well-formed code tells whether the patient lives in the region.
placed_row as (
    select
        row_of_care.*,
        unit.unit_key,
        unit.clinic_id,
        unit.area_name,
        unit.specialty_group,
        unit.ownership,
        unit.provider_id,
        unit.hospital_code,
        unit.hospital_name,
        period.first_date,
        period.last_date,
        case
            when row_of_care.municipality_code is null then 'unknown'
            when row_of_care.municipality_code in ('0000', '9999') then 'unknown'
            when not {{ matches_whole('row_of_care.municipality_code', '[0-9]{4}') }} then 'malformed'
            when national_region.county_prefix is null then 'malformed'
            else 'known'
        end as municipality_state,
        national_region.county_prefix
    from row_of_care
    inner join period on row_of_care.period = period.period
    left join unit
        on
            row_of_care.unit_id = unit.unit_id
            and row_of_care.event_date >= unit.valid_from_date
            and row_of_care.event_date <= unit.valid_to_date
    left join national_region on substr(row_of_care.municipality_code, 1, 2) = national_region.county_prefix
),

-- WT01, WT04: from the decision's date to the start or the period's last day; an acute contact has no wait.
-- A negative wait is kept as it is: A02 and A03 name it, and no measure counts it.
waited_row as (
    select
        placed_row.*,
        cast(placed_row.decision_at as date) as decision_date,
        case
            when placed_row.phase = '5' then null
            else {{ days_between('cast(placed_row.decision_at as date)', 'placed_row.event_date') }}
        end as wait_days
    from placed_row
),

-- WT41: the guarantee's limit. At a follow-up it is the days from the decision to the target date.
limited_row as (
    select
        waited_row.*,
        case
            when waited_row.phase = '5' then null
            when waited_row.specialty_group = 'BUP' then period.guarantee_limit_cap_days
            when waited_row.care_level = 'P' then period.guarantee_limit_primary_care_days
            when waited_row.phase in ('1', '2', '3') then period.guarantee_limit_specialised_days
            when waited_row.phase = '4'
                then
                    {{ days_between('waited_row.decision_date', 'waited_row.target_date') }}
                    + period.followup_grace_days
        end as limit_days,
        -- WT40: days of the deviation's interval inside the wait; its end is the first day after,
        -- and an open one ends with the wait (least passes over NULL).
        case
            when waited_row.deviation_code in ('1', '2') and waited_row.deviation_from_date is not null
                then
                    greatest(
                        0,
                        {{ days_between(
                            'greatest(waited_row.deviation_from_date, waited_row.decision_date)',
                            'least(waited_row.deviation_end_date, waited_row.event_date)'
                        ) }}
                    )
            else 0
        end as deducted_days
    from waited_row
    inner join period on waited_row.period = period.period
),

finished_row as (
    select
        limited_row.*,
        limited_row.is_guarantee_marked and limited_row.phase not in ('4', '5') as is_in_guarantee,
        case when limited_row.wait_days >= 0 then limited_row.wait_days - limited_row.deducted_days end
            as legal_wait_days,
        case when limited_row.wait_days >= 0 then limited_row.wait_days <= limited_row.limit_days end
            as is_within_limit,
        -- WT04: contacts without a decision of their own are delivered as decided when they began.
        limited_row.row_state in ('completed', 'not_carried_out') and (
            limited_row.phase = '5'
            or (coalesce(limited_row.booking_code, '') = '5' and limited_row.decision_at is null)
        ) as is_decision_derived,
        case
            when limited_row.municipality_state = 'known'
                then limited_row.county_prefix = run_context.county_prefix
        end as is_home_region
    from limited_row
    cross join run_context
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
    -- CM03: an unknown unit counts as the region's own.
    coalesce(ownership, 'REGION') as ownership,
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
    is_decision_derived
from finished_row
