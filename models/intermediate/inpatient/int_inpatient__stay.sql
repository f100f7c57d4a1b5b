with

stay_row as (
    select * from {{ ref('stg_cosmic__vardtillfalle') }}
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

-- CM10: a stay recurs while it is open and once more when it has ended; the latest period that holds it
-- tells of it, whatever was loaded last. One that vanished from newer files keeps its last known state
-- (B05).
latest_period as (
    select
        episode_key,
        stay_number,
        max(period) as period
    from stay_row
    group by episode_key, stay_number
),

newest_stay as (
    select
        stay_row.*,
        cast(stay_row.admitted_at as date) as admitted_date
    from stay_row
    inner join latest_period
        on
            stay_row.episode_key = latest_period.episode_key
            and stay_row.stay_number = latest_period.stay_number
            and stay_row.period = latest_period.period
),

-- CM02: ward and responsible unit as they were on the day the patient came to the ward. OC02: a
-- responsible id that the register does not know as a unit that day is a clinic's own, and stands for
-- itself. CM07: a code without a county, or of no county, tells of no region.
placed_stay as (
    select
        newest_stay.*,
        unit.unit_key,
        unit.clinic_id,
        unit.area_name,
        unit.specialty_group,
        coalesce(responsible_unit.clinic_id, newest_stay.responsible_unit_id) as responsible_clinic_id,
        case
            when {{ matches_whole('newest_stay.municipality_code', '[0-9]{4}') }}
                then national_region.county_prefix = run_context.county_prefix
        end as is_home_region,
        -- B02
        coalesce(newest_stay.discharged_at < newest_stay.admitted_at, false) as is_reversed
    from newest_stay
    left join unit
        on
            newest_stay.ward_id = unit.unit_id
            and newest_stay.admitted_date >= unit.valid_from_date
            and newest_stay.admitted_date <= unit.valid_to_date
    left join unit as responsible_unit
        on
            newest_stay.responsible_unit_id = responsible_unit.unit_id
            and newest_stay.admitted_date >= responsible_unit.valid_from_date
            and newest_stay.admitted_date <= responsible_unit.valid_to_date
    left join national_region on substr(newest_stay.municipality_code, 1, 2) = national_region.county_prefix
    cross join run_context
)

select
    period,
    load_id,
    source_line,
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
    cast(age_at_admission_years as integer) as age_at_admission_years,
    is_home_region,
    admitted_at,
    discharged_at,
    admission_code,
    discharge_code,
    discharge_ready_at,
    drg_code,
    drg_weight,
    has_municipal_care,
    is_reversed
from placed_stay
