with

period as (
    select * from {{ ref('int_core__period') }}
),

loaded_period as (
    select * from {{ source('control', 'loaded_period') }}
    where group_name = 'wards'
),

parameter as (
    select * from {{ ref('parameters') }}
),

-- The rules speak of each month's own files, so of the periods that the build computes alone.
ward_period as (
    select
        period.period,
        period.first_date,
        period.last_date,
        period_before.period as previous_period
    from period
    inner join loaded_period on period.period = loaded_period.period
    left join loaded_period as period_before
        on {{ month_number('period.period') }} = {{ month_number('period_before.period') }} + 1
),

-- A period uses the parameters that are in force on its last day, for all its rows.
parameter_in_force as (
    select
        ward_period.*,
        parameter.name,
        parameter.value
    from ward_period
    inner join parameter
        on
            ward_period.last_date >= parameter.valid_from
            and ward_period.last_date <= coalesce(parameter.valid_to, ward_period.last_date)
),

ward_file as (
    select
        period,
        first_date,
        last_date,
        previous_period,
        {% for name in ['census_minutes', 'transfer_hours'] %}
            max(
                case when name = '{{ name }}' then cast(value as integer) end
            ) as {{ name }},
        {% endfor %}
        count(name) as parameters_count
    from parameter_in_force
    group by period, first_date, last_date, previous_period
)

select
    period,
    first_date,
    last_date,
    previous_period,
    census_minutes,
    transfer_hours
from ward_file
