-- CM03: units, clinics and areas sum to the same in every span, and the region holds those of unknown units
-- beside them. A ward that moves within a month is a ward of each clinic, but one of the region (CM02, OC04).
{% set of_rows = [
    'bed_days_available', 'patient_days', 'overcrowded_count', 'outlier_count', 'discharged_episodes_count',
    'bed_days_episodes_count', 'discharged_bed_days', 'discharge_ready_days', 'risk_assessment_episodes_count',
    'risk_assessed_episodes_count'
] %}

with

mart_occupancy as (
    select * from {{ ref('mart_occupancy') }}
),

level_sum as (
    {% for span in ['', 'ytd_', 'r12_'] %}
        {% for column in of_rows + ['wards_count'] %}
            select
                period,
                specialty_group,
                '{{ span }}{{ column }}' as figure,
                {{ column in of_rows }} as is_of_rows,
                coalesce(sum(case when level = 'unit' then {{ span }}{{ column }} end), 0) as unit_sum,
                coalesce(sum(case when level = 'clinic' then {{ span }}{{ column }} end), 0) as clinic_sum,
                coalesce(sum(case when level = 'area' then {{ span }}{{ column }} end), 0) as area_sum,
                coalesce(sum(case when level = 'region' then {{ span }}{{ column }} end), 0) as region_sum
            from mart_occupancy
            group by period, specialty_group
            union all
        {% endfor %}
    {% endfor %}
    select
        null as period,
        null as specialty_group,
        null as figure,
        true as is_of_rows,
        0 as unit_sum,
        0 as clinic_sum,
        0 as area_sum,
        0 as region_sum
)

select *
from level_sum
where
    unit_sum > clinic_sum
    or (is_of_rows and (unit_sum <> clinic_sum or clinic_sum <> area_sum or area_sum > region_sum))
