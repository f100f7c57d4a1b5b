{% set ward_figures = ['bed_days_available', 'patient_days', 'overcrowded_count', 'outlier_count'] %}
{% set ward_counts = ['wards_count', 'wards_over_90_count'] %}
{% set discharge_figures = [
    'discharged_episodes_count', 'bed_days_episodes_count', 'discharged_bed_days', 'discharge_ready_days'
] %}
{% set risk_figures = ['risk_assessment_episodes_count', 'risk_assessed_episodes_count'] %}
{% set of_wards = ward_figures + ward_counts %}
{% set of_episodes = discharge_figures + risk_figures %}
{% set spans = ['', 'ytd_', 'r12_'] %}
{% set ratios = [
    ('occupancy_share', 'patient_days', 'bed_days_available', 1),
    ('overcrowded_per_100_beds', 'overcrowded_count', 'bed_days_available', 100),
    ('outliers_per_100_beds', 'outlier_count', 'bed_days_available', 100),
    ('mean_length_of_stay_days', 'discharged_bed_days', 'bed_days_episodes_count', 1),
    ('risk_assessed_share', 'risk_assessed_episodes_count', 'risk_assessment_episodes_count', 1)
] %}

with

ward_day as (
    select * from {{ ref('fct_ward_day') }}
),

episode as (
    select * from {{ ref('fct_inpatient_episode') }}
),

ward_period as (
    select * from {{ ref('int_core__ward_period') }}
),

period_window as (
    select * from {{ ref('int_inpatient__window') }}
),

-- OC03, OC04: a ward-day without a bed row is in no part of a ratio, and one without beds keeps its patients.
-- CM02: a ward stands where it stood each day. CM03: an unknown ward has no line below the region.
ward_day_with_beds as (
    select
        period,
        unit_id as ward_id,
        case when is_known_unit then unit_id end as known_unit_id,
        clinic_id,
        area_name,
        {{ inpatient_group('specialty_group') }} as inpatient_group,
        beds_available,
        patients_count,
        overcrowded_count,
        outlier_count
    from ward_day
    where beds_available is not null
),

ward_month as (
    select
        period,
        ward_id,
        known_unit_id as unit_id,
        clinic_id,
        area_name,
        inpatient_group,
        sum(beds_available) as bed_days_available,
        sum(patients_count) as patient_days,
        sum(overcrowded_count) as overcrowded_count,
        sum(outlier_count) as outlier_count
    from ward_day_with_beds
    group by period, ward_id, known_unit_id, clinic_id, area_name, inpatient_group
),

ward_month_in_group as (
    select
        *,
        'all' as specialty_group
    from ward_month
    union all
    select
        *,
        inpatient_group as specialty_group
    from ward_month
    where inpatient_group is not null
),

-- OC04: a ward counts once on a line, with the days it had there.
ward_on_line as (
    select
        period,
        specialty_group,
        ward_id,
        {% for column in ward_figures %}
            sum({{ column }}) as {{ column }},
        {% endfor %}
        {{ level_name() }} as level,
        {{ level_unit_id() }} as unit_id
    from ward_month_in_group
    group by {{ plain_level_grouping_sets(['period', 'specialty_group', 'ward_id']) }}
    having {{ level_is_known() }}
),

-- OC04 in whole numbers, so that a ward exactly at the limit is not lost to a rounded share.
line_of_wards as (
    select
        ward_on_line.period,
        ward_on_line.level,
        ward_on_line.unit_id,
        ward_on_line.specialty_group,
        {% for column in ward_figures %}
            sum(ward_on_line.{{ column }}) as {{ column }},
        {% endfor %}
        count(case when ward_on_line.bed_days_available > 0 then 1 end) as wards_count,
        count(
            case
                when
                    ward_on_line.bed_days_available > 0
                    and ward_on_line.patient_days * 100
                    >= ward_on_line.bed_days_available * ward_period.over_full_percent
                    then 1
            end
        ) as wards_over_90_count
    from ward_on_line
    inner join ward_period on ward_on_line.period = ward_period.period
    group by ward_on_line.period, ward_on_line.level, ward_on_line.unit_id, ward_on_line.specialty_group
),

