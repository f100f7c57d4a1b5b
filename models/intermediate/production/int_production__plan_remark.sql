with

plan_row as (
    select * from {{ ref('int_production__plan_row') }}
),

-- Nothing of a plan falls out in silence: what no product is called, and what no unit or clinic is called
-- that month, is told.
remark as (
    select
        version,
        plan_period,
        'unknown_product' as remark,
        product_id as planned_for,
        planned_count
    from plan_row
    where not is_known_product
    union all
    select
        version,
        plan_period,
        'unknown_unit' as remark,
        planned_unit_id as planned_for,
        planned_count
    from plan_row
    where planned_for = 'unknown'
),

remark_line as (
    select
        version,
        substr(plan_period, 1, 4) as plan_year,
        remark,
        planned_for,
        count(*) as rows_count
    from remark
    group by version, substr(plan_period, 1, 4), remark, planned_for
)

select
    version,
    plan_year,
    remark,
    planned_for,
    rows_count
from remark_line
