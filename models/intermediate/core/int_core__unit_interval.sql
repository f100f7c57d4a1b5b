with

register as (
    select * from {{ ref('stg_register__enhet') }}
),

-- CM10: the register in force for a unit is that of the latest period that holds the unit, whatever
-- was loaded last; a unit that has left the register keeps its last known intervals.
latest_period as (
    select
        unit_id,
        max(period) as period
    from register
    group by unit_id
),

interval_in_force as (
    select register.*
    from register
    inner join latest_period
        on
            register.unit_id = latest_period.unit_id
            and register.period = latest_period.period
    where register.valid_from_date <= register.valid_to_date
)

select
    period,
    load_id,
    source_line,
    unit_id,
    unit_name,
    unit_type,
    clinic_id,
    clinic_name,
    provider_id,
    provider_name,
    hospital_code,
    hospital_name,
    area_name,
    care_level,
    specialty_group,
    ownership,
    valid_from_date,
    valid_to_date
from interval_in_force
