with

plan_row as (
    select * from {{ ref('int_production__plan_row') }}
    where is_known_product
),

-- PR06: a total that is planned is the total; parts are summed only where there is none. So of the region,
-- and in the same way of a clinic that is planned under its own id beside its units.
summed_row as (
    select
        *,
        max(case when planned_for = 'total' then 1 else 0 end) over (
            partition by version, plan_period, product_id
        ) = 1 as has_total,
        max(case when planned_for = 'clinic' then 1 else 0 end) over (
            partition by version, plan_period, product_id, clinic_id
        ) = 1 as has_clinic_total
    from plan_row
),

-- A part of a clinic with a total of its own stands at its unit alone.
part_row as (
    select
        *,
        planned_for = 'total' as is_total,
        planned_for <> 'unit' or not has_clinic_total as is_part
    from summed_row
),

-- CM03: what is planned for an unknown unit counts at the region only.
level_line as (
    select
        version,
        plan_period,
        product_id,
        'unit' as level,
        unit_id,
        sum(planned_count) as planned
    from part_row
    where unit_id is not null
    group by version, plan_period, product_id, unit_id
    union all
    select
        version,
        plan_period,
        product_id,
        'clinic' as level,
        clinic_id as unit_id,
        sum(planned_count) as planned
    from part_row
    where clinic_id is not null and is_part
    group by version, plan_period, product_id, clinic_id
    union all
    select
        version,
        plan_period,
        product_id,
        'area' as level,
        area_name as unit_id,
        sum(planned_count) as planned
    from part_row
    where area_name is not null and is_part
    group by version, plan_period, product_id, area_name
    union all
    select
        version,
        plan_period,
        product_id,
        'region' as level,
        '*' as unit_id,
        sum(planned_count) as planned
    from part_row
    where is_total or (is_part and not has_total)
    group by version, plan_period, product_id
)

select
    version,
    plan_period,
    product_id,
    level,
    unit_id,
    cast(planned as decimal(24, 8)) as planned
from level_line
