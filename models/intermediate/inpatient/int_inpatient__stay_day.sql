with

stay as (
    select * from {{ ref('int_inpatient__stay') }}
),

ward_period as (
    select * from {{ ref('int_core__ward_period') }}
),

-- B02: a stay that ends before it begins has no day. Next is the stay that ends next; an open one ends last.
followed_stay as (
    select
        stay.*,
        cast(stay.admitted_at as date) as first_date,
        lead(cast(stay.admitted_at as date)) over (
            partition by stay.episode_key
            order by
                coalesce(stay.discharged_at, cast('9999-12-31' as timestamp)),
                stay.admitted_at,
                stay.stay_number
        ) as next_first_date,
        count(*) over (partition by stay.episode_key) = 1 as is_only_stay
    from stay
    where not stay.is_reversed
),

-- A ward holds the patient until the next one of the episode does, also over days between two stays:
-- vårddagar are counted from the first admission to the last discharge (PR02; greatest passes over NULL).
held_stay as (
    select
        episode_key,
        stay_number,
        ward_id,
        responsible_unit_id,
        admitted_at,
        discharged_at,
        first_date,
        case
            when discharged_at is not null
                then greatest(cast(discharged_at as date), {{ date_plus_days('next_first_date', -1) }})
        end as last_date,
        is_only_stay
    from followed_stay
),

-- Only the days of loaded periods: an open stay is known of for as long, and no longer. A stay meets few
-- periods, so that days are made of what is met alone.
stay_in_period as (
    select
        ward_period.period,
        ward_period.census_minutes,
        held_stay.episode_key,
        held_stay.stay_number,
        held_stay.ward_id,
        held_stay.responsible_unit_id,
        held_stay.admitted_at,
        held_stay.discharged_at,
        held_stay.is_only_stay,
        greatest(held_stay.first_date, ward_period.first_date) as first_date,
        least(held_stay.last_date, ward_period.last_date) as last_date
    from held_stay
    inner join ward_period
        on
            held_stay.first_date <= ward_period.last_date
            and coalesce(held_stay.last_date, ward_period.last_date) >= ward_period.first_date
),

every_day as (
    select
        period,
        census_minutes,
        episode_key,
        stay_number,
        ward_id,
        responsible_unit_id,
        admitted_at,
        discharged_at,
        is_only_stay,
        {{ every_date_between('first_date', 'last_date') }} as date
    from stay_in_period
)

select
    period,
    date,
    episode_key,
    stay_number,
    ward_id,
    responsible_unit_id,
    admitted_at,
    discharged_at,
    is_only_stay,
    {{ minutes_after('cast(date as timestamp)', 'census_minutes') }} as census_at
from every_day