-- PR04, PR05: of the episodes discharged in a loaded period. An episode whose days cannot be told (B02) is in
-- neither part of the mean.
discharged_row as (
    select
        episode.period,
        episode.unit_id,
        episode.clinic_id,
        episode.area_name,
        {{ inpatient_group('episode.specialty_group') }} as inpatient_group,
        1 as discharged_episodes_count,
        case when episode.bed_days is not null then 1 else 0 end as bed_days_episodes_count,
        coalesce(episode.bed_days, 0) as discharged_bed_days,
        0 as discharge_ready_days,
        episode.specialty_group = 'SOM'
        and episode.age_at_admission_years >= ward_period.risk_assessment_age_years as is_to_be_assessed,
        episode.is_risk_assessed
    from episode
    inner join ward_period on episode.period = ward_period.period
),

-- PR05: the dates from ready to the day before discharge, on which the patient lies in; open episodes too.
-- Times in the wrong order (B02) tell no dates.
ready_span as (
    select
        *,
        greatest(cast(discharge_ready_at as date), cast(admitted_at as date)) as ready_date,
        coalesce(
            {{ date_plus_days('cast(discharged_at as date)', -1) }}, cast('9999-12-31' as date)
        ) as last_ready_date
    from episode
    where discharge_ready_at is not null and not is_reversed
),

ready_row as (
    select
        ward_period.period,
        ready_span.unit_id,
        ready_span.clinic_id,
        ready_span.area_name,
        {{ inpatient_group('ready_span.specialty_group') }} as inpatient_group,
        0 as discharged_episodes_count,
        0 as bed_days_episodes_count,
        0 as discharged_bed_days,
        {{ days_between(
            'greatest(ready_span.ready_date, ward_period.first_date)',
            'least(ready_span.last_ready_date, ward_period.last_date)'
        ) }} + 1 as discharge_ready_days,
        false as is_to_be_assessed,
        false as is_risk_assessed
    from ready_span
    inner join ward_period
        on
            ready_span.ready_date <= ward_period.last_date
            and ready_span.last_ready_date >= ward_period.first_date
    where ready_span.last_ready_date >= ready_span.ready_date
),

episode_row as (
    select * from discharged_row
    union all
    select * from ready_row
),

episode_month as (
    select
        period,
        unit_id,
        clinic_id,
        area_name,
        inpatient_group,
        {% for column in discharge_figures %}
            sum({{ column }}) as {{ column }},
        {% endfor %}
        count(case when is_to_be_assessed then 1 end) as risk_assessment_episodes_count,
        count(case when is_to_be_assessed and is_risk_assessed then 1 end) as risk_assessed_episodes_count
    from episode_row
    group by period, unit_id, clinic_id, area_name, inpatient_group
),

episode_month_in_group as (
    select
        *,
        'all' as specialty_group
    from episode_month
    union all
    select
        *,
        inpatient_group as specialty_group
    from episode_month
    where inpatient_group is not null
),

line_of_episodes as (
    select
        period,
        specialty_group,
        {% for column in of_episodes %}
            sum({{ column }}) as {{ column }},
        {% endfor %}
        {{ level_name() }} as level,
        {{ level_unit_id() }} as unit_id
    from episode_month_in_group
    group by {{ plain_level_grouping_sets(['period', 'specialty_group']) }}
    having {{ level_is_known() }}
),

line_of_month as (
    select
        period,
        level,
        unit_id,
        {% for column in of_wards %}
            {{ column }},
        {% endfor %}
        {% for column in of_episodes %}
            0 as {{ column }},
        {% endfor %}
        specialty_group
    from line_of_wards
    union all
    select
        period,
        level,
        unit_id,
        {% for column in of_wards %}
            0 as {{ column }},
        {% endfor %}
        {% for column in of_episodes %}
            {{ column }},
        {% endfor %}
        specialty_group
    from line_of_episodes
),

