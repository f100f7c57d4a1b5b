with

period as (
    select * from {{ ref('int_core__period') }}
),

measure as (
    select * from {{ ref('measures') }}
),

parameter as (
    select * from {{ ref('parameters') }}
),

measure_target as (
    select * from {{ ref('measure_targets') }}
),

run_context as (
    select * from {{ source('control', 'run_context') }}
),

own_target as (
    select measure_target.*
    from measure_target
    inner join run_context on measure_target.region_code = run_context.region_code
),

-- What holds on the period's last day: the measure, its limit, and the region's target where there is one.
measure_in_force as (
    select
        period.period,
        measure.measure_id,
        measure.care_level,
        measure.phase,
        measure.cap_step,
        measure.specialty_group,
        measure.excluded_specialty_groups,
        measure.priority_code,
        measure.is_assessment_required,
        measure.is_license_required,
        measure.is_code_required,
        measure.is_guarantee_required,
        measure.wait_from,
        measure.limit_from,
        measure.is_waiting_measured,
        measure.is_completed_measured,
        cast(parameter.value as integer) as limit_days,
        own_target.target_share
    from period
    inner join measure
        on
            period.last_date >= measure.valid_from
            and period.last_date <= coalesce(measure.valid_to, period.last_date)
    inner join parameter
        on
            measure.limit_parameter = parameter.name
            and period.last_date >= parameter.valid_from
            and period.last_date <= coalesce(parameter.valid_to, period.last_date)
    left join own_target
        on
            measure.measure_id = own_target.measure_id
            and period.last_date >= own_target.valid_from
            and period.last_date <= coalesce(own_target.valid_to, period.last_date)
)

select
    period,
    measure_id,
    care_level,
    phase,
    cap_step,
    specialty_group,
    excluded_specialty_groups,
    priority_code,
    is_assessment_required,
    is_license_required,
    is_code_required,
    is_guarantee_required,
    wait_from,
    limit_from,
    is_waiting_measured,
    is_completed_measured,
    limit_days,
    target_share
from measure_in_force
