{{ config(materialized="view") }}

with

completed_row as (
    select * from {{ ref('delivery_completed') }}
),

waiting_row as (
    select * from {{ ref('delivery_waiting') }}
),

-- Every attribute as delivered. Outside stands where a row lay (entity, load_id, source_line): a file in
-- another order or of another load is the same file.
delivered_completed_row as (
    select
        period,
        contact_key,
        clinic_id,
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
    from completed_row
),

delivered_waiting_row as (
    select
        period,
        contact_key,
        clinic_id,
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
        medicinskt_maldatum,
        remittenttyp,
        remittent,
        remiss_id,
        remiss_datum,
        ankomst_datum
    from waiting_row
),

row_digest as (
    select
        period,
        'completed' as population,
        clinic_id,
        md5({{ row_text('delivered_completed_row') }}) as row_digest
    from delivered_completed_row
    union all
    select
        period,
        'waiting' as population,
        clinic_id,
        md5({{ row_text('delivered_waiting_row') }}) as row_digest
    from delivered_waiting_row
)

select
    period,
    population,
    clinic_id,
    row_digest
from row_digest
