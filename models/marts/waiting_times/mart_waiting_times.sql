{% set bands = ['0_30', '31_60', '61_90', '91_120', '121_180', '181_365', '366'] %}
{% set keys = ['period', 'measure_id', 'population'] %}

with

population_row as (
    select * from {{ ref('int_waiting_times__population') }}
),

measure as (
    select * from {{ ref('int_waiting_times__measure') }}
),

period as (
    select * from {{ ref('int_core__period') }}
),

variant as (
    select * from {{ ref('variants') }}
),

wait_band as (
    select * from {{ ref('wait_bands') }}
),

phone_line as (
    select * from {{ ref('int_phone__line') }}
),

banded_row as (
    select
        population_row.*,
        wait_band.band,
        population_row.wait_days > period.over_long_wait_days as is_over_long
    from population_row
    inner join period on population_row.period = period.period
    left join wait_band
        on
            population_row.wait_days >= wait_band.from_days
            and population_row.wait_days <= coalesce(wait_band.to_days, population_row.wait_days)
            and period.last_date >= wait_band.valid_from
            and period.last_date <= coalesce(wait_band.valid_to, period.last_date)
),

-- WT33: over all rows of the measure, in the guarantee or not; equal in all variants.
wait_statistic as (
    select
        period,
        measure_id,
        population,
        {{ level_name() }} as level,
        {{ level_unit_id() }} as unit_id,
        {{ breakdown_value('sex') }} as sex,
        {{ breakdown_value('specialty_group') }} as specialty_group,
        {% for band in bands %}
            count(case when band = '{{ band }}' then 1 end) as band_{{ band }}_count,
        {% endfor %}
        count(*) as contacts_count,
        cast(median(wait_days) as double) as median_wait_days,
        cast(avg(wait_days) as double) as mean_wait_days,
        count(case when is_over_long then 1 end) as over_150_days_count
    from banded_row
    group by {{ level_grouping_sets(keys) }}
    having {{ level_is_known() }}
),

-- The rows of a share in as many lines as differ in what a variant asks, so that four variants cost one scan.
share_cell as (
    select
        period,
        measure_id,
        population,
        unit_id,
        clinic_id,
        area_name,
        sex,
        specialty_group,
        deviation_code,
        is_inside_limit,
        count(*) as rows_count
    from population_row
    where is_in_share
    group by
        period, measure_id, population, unit_id, clinic_id, area_name, sex, specialty_group,
        deviation_code, is_inside_limit
),

-- WT31: what a variant leaves out; an empty deviation is none.
variant_in_force as (
    select
        period.period,
        variant.variant,
        variant.population,
        variant.excluded_deviations,
        variant.is_only_over_limit
    from variant
    inner join period
        on
            variant.valid_from <= period.last_date
            and coalesce(variant.valid_to, period.last_date) >= period.last_date
),

variant_cell as (
    select
        share_cell.*,
        variant_in_force.variant
    from share_cell
    inner join variant_in_force
        on
            share_cell.period = variant_in_force.period
            and share_cell.population = variant_in_force.population
    where
        share_cell.deviation_code is null
        or not {{ stands_in_list('share_cell.deviation_code', 'variant_in_force.excluded_deviations') }}
        or (variant_in_force.is_only_over_limit and share_cell.is_inside_limit)
),

-- WT32: counted rows, and those of them inside the limit.
share_count as (
    select
        period,
        measure_id,
        population,
        variant,
        {{ level_name() }} as level,
        {{ level_unit_id() }} as unit_id,
        {{ breakdown_value('sex') }} as sex,
        {{ breakdown_value('specialty_group') }} as specialty_group,
        cast(sum(case when is_inside_limit then rows_count else 0 end) as bigint) as numerator,
        cast(sum(rows_count) as bigint) as denominator
    from variant_cell
    group by {{ level_grouping_sets(keys + ['variant']) }}
    having {{ level_is_known() }}
),

combined_line as (
    select
        wait_statistic.*,
        variant_in_force.variant,
        coalesce(share_count.numerator, 0) as numerator,
        coalesce(share_count.denominator, 0) as denominator,
        measure.target_share
    from wait_statistic
    inner join variant_in_force
        on
            wait_statistic.period = variant_in_force.period
            and wait_statistic.population = variant_in_force.population
    inner join measure
        on
            wait_statistic.period = measure.period
            and wait_statistic.measure_id = measure.measure_id
    left join share_count
        on
            wait_statistic.period = share_count.period
            and wait_statistic.measure_id = share_count.measure_id
            and wait_statistic.population = share_count.population
            and variant_in_force.variant = share_count.variant
            and wait_statistic.level = share_count.level
            and wait_statistic.unit_id = share_count.unit_id
            and wait_statistic.sex = share_count.sex
            and wait_statistic.specialty_group = share_count.specialty_group
),

-- WT35: the target is a decimal, so that a share that meets it exactly is not one short of it.
finished_line as (
    select
        *,
        case when denominator > 0 then cast(numerator as double) / cast(denominator as double) end as share,
        case
            when denominator > 0 and target_share is not null
                then cast(greatest(0, ceil(target_share * denominator) - numerator) as bigint)
        end as contacts_to_target_count
    from combined_line
),

-- The lines of care; only calls are counted outside hours.
care_line as (
    select
        period,
        measure_id,
        population,
        variant,
        level,
        unit_id,
        sex,
        specialty_group,
        numerator,
        denominator,
        share,
        contacts_count,
        median_wait_days,
        mean_wait_days,
        over_150_days_count,
        {% for band in bands %}
            band_{{ band }}_count,
        {% endfor %}
        contacts_to_target_count,
        cast(null as bigint) as outside_hours_count
    from finished_line
),

line as (
    select * from care_line
    union all
    select * from phone_line
)

select
    period,
    measure_id,
    population,
    variant,
    level,
    unit_id,
    sex,
    specialty_group,
    numerator,
    denominator,
    share,
    contacts_count,
    median_wait_days,
    mean_wait_days,
    over_150_days_count,
    {% for band in bands %}
        band_{{ band }}_count,
    {% endfor %}
    contacts_to_target_count,
    outside_hours_count
from line
