with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

-- DL01, A38: the candidates of the two populations counted from the rows of care themselves, without a look
-- at any flag, so that delivered + left out can be held against them.
candidate as (
    select
        period,
        row_state as population,
        clinic_id
    from row_of_care
    where care_level = 'S' and row_state in ('completed', 'waiting')
),

staged as (
    select
        period,
        population,
        clinic_id,
        count(*) as rows_count
    from candidate
    group by period, population, clinic_id
)

select
    period,
    population,
    clinic_id,
    rows_count
from staged
