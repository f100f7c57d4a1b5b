-- CM03, CM04: units, clinics and areas sum to the same in every span, the region holds those of unknown units
-- beside them, and the sexes of every line add up to all.
{% set columns = [
    'numerator', 'denominator', 'ytd_numerator', 'ytd_denominator', 'r12_numerator', 'r12_denominator'
] %}

with

mart_readmission as (
    select * from {{ ref('mart_readmission') }}
),

level_sum as (
    {% for column in columns %}
        select
            period,
            population,
            sex,
            '{{ column }}' as figure,
            coalesce(sum(case when level = 'unit' then {{ column }} end), 0) as unit_sum,
            coalesce(sum(case when level = 'clinic' then {{ column }} end), 0) as clinic_sum,
            coalesce(sum(case when level = 'area' then {{ column }} end), 0) as area_sum,
            coalesce(sum(case when level = 'region' then {{ column }} end), 0) as region_sum
        from mart_readmission
        group by period, population, sex
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

sex_sum as (
    {% for column in columns %}
        select
            period,
            population,
            level,
            unit_id,
            '{{ column }}' as figure,
            sum({{ column }} * case when sex = 'all' then 1 else -1 end) as sex_difference
        from mart_readmission
        group by period, population, level, unit_id
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

fault as (
    select
        period,
        population,
        figure,
        concat('levels of sex ', sex) as fault
    from level_sum
    where unit_sum <> clinic_sum or clinic_sum <> area_sum or area_sum > region_sum
    union all
    select
        period,
        population,
        figure,
        concat('sexes of ', level, ' ', unit_id) as fault
    from sex_sum
    where sex_difference <> 0
)

select *
from fault
