with

ward_file as (
    select * from {{ ref('int_quality__ward_file') }}
),

stay as (
    select * from {{ ref('stg_cosmic__vardtillfalle') }}
),

unit as (
    select * from {{ ref('int_core__unit') }}
),

-- B05, B07: a period's file is read beside that of the month before, and beside no later one: what is told
-- of a period stands whatever comes after it.
read_file as (
    select
        period,
        period as file_period
    from ward_file
    union all
    select
        period,
        previous_period as file_period
    from ward_file
),

read_stay as (
    select
        read_file.period,
        read_file.file_period,
        read_file.file_period = read_file.period as is_of_own_file,
        stay.source_line,
        stay.episode_id,
        stay.episode_key,
        stay.stay_number,
        stay.patient_key,
        stay.has_valid_check_digit,
        stay.ward_id as unit_id,
        stay.admitted_at,
        cast(stay.admitted_at as date) as admitted_date,
        stay.discharged_at,
        stay.discharge_code,
        coalesce(stay.discharged_at < stay.admitted_at, false) as is_reversed
    from read_file
    inner join stay on read_file.file_period = stay.period
),

-- CM10: of a stay that both files hold, the period's own file says how it is.
known_stay as (
    select
        *,
        max(case when is_of_own_file then 1 else 0 end) over (
            partition by period, episode_key, stay_number
        ) = 1 as is_in_own_file
    from read_stay
),

-- CM02: the ward as it was on the day the stay began.
file_stay as (
    select
        known_stay.*,
        known_stay.is_of_own_file or not known_stay.is_in_own_file as is_newest,
        unit.unit_key,
        unit.clinic_id
    from known_stay
    left join unit
        on
            known_stay.unit_id = unit.unit_id
            and known_stay.admitted_date >= unit.valid_from_date
            and known_stay.admitted_date <= unit.valid_to_date
)

select
    period,
    file_period,
    is_of_own_file,
    is_in_own_file,
    is_newest,
    source_line,
    episode_id,
    episode_key,
    stay_number,
    patient_key,
    has_valid_check_digit,
    unit_id,
    unit_key,
    clinic_id,
    admitted_at,
    admitted_date,
    discharged_at,
    discharge_code,
    is_reversed
from file_stay
