with

loaded_period as (
    select * from {{ source('control', 'loaded_period') }}
    where group_name = 'wards'
),

parameter as (
    select * from {{ ref('parameters') }}
),

dated_period as (
    select
        period,
        cast(concat(period, '-01') as date) as first_date,
        last_day(cast(concat(period, '-01') as date)) as last_date
    from loaded_period
),

neighbouring_period as (
    select
        dated_period.period,
        dated_period.first_date,
        dated_period.last_date,
        period_before.period as previous_period,
        period_after.period is not null as is_next_period_loaded
    from dated_period
    left join dated_period as period_before
        on dated_period.first_date = {{ date_plus_days('period_before.last_date', 1) }}
    left join dated_period as period_after
        on period_after.first_date = {{ date_plus_days('dated_period.last_date', 1) }}
),

-- A period uses the parameters that are in force on its last day, for all its rows.
parameter_in_force as (
    select
        neighbouring_period.*,
        parameter.name,
        parameter.value
    from neighbouring_period
    left join parameter
        on
            neighbouring_period.last_date >= parameter.valid_from
            and neighbouring_period.last_date <= coalesce(parameter.valid_to, neighbouring_period.last_date)
),

one_row_a_period as (
    select
        period,
        first_date,
        last_date,
        previous_period,
        is_next_period_loaded,
        {% for name in [
            'census_minutes', 'transfer_hours', 'readmission_days', 'readmission_age_years',
            'risk_assessment_age_years', 'over_full_percent'
        ] %}
            max(
                case when name = '{{ name }}' then cast(value as integer) end
            ) as {{ name }},
        {% endfor %}
        count(name) as parameters_count
    from parameter_in_force
    group by period, first_date, last_date, previous_period, is_next_period_loaded
)

select
    period,
    first_date,
    last_date,
    previous_period,
    is_next_period_loaded,
    census_minutes,
    transfer_hours,
    readmission_days,
    readmission_age_years,
    risk_assessment_age_years,
    over_full_percent
from one_row_a_period
