with

stay as (
    select * from {{ ref('int_inpatient__stay') }}
),

assessment as (
    select * from {{ ref('stg_cosmic__riskbedomning') }}
),

-- PR01: in the order of time; an open stay is the last. Stays that tell the same times are told apart by
-- number.
ordered_stay as (
    select
        stay.*,
        row_number() over (
            partition by stay.episode_key order by stay.admitted_at, stay.stay_number
        ) as place_from_first,
        row_number() over (
            partition by stay.episode_key
            order by
                coalesce(stay.discharged_at, cast('9999-12-31' as timestamp)) desc,
                stay.admitted_at desc,
                stay.stay_number desc
        ) as place_from_last
    from stay
),

-- Left: the last ut_tid, when no stay is open.
span as (
    select
        episode_key,
        case when count(*) = count(discharged_at) then max(discharged_at) end as left_at,
        max(discharge_ready_at) as discharge_ready_at,
        bool_or(has_municipal_care) as has_municipal_care,
        bool_or(is_reversed) as is_reversed
    from stay
    group by episode_key
),

-- PR04: all three kinds, whenever during the episode and in whichever file.
risk_assessment as (
    select
        episode_key,
        bool_or(assessment_type = 'FALL')
        and bool_or(assessment_type = 'TRYCKSAR')
        and bool_or(assessment_type = 'NUTRITION') as is_risk_assessed
    from assessment
    group by episode_key
),

-- CM04: the age is that of the first admission; who the patient is, and where, is told by the last stay.
whole_episode as (
    select
        span.episode_key,
        last_stay.patient_key,
        last_stay.ward_id,
        last_stay.sex,
        last_stay.birth_year,
        last_stay.is_home_region,
        first_stay.admitted_at,
        first_stay.age_at_admission_years,
        first_stay.admission_code = 'A' as is_acute,
        last_stay.admitted_at as last_stay_admitted_at,
        span.left_at,
        last_stay.discharge_code,
        span.discharge_ready_at,
        last_stay.drg_weight,
        span.has_municipal_care,
        coalesce(risk_assessment.is_risk_assessed, false) as is_risk_assessed,
        span.is_reversed
    from span
    inner join ordered_stay as first_stay
        on span.episode_key = first_stay.episode_key and first_stay.place_from_first = 1
    inner join ordered_stay as last_stay
        on span.episode_key = last_stay.episode_key and last_stay.place_from_last = 1
    left join risk_assessment on span.episode_key = risk_assessment.episode_key
)

select
    episode_key,
    patient_key,
    ward_id,
    sex,
    birth_year,
    is_home_region,
    admitted_at,
    age_at_admission_years,
    is_acute,
    last_stay_admitted_at,
    left_at,
    discharge_code,
    discharge_ready_at,
    drg_weight,
    has_municipal_care,
    is_risk_assessed,
    is_reversed
from whole_episode
