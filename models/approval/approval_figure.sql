with

flagged_row as (
    select * from {{ ref('int_waiting_times__flagged_row') }}
),

delivery_completed as (
    select * from {{ ref('delivery_completed') }}
),

delivery_waiting as (
    select * from {{ ref('delivery_waiting') }}
),

delivery_left_out as (
    select * from {{ ref('delivery_left_out') }}
),

deviation as (
    select * from {{ ref('deviations') }}
),

mart_waiting_times as (
    select * from {{ ref('mart_waiting_times') }}
),

population_row as (
    select * from {{ ref('int_waiting_times__population') }}
),

rule as (
    select * from {{ ref('rules') }}
),

measure as (
    select * from {{ ref('measures') }}
),

period as (
    select * from {{ ref('int_core__period') }}
),

-- CM03: a row of an unknown unit has no clinic, and so stands in no clinic's figures.
candidate as (
    select
        period,
        clinic_id,
        row_state as population,
        entity,
        source_line,
        contact_key
    from flagged_row
    where care_level = 'S' and row_state in ('completed', 'waiting') and clinic_id is not null
),

candidate_clinic as (
    select distinct
        period,
        clinic_id
    from candidate
),

delivered_row as (
    select
        period,
        clinic_id,
        'completed' as population
    from delivery_completed
    union all
    select
        period,
        clinic_id,
        'waiting' as population
    from delivery_waiting
),

delivered as (
    select
        period,
        clinic_id,
        'delivered' as figure_kind,
        population,
        '*' as subject_id,
        '*' as case_id,
        cast(null as string) as severity,
        cast(null as string) as title,
        count(*) as rows_count,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        cast(null as double) as share
    from delivered_row
    where clinic_id is not null
    group by period, clinic_id, population
),

left_out as (
    select
        period,
        clinic_id,
        'left_out' as figure_kind,
        population,
        '*' as subject_id,
        '*' as case_id,
        cast(null as string) as severity,
        cast(null as string) as title,
        cast(sum(rows_count) as bigint) as rows_count,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        cast(null as double) as share
    from delivery_left_out
    where clinic_id is not null
    group by period, clinic_id, population
),

excluding_rule as (
    select
        rule_id,
        min(title) as title
    from rule
    where effect in ('D', 'L')
    group by rule_id
),

-- A38: a row left out counts under its first rule, so that the rules add up to the rows.
left_out_by_rule as (
    select
        delivery_left_out.period,
        delivery_left_out.clinic_id,
        'left_out_by_rule' as figure_kind,
        delivery_left_out.population,
        delivery_left_out.rule_id as subject_id,
        '*' as case_id,
        cast(null as string) as severity,
        excluding_rule.title,
        delivery_left_out.rows_count,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        cast(null as double) as share
    from delivery_left_out
    left join excluding_rule on delivery_left_out.rule_id = excluding_rule.rule_id
    where delivery_left_out.clinic_id is not null and delivery_left_out.rows_count > 0
),

-- Only what speaks of care or of the register is approved: a file of wards, operations or listing, and what
-- is found in it, must withdraw no approval of a delivery in which it has no row.
care_deviation as (
    select deviation.*
    from deviation
    inner join rule
        on
            deviation.rule_id = rule.rule_id
            and deviation.effect_case = rule.effect_case
    where rule.group_name in ('care', 'registers')
),

-- What was found in the clinic's own candidates, and what was found of the clinic as a whole (no contact).
-- E05 moves on with the newest register, which must withdraw no approval of the month it was told in before.
clinic_deviation as (
    select
        care_deviation.period,
        care_deviation.clinic_id,
        care_deviation.rule_id,
        care_deviation.effect_case,
        care_deviation.severity,
        count(*) as rows_count
    from care_deviation
    inner join candidate_clinic
        on
            care_deviation.period = candidate_clinic.period
            and care_deviation.clinic_id = candidate_clinic.clinic_id
    left join candidate
        on
            care_deviation.period = candidate.period
            and care_deviation.entity = candidate.entity
            and care_deviation.source_line = candidate.source_line
    where
        candidate.period is not null
        or (care_deviation.contact_key is null and care_deviation.rule_id <> 'E05')
    group by
        care_deviation.period, care_deviation.clinic_id, care_deviation.rule_id,
        care_deviation.effect_case, care_deviation.severity
),

deviation_figure as (
    select
        clinic_deviation.period,
        clinic_deviation.clinic_id,
        'deviation' as figure_kind,
        '*' as population,
        clinic_deviation.rule_id as subject_id,
        clinic_deviation.effect_case as case_id,
        clinic_deviation.severity,
        rule.title,
        clinic_deviation.rows_count,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        cast(null as double) as share
    from clinic_deviation
    left join rule
        on
            clinic_deviation.rule_id = rule.rule_id
            and clinic_deviation.effect_case = rule.effect_case
),

-- DL01: a clinic approves what is delivered of it. A measure that counts none of its candidates (primary
-- care, a first line in primary care) is no figure of theirs, and its rows must not withdraw an approval.
candidate_measure as (
    select distinct
        population_row.period,
        population_row.clinic_id,
        population_row.measure_id,
        population_row.population
    from population_row
    inner join candidate
        on
            population_row.period = candidate.period
            and population_row.population = candidate.population
            and population_row.contact_key = candidate.contact_key
),

measure_figure as (
    select
        mart_waiting_times.period,
        mart_waiting_times.unit_id as clinic_id,
        'measure' as figure_kind,
        mart_waiting_times.population,
        mart_waiting_times.measure_id as subject_id,
        mart_waiting_times.variant as case_id,
        cast(null as string) as severity,
        measure.measure_name as title,
        mart_waiting_times.contacts_count as rows_count,
        mart_waiting_times.numerator,
        mart_waiting_times.denominator,
        mart_waiting_times.share
    from mart_waiting_times
    inner join candidate_measure
        on
            mart_waiting_times.period = candidate_measure.period
            and mart_waiting_times.unit_id = candidate_measure.clinic_id
            and mart_waiting_times.measure_id = candidate_measure.measure_id
            and mart_waiting_times.population = candidate_measure.population
    inner join period on mart_waiting_times.period = period.period
    left join measure
        on
            mart_waiting_times.measure_id = measure.measure_id
            and period.last_date >= measure.valid_from
            and period.last_date <= coalesce(measure.valid_to, period.last_date)
    where
        mart_waiting_times.level = 'clinic'
        and mart_waiting_times.sex = 'all'
        and mart_waiting_times.specialty_group = 'all'
),

clinic_figure as (
    select * from delivered
    union all
    select * from left_out
    union all
    select * from left_out_by_rule
    union all
    select * from deviation_figure
    union all
    select * from measure_figure
)

select
    period,
    clinic_id,
    figure_kind,
    population,
    subject_id,
    case_id,
    severity,
    title,
    rows_count,
    numerator,
    denominator,
    share
from clinic_figure
