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

-- An open permission has no end (OC01). But one of a stay that others outlast ends with it: the patient came
-- to another ward, and is counted there.
ended_permission as (
    select
        permission.episode_key,
        permission.left_at,
        coalesce(
            permission.returned_at,
            case
                when
                    permission.stay_discharged_at
                    < coalesce(episode.left_at, cast('9999-12-31' as timestamp))
                    then permission.stay_discharged_at
            end
        ) as returned_at,
        episode.admitted_at as episode_admitted_at,
        episode.left_at as episode_left_at
    from permission
    inner join episode on permission.episode_key = episode.episode_key
),

-- PR02: the dates strictly inside a permission, of those that the episode has; an open episode has no end but
-- the last day that is known of (least passes over NULL).
span as (
    select
        ended_permission.episode_key,
        greatest(
            {{ date_plus_days('cast(ended_permission.left_at as date)', 1) }},
            cast(ended_permission.episode_admitted_at as date)
        ) as first_date,
        least(
            {{ date_plus_days('cast(ended_permission.returned_at as date)', -1) }},
            coalesce(cast(ended_permission.episode_left_at as date), newest_period.last_date)
        ) as last_date
    from ended_permission
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
