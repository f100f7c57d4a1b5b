-- CM06, WT02, CM08: a fault never costs a row its place in the facts.
with

touched_period as (
    select * from {{ source('control', 'touched_period') }}
),

vardkontakt as (
    select * from {{ ref('stg_cosmic__vardkontakt') }}
),

vantelista as (
    select * from {{ ref('stg_cosmic__vantelista') }}
),

fct_completed_contact as (
    select * from {{ ref('fct_completed_contact') }}
    where period in (select touched_period.period from touched_period)
),

fct_waiting_contact as (
    select * from {{ ref('fct_waiting_contact') }}
    where period in (select touched_period.period from touched_period)
),

counted_row as (
    select
        period,
        'completed' as population,
        1 as rows_count
    from vardkontakt
    where contact_form <> 'U'
    union all
    select
        period,
        'waiting' as population,
        1 as rows_count
    from vantelista
    where entry_status = 'V' or cast(removed_at as date) > last_day(cast(concat(period, '-01') as date))
    union all
    select
        period,
        'completed' as population,
        -1 as rows_count
    from fct_completed_contact
    union all
    select
        period,
        'waiting' as population,
        -1 as rows_count
    from fct_waiting_contact
)

select
    period,
    population,
    sum(rows_count) as rows_missing
from counted_row
group by period, population
having sum(rows_count) <> 0
