with

delivery_left_out as (
    select * from {{ ref('delivery_left_out') }}
),

own_period as (
    select * from {{ ref('review_period') }}
),

rule as (
    select * from {{ ref('rules') }}
),

ground as (
    select * from {{ ref('other_grounds') }}
),

-- D leaves out more than L, and stands first.
excluding_rule as (
    select
        rule_id,
        min(title) as title,
        min(effect) as effect
    from rule
    where effect in ('D', 'L')
    group by rule_id
    union all
    select
        rule_id,
        title,
        effect
    from ground
),

-- A38: each row once, under its first rule, so that the counts add up to the rows.
left_out as (
    select
        coalesce(delivery_left_out.clinic_id, '*') as clinic_id,
        delivery_left_out.population,
        delivery_left_out.rule_id,
        excluding_rule.title,
        excluding_rule.effect,
        delivery_left_out.rows_count
    from delivery_left_out
    inner join own_period on delivery_left_out.period = own_period.period
    left join excluding_rule on delivery_left_out.rule_id = excluding_rule.rule_id
    where delivery_left_out.rows_count > 0
)

select
    clinic_id,
    population,
    rule_id,
    title,
    effect,
    rows_count,
    row_number() over (order by clinic_id, population, rule_id) as sort_order
from left_out
