-- CM03, OC03: the region counts every ward-day with a bed row and every episode discharged in a loaded
-- period; the units, those of known units; and each group of OC05 its own.
with

ward_day as (
    select * from {{ ref('fct_ward_day') }}
    where beds_available is not null
),

episode as (
    select * from {{ ref('fct_inpatient_episode') }}
    where period in (select ward_period.period from {{ ref('int_core__ward_period') }} as ward_period)
),

mart_occupancy as (
    select * from {{ ref('mart_occupancy') }}
),

counted_row as (
    {% for specialty_group, groups in {
        'all': none, 'SOM': "('SOM')", 'PSY': "('PSY', 'BUP')"
    }.items() %}
        select
            period,
            '{{ specialty_group }}' as specialty_group,
            is_known_unit as is_known,
            beds_available,
            patients_count,
            overcrowded_count,
            outlier_count,
            0 as episodes_count,
            0 as bed_days
        from ward_day
        {% if groups %}
            where specialty_group in {{ groups }}
        {% endif %}
        union all
        select
            period,
            '{{ specialty_group }}' as specialty_group,
            unit_id is not null as is_known,
            0 as beds_available,
            0 as patients_count,
            0 as overcrowded_count,
            0 as outlier_count,
            1 as episodes_count,
            coalesce(bed_days, 0) as bed_days
        from episode
        {% if groups %}
            where specialty_group in {{ groups }}
        {% endif %}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

counted_line as (
    {% for level, is_counted in {'region': 'true', 'unit': 'is_known'}.items() %}
        select
            period,
            '{{ level }}' as level,
            specialty_group,
            beds_available as bed_days_available,
            patients_count as patient_days,
            overcrowded_count,
            outlier_count,
            episodes_count as discharged_episodes_count,
            bed_days as discharged_bed_days
        from counted_row
        where {{ is_counted }}
        union all
    {% endfor %}
    select
        period,
        level,
        specialty_group,
        -bed_days_available as bed_days_available,
        -patient_days as patient_days,
        -overcrowded_count as overcrowded_count,
        -outlier_count as outlier_count,
        -discharged_episodes_count as discharged_episodes_count,
        -discharged_bed_days as discharged_bed_days
    from mart_occupancy
    where level in ('region', 'unit')
),

difference as (
    select
        period,
        level,
        specialty_group,
        sum(bed_days_available) as bed_days_missing,
        sum(patient_days) as patient_days_missing,
        sum(overcrowded_count) as overcrowded_missing,
        sum(outlier_count) as outliers_missing,
        sum(discharged_episodes_count) as episodes_missing,
        sum(discharged_bed_days) as discharged_bed_days_missing
    from counted_line
    group by period, level, specialty_group
)

select *
from difference
where
    bed_days_missing <> 0
    or patient_days_missing <> 0
    or overcrowded_missing <> 0
    or outliers_missing <> 0
    or episodes_missing <> 0
    or discharged_bed_days_missing <> 0
