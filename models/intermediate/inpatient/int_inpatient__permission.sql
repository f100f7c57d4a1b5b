with

stay as (
    select * from {{ ref('int_inpatient__stay') }}
),

permission_row as (
    select * from {{ ref('stg_cosmic__permission') }}
),

-- OC01: a period's file holds every permission of every stay of the same period, so that a stay which has
-- none there has none, whatever an older file said.
permission_of_newest_stay as (
    select
        permission_row.period,
        permission_row.episode_key,
        permission_row.stay_number,
        permission_row.left_at,
        permission_row.returned_at,
        stay.discharged_at as stay_discharged_at
    from permission_row
    inner join stay
        on
            permission_row.episode_key = stay.episode_key
            and permission_row.stay_number = stay.stay_number
            and permission_row.period = stay.period
)

select
    period,
    episode_key,
    stay_number,
    left_at,
    returned_at,
    stay_discharged_at
from permission_of_newest_stay
