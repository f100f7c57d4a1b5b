with

no_show_row as (
    select * from {{ ref('review_no_show_row') }}
),

listed_clinic as (
    select * from {{ ref('review_listed_clinic') }}
),

-- CM06: a contact that did not take place is counted in no measure.
counted as (
    select
        no_show_row.clinic_id,
        listed_clinic.clinic_name,
        no_show_row.unit_id,
        no_show_row.unit_name,
        cast(null as string) as measure_id,
        no_show_row.phase,
        no_show_row.mvo_code,
        no_show_row.activity_code,
        count(*) as rows_count
    from no_show_row
    inner join listed_clinic on no_show_row.clinic_id = listed_clinic.clinic_id
    group by
        no_show_row.clinic_id, listed_clinic.clinic_name, no_show_row.unit_id, no_show_row.unit_name,
        no_show_row.phase, no_show_row.mvo_code, no_show_row.activity_code
)

select
    clinic_id,
    clinic_name,
    unit_id,
    unit_name,
    measure_id,
    phase,
    mvo_code,
    activity_code,
    rows_count
from counted
