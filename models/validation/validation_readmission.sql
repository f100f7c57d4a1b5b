{% set parts = ['region', 'sexes', 'area', 'clinic', 'unit'] %}

with

loaded_period as (
    select * from {{ source('control', 'loaded_period') }}
    where group_name = 'wards'
),

fct_inpatient_episode as (
    select * from {{ ref('fct_inpatient_episode') }}
),

mart_readmission as (
    select * from {{ ref('mart_readmission') }}
),

fact_count as (
    select
        period,
        count(case when is_index_candidate then 1 end) as index_count,
        count(case when is_readmission_30d then 1 end) as readmitted_count
    from fct_inpatient_episode
    group by period
),

placed_line as (
    select
        *,
        level = 'region' and sex = 'all' as is_region,
        level = 'region' and sex <> 'all' as is_sexes,
        level = 'area' and sex = 'all' as is_area,
        level = 'clinic' and sex = 'all' as is_clinic,
        level = 'unit' and sex = 'all' as is_unit
    from mart_readmission
),

mart_sum as (
    select
        period,
        population,
        count(
            case when numerator < 0 or numerator > denominator then 1 end
        ) as beyond_denominator_count,
        {% for column in ['numerator', 'denominator'] %}
            {% for part in parts %}
                sum(case when is_{{ part }} then {{ column }} else 0 end) as {{ column }}_of_{{ part }},
            {% endfor %}
        {% endfor %}
        count(*) as lines_count
    from placed_line
    group by period, population
),

population as (
    select '65_plus' as population
    union all
    select 'municipal_care' as population
),

judged_line as (
    select
        loaded_period.period,
        population.population,
        {% for column in ['numerator', 'denominator'] %}
            {% for part in parts %}
                coalesce(mart_sum.{{ column }}_of_{{ part }}, 0) as {{ column }}_of_{{ part }},
            {% endfor %}
        {% endfor %}
        coalesce(mart_sum.lines_count, 0) as lines_count,
        coalesce(mart_sum.beyond_denominator_count, 0) as beyond_denominator_count,
        coalesce(fact_count.index_count, 0) as index_count,
        coalesce(fact_count.readmitted_count, 0) as readmitted_count
    from loaded_period
    cross join population
    left join mart_sum
        on loaded_period.period = mart_sum.period and population.population = mart_sum.population
    left join fact_count on loaded_period.period = fact_count.period
)

select
    period,
    population,
    {% for column in ['numerator', 'denominator'] %}
        {% for part in parts %}
            cast({{ column }}_of_{{ part }} as bigint) as {{ column }}_of_{{ part }},
        {% endfor %}
    {% endfor %}
    lines_count,
    beyond_denominator_count,
    index_count,
    readmitted_count
from judged_line
