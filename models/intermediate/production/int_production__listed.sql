with

listning as (
    select * from {{ ref('stg_cosmic__listning') }}
),

period as (
    select * from {{ ref('int_core__period') }}
),

unit as (
    select * from {{ ref('int_core__unit') }}
),

-- CM02: who is listed at the period's end is listed at the unit as it is that day.
placed_listing as (
    select
        listning.period,
        listning.source_line,
        listning.unit_id,
        unit.unit_key,
        unit.clinic_id,
        unit.area_name,
        period.last_date as event_date,
        listning.listed_count
    from listning
    inner join period on listning.period = period.period
    left join unit
        on
            listning.unit_id = unit.unit_id
            and period.last_date >= unit.valid_from_date
            and period.last_date <= unit.valid_to_date
)

select
    period,
    source_line,
    unit_id,
    unit_key,
    clinic_id,
    area_name,
    event_date,
    listed_count
from placed_listing
