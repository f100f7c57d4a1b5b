with

loaded_period as (
    select * from {{ source('control', 'loaded_period') }}
    where group_name = 'wards'
),

load_account as (
    select * from {{ ref('load_account') }}
),

staged_stay as (
    select * from {{ ref('stg_cosmic__vardtillfalle') }}
),

staged_bed as (
    select * from {{ ref('stg_cosmic__vardplats') }}
),

census as (
    select * from {{ ref('int_inpatient__census') }}
),

fct_inpatient_stay as (
    select * from {{ ref('fct_inpatient_stay') }}
),

fct_ward_day as (
    select * from {{ ref('fct_ward_day') }}
),

loaded_file as (
    select
        period,
        sum(rows_loaded) as stays_loaded_count
    from load_account
    where is_current and entity = 'cosmic_vardtillfalle'
    group by period
),

newest_stay as (
    select
        episode_key,
        stay_number,
        max(period) as period
    from staged_stay
    group by episode_key, stay_number
),

-- CM10: a stay stands in the fact once, as the newest file that holds it tells it.
staged_count as (
    select
        staged_stay.period,
        count(case when staged_stay.period < newest_stay.period then 1 end) as told_later_count
    from staged_stay
    inner join newest_stay
        on
            staged_stay.episode_key = newest_stay.episode_key
            and staged_stay.stay_number = newest_stay.stay_number
    group by staged_stay.period
),

stay_count as (
    select
        period,
        count(*) as stays_in_fact_count
    from fct_inpatient_stay
    group by period
),

-- A row of another month than its file, or without a number of available beds, is in no figure.
bed_count as (
    select
        period,
        count(*) as bed_rows_count
    from staged_bed
    where substr(cast(bed_date as string), 1, 7) = period and beds_available is not null
    group by period
),

census_count as (
    select
        period,
        count(*) as census_count
    from census
    group by period
),

ward_day_count as (
    select
        period,
        count(beds_available) as bed_days_count,
        sum(patients_count) as patients_count,
        count(
            case
                when
                    coalesce(overcrowded_count, 0) > patients_count or outlier_count > patients_count
                    or coalesce(overcrowded_count, 0) < 0 or outlier_count < 0
                    then 1
            end
        ) as beyond_patients_count
    from fct_ward_day
    group by period
),

-- Every loaded period has a line, also one whose facts hold no row of it.
accounted_period as (
    select
        loaded_period.period,
        coalesce(loaded_file.stays_loaded_count, 0) as stays_loaded_count,
        coalesce(stay_count.stays_in_fact_count, 0) as stays_in_fact_count,
        coalesce(staged_count.told_later_count, 0) as told_later_count,
        coalesce(bed_count.bed_rows_count, 0) as bed_rows_count,
        coalesce(ward_day_count.bed_days_count, 0) as bed_days_count,
        coalesce(census_count.census_count, 0) as census_count,
        coalesce(ward_day_count.patients_count, 0) as patients_count,
        coalesce(ward_day_count.beyond_patients_count, 0) as beyond_patients_count
    from loaded_period
    left join loaded_file on loaded_period.period = loaded_file.period
    left join stay_count on loaded_period.period = stay_count.period
    left join staged_count on loaded_period.period = staged_count.period
    left join bed_count on loaded_period.period = bed_count.period
    left join census_count on loaded_period.period = census_count.period
    left join ward_day_count on loaded_period.period = ward_day_count.period
)

select
    period,
    cast(stays_loaded_count as bigint) as stays_loaded_count,
    stays_in_fact_count,
    told_later_count,
    stays_in_fact_count + told_later_count as stays_accounted_count,
    bed_rows_count,
    bed_days_count,
    census_count,
    cast(patients_count as bigint) as patients_count,
    beyond_patients_count
from accounted_period
