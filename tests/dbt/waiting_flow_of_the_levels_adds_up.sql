-- CM03: units, clinics and areas count the same rows, and the region those of unknown units beside them. New
-- and referred are ids: one that has rows in two places counts in each, so no level counts more than the one
-- below it.
{% set of_rows = [
    'completed_count', 'removed_count', 'corrected_count', 'waiting_start_count', 'waiting_end_count'
] %}

with

touched_period as (
    select * from {{ source('control', 'touched_period') }}
),

mart_waiting_flow as (
    select * from {{ ref('mart_waiting_flow') }}
    where period in (select touched_period.period from touched_period)
),

level_sum as (
    {% for column in of_rows + ['new_count', 'referral_count'] %}
        select
            period,
            measure_family,
            '{{ column }}' as figure,
            {{ column in of_rows }} as is_of_rows,
            sum(case when level = 'unit' then {{ column }} else 0 end) as unit_sum,
            sum(case when level = 'clinic' then {{ column }} else 0 end) as clinic_sum,
            sum(case when level = 'area' then {{ column }} else 0 end) as area_sum,
            sum(case when level = 'region' then {{ column }} else 0 end) as region_sum
        from mart_waiting_flow
        group by period, measure_family
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select *
from level_sum
where
    unit_sum < clinic_sum
    or clinic_sum < area_sum
    or (is_of_rows and (unit_sum > clinic_sum or clinic_sum > area_sum or area_sum > region_sum))
