{% set parts = ['operations_inpatient', 'operations_day', 'operations_clinic', 'operations_unclassified'] %}

with

mart_production as (
    select * from {{ ref('mart_production') }}
    where
        product_id = 'operations'
        {% for part in parts %}
            or product_id = '{{ part }}'
        {% endfor %}
),

-- Where parts do not add up there is an explicit row of the unclassified: with it they do, on every line.
level_line as (
    select
        period,
        level,
        unit_id,
        sum(case when product_id = 'operations' then coalesce(actual, 0) else 0 end) as operations,
        {% for part in parts %}
            sum(case when product_id = '{{ part }}' then coalesce(actual, 0) else 0 end) as {{ part }},
        {% endfor %}
        sum(case when product_id <> 'operations' then coalesce(actual, 0) else 0 end) as operations_of_parts
    from mart_production
    group by period, level, unit_id
)

select
    period,
    cast(sum(case when level = 'region' then operations else 0 end) as bigint) as operations_count,
    cast(
        sum(case when level = 'region' then operations_of_parts else 0 end) as bigint
    ) as operations_of_parts_count,
    {% for part in parts %}
        cast(sum(case when level = 'region' then {{ part }} else 0 end) as bigint) as {{ part }}_count,
    {% endfor %}
    count(case when operations <> operations_of_parts then 1 end) as unbalanced_lines_count
from level_line
group by period
