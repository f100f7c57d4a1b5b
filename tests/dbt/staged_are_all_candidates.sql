-- DL01, A38: every row of specialised care in staging that was carried out or waits is staged, once.
with

touched_period as (
    select * from {{ source('control', 'touched_period') }}
),

vardkontakt as (
    select * from {{ ref('stg_cosmic__vardkontakt') }}
),

fct_waiting_contact as (
    select * from {{ ref('fct_waiting_contact') }}
    where period in (select touched_period.period from touched_period)
),

delivery_staged as (
    select * from {{ ref('delivery_staged') }}
    where period in (select touched_period.period from touched_period)
),

counted_row as (
    select
        period,
        'completed' as population,
        1 as rows_count
    from vardkontakt
    where care_level = 'S' and contact_form <> 'U'
    union all
    select
        period,
        'waiting' as population,
        1 as rows_count
    from fct_waiting_contact
    where care_level = 'S' and not is_corrected
    union all
    select
        period,
        population,
        -rows_count as rows_count
    from delivery_staged
)

select
    period,
    population,
    sum(rows_count) as rows_missing
from counted_row
group by period, population
having sum(rows_count) <> 0
