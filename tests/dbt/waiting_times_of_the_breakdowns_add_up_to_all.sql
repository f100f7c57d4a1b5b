-- CM04, WT34: at every level the sexes, and at region and area the specialty groups, add up to `all`.
-- Calls have neither patient nor group, and so no breakdown.
with

touched_period as (
    select * from {{ source('control', 'touched_period') }}
),

phone_measure as (
    select * from {{ ref('int_phone__measure') }}
),

mart_waiting_times as (
    select * from {{ ref('mart_waiting_times') }}
    where
        period in (select touched_period.period from touched_period)
        and measure_id not in (select phone_measure.measure_id from phone_measure)
),

summed_line as (
    select
        period,
        measure_id,
        population,
        variant,
        level,
        unit_id,
        'sex' as breakdown,
        sum(contacts_count * case when sex = 'all' then 1 else -1 end) as contacts_difference,
        sum(numerator * case when sex = 'all' then 1 else -1 end) as numerator_difference,
        sum(denominator * case when sex = 'all' then 1 else -1 end) as denominator_difference
    from mart_waiting_times
    where specialty_group = 'all'
    group by period, measure_id, population, variant, level, unit_id
    union all
    select
        period,
        measure_id,
        population,
        variant,
        level,
        unit_id,
        'specialty_group' as breakdown,
        sum(contacts_count * case when specialty_group = 'all' then 1 else -1 end) as contacts_difference,
        sum(numerator * case when specialty_group = 'all' then 1 else -1 end) as numerator_difference,
        sum(denominator * case when specialty_group = 'all' then 1 else -1 end) as denominator_difference
    from mart_waiting_times
    where sex = 'all' and level in ('region', 'area')
    group by period, measure_id, population, variant, level, unit_id
)

select *
from summed_line
where contacts_difference <> 0 or numerator_difference <> 0 or denominator_difference <> 0
