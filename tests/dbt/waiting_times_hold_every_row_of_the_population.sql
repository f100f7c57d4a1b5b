-- CM03: the region counts every row of a measure, whether its unit is known or not, in every variant;
-- the levels below count each row of a known unit.
with

touched_period as (
    select * from {{ source('control', 'touched_period') }}
),

mart_waiting_times as (
    select * from {{ ref('mart_waiting_times') }}
    where period in (select touched_period.period from touched_period)
),

population_row as (
    select * from {{ ref('int_waiting_times__population') }}
),

variant as (
    select * from {{ ref('variants') }}
),

counted_row as (
    select
        population_row.period,
        population_row.measure_id,
        population_row.population,
        variant.variant,
        count(*) as region_count,
        count(population_row.unit_id) as unit_count
    from population_row
    inner join variant on population_row.population = variant.population
    group by population_row.period, population_row.measure_id, population_row.population, variant.variant
),

mart_count as (
    select
        period,
        measure_id,
        population,
        variant,
        sum(case when level = 'region' then contacts_count else 0 end) as region_count,
        sum(case when level = 'area' then contacts_count else 0 end) as area_count,
        sum(case when level = 'clinic' then contacts_count else 0 end) as clinic_count,
        sum(case when level = 'unit' then contacts_count else 0 end) as unit_count
    from mart_waiting_times
    where sex = 'all' and specialty_group = 'all'
    group by period, measure_id, population, variant
)

select
    counted_row.*,
    mart_count.region_count as region_count_in_mart
from counted_row
left join mart_count
    on
        counted_row.period = mart_count.period
        and counted_row.measure_id = mart_count.measure_id
        and counted_row.population = mart_count.population
        and counted_row.variant = mart_count.variant
where
    coalesce(mart_count.region_count, 0) <> counted_row.region_count
    or coalesce(mart_count.area_count, 0) <> counted_row.unit_count
    or coalesce(mart_count.clinic_count, 0) <> counted_row.unit_count
    or coalesce(mart_count.unit_count, 0) <> counted_row.unit_count
