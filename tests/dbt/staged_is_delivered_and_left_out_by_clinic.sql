-- DL01, A38: clinic by clinic, what is staged is delivered or left out, once.
with

touched_period as (
    select * from {{ source('control', 'touched_period') }}
),

delivery_staged as (
    select * from {{ ref('delivery_staged') }}
    where period in (select touched_period.period from touched_period)
),

delivery_completed as (
    select * from {{ ref('delivery_completed') }}
    where period in (select touched_period.period from touched_period)
),

delivery_waiting as (
    select * from {{ ref('delivery_waiting') }}
    where period in (select touched_period.period from touched_period)
),

delivery_left_out as (
    select * from {{ ref('delivery_left_out') }}
    where period in (select touched_period.period from touched_period)
),

counted_row as (
    select
        period,
        population,
        clinic_id,
        rows_count
    from delivery_staged
    union all
    select
        period,
        'completed' as population,
        clinic_id,
        -1 as rows_count
    from delivery_completed
    union all
    select
        period,
        'waiting' as population,
        clinic_id,
        -1 as rows_count
    from delivery_waiting
    union all
    select
        period,
        population,
        clinic_id,
        -rows_count as rows_count
    from delivery_left_out
)

select
    period,
    population,
    clinic_id,
    sum(rows_count) as rows_missing
from counted_row
group by period, population, clinic_id
having sum(rows_count) <> 0
