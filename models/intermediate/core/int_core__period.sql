with

touched_period as (
    select * from {{ source('control', 'touched_period') }}
),

parameter as (
    select * from {{ ref('parameters') }}
),

care_period as (
    select
        period,
        cast(concat(period, '-01') as date) as first_date,
        last_day(cast(concat(period, '-01') as date)) as last_date
    from touched_period
),

-- A period uses the parameters that are in force on its last day, for all its rows.
parameter_in_force as (
    select
        care_period.period,
        care_period.first_date,
        care_period.last_date,
        parameter.name,
        parameter.value
    from care_period
    left join parameter
        on
            care_period.last_date >= parameter.valid_from
            and care_period.last_date <= coalesce(parameter.valid_to, care_period.last_date)
),

one_row_a_period as (
    select
        period,
        first_date,
        last_date,
        {% for name in [
            'guarantee_limit_specialised_days', 'guarantee_limit_cap_days', 'guarantee_limit_primary_care_days',
            'followup_grace_days', 'over_long_wait_days', 'first_birth_year', 'max_age_years',
            'mvo_code_length', 'activity_code_length',
            'volume_lower_percent', 'volume_upper_percent', 'volume_least_rows', 'volume_least_periods',
            'volume_active_periods', 'one_decade_percent', 'same_dates_percent',
            'clinic_pattern_least_rows'
        ] %}
            max(
                case when name = '{{ name }}' then cast(value as integer) end
            ) as {{ name }},
        {% endfor %}
        {% for name in ['first_decision_date', 'first_referral_date'] %}
            max(
                case when name = '{{ name }}' then cast(value as date) end
            ) as {{ name }},
        {% endfor %}
        count(name) as parameters_count
    from parameter_in_force
    group by period, first_date, last_date
)

select
    period,
    first_date,
    last_date,
    guarantee_limit_specialised_days,
    guarantee_limit_cap_days,
    guarantee_limit_primary_care_days,
    followup_grace_days,
    over_long_wait_days,
    first_birth_year,
    max_age_years,
    mvo_code_length,
    activity_code_length,
    volume_lower_percent,
    volume_upper_percent,
    volume_least_rows,
    volume_least_periods,
    volume_active_periods,
    one_decade_percent,
    same_dates_percent,
    clinic_pattern_least_rows,
    first_decision_date,
    first_referral_date
from one_row_a_period
