-- Rows in = rows out: what is staged for the care files stands in the rows of care, with the same lines.
with

vardkontakt as (
    select * from {{ ref('stg_cosmic__vardkontakt') }}
),

vantelista as (
    select * from {{ ref('stg_cosmic__vantelista') }}
),

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

counted_row as (
    select
        period,
        'cosmic_vardkontakt' as entity,
        1 as rows_count,
        source_line as line_sum
    from vardkontakt
    union all
    select
        period,
        'cosmic_vantelista' as entity,
        1 as rows_count,
        source_line as line_sum
    from vantelista
    union all
    select
        period,
        entity,
        -1 as rows_count,
        -source_line as line_sum
    from row_of_care
)

select
    period,
    entity,
    sum(rows_count) as rows_missing,
    sum(line_sum) as line_sum_missing
from counted_row
group by period, entity
having sum(rows_count) <> 0 or sum(line_sum) <> 0
