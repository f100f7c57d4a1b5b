with

stay_day as (
    select * from {{ ref('int_inpatient__stay_day') }}
),

permission as (
    select * from {{ ref('int_inpatient__permission') }}
),

-- OC01: admitted by 06:00, and not discharged by it.
present_stay as (
    select *
    from stay_day
    where
        admitted_at <= census_at
        and (discharged_at is null or discharged_at > census_at)
),

-- OC01: away from when the permission begins until the patient is back; an open one lasts.
absent_stay as (
    select
        present_stay.episode_key,
        present_stay.stay_number,
        present_stay.date
    from present_stay
    inner join permission
        on
            present_stay.episode_key = permission.episode_key
            and present_stay.stay_number = permission.stay_number
            and present_stay.census_at >= permission.left_at
            and (permission.returned_at is null or present_stay.census_at < permission.returned_at)
),

counted_stay as (
    select present_stay.*
    from present_stay
    where
        not exists (
            select 1
            from absent_stay
            where
                absent_stay.episode_key = present_stay.episode_key
                and absent_stay.stay_number = present_stay.stay_number
                and absent_stay.date = present_stay.date
        )
)

select
    period,
    date,
    episode_key,
    stay_number,
    ward_id,
    responsible_unit_id
from counted_stay
