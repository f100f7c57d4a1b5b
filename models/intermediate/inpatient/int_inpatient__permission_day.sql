with

permission as (
    select * from {{ ref('int_inpatient__permission') }}
),

episode as (
    select * from {{ ref('int_inpatient__episode') }}
),

ward_period as (
    select * from {{ ref('int_core__ward_period') }}
),

newest_period as (
    select max(last_date) as last_date
    from ward_period
),

-- PR02: the dates strictly inside a permission, of those that the episode has. An open permission has no
-- end, and an open episode none but the last day that is known of (least passes over NULL).
span as (
    select
        permission.episode_key,
        greatest(
            {{ date_plus_days('cast(permission.left_at as date)', 1) }},
            cast(episode.admitted_at as date)
        ) as first_date,
        least(
            {{ date_plus_days('cast(permission.returned_at as date)', -1) }},
            coalesce(cast(episode.left_at as date), newest_period.last_date)
        ) as last_date
    from permission
    inner join episode on permission.episode_key = episode.episode_key
    cross join newest_period
),

span_with_days as (
    select
        episode_key,
        first_date,
        last_date
    from span
    where first_date <= last_date
),

every_day as (
    select
        episode_key,
        {{ every_date_between('first_date', 'last_date') }} as date
    from span_with_days
),

-- A day inside two permissions is one day.
permission_day as (
    select distinct
        episode_key,
        date
    from every_day
)

select
    episode_key,
    date
from permission_day
