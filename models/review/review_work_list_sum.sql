with

work_list as (
    select * from {{ ref('review_work_list') }}
),

summed as (
    select
        clinic_id,
        clinic_name,
        measure_id,
        measure_name,
        mvo_code,
        activity_code,
        band,
        wait_band,
        is_booked,
        deviation_code,
        count(*) as rows_count
    from work_list
    group by
        clinic_id, clinic_name, measure_id, measure_name, mvo_code, activity_code, band, wait_band, is_booked,
        deviation_code
)

select
    clinic_id,
    clinic_name,
    measure_id,
    measure_name,
    mvo_code,
    activity_code,
    band,
    wait_band,
    is_booked,
    deviation_code,
    rows_count
from summed
