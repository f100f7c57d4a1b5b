{% set products = [
    'episodes_somatic', 'bed_days_somatic_discharged', 'bed_days_psychiatric_occupied', 'drg_points'
] %}

with

loaded_period as (
    select * from {{ source('control', 'loaded_period') }}
    where group_name = 'wards'
),

fct_inpatient_episode as (
    select * from {{ ref('fct_inpatient_episode') }}
),

occupied_day as (
    select * from {{ ref('int_inpatient__occupied_day') }}
),

mart_production as (
    select * from {{ ref('mart_production') }}
),

-- PR: the products that come of episodes, counted a second time from the facts.
counted_product as (
    select
        period,
        'episodes_somatic' as product_id,
        cast(count(*) as double) as counted
    from fct_inpatient_episode
    where discharged_at is not null and specialty_group = 'SOM'
    group by period
    union all
    select
        period,
        'bed_days_somatic_discharged' as product_id,
        cast(coalesce(sum(bed_days), 0) as double) as counted
    from fct_inpatient_episode
    where discharged_at is not null and specialty_group = 'SOM'
    group by period
    union all
    select
        period,
        'bed_days_psychiatric_occupied' as product_id,
        cast(count(*) as double) as counted
    from occupied_day
    where specialty_group in ('PSY', 'BUP')
    group by period
    union all
    select
        period,
        'drg_points' as product_id,
        cast(coalesce(sum(drg_weight), 0) as double) as counted
    from fct_inpatient_episode
    where discharged_at is not null
    group by period
),

product as (
    {% for product_id in products %}
        select '{{ product_id }}' as product_id
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

region_line as (
    select
        period,
        product_id,
        cast(actual as double) as actual
    from mart_production
    where level = 'region'
),

judged_line as (
    select
        loaded_period.period,
        product.product_id,
        coalesce(counted_product.counted, 0) as counted,
        coalesce(region_line.actual, 0) as actual
    from loaded_period
    cross join product
    left join counted_product
        on loaded_period.period = counted_product.period and product.product_id = counted_product.product_id
    left join region_line
        on loaded_period.period = region_line.period and product.product_id = region_line.product_id
)

-- Weights are decimals: their sums are compared to what the mart shows of them.
select
    period,
    product_id,
    round(counted, 6) as counted,
    round(actual, 6) as actual
from judged_line
