with

plan_row as (
    select * from {{ ref('stg_plan__produktionsplan') }}
),

product as (
    select * from {{ ref('products') }}
),

unit as (
    select * from {{ ref('int_core__unit') }}
),

dated_row as (
    select
        *,
        substr(plan_period, 1, 4) as plan_year,
        last_day(cast(concat(plan_period, '-01') as date)) as plan_date
    from plan_row
),

-- CM10, PR06: of a version of a calendar year the file of the latest period replaces the others whole,
-- whatever was loaded last.
newest_file as (
    select
        version,
        plan_year,
        max(period) as period
    from dated_row
    group by version, plan_year
),

row_in_force as (
    select dated_row.*
    from dated_row
    inner join newest_file
        on
            dated_row.version = newest_file.version
            and dated_row.plan_year = newest_file.plan_year
            and dated_row.period = newest_file.period
),

-- CM02: a unit is planned where it stands on the planned month's last day.
row_of_unit as (
    select
        row_in_force.*,
        unit.unit_key,
        unit.clinic_id,
        unit.area_name,
        product.product_id is not null as is_known_product
    from row_in_force
    left join unit
        on
            row_in_force.unit_id = unit.unit_id
            and row_in_force.plan_date >= unit.valid_from_date
            and row_in_force.plan_date <= unit.valid_to_date
    left join product
        on
            row_in_force.product_id = product.product_id
            and row_in_force.plan_date >= product.valid_from
            and row_in_force.plan_date <= coalesce(product.valid_to, row_in_force.plan_date)
),

-- An id that is no unit's may be a clinic's: one that has a unit that day. Its area is that of its units,
-- when they are of one.
planned_clinic as (
    select
        row_of_unit.period,
        row_of_unit.source_line,
        case when min(unit.area_name) = max(unit.area_name) then min(unit.area_name) end as area_name
    from row_of_unit
    inner join unit
        on
            row_of_unit.unit_id = unit.clinic_id
            and row_of_unit.plan_date >= unit.valid_from_date
            and row_of_unit.plan_date <= unit.valid_to_date
    where row_of_unit.unit_key is null
    group by row_of_unit.period, row_of_unit.source_line
),

placed_row as (
    select
        row_of_unit.period,
        row_of_unit.source_line,
        row_of_unit.version,
        row_of_unit.plan_period,
        row_of_unit.product_id,
        row_of_unit.is_known_product,
        row_of_unit.unit_id as planned_unit_id,
        case
            when row_of_unit.unit_id is null then 'total'
            when row_of_unit.unit_key is not null then 'unit'
            when planned_clinic.source_line is not null then 'clinic'
            else 'unknown'
        end as planned_for,
        case when row_of_unit.unit_key is not null then row_of_unit.unit_id end as unit_id,
        case
            when planned_clinic.source_line is not null then row_of_unit.unit_id else row_of_unit.clinic_id
        end as clinic_id,
        coalesce(planned_clinic.area_name, row_of_unit.area_name) as area_name,
        row_of_unit.planned_count
    from row_of_unit
    left join planned_clinic
        on
            row_of_unit.period = planned_clinic.period
            and row_of_unit.source_line = planned_clinic.source_line
)

select
    period,
    source_line,
    version,
    plan_period,
    product_id,
    is_known_product,
    planned_unit_id,
    planned_for,
    unit_id,
    clinic_id,
    area_name,
    planned_count
from placed_row
