with

fct_inpatient_stay as (
    select * from {{ ref('fct_inpatient_stay') }}
),

fct_inpatient_episode as (
    select * from {{ ref('fct_inpatient_episode') }}
),

stay_count as (
    select count(distinct episode_key) as episodes_of_stays_count
    from fct_inpatient_stay
),

-- PR01, PR02: a length is of a discharge, and a day at most is counted more than there are dates between.
-- PR03: what is readmitted is an index, and an index has been discharged alive.
episode_count as (
    select
        count(*) as episodes_count,
        count(
            case
                when
                    bed_days > length_of_stay_days + 1 or bed_days < 0 or length_of_stay_days < 0
                    or (discharged_at is null and length_of_stay_days is not null)
                    then 1
            end
        ) as impossible_length_count,
        count(
            case
                when
                    (is_readmission_30d and not is_index_candidate)
                    or (
                        is_index_candidate
                        and (discharged_at is null or is_transfer or discharge_code = 'AVLIDEN')
                    )
                    then 1
            end
        ) as impossible_index_count
    from fct_inpatient_episode
)

select
    'vårdtillfällen' as subject,
    stay_count.episodes_of_stays_count,
    episode_count.episodes_count,
    episode_count.impossible_length_count,
    episode_count.impossible_index_count
from stay_count
cross join episode_count
