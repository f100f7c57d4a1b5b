with

candidate as (
    select * from {{ ref('int_quality__delivery_candidate') }}
),

finding as (
    select * from {{ ref('int_quality__finding') }}
),

-- Every row left out counts once, under its first rule, so that the counts add up to the rows.
-- DL01: an acute contact on the waiting list is no fault, and is left out as such.
once_by_rule as (
    select
        period,
        population,
        clinic_id,
        coalesce(first_excluding_rule_id, 'DL01') as rule_id,
        1 as is_first_rule,
        cast(not is_faulty as integer) as is_outside
    from candidate
    where is_faulty or (population = 'waiting' and phase = '5')
),

every_rule as (
    select distinct
        candidate.period,
        candidate.population,
        candidate.entity,
        candidate.source_line,
        candidate.clinic_id,
        finding.rule_id
    from candidate
    inner join finding
        on
            candidate.period = finding.period
            and candidate.entity = finding.entity
            and candidate.source_line = finding.source_line
    where finding.effect in ('D', 'L')
),

counted_rule as (
    select
        period,
        population,
        clinic_id,
        rule_id,
        is_first_rule as first_count,
        is_outside as rule_count
    from once_by_rule
    union all
    select
        period,
        population,
        clinic_id,
        rule_id,
        0 as first_count,
        1 as rule_count
    from every_rule
),

left_out as (
    select
        period,
        population,
        clinic_id,
        rule_id,
        cast(sum(first_count) as bigint) as rows_count,
        cast(sum(rule_count) as bigint) as rows_with_rule_count
    from counted_rule
    group by period, population, clinic_id, rule_id
)

select
    period,
    population,
    clinic_id,
    rule_id,
    rows_count,
    rows_with_rule_count
from left_out
