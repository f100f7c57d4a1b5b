with

enhet_file as (
    select * from {{ source('register', 'enhet') }}
),

renamed as (
    select
        _period as period,
        _load_id as load_id,
        _line as source_line,
        enhet_hsaid as unit_id,
        namn as unit_name,
        enhetstyp as unit_type,
        klinik_hsaid as clinic_id,
        klinik_namn as clinic_name,
        vardgivare_hsaid as provider_id,
        vardgivare_namn as provider_name,
        sjukhus_kod as hospital_code,
        sjukhus_namn as hospital_name,
        omrade as area_name,
        vardniva as care_level,
        verksamhetstyp as specialty_group,
        driftform as ownership,
        rapportor_epost as reporter_email,
        giltig_from as valid_from_date,
        coalesce(giltig_tom, cast('9999-12-31' as date)) as valid_to_date
    from enhet_file
)

select
    period,
    load_id,
    source_line,
    unit_id,
    unit_name,
    unit_type,
    clinic_id,
    clinic_name,
    provider_id,
    provider_name,
    hospital_code,
    hospital_name,
    area_name,
    care_level,
    specialty_group,
    ownership,
    reporter_email,
    valid_from_date,
    valid_to_date
from renamed
