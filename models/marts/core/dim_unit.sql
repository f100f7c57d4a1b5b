with

unit as (
    select * from {{ ref('int_core__unit') }}
)

select
    unit_key,
    unit_id,
    unit_name,
    unit_type,
    clinic_id,
    clinic_name,
    area_name,
    care_level,
    specialty_group,
    ownership,
    valid_from_date,
    valid_to_date
from unit
