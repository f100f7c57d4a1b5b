with

ward_file as (
    select * from {{ ref('int_quality__ward_file') }}
),

stay as (
    select * from {{ ref('int_quality__file_stay') }}
    where is_of_own_file
),

permission as (
    select * from {{ ref('int_quality__file_permission') }}
),

vardplats as (
    select * from {{ ref('stg_cosmic__vardplats') }}
),

unit as (
    select * from {{ ref('int_core__unit') }}
),

day_of_period as (
    select
        period,
        census_minutes,
        {{ every_date_between('first_date', 'last_date') }} as event_date
    from ward_file
),

moment as (
    select
        period,
        event_date,
        {{ minutes_after('cast(event_date as timestamp)', 'census_minutes') }} as census_at
    from day_of_period
),

-- OC01: in at 06:00 sharp is there, out at 06:00 sharp is not. A stay that ends before it begins (B02) never
-- is.
present as (
    select
        moment.period,
        moment.event_date,
        moment.census_at,
        stay.unit_id,
        stay.episode_key,
        stay.stay_number
    from moment
    inner join stay
        on
            moment.period = stay.period
            and moment.census_at >= stay.admitted_at
            and (stay.discharged_at is null or moment.census_at < stay.discharged_at)
),

-- OC01: one who is on permission at 06:00 is away, whatever other permissions the stay has.
away as (
    select distinct
        present.period,
        present.event_date,
        present.episode_key,
        present.stay_number
    from present
    inner join permission
        on
            present.period = permission.period
            and present.episode_key = permission.episode_key
            and present.stay_number = permission.stay_number
            and present.census_at >= permission.left_at
            and (permission.returned_at is null or present.census_at < permission.returned_at)
),

patient_count as (
    select
        present.period,
        present.unit_id,
        present.event_date,
        count(*) as patients_count
    from present
    left join away
        on
            present.period = away.period
            and present.event_date = away.event_date
            and present.episode_key = away.episode_key
            and present.stay_number = away.stay_number
    where away.period is null
    group by present.period, present.unit_id, present.event_date
),

-- A file has a ward and a day once; a row of a day outside the period is of no ward-day in it.
bed as (
    select
        moment.period,
        vardplats.ward_id as unit_id,
        moment.event_date,
        vardplats.source_line,
        vardplats.beds_available
    from vardplats
    inner join moment
        on
            vardplats.period = moment.period
            and vardplats.bed_date = moment.event_date
),

known_day as (
    select
        period,
        unit_id,
        event_date
    from patient_count
    union
    select
        period,
        unit_id,
        event_date
    from bed
),

-- CM02: the ward as it was that day.
ward_day as (
    select
        known_day.period,
        known_day.unit_id,
        known_day.event_date,
        unit.unit_key,
        unit.clinic_id,
        bed.source_line,
        bed.beds_available,
        coalesce(patient_count.patients_count, 0) as patients_count
    from known_day
    left join patient_count
        on
            known_day.period = patient_count.period
            and known_day.unit_id = patient_count.unit_id
            and known_day.event_date = patient_count.event_date
    left join bed
        on
            known_day.period = bed.period
            and known_day.unit_id = bed.unit_id
            and known_day.event_date = bed.event_date
    left join unit
        on
            known_day.unit_id = unit.unit_id
            and known_day.event_date >= unit.valid_from_date
            and known_day.event_date <= unit.valid_to_date
)

select
    period,
    unit_id,
    event_date,
    unit_key,
    clinic_id,
    source_line,
    beds_available,
    patients_count
from ward_day
