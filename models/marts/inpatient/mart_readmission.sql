{% set spans = ['', 'ytd_', 'r12_'] %}

with

episode as (
    select * from {{ ref('fct_inpatient_episode') }}
),

ward_period as (
    select * from {{ ref('int_core__ward_period') }}
),

period_window as (
    select * from {{ ref('int_inpatient__window') }}
),

-- PR03: who may come back. CM03: unit_id is empty where the ward is unknown.
index_episode as (
    select
        episode.*,
        ward_period.readmission_age_years
    from episode
    inner join ward_period on episode.period = ward_period.period
    where episode.is_index_candidate
),

population_row as (
    select
        *,
        '65_plus' as population
    from index_episode
    where age_at_admission_years >= readmission_age_years
    union all
    select
        *,
        'municipal_care' as population
    from index_episode
    where has_municipal_care
),

counted_cell as (
    select
        period,
        population,
        unit_id,
        clinic_id,
        area_name,
        sex,
        count(case when is_readmission_30d then 1 end) as numerator,
        count(*) as denominator
    from population_row
    group by period, population, unit_id, clinic_id, area_name, sex
),

-- CM04: every sex, and each that occurs.
cell_of_sex as (
    select
        period,
        population,
        unit_id,
        clinic_id,
        area_name,
        'all' as sex,
        numerator,
        denominator
    from counted_cell
    union all
    select
        period,
        population,
        unit_id,
        clinic_id,
        area_name,
        sex,
        numerator,
        denominator
    from counted_cell
),

line_of_month as (
    select
        period,
        population,
        {{ level_name() }} as level,
        {{ level_unit_id() }} as unit_id,
        sex,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from cell_of_sex
    group by {{ plain_level_grouping_sets(['period', 'population', 'sex']) }}
    having {{ level_is_known() }}
),

-- A place has a line where it has had index episodes in the twelve months, so that the parts add up in every
-- span.
summed_line as (
    select
        period_window.period,
        line_of_month.population,
        line_of_month.level,
        line_of_month.unit_id,
        {% for column in ['numerator', 'denominator'] %}
            cast(
                sum(
                    case when period_window.months_back = 0 then line_of_month.{{ column }} else 0 end
                ) as bigint
            ) as {{ column }},
            cast(
                sum(
                    case when period_window.is_same_year then line_of_month.{{ column }} else 0 end
                ) as bigint
            ) as ytd_{{ column }},
            case
                when period_window.is_year_loaded then cast(sum(line_of_month.{{ column }}) as bigint)
            end as r12_{{ column }},
        {% endfor %}
        line_of_month.sex
    from period_window
    inner join line_of_month on period_window.earlier_period = line_of_month.period
    group by
        period_window.period, period_window.is_year_loaded, line_of_month.population, line_of_month.level,
        line_of_month.unit_id, line_of_month.sex
),

-- PR03: the last index of the period can be readmitted until this date.
follow_up as (
    select
        period,
        last_date,
        {{ date_plus_days('last_date', 'readmission_days') }} as follow_up_date
    from ward_period
),

-- January's follow-up reaches into March: every month after the period that it touches must be loaded.
followed_period as (
    select
        follow_up.period,
        count(ward_period.period)
        < {{ months_between_periods('follow_up.period', 'cast(follow_up.follow_up_date as varchar)') }}
            as is_preliminary
    from follow_up
    left join ward_period
        on
            follow_up.last_date < ward_period.first_date
            and follow_up.follow_up_date >= ward_period.first_date
    group by follow_up.period, follow_up.follow_up_date
),

followed_line as (
    select
        summed_line.*,
        followed_period.is_preliminary
    from summed_line
    inner join followed_period on summed_line.period = followed_period.period
),

finished_line as (
    select
        {% for span in spans %}
            cast({{ span }}numerator as double) / nullif({{ span }}denominator, 0) as {{ span }}share,
        {% endfor %}
        *
    from followed_line
)

select
    period,
    population,
    level,
    unit_id,
    sex,
    {% for span in spans %}
        {{ span }}numerator,
        {{ span }}denominator,
        {{ span }}share,
    {% endfor %}
    is_preliminary
from finished_line
