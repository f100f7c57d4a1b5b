with

census as (
    select * from {{ ref('int_inpatient__census') }}
),

bed_day as (
    select * from {{ ref('int_inpatient__bed_day') }}
),

unit as (
    select * from {{ ref('int_core__unit') }}
),

-- Counted before the register is asked: a ward has one or a few responsible clinics a day.
census_by_responsible as (
    select
        period,
        date,
        ward_id,
        responsible_unit_id,
        count(*) as patients_count
    from census
    group by period, date, ward_id, responsible_unit_id
),

-- OC02: outlying when the responsible clinic is another than the ward's. A responsible unit is its clinic
-- that day, a clinic's id stands for itself; none told, or an unknown ward, is no outlier (the comparison
-- is NULL).
patients_of_ward as (
    select
        census_by_responsible.period,
        census_by_responsible.date,
        census_by_responsible.ward_id,
        sum(census_by_responsible.patients_count) as patients_count,
        sum(
            case
                when
                    coalesce(responsible_unit.clinic_id, census_by_responsible.responsible_unit_id)
                    <> ward.clinic_id
                    then census_by_responsible.patients_count
                else 0
            end
        ) as outlier_count
    from census_by_responsible
    left join unit as ward
        on
            census_by_responsible.ward_id = ward.unit_id
            and census_by_responsible.date >= ward.valid_from_date
            and census_by_responsible.date <= ward.valid_to_date
    left join unit as responsible_unit
        on
            census_by_responsible.responsible_unit_id = responsible_unit.unit_id
            and census_by_responsible.date >= responsible_unit.valid_from_date
            and census_by_responsible.date <= responsible_unit.valid_to_date
    group by census_by_responsible.period, census_by_responsible.date, census_by_responsible.ward_id
),

-- B03: a day with patients and no bed row stands here too; a day with beds and no patients is an empty
-- ward's.
ward_day as (
    select
        coalesce(bed_day.period, patients_of_ward.period) as period,
        coalesce(bed_day.date, patients_of_ward.date) as date,
        coalesce(bed_day.ward_id, patients_of_ward.ward_id) as ward_id,
        bed_day.beds_established,
        bed_day.beds_available,
        coalesce(patients_of_ward.patients_count, 0) as patients_count,
        coalesce(patients_of_ward.outlier_count, 0) as outlier_count
    from bed_day
    full outer join patients_of_ward
        on
            bed_day.ward_id = patients_of_ward.ward_id
            and bed_day.date = patients_of_ward.date
),

-- OC02: without a bed row none can be told to be too many. CM03: an unknown ward keeps its id here.
finished_ward_day as (
    select
        ward_day.*,
        unit.unit_key,
        unit.clinic_id,
        unit.area_name,
        unit.specialty_group,
        unit.unit_key is not null as is_known_unit,
        case
            when ward_day.beds_available is not null
                then greatest(0, ward_day.patients_count - ward_day.beds_available)
        end as overcrowded_count
    from ward_day
    left join unit
        on
            ward_day.ward_id = unit.unit_id
            and ward_day.date >= unit.valid_from_date
            and ward_day.date <= unit.valid_to_date
)

select
    period,
    date,
    unit_key,
    ward_id as unit_id,
    clinic_id,
    area_name,
    specialty_group,
    is_known_unit,
    beds_established,
    beds_available,
    cast(patients_count as integer) as patients_count,
    cast(overcrowded_count as integer) as overcrowded_count,
    cast(outlier_count as integer) as outlier_count
from finished_ward_day
