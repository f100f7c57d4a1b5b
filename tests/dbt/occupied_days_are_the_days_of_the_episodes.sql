-- PR02: of an episode that lies whole in loaded periods, the occupied days are its vårddagar.
with

episode as (
    select * from {{ ref('fct_inpatient_episode') }}
    where bed_days is not null
),

occupied_day as (
    select * from {{ ref('int_inpatient__occupied_day') }}
),

ward_period as (
    select * from {{ ref('int_core__ward_period') }}
),

loaded_day as (
    select
        episode.episode_key,
        episode.bed_days,
        sum(
            {{ days_between(
                'greatest(cast(episode.admitted_at as date), ward_period.first_date)',
                'least(cast(episode.discharged_at as date), ward_period.last_date)'
            ) }} + 1
        ) as loaded_days,
        max(episode.length_of_stay_days) + 1 as whole_days
    from episode
    inner join ward_period
        on
            cast(episode.admitted_at as date) <= ward_period.last_date
            and cast(episode.discharged_at as date) >= ward_period.first_date
    group by episode.episode_key, episode.bed_days
),

occupied as (
    select
        episode_key,
        count(*) as occupied_days
    from occupied_day
    group by episode_key
)

select
    loaded_day.episode_key,
    loaded_day.bed_days,
    occupied.occupied_days
from loaded_day
left join occupied on loaded_day.episode_key = occupied.episode_key
where
    loaded_day.loaded_days = loaded_day.whole_days
    and loaded_day.bed_days <> coalesce(occupied.occupied_days, 0)
