{% set levels = ['region', 'area', 'clinic', 'unit'] %}

with

mart_production as (
    select * from {{ ref('mart_production') }}
),

level_sum as (
    select
        period,
        product_id,
        {% for level in levels %}
            sum(case when level = '{{ level }}' then coalesce(actual, 0) else 0 end) as actual_of_{{ level }},
            sum(
                case when level = '{{ level }}' then coalesce(ytd_actual, 0) else 0 end
            ) as ytd_actual_of_{{ level }},
        {% endfor %}
        count(case when actual < 0 then 1 end) as negative_count
    from mart_production
    group by period, product_id
),

earlier_line as (
    select
        concat(
            cast(cast(substr(period, 1, 4) as integer) + 1 as string), substr(period, 5)
        ) as next_year_period,
        product_id,
        level,
        unit_id,
        actual
    from mart_production
),

-- PR06: what a line says of last year's month is what that month's own line says; one without a row is none.
compared_line as (
    select
        mart_production.period,
        mart_production.product_id,
        count(
            case when mart_production.previous_year <> coalesce(earlier_line.actual, 0) then 1 end
        ) as other_previous_year_count
    from mart_production
    left join earlier_line
        on
            mart_production.period = earlier_line.next_year_period
            and mart_production.product_id = earlier_line.product_id
            and mart_production.level = earlier_line.level
            and mart_production.unit_id = earlier_line.unit_id
    group by mart_production.period, mart_production.product_id
),

judged_product as (
    select
        level_sum.*,
        compared_line.other_previous_year_count
    from level_sum
    inner join compared_line
        on level_sum.period = compared_line.period and level_sum.product_id = compared_line.product_id
)

select
    period,
    product_id,
    {% for level in levels %}
        round(cast(actual_of_{{ level }} as double), 4) as actual_of_{{ level }},
        round(cast(ytd_actual_of_{{ level }} as double), 4) as ytd_actual_of_{{ level }},
    {% endfor %}
    negative_count,
    other_previous_year_count
from judged_product
