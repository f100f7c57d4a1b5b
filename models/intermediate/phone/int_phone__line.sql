{% set bands = ['0_30', '31_60', '61_90', '91_120', '121_180', '181_365', '366'] %}

with

judged_call as (
    select * from {{ ref('int_phone__call') }}
),

measure as (
    select * from {{ ref('int_phone__measure') }}
),

-- CM03: a call to an unknown unit has no clinic and no area, and counts at the region only.
placed_call as (
    select
        period,
        measure_id,
        case when unit_key is not null then unit_id end as unit_id,
        clinic_id,
        area_name,
        is_outside_hours,
        is_handled_in_time
    from judged_call
),

counted_line as (
    select
        period,
        measure_id,
        {{ level_name() }} as level,
        {{ level_unit_id() }} as unit_id,
        count(case when is_handled_in_time and not is_outside_hours then 1 end) as numerator,
        count(case when not is_outside_hours then 1 end) as denominator,
        count(case when is_outside_hours then 1 end) as outside_count
    from placed_call
    group by {{ plain_level_grouping_sets(['period', 'measure_id']) }}
    having {{ level_is_known() }}
),

-- A call has no wait in days, and so no wait statistics; without telephone hours none came outside them.
-- WT35: the target is a decimal, so that a share that meets it exactly is not one short of it.
finished_line as (
    select
        counted_line.*,
        case
            when counted_line.denominator > 0
                then cast(counted_line.numerator as double) / cast(counted_line.denominator as double)
        end as share,
        case
            when counted_line.denominator > 0 and measure.target_share is not null
                then cast(
                    greatest(
                        0, ceil(measure.target_share * counted_line.denominator) - counted_line.numerator
                    ) as bigint
                )
        end as contacts_to_target_count,
        case
            when measure.opens_minute is not null then counted_line.outside_count
        end as outside_hours_count
    from counted_line
    inner join measure
        on
            counted_line.period = measure.period
            and counted_line.measure_id = measure.measure_id
)

select
    period,
    measure_id,
    'completed' as population,
    'all' as variant,
    level,
    unit_id,
    'all' as sex,
    'all' as specialty_group,
    numerator,
    denominator,
    share,
    denominator as contacts_count,
    cast(null as double) as median_wait_days,
    cast(null as double) as mean_wait_days,
    cast(null as bigint) as over_150_days_count,
    {% for band in bands %}
        cast(null as bigint) as band_{{ band }}_count,
    {% endfor %}
    contacts_to_target_count,
    outside_hours_count
from finished_line
