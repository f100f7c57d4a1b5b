with

bed_row as (
    select * from {{ ref('stg_cosmic__vardplats') }}
),

ward_period as (
    select * from {{ ref('int_core__ward_period') }}
),

-- A row of another month than its file is in no figure, and one that tells no number of beds is none (B03).
bed_day as (
    select
        bed_row.period,
        bed_row.bed_date as date,
        bed_row.ward_id,
        bed_row.beds_established,
        bed_row.beds_available
    from bed_row
    inner join ward_period
        on
            bed_row.period = ward_period.period
            and bed_row.bed_date >= ward_period.first_date
            and bed_row.bed_date <= ward_period.last_date
    where bed_row.beds_available is not null
)

select
    period,
    date,
    ward_id,
    beds_established,
    beds_available
from bed_day
