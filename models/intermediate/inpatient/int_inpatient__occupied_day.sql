with

stay_day as (
    select * from {{ ref('int_inpatient__stay_day') }}
),

permission_day as (
    select * from {{ ref('int_inpatient__permission_day') }}
),

unit as (
    select * from {{ ref('int_core__unit') }}
),

-- PR02: an episode's day counts once, on the ward that holds the patient last that day: that which keeps the
-- patient longest, until midnight at most, and of two such the one the patient came to last.
ordered_stay_day as (
    select
        period,
        date,
        episode_key,
        ward_id,
        row_number() over (
            partition by episode_key, date
            order by
                least(discharged_at, cast({{ date_plus_days('date', 1) }} as timestamp)) desc,
                admitted_at desc,
                stay_number desc
        ) as place
    from stay_day
    where not is_only_stay
),

-- Most episodes have one stay, whose days need no order: so stays of years are borne in little memory.
episode_day as (
    select
        period,
        date,
        episode_key,
        ward_id
    from stay_day
    where is_only_stay
    union all
    select
        period,
        date,
        episode_key,
        ward_id
    from ordered_stay_day
    where place = 1
),

occupied_day as (
    select episode_day.*
    from episode_day
    where
        not exists (
            select 1
            from permission_day
            where
                permission_day.episode_key = episode_day.episode_key
                and permission_day.date = episode_day.date
        )
),

-- CM02, CM03: as the ward was that day; an unknown ward has no unit, clinic or area.
placed_day as (
    select
        occupied_day.period,
        occupied_day.episode_key,
        occupied_day.date,
        unit.unit_key,
        unit.unit_id,
        unit.clinic_id,
        unit.area_name,
        unit.specialty_group
    from occupied_day
    left join unit
        on
            occupied_day.ward_id = unit.unit_id
            and occupied_day.date >= unit.valid_from_date
            and occupied_day.date <= unit.valid_to_date
)

select
    period,
    episode_key,
    date,
    unit_key,
    unit_id,
    clinic_id,
    area_name,
    specialty_group
from placed_day
