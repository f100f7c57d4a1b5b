with

flagged_row as (
    select * from {{ ref('int_waiting_times__flagged_row') }}
),

period as (
    select * from {{ ref('int_core__period') }}
),

delivery_attribute as (
    select * from {{ ref('delivery_attributes') }}
    where record_type = 'completed'
),

run_context as (
    select * from {{ source('control', 'run_context') }}
),

attribute_length as (
    select
        max(case when column_name = 'aktivitet_kva' then min_length end) as kva_min,
        max(case when column_name = 'aktivitet_kva' then max_length end) as kva_max,
        max(case when column_name = 'aktivitet_icd' then min_length end) as icd_min,
        max(case when column_name = 'aktivitet_icd' then max_length end) as icd_max
    from delivery_attribute
),

-- DL01: specialised care carried out, acute contacts included; what did not take place is no such row (CM06),
-- and what began outside the month is disqualified (A30).
deliverable_row as (
    select
        flagged_row.*,
        period.first_decision_date,
        period.first_referral_date
    from flagged_row
    inner join period on flagged_row.period = period.period
    where
        flagged_row.care_level = 'S'
        and not flagged_row.is_disqualified
        and not flagged_row.is_undeliverable
        and flagged_row.row_state = 'completed'
),

-- DL02: of a protected person neither home nor listing is told. DL03: an optional text or date that does
-- not fit its domain is left out.
-- WT04: an acute contact, and a drop-in without a decision, is delivered as decided when it began.
-- A22: a row of another type than 1 with times of an acute visit is undeliverable, so they need no type here.
national_row as (
    select
        deliverable_row.period,
        deliverable_row.contact_key,
        deliverable_row.clinic_id,
        deliverable_row.entity,
        deliverable_row.load_id,
        deliverable_row.source_line,
        run_context.region_code as regionkod,
        run_context.region_hsa_id as hsaid_region,
        coalesce(deliverable_row.hospital_code, '00000') as sjukhus,
        coalesce(deliverable_row.hospital_name, 'Sjukhus saknas') as sjukhus_namn,
        deliverable_row.provider_id as hsaid_vardgivare,
        deliverable_row.clinic_id as hsaid_vardenhet,
        deliverable_row.unit_id as hsaid_enhet,
        deliverable_row.contact_id as vardkontakt_id,
        case when deliverable_row.is_guarantee_marked then 1 else 2 end as vardgaranti,
        cast(deliverable_row.phase as integer) as fas,
        deliverable_row.mvo_code as mvo,
        case when deliverable_row.phase in ('2', '3') then deliverable_row.activity_code end as aktivitet,
        case
            when
                length(deliverable_row.main_procedure_code) >= attribute_length.kva_min
                and length(deliverable_row.main_procedure_code) <= attribute_length.kva_max
                then deliverable_row.main_procedure_code
        end as aktivitet_kva,
        case
            when
                length(deliverable_row.main_diagnosis_code) >= attribute_length.icd_min
                and length(deliverable_row.main_diagnosis_code) <= attribute_length.icd_max
                then deliverable_row.main_diagnosis_code
        end as aktivitet_icd,
        deliverable_row.birth_year as fodelse_ar,
        case deliverable_row.sex when 'M' then 1 when 'K' then 2 else 3 end as kon,
        case
            when deliverable_row.is_protected_identity or deliverable_row.municipality_state = 'unknown'
                then '0000'
            else deliverable_row.municipality_code
        end as lkf,
        case
            when not deliverable_row.is_protected_identity then deliverable_row.listed_unit_id
        end as hsaid_patient_listning,
        cast(deliverable_row.booking_code as integer) as bokningssatt,
        cast(deliverable_row.contact_type_code as integer) as vardkontakt,
        deliverable_row.profession_code as yrkeskategori,
        cast(deliverable_row.deviation_code as integer) as avvikelse,
        case
            when deliverable_row.is_decision_derived then deliverable_row.started_at
            else deliverable_row.decision_at
        end as beslut_aktivitet,
        deliverable_row.started_at as start_aktivitet,
        case
            when deliverable_row.target_date >= deliverable_row.first_decision_date
                then cast(deliverable_row.target_date as timestamp)
        end as medicinskt_maldatum,
        cast(deliverable_row.emergency_type_code as integer) as typ_akutverksamhet,
        case
            when cast(deliverable_row.emergency_arrived_at as date) >= deliverable_row.first_decision_date
                then deliverable_row.emergency_arrived_at
        end as tid_start_akut,
        case
            when cast(deliverable_row.emergency_assessed_at as date) >= deliverable_row.first_decision_date
                then deliverable_row.emergency_assessed_at
        end as tid_bedomning,
        case
            when cast(deliverable_row.emergency_ended_at as date) >= deliverable_row.first_decision_date
                then deliverable_row.emergency_ended_at
        end as tid_avslut,
        case
            when deliverable_row.emergency_type_code = '1' and deliverable_row.is_care_interrupted then 1
        end as vard_avbruten,
        cast(deliverable_row.referrer_type_code as integer) as remittenttyp,
        deliverable_row.referrer_id as remittent,
        deliverable_row.referral_id as remiss_id,
        case
            when deliverable_row.referral_date >= deliverable_row.first_referral_date
                then cast(deliverable_row.referral_date as timestamp)
        end as remiss_datum,
        case
            when deliverable_row.referral_arrived_date >= deliverable_row.first_referral_date
                then cast(deliverable_row.referral_arrived_date as timestamp)
        end as ankomst_datum
    from deliverable_row
    cross join run_context
    cross join attribute_length
)

select
    period,
    contact_key,
    clinic_id,
    entity,
    load_id,
    source_line,
    regionkod,
    hsaid_region,
    sjukhus,
    sjukhus_namn,
    hsaid_vardgivare,
    hsaid_vardenhet,
    hsaid_enhet,
    vardkontakt_id,
    vardgaranti,
    fas,
    mvo,
    aktivitet,
    aktivitet_kva,
    aktivitet_icd,
    fodelse_ar,
    kon,
    lkf,
    hsaid_patient_listning,
    bokningssatt,
    vardkontakt,
    yrkeskategori,
    avvikelse,
    beslut_aktivitet,
    start_aktivitet,
    medicinskt_maldatum,
    typ_akutverksamhet,
    tid_start_akut,
    tid_bedomning,
    tid_avslut,
    vard_avbruten,
    remittenttyp,
    remittent,
    remiss_id,
    remiss_datum,
    ankomst_datum
from national_row
