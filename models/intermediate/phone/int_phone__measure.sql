with

period as (
    select * from {{ ref('int_core__period') }}
),

measure as (
    select * from {{ ref('measures') }}
    where measure_id = 'phone_same_day'
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

-- The two ways of measuring are parameters with a validity: a period has the one that is in force on its last
-- day, and what only the other asks for is empty.
parameter_in_force as (
    select
        period.period,
        parameter.name,
        cast(parameter.value as integer) as value
    from period
    inner join parameter
        on
            parameter.name in (
                'phone_handled_within_hours', 'phone_opens_minute', 'phone_closes_minute',
                'phone_handled_before_minute'
            )
            and period.last_date >= parameter.valid_from
            and period.last_date <= coalesce(parameter.valid_to, period.last_date)
),

limit_in_force as (
    select
        period,
        {% for name in ['handled_within_hours', 'opens_minute', 'closes_minute', 'handled_before_minute'] %}
            max(
                case when name = 'phone_{{ name }}' then value end
            ) as {{ name }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from parameter_in_force
    group by period
),

measure_in_force as (
    select
        period.period,
        measure.measure_id,
        period.first_date,
        period.last_date,
        limit_in_force.handled_within_hours,
        limit_in_force.opens_minute,
        limit_in_force.closes_minute,
        limit_in_force.handled_before_minute,
        own_target.target_share
    from period
    inner join measure
        on
            period.last_date >= measure.valid_from
            and period.last_date <= coalesce(measure.valid_to, period.last_date)
    inner join limit_in_force on period.period = limit_in_force.period
    left join own_target
        on
            measure.measure_id = own_target.measure_id
            and period.last_date >= own_target.valid_from
            and period.last_date <= coalesce(own_target.valid_to, period.last_date)
)

select
    period,
    measure_id,
    first_date,
    last_date,
    handled_within_hours,
    opens_minute,
    closes_minute,
    handled_before_minute,
    target_share
from measure_in_force
