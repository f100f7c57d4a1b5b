-- CM03: units, clinics and areas count the same rows, and the region those of unknown units beside them. New and
-- referred are ids, of which one that has rows in two places counts in each: there no level counts fewer than the next.
{% set additive = ['completed_count', 'removed_count', 'corrected_count', 'waiting_start_count', 'waiting_end_count'] %}
{% set of_ids = ['new_count', 'referral_count'] %}
{% set levels = ['unit', 'clinic', 'area', 'region'] %}

with

touched_period as (
    select * from {{ source('control', 'touched_period') }}
),

mart_waiting_flow as (
    select * from {{ ref('mart_waiting_flow') }}
    where period in (select touched_period.period from touched_period)
),

level_sum as (
    select
        period,
        measure_family,
        {% for column in additive + of_ids %}
            {% set outer = loop %}
            {% for level in levels %}
                sum(case when level = '{{ level }}' then {{ column }} else 0 end) as {{ level }}_{{ column }}
                {{- "," if not (loop.last and outer.last) }}
            {% endfor %}
        {% endfor %}
    from mart_waiting_flow
    group by period, measure_family
)

select *
from level_sum
where
    {% for column in additive %}
        unit_{{ column }} <> clinic_{{ column }}
        or clinic_{{ column }} <> area_{{ column }}
        or area_{{ column }} > region_{{ column }}
        or
    {% endfor %}
    {% for column in of_ids %}
        unit_{{ column }} < clinic_{{ column }}
        or clinic_{{ column }} < area_{{ column }}
        {{ "or" if not loop.last }}
    {% endfor %}
