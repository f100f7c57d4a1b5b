with

load_account as (
    select * from {{ ref('load_account') }}
),

period as (
    select * from {{ ref('int_core__period') }}
),

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

fct_completed_contact as (
    select * from {{ ref('fct_completed_contact') }}
),

fct_waiting_contact as (
    select * from {{ ref('fct_waiting_contact') }}
),

deviations as (
    select * from {{ ref('deviations') }}
),

population as (
    select
        'completed' as population,
        'cosmic_vardkontakt' as entity
    union all
    select
        'waiting' as population,
        'cosmic_vantelista' as entity
),

loaded_file as (
    select
        period,
        entity,
        sum(rows_loaded) as rows_loaded_count
    from load_account
    where is_current
    group by period, entity
),

-- CM06, WT02: what is staged but in no fact did not take place, or was removed in time.
staged_row as (
    select
        period,
        entity,
        count(case when row_state in ('not_carried_out', 'removed') then 1 end) as outside_fact_count
    from row_of_care
    group by period, entity
),

fact_row as (
    select
        period,
        'completed' as population,
        is_disqualified,
        is_undeliverable
    from fct_completed_contact
    union all
    select
        period,
        'waiting' as population,
        is_disqualified,
        is_undeliverable
    from fct_waiting_contact
),

fact_count as (
    select
        period,
        population,
        count(*) as in_fact_count,
        count(case when is_disqualified then 1 end) as disqualified_count,
        count(case when is_undeliverable then 1 end) as undeliverable_count
    from fact_row
    group by period, population
),

-- CM08: a row's flags are what the deviations of that row say, no more and no less.
deviation_count as (
    select
        period,
        entity,
        count(distinct case when effect = 'D' then source_line end) as disqualifying_count,
        count(distinct case when effect = 'L' then source_line end) as withholding_count
    from deviations
    group by period, entity
),

-- Both populations of every period have a line, also one whose fact holds no row of it.
every_population as (
    select
        period.period,
        population.population,
        population.entity
    from period
    cross join population
),

accounted_population as (
    select
        every_population.period,
        every_population.population,
        coalesce(loaded_file.rows_loaded_count, 0) as rows_loaded_count,
        coalesce(fact_count.in_fact_count, 0) as in_fact_count,
        coalesce(staged_row.outside_fact_count, 0) as outside_fact_count,
        coalesce(fact_count.disqualified_count, 0) as disqualified_count,
        coalesce(deviation_count.disqualifying_count, 0) as disqualifying_count,
        coalesce(fact_count.undeliverable_count, 0) as undeliverable_count,
        coalesce(deviation_count.withholding_count, 0) as withholding_count
    from every_population
    left join fact_count
        on every_population.period = fact_count.period and every_population.population = fact_count.population
    left join loaded_file
        on every_population.period = loaded_file.period and every_population.entity = loaded_file.entity
    left join staged_row
        on every_population.period = staged_row.period and every_population.entity = staged_row.entity
    left join deviation_count
        on
            every_population.period = deviation_count.period
            and every_population.entity = deviation_count.entity
)

select
    period,
    population,
    cast(rows_loaded_count as bigint) as rows_loaded_count,
    in_fact_count,
    outside_fact_count,
    cast(in_fact_count + outside_fact_count as bigint) as accounted_count,
    disqualified_count,
    disqualifying_count,
    undeliverable_count,
    withholding_count
from accounted_population
