-- PR06: every operation carried out is inpatient, of the day, of the clinic's own, or unclassified.
{% set columns = [
    'actual', 'previous_year', 'ytd_actual', 'ytd_previous_year', 'r12_actual', 'previous_year_total'
] %}

with

mart_production as (
    select * from {{ ref('mart_production') }}
),

signed_line as (
    select
        *,
        case when product_id = 'operations' then 1 else -1 end as sign_of_line
    from mart_production
    where
        product_id in (
            'operations', 'operations_inpatient', 'operations_day', 'operations_clinic',
            'operations_unclassified'
        )
),

{% for column in columns %}
    sum_of_{{ column }} as (
        select
            period,
            level,
            unit_id,
            '{{ column }}' as figure,
            sum(sign_of_line * {{ column }}) as difference
        from signed_line
        group by period, level, unit_id
    ),

{% endfor %}
every_sum as (
    {% for column in columns %}
        select * from sum_of_{{ column }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select *
from every_sum
where difference <> 0
