with

episode as (
    select * from {{ ref('int_inpatient__episode') }}
),

transfer as (
    select * from {{ ref('int_inpatient__transfer') }}
),

permission_day as (
    select * from {{ ref('int_inpatient__permission_day') }}
),

ward_period as (
    select * from {{ ref('int_core__ward_period') }}
),

parameter as (
    select * from {{ ref('parameters') }}
),

unit as (
    select * from {{ ref('int_core__unit') }}
),

newest_period as (
    select max(last_date) as last_date
    from ward_period
),

continuation as (
    select distinct continued_by_episode_key as episode_key
    from transfer
),

permission_days as (
    select
        episode_key,
        count(*) as permission_days
    from permission_day
    group by episode_key
),

-- PR01: gone to another ward, and nothing tells yet whether some ward received the patient: not discharged,
-- as long as the period after that of the last ut_tid is not loaded.
discharged_episode as (
    select
        episode.*,
        case
            when
                episode.discharge_code = 'AVD'
                and transfer.episode_key is null
                and next_period.period is null
                then null
            else episode.left_at
        end as discharged_at,
        transfer.episode_key is not null as is_transfer,
        continuation.episode_key is not null as is_continuation
    from episode
    left join transfer on episode.episode_key = transfer.episode_key
    left join continuation on episode.episode_key = continuation.episode_key
    left join ward_period as next_period
        on {{ date_plus_days('last_day(cast(episode.left_at as date))', 1) }} = next_period.first_date
),

dated_episode as (
    select
        discharged_episode.*,
        cast(discharged_episode.discharged_at as date) as discharged_date,
        cast(discharged_episode.admitted_at as date) as admitted_date,
        coalesce(
            cast(discharged_episode.left_at as date),
            cast(discharged_episode.last_stay_admitted_at as date)
        ) as ward_date,
        -- PR03: the discharge that a readmission can follow; of a chain of transfers the last part alone.
        discharged_episode.discharged_at is not null
        and coalesce(discharged_episode.discharge_code, '') not in ('AVLIDEN', 'SJUKHUS')
        and not discharged_episode.is_transfer as is_index_candidate
    from discharged_episode
),

readmission_limit as (
    select
        valid_from,
        valid_to,
        cast(value as integer) as readmission_days
    from parameter
    where name = 'readmission_days'
),

index_episode as (
    select
        dated_episode.episode_key,
        dated_episode.patient_key,
        dated_episode.discharged_at,
        dated_episode.discharged_date,
        readmission_limit.readmission_days
    from dated_episode
    inner join readmission_limit
        on
            last_day(dated_episode.discharged_date) >= readmission_limit.valid_from
            and last_day(dated_episode.discharged_date)
            <= coalesce(readmission_limit.valid_to, cast('9999-12-31' as date))
    where dated_episode.is_index_candidate
),

-- PR03: acute, of the same patient, not before the discharge and at most 30 days after it, open or not; what
-- continues a transfer is no readmission. An index counts once, however many follow.
readmitted_index as (
    select distinct index_episode.episode_key
    from index_episode
    inner join dated_episode as readmission
        on
            index_episode.patient_key = readmission.patient_key
            and index_episode.episode_key <> readmission.episode_key
            and index_episode.discharged_at <= readmission.admitted_at
            and {{ days_between('index_episode.discharged_date', 'readmission.admitted_date') }}
            <= index_episode.readmission_days
    where
        readmission.is_acute
        and not readmission.is_continuation
),

-- CM02: the discharging ward on the day of discharge; while open, the last ward on the day of coming there.
-- B02: times that run backwards give no length. PR05: days until the discharge, or the last day known of.
finished_episode as (
    select
        dated_episode.*,
        substr(cast(dated_episode.discharged_date as string), 1, 7) as period,
        unit.unit_key,
        unit.unit_id,
        unit.clinic_id,
        unit.area_name,
        unit.specialty_group,
        case
            when not dated_episode.is_reversed
                then {{ days_between('dated_episode.admitted_date', 'dated_episode.discharged_date') }}
        end as length_of_stay_days,
        coalesce(permission_days.permission_days, 0) as permission_days,
        greatest(
            0,
            {{ days_between(
                'cast(dated_episode.discharge_ready_at as date)',
                'coalesce(dated_episode.discharged_date, newest_period.last_date)'
            ) }}
        ) as ready_days,
        readmitted_index.episode_key is not null as is_readmission_30d
    from dated_episode
    left join unit
        on
            dated_episode.ward_id = unit.unit_id
            and dated_episode.ward_date >= unit.valid_from_date
            and dated_episode.ward_date <= unit.valid_to_date
    left join permission_days on dated_episode.episode_key = permission_days.episode_key
    left join readmitted_index on dated_episode.episode_key = readmitted_index.episode_key
    cross join newest_period
)

select
    period,
    episode_key,
    patient_key,
    unit_key,
    unit_id,
    clinic_id,
    area_name,
    specialty_group,
    sex,
    birth_year,
    is_home_region,
    admitted_at,
    discharged_at,
    age_at_admission_years,
    length_of_stay_days,
    -- PR02
    cast(length_of_stay_days + 1 - permission_days as integer) as bed_days,
    is_acute,
    is_transfer,
    is_continuation,
    is_readmission_30d,
    is_index_candidate,
    has_municipal_care,
    discharge_code,
    discharge_ready_at,
    case when discharge_ready_at is not null then ready_days end as discharge_ready_days,
    drg_weight,
    is_risk_assessed,
    is_reversed
from finished_episode
