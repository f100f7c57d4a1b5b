{% set populations = {'completed': 'genomförda', 'waiting': 'väntande'} %}

with

plausible_band as (
    select * from {{ ref('plausible_bands') }}
),

period as (
    select * from {{ ref('int_core__period') }}
),

measure as (
    select * from {{ ref('int_waiting_times__measure') }}
),

run_context as (
    select * from {{ source('control', 'run_context') }}
),

loaded_period as (
    select * from {{ source('control', 'loaded_period') }}
),

mart_waiting_times as (
    select * from {{ ref('mart_waiting_times') }}
),

fct_completed_contact as (
    select * from {{ ref('fct_completed_contact') }}
),

fct_waiting_contact as (
    select * from {{ ref('fct_waiting_contact') }}
),

measured_population as (
    select
        period,
        measure_id,
        'completed' as population,
        concat(measure_id, ', {{ populations["completed"] }}') as subject
    from measure
    where is_completed_measured
    union all
    select
        period,
        measure_id,
        'waiting' as population,
        concat(measure_id, ', {{ populations["waiting"] }}') as subject
    from measure
    where is_waiting_measured
),

-- The region's line in the variant that its reports lead with; a measure without any row has none.
main_line as (
    select
        measured_population.period,
        measured_population.measure_id,
        measured_population.subject,
        coalesce(mart_waiting_times.contacts_count, 0) as contacts_count,
        coalesce(mart_waiting_times.denominator, 0) as denominator,
        mart_waiting_times.share,
        mart_waiting_times.median_wait_days
    from measured_population
    cross join run_context
    left join mart_waiting_times
        on
            measured_population.period = mart_waiting_times.period
            and measured_population.measure_id = mart_waiting_times.measure_id
            and measured_population.population = mart_waiting_times.population
            and run_context.main_variant = mart_waiting_times.variant
            and mart_waiting_times.level = 'region'
            and mart_waiting_times.sex = 'all'
            and mart_waiting_times.specialty_group = 'all'
),

fact_row as (
    select
        period,
        '{{ populations["completed"] }}' as subject,
        unit_key,
        sex,
        is_home_region,
        is_disqualified,
        is_undeliverable,
        fault_rules
    from fct_completed_contact
    union all
    select
        period,
        '{{ populations["waiting"] }}' as subject,
        unit_key,
        sex,
        is_home_region,
        is_disqualified,
        is_undeliverable,
        fault_rules
    from fct_waiting_contact
),

fact_count as (
    select
        period,
        subject,
        count(*) as rows_count,
        count(unit_key) as known_unit_count,
        count(case when sex in ('K', 'M') then 1 end) as known_sex_count,
        count(is_home_region) as known_home_count,
        count(case when not is_home_region then 1 end) as visitor_count,
        count(case when is_disqualified then 1 end) as disqualified_count,
        count(case when is_undeliverable and not is_disqualified then 1 end) as undeliverable_count,
        count(fault_rules) as faulty_count
    from fact_row
    group by period, subject
),

numbered_period as (
    select
        period,
        row_number() over (order by period) as place
    from loaded_period
    where group_name = 'care'
),

-- A month is compared with the loaded months before it, twelve at most, whatever gaps they have.
earlier_volume as (
    select
        later.period,
        fact_count.subject,
        cast(median(fact_count.rows_count) as double) as median_rows_count
    from numbered_period as later
    inner join numbered_period as earlier
        on later.place > earlier.place and later.place - 12 <= earlier.place
    inner join fact_count on earlier.period = fact_count.period
    group by later.period, fact_count.subject
),

volume as (
    select
        fact_count.period,
        fact_count.subject,
        fact_count.rows_count,
        same_month.rows_count as same_month_rows_count,
        earlier_volume.median_rows_count
    from fact_count
    left join fact_count as same_month
        on
            fact_count.subject = same_month.subject
            and cast(substr(fact_count.period, 1, 4) as integer)
            = cast(substr(same_month.period, 1, 4) as integer) + 1
            and substr(fact_count.period, 5) = substr(same_month.period, 5)
    left join earlier_volume
        on
            fact_count.period = earlier_volume.period
            and fact_count.subject = earlier_volume.subject
),

measure_figure as (
    select
        period,
        measure_id,
        subject,
        'measure_contacts_count' as figure_name,
        cast(contacts_count as double) as figure_value,
        contacts_count as rests_on_count
    from main_line
    union all
    select
        period,
        measure_id,
        subject,
        'median_wait_days' as figure_name,
        median_wait_days as figure_value,
        contacts_count as rests_on_count
    from main_line
    union all
    select
        period,
        measure_id,
        subject,
        'share_within_limit' as figure_name,
        share as figure_value,
        denominator as rests_on_count
    from main_line
),

-- A measure that has a band of its own, called after it, is judged by that and not by the one for all.
named_measure_figure as (
    select
        measure_figure.period,
        measure_figure.subject,
        coalesce(own_band.name, measure_figure.figure_name) as figure_name,
        measure_figure.figure_value,
        measure_figure.rests_on_count
    from measure_figure
    inner join period on measure_figure.period = period.period
    left join plausible_band as own_band
        on
            concat(measure_figure.measure_id, '_', measure_figure.figure_name) = own_band.name
            and period.last_date >= own_band.valid_from
            and period.last_date <= coalesce(own_band.valid_to, period.last_date)
),

figure as (
    select
        period,
        subject,
        figure_name,
        figure_value,
        rests_on_count
    from named_measure_figure
    {% for name, part, whole in [
        ('unknown_unit_share', 'rows_count - known_unit_count', 'rows_count'),
        ('other_sex_share', 'rows_count - known_sex_count', 'rows_count'),
        ('unknown_home_region_share', 'rows_count - known_home_count', 'rows_count'),
        ('visitor_share', 'visitor_count', 'known_home_count'),
        ('disqualified_share', 'disqualified_count', 'rows_count'),
        ('undeliverable_share', 'undeliverable_count', 'rows_count'),
        ('faulty_share', 'faulty_count', 'rows_count'),
    ] %}
        union all
        select
            period,
            subject,
            '{{ name }}' as figure_name,
            cast({{ part }} as double)
            / cast(nullif({{ whole }}, 0) as double) as figure_value,
            {{ whole }} as rests_on_count
        from fact_count
    {% endfor %}
    union all
    select
        period,
        subject,
        'volume_same_month_ratio' as figure_name,
        cast(rows_count as double) / cast(same_month_rows_count as double) as figure_value,
        coalesce(same_month_rows_count, 0) as rests_on_count
    from volume
    union all
    select
        period,
        subject,
        'volume_median_ratio' as figure_name,
        cast(rows_count as double) / median_rows_count as figure_value,
        cast(coalesce(median_rows_count, 0) as bigint) as rests_on_count
    from volume
),

-- A share of a handful of rows tells nothing: below the band's least number there is no figure to judge.
judged_figure as (
    select
        figure.period,
        figure.figure_name,
        figure.subject,
        figure.rests_on_count,
        case
            when figure.rests_on_count >= plausible_band.least_rows then figure.figure_value
        end as figure_value
    from figure
    inner join period on figure.period = period.period
    inner join plausible_band
        on
            figure.figure_name = plausible_band.name
            and period.last_date >= plausible_band.valid_from
            and period.last_date <= coalesce(plausible_band.valid_to, period.last_date)
)

select
    period,
    figure_name,
    subject,
    rests_on_count,
    figure_value
from judged_figure
