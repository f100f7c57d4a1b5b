with

loaded_period as (
    select * from {{ source('control', 'loaded_period') }}
),

product as (
    select * from {{ ref('products') }}
),

dated_period as (
    select
        period,
        group_name,
        {{ month_number('period') }} as month_number,
        cast(substr(period, 1, 4) as integer) as year_number,
        last_day(cast(concat(period, '-01') as date)) as last_date
    from loaded_period
),

-- PR06: a product is known of the months in which the group it comes with is loaded, and of no others. PR
-- table: what still comes late in its own month is preliminary until the month after it is loaded.
product_period as (
    select
        dated_period.period,
        product.product_id,
        dated_period.month_number,
        dated_period.year_number,
        product.is_stock,
        product.is_preliminary_at_first and period_after.period is null as is_preliminary
    from dated_period
    inner join product
        on
            dated_period.group_name = product.group_name
            and dated_period.last_date >= product.valid_from
            and dated_period.last_date <= coalesce(product.valid_to, dated_period.last_date)
    left join dated_period as period_after
        on
            dated_period.group_name = period_after.group_name
            and dated_period.month_number + 1 = period_after.month_number
)

select
    period,
    product_id,
    month_number,
    year_number,
    is_stock,
    is_preliminary
from product_period
