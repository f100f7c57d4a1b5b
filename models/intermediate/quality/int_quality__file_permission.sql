with

ward_file as (
    select * from {{ ref('int_quality__ward_file') }}
),

permission as (
    select * from {{ ref('stg_cosmic__permission') }}
),

stay as (
    select * from {{ ref('int_quality__file_stay') }}
    where is_of_own_file
),

-- OC01: a file's permissions are those of the stays in the same period's file.
file_permission as (
    select
        ward_file.period,
        permission.source_line,
        permission.episode_id,
        permission.episode_key,
        permission.stay_number,
        permission.left_at,
        permission.returned_at,
        stay.episode_key is not null as has_stay,
        stay.unit_id,
        stay.clinic_id,
        stay.admitted_at,
        stay.discharged_at,
        stay.is_reversed
    from permission
    inner join ward_file on permission.period = ward_file.period
    left join stay
        on
            permission.period = stay.period
            and permission.episode_key = stay.episode_key
            and permission.stay_number = stay.stay_number
)

select
    period,
    source_line,
    episode_id,
    episode_key,
    stay_number,
    left_at,
    returned_at,
    has_stay,
    unit_id,
    clinic_id,
    admitted_at,
    discharged_at,
    is_reversed
from file_permission
