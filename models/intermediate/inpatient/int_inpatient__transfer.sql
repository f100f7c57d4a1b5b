with

episode as (
    select * from {{ ref('int_inpatient__episode') }}
),

parameter as (
    select * from {{ ref('parameters') }}
),

transfer_limit as (
    select
        valid_from,
        valid_to,
        cast(value as integer) * 60 as transfer_minutes
    from parameter
    where name = 'transfer_hours'
),

-- The limit is that of the month in which the patient left, whether that month is loaded or not.
left_for_a_ward as (
    select
        episode.episode_key,
        episode.patient_key,
        episode.left_at,
        transfer_limit.transfer_minutes
    from episode
    inner join transfer_limit
        on
            last_day(cast(episode.left_at as date)) >= transfer_limit.valid_from
            and last_day(cast(episode.left_at as date))
            <= coalesce(transfer_limit.valid_to, cast('9999-12-31' as date))
    where episode.discharge_code = 'AVD'
),

-- PR01: another id of the same patient that starts 0 to 24 hours later, the last second with them. The
-- first that starts is the continuation; what starts after it is an episode of its own.
following_episode as (
    select
        left_for_a_ward.episode_key,
        episode.episode_key as continued_by_episode_key,
        row_number() over (
            partition by left_for_a_ward.episode_key
            order by episode.admitted_at, episode.episode_key
        ) as place
    from left_for_a_ward
    inner join episode
        on
            left_for_a_ward.patient_key = episode.patient_key
            and left_for_a_ward.episode_key <> episode.episode_key
            and left_for_a_ward.left_at <= episode.admitted_at
            and {{ minutes_after('left_for_a_ward.left_at', 'left_for_a_ward.transfer_minutes') }}
            >= episode.admitted_at
)

select
    episode_key,
    continued_by_episode_key
from following_episode
where place = 1
