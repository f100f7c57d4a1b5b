with

period as (
    select * from {{ ref('int_core__period') }}
),

listning as (
    select * from {{ ref('stg_cosmic__listning') }}
),

unit as (
    select * from {{ ref('int_core__unit') }}
),

-- Those who are listed are so at the period's end; a unit has many rows of it, and is known or not in all of
-- them.
listing_unit as (
    select
        listning.period,
        listning.unit_id,
        period.last_date as event_date,
        count(*) as rows_count
    from listning
    inner join period on listning.period = period.period
    group by listning.period, listning.unit_id, period.last_date
),

file_listing as (
    select
        listing_unit.*,
        unit.unit_key,
        unit.clinic_id
    from listing_unit
    left join unit
        on
            listing_unit.unit_id = unit.unit_id
            and listing_unit.event_date >= unit.valid_from_date
            and listing_unit.event_date <= unit.valid_to_date
)

select
    period,
    unit_id,
    event_date,
    unit_key,
    clinic_id,
    rows_count
from file_listing
