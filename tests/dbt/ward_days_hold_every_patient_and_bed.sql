-- OC01: the patients of the wards' days are those of the census, day for day; so are the beds (OC03).
with

census as (
    select * from {{ ref('int_inpatient__census') }}
),

bed_day as (
    select * from {{ ref('int_inpatient__bed_day') }}
),

ward_day as (
    select * from {{ ref('fct_ward_day') }}
),

counted as (
    select
        date,
        count(*) as patients_count,
        0 as beds_count
    from census
    group by date
    union all
    select
        date,
        0 as patients_count,
        sum(beds_available) as beds_count
    from bed_day
    group by date
    union all
    select
        date,
        -sum(patients_count) as patients_count,
        -sum(coalesce(beds_available, 0)) as beds_count
    from ward_day
    group by date
)

select
    date,
    sum(patients_count) as patients_missing,
    sum(beds_count) as beds_missing
from counted
group by date
having sum(patients_count) <> 0 or sum(beds_count) <> 0
