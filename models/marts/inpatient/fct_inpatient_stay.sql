with

stay as (
    select * from {{ ref('int_inpatient__stay') }}
)

select
    period,
    episode_key,
    stay_number,
    patient_key,
    unit_key,
    ward_id,
    clinic_id,
    area_name,
    specialty_group,
    responsible_unit_id,
    responsible_clinic_id,
    sex,
    birth_year,
    is_home_region,
    admitted_at,
    discharged_at,
    admission_code,
    discharge_code,
    discharge_ready_at,
    drg_code,
    drg_weight,
    is_reversed,
    has_municipal_care
from stay
