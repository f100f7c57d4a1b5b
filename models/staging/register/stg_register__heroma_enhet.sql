with

heroma_enhet_file as (
    select * from {{ source('register', 'heroma_enhet') }}
),

renamed as (
    select
        _period as period,
        _load_id as load_id,
        _line as source_line,
        heroma_enhet as staff_unit_id,
        namn as staff_unit_name,
        enhet_hsaid as unit_id,
        klinik_hsaid as clinic_id,
        omrade as area_name,
        giltig_from as valid_from_date,
        coalesce(giltig_tom, cast('9999-12-31' as date)) as valid_to_date
    from heroma_enhet_file
)

select
    period,
    load_id,
    source_line,
    staff_unit_id,
    staff_unit_name,
    unit_id,
    clinic_id,
    area_name,
    valid_from_date,
    valid_to_date
from renamed
