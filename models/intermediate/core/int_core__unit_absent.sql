with

unit_interval as (
    select * from {{ ref('int_core__unit_interval') }}
),

newest_register as (
    select max(period) as period
    from unit_interval
),

-- E05: the register in force for a unit is that of the latest period that holds it (CM10); where that is no
-- newest one, the unit has left the register.
absent_interval as (
    select
        newest_register.period,
        unit_interval.unit_id,
        unit_interval.clinic_id,
        unit_interval.period as last_register_period,
        unit_interval.valid_to_date,
        row_number() over (
            partition by unit_interval.unit_id
            order by unit_interval.valid_from_date desc, unit_interval.source_line desc
        ) as place
    from unit_interval
    inner join newest_register on unit_interval.period < newest_register.period
),

absent_unit as (
    select
        period,
        unit_id,
        clinic_id,
        last_register_period,
        valid_to_date
    from absent_interval
    where place = 1
)

select
    period,
    unit_id,
    clinic_id,
    last_register_period,
    valid_to_date
from absent_unit
