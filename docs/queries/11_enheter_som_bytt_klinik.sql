/*
Fråga: Vilka enheter har bytt klinik eller område, och när?
Läs svaret: En rad per byte. Från moved_date räknas enhetens kontakter på den nya kliniken, dagen
    före på den gamla.
Tänk på: Historiska månader räknas inte om till dagens organisation, så en kliniks kurva kan hoppa
    vid ett byte utan att vården ändrats. Ska två år jämföras i dagens organisation får fakta läggas
    ihop på unit_id i stället för på klinik. En enhet som bara fått nytt namn är inte med.
*/
with

interval_with_earlier as (
    select
        unit_id,
        unit_name,
        clinic_id,
        clinic_name,
        area_name,
        valid_from_date,
        lag(clinic_id) over (partition by unit_id order by valid_from_date) as earlier_clinic_id,
        lag(clinic_name) over (partition by unit_id order by valid_from_date) as earlier_clinic_name,
        lag(area_name) over (partition by unit_id order by valid_from_date) as earlier_area_name
    from marts.dim_unit
)

select
    valid_from_date as moved_date,
    unit_id,
    unit_name,
    earlier_clinic_name,
    clinic_name,
    earlier_area_name,
    area_name
from interval_with_earlier
where
    earlier_clinic_id is not null
    and (clinic_id is distinct from earlier_clinic_id or area_name is distinct from earlier_area_name)
order by valid_from_date desc, unit_id asc
