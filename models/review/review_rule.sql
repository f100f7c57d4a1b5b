with

deviation as (
    select * from {{ ref('deviations') }}
),

deviation_line as (
    select * from {{ ref('review_deviation') }}
),

listed_clinic as (
    select * from {{ ref('review_listed_clinic') }}
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

clinic_acceptance as (
    select * from {{ source('control', 'clinic_acceptance') }}
),

told_rule as (
    select
        rule_id,
        effect_case,
        severity,
        effect,
        group_name,
        title,
        meaning,
        what_to_do,
        consequence
    from rule
    union all
    select
        rule_id,
        effect_case,
        severity,
        effect,
        'care' as group_name,
        title,
        meaning,
        what_to_do,
        consequence
    from ground
),

placed_deviation as (
    select
        coalesce(deviation.clinic_id, '*') as clinic_id,
        deviation.rule_id,
        deviation.effect_case,
        deviation.period = own_period.period as is_own,
        deviation.period = own_period.previous_period as is_previous,
        deviation.period = own_period.previous_year_period as is_previous_year
    from deviation
    inner join own_period
        on
            deviation.period
            in (own_period.period, own_period.previous_period, own_period.previous_year_period)
),

counted_deviation as (
    select
        clinic_id,
        rule_id,
        effect_case,
        count(case when is_own then 1 end) as deviations_count,
        count(case when is_previous then 1 end) as previous_month_count,
        count(case when is_previous_year then 1 end) as previous_year_count
    from placed_deviation
    group by clinic_id, rule_id, effect_case
),

-- What only informs has no rows to follow from one load to the next: its statuses are all none.
counted_status as (
    select
        clinic_id,
        rule_id,
        effect_case,
        count(case when status = 'new' then 1 end) as new_count,
        count(case when status = 'remaining' then 1 end) as remaining_count,
        count(case when status = 'fixed' then 1 end) as fixed_count,
        count(case when status = 'accepted' then 1 end) as accepted_count
    from deviation_line
    group by clinic_id, rule_id, effect_case
),

told_case as (
    select
        clinic_id,
        rule_id,
        effect_case
    from counted_deviation
    union
    select
        clinic_id,
        rule_id,
        effect_case
    from counted_status
),

rule_line as (
    select
        told_case.clinic_id,
        told_case.rule_id,
        told_case.effect_case,
        told_rule.title,
        told_rule.meaning,
        told_rule.what_to_do,
        told_rule.consequence,
        told_rule.severity,
        told_rule.effect,
        told_rule.group_name,
        coalesce(counted_deviation.deviations_count, 0) as deviations_count,
        coalesce(counted_status.new_count, 0) as new_count,
        coalesce(counted_status.remaining_count, 0) as remaining_count,
        coalesce(counted_status.fixed_count, 0) as fixed_count,
        coalesce(counted_status.accepted_count, 0) as accepted_count,
        case
            when own_period.previous_period_is_loaded
                then coalesce(counted_deviation.previous_month_count, 0)
        end as previous_month_count,
        case
            when own_period.previous_year_period_is_loaded
                then coalesce(counted_deviation.previous_year_count, 0)
        end as previous_year_count,
        case when counted_status.accepted_count > 0 then clinic_acceptance.reason end as accepted_reason,
        case when counted_status.accepted_count > 0 then clinic_acceptance.accepted_by end as accepted_by,
        case when counted_status.accepted_count > 0 then clinic_acceptance.accepted_at end as accepted_at,
        row_number() over (
            order by
                told_case.clinic_id,
                {{ severity_order('told_rule.severity') }},
                told_case.rule_id, told_case.effect_case
        ) as sort_order
    from told_case
    -- A clinic without rows in the period has no list, whatever it had before.
    inner join listed_clinic on told_case.clinic_id = listed_clinic.clinic_id
    cross join own_period
    inner join told_rule
        on
            told_case.rule_id = told_rule.rule_id
            and told_case.effect_case = told_rule.effect_case
    left join counted_deviation
        on
            told_case.clinic_id = counted_deviation.clinic_id
            and told_case.rule_id = counted_deviation.rule_id
            and told_case.effect_case = counted_deviation.effect_case
    left join counted_status
        on
            told_case.clinic_id = counted_status.clinic_id
            and told_case.rule_id = counted_status.rule_id
            and told_case.effect_case = counted_status.effect_case
    left join clinic_acceptance
        on
            told_case.clinic_id = clinic_acceptance.clinic_id
            and told_case.rule_id = clinic_acceptance.rule_id
)

select
    clinic_id,
    rule_id,
    effect_case,
    title,
    meaning,
    what_to_do,
    consequence,
    severity,
    effect,
    group_name,
    deviations_count,
    new_count,
    remaining_count,
    fixed_count,
    accepted_count,
    previous_month_count,
    previous_year_count,
    accepted_reason,
    accepted_by,
    accepted_at,
    sort_order
from rule_line
