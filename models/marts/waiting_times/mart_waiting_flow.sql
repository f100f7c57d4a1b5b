{% set flows = [
    'new_count', 'referral_count', 'completed_count', 'removed_count', 'removed_annan_vardgivare_count',
    'removed_patientens_onskan_count', 'removed_ej_behov_count', 'removed_avliden_count',
    'removed_uteblivit_count', 'removed_felregistrerad_count', 'removed_ovrigt_count',
    'removed_without_reason_count', 'corrected_count'
] %}

with

flow_month as (
    select * from {{ ref('int_waiting_times__flow_month') }}
),

period_window as (
    select * from {{ ref('int_core__window') }}
),

-- PR06: nothing is said of a month before that is not loaded, nor of twelve months of which one is not. The
-- twelve month starts are the ends of the months before them.
loaded_months as (
    select
        period,
        count(case when months_back = 1 then 1 end) = 1 as is_month_before_loaded,
        count(case when months_back <= 11 then 1 end) = 12 as is_year_loaded,
        count(case when months_back >= 1 then 1 end) = 12 as is_year_before_loaded
    from period_window
    group by period
),

-- Which of the figures a month is a part of. The one twelve back is asked for who waited at its end alone.
window_line as (
    select
        period_window.period,
        case when period_window.months_back = 0 then 1 else 0 end as of_month,
        case when period_window.months_back = 1 then 1 else 0 end as of_month_before,
        case when period_window.months_back <= 11 then 1 else 0 end as of_year,
        case when period_window.months_back >= 1 then 1 else 0 end as of_year_before,
        flow_month.measure_family,
        flow_month.level,
        flow_month.unit_id,
        {% for column in flows %}
            flow_month.{{ column }},
        {% endfor %}
        flow_month.waiting_end_count
    from period_window
    inner join flow_month on period_window.earlier_period = flow_month.period
    where period_window.months_back <= 11 or flow_month.waiting_end_count > 0
),

-- CM02: who waited at the end of the month before stands where that month's own organisation had it.
summed_line as (
    select
        period,
        measure_family,
        level,
        unit_id,
        {% for column in flows %}
            cast(sum({{ column }} * of_month) as bigint) as {{ column }},
            cast(sum({{ column }} * of_year) as bigint) as r12_{{ column }},
        {% endfor %}
        cast(sum(waiting_end_count * of_month_before) as bigint) as waiting_start_count,
        cast(sum(waiting_end_count * of_month) as bigint) as waiting_end_count,
        cast(sum(waiting_end_count * of_year_before) as bigint) as r12_start_sum,
        cast(sum(waiting_end_count * of_year) as bigint) as r12_end_sum
    from window_line
    group by period, measure_family, level, unit_id
),

known_line as (
    select
        summed_line.period,
        summed_line.measure_family,
        summed_line.level,
        summed_line.unit_id,
        {% for column in flows %}
            summed_line.{{ column }},
            case when loaded_months.is_year_loaded then summed_line.r12_{{ column }} end as r12_{{ column }},
        {% endfor %}
        case when loaded_months.is_month_before_loaded then summed_line.waiting_start_count end
            as waiting_start_count,
        summed_line.waiting_end_count,
        case when loaded_months.is_year_before_loaded then summed_line.r12_start_sum end as r12_start_sum,
        case when loaded_months.is_year_loaded then summed_line.r12_end_sum end as r12_end_sum
    from summed_line
    inner join loaded_months on summed_line.period = loaded_months.period
),

-- PR06: sums of what flows, means of who waits. A31: what comes in and what goes out must give who waits.
finished_line as (
    select
        *,
        cast(r12_start_sum as double) / 12 as r12_waiting_start_count,
        cast(r12_end_sum as double) / 12 as r12_waiting_end_count,
        waiting_start_count + new_count
        - completed_count - removed_count - corrected_count - waiting_end_count as difference_count,
        r12_start_sum + r12_new_count
        - r12_completed_count - r12_removed_count - r12_corrected_count - r12_end_sum as r12_difference_count
    from known_line
)

select
    period,
    measure_family,
    level,
    unit_id,
    waiting_start_count,
    {% for column in flows %}
        {{ column }},
    {% endfor %}
    waiting_end_count,
    difference_count,
    r12_waiting_start_count,
    {% for column in flows %}
        r12_{{ column }},
    {% endfor %}
    r12_waiting_end_count,
    r12_difference_count
from finished_line
