with

vardtillfalle_file as (
    select * from {{ source('cosmic', 'vardtillfalle') }}
),

renamed as (
    select
        _period as period,
        _load_id as load_id,
        _line as source_line,
        vardtillfalle_id as episode_id,
        episode_key,
        vistelse_nr as stay_number,
        patient_key,
        patient_id_type,
        patient_has_valid_check_digit as has_valid_check_digit,
        coalesce(patient_birth_year, fodelsear) as birth_year,
        -- CM04: exact where the identity gives a date of birth.
        coalesce(
            age_at_admission_years,
            year(in_tid) - coalesce(patient_birth_year, fodelsear)
        ) as age_at_admission_years,
        kon as sex,
        {{ yes_no('skyddad_identitet') }} as is_protected_identity,
        lkf as municipality_code,
        avdelning_hsaid as ward_id,
        ansvarig_enhet_hsaid as responsible_unit_id,
        in_tid as admitted_at,
        ut_tid as discharged_at,
        in_satt as admission_code,
        ut_till as discharge_code,
        utskrivningsklar_tid as discharge_ready_at,
        drg_kod as drg_code,
        drg_vikt as drg_weight,
        huvuddiagnos as main_diagnosis_code,
        {{ yes_no('kommunala_insatser') }} as has_municipal_care
    from vardtillfalle_file
)

select
    period,
    load_id,
    source_line,
    episode_id,
    episode_key,
    stay_number,
    patient_key,
    patient_id_type,
    has_valid_check_digit,
    birth_year,
    age_at_admission_years,
    sex,
    is_protected_identity,
    municipality_code,
    ward_id,
    responsible_unit_id,
    admitted_at,
    discharged_at,
    admission_code,
    discharge_code,
    discharge_ready_at,
    drg_code,
    drg_weight,
    main_diagnosis_code,
    has_municipal_care
from renamed