-- PR06: what each span of a period holds, whatever rows a line has in it.
span_of_period as (
    select
        period,
        is_year_loaded,
        cast(sum(case when months_back = 0 then days_count else 0 end) as bigint) as days_count,
        cast(sum(case when is_same_year then days_count else 0 end) as bigint) as ytd_days_count,
        cast(sum(days_count) as bigint) as r12_days_count,
        count(case when months_back = 0 and has_risk_assessments then 1 end) = 1 as has_risk_assessments,
        count(case when is_same_year and has_risk_assessments then 1 end) > 0 as has_ytd_risk_assessments,
        count(case when has_risk_assessments then 1 end) = 12 as has_r12_risk_assessments
    from period_window
    group by period, is_year_loaded
),

line_in_window as (
    select
        period_window.period,
        line_of_month.level,
        line_of_month.unit_id,
        line_of_month.specialty_group,
        {% for column in of_wards + discharge_figures %}
            line_of_month.{{ column }},
        {% endfor %}
        {% for column in risk_figures %}
            case
                when period_window.has_risk_assessments then line_of_month.{{ column }} else 0
            end as {{ column }},
        {% endfor %}
        case when period_window.months_back = 0 then 1 else 0 end as of_month,
        case when period_window.is_same_year then 1 else 0 end as of_ytd
    from period_window
    inner join line_of_month on period_window.earlier_period = line_of_month.period
),

-- A place has a line where it has had rows in the twelve months, so that the parts add up in every span.
summed_line as (
    select
        period,
        level,
        unit_id,
        {% for column in of_wards + of_episodes %}
            cast(sum({{ column }} * of_month) as bigint) as {{ column }},
            cast(sum({{ column }} * of_ytd) as bigint) as ytd_{{ column }},
            cast(sum({{ column }}) as bigint) as r12_{{ column }},
        {% endfor %}
        specialty_group
    from line_in_window
    group by period, level, unit_id, specialty_group
),

-- PR06: nothing is said of twelve months of which one is not loaded, nor of assessments of which none is.
known_line as (
    select
        summed_line.period,
        summed_line.level,
        summed_line.unit_id,
        summed_line.specialty_group,
        {% for column in of_wards + discharge_figures %}
            summed_line.{{ column }},
            summed_line.ytd_{{ column }},
            case when span_of_period.is_year_loaded then summed_line.r12_{{ column }} end as r12_{{ column }},
        {% endfor %}
        {% for column in risk_figures %}
            case when span_of_period.has_risk_assessments then summed_line.{{ column }} end as {{ column }},
            case
                when span_of_period.has_ytd_risk_assessments then summed_line.ytd_{{ column }}
            end as ytd_{{ column }},
            case
                when span_of_period.has_r12_risk_assessments then summed_line.r12_{{ column }}
            end as r12_{{ column }},
        {% endfor %}
        span_of_period.days_count,
        span_of_period.ytd_days_count,
        span_of_period.r12_days_count
    from summed_line
    inner join span_of_period on summed_line.period = span_of_period.period
),

-- OC03, OC04, PR05: ratios of the sums of their span; NULL where there is nothing to divide by.
finished_line as (
    select
        {% for span in spans %}
            cast({{ span }}bed_days_available as double) / {{ span }}days_count
                as {{ span }}beds_available_mean,
            {% for ratio, part, total, times in ratios %}
                cast({{ times }} * {{ span }}{{ part }} as double) / nullif({{ span }}{{ total }}, 0)
                    as {{ span }}{{ ratio }},
            {% endfor %}
        {% endfor %}
        *
    from known_line
)

select
    period,
    level,
    unit_id,
    specialty_group,
    {% for span in spans %}
        {{ span }}bed_days_available,
        {{ span }}beds_available_mean,
        {{ span }}patient_days,
        {{ span }}occupancy_share,
        {{ span }}wards_count,
        {{ span }}wards_over_90_count,
        {{ span }}overcrowded_count,
        {{ span }}overcrowded_per_100_beds,
        {{ span }}outlier_count,
        {{ span }}outliers_per_100_beds,
        {{ span }}discharged_episodes_count,
        {{ span }}bed_days_episodes_count,
        {{ span }}discharged_bed_days,
        {{ span }}mean_length_of_stay_days,
        {{ span }}discharge_ready_days,
        {{ span }}risk_assessment_episodes_count,
        {{ span }}risk_assessed_episodes_count,
    {% endfor %}
    risk_assessed_share,
    ytd_risk_assessed_share,
    r12_risk_assessed_share
from finished_line
