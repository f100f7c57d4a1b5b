with

finding as (
    select * from {{ ref('int_quality__finding') }}
),

-- CM08: a faulty row keeps its place; what it is left out of follows from the effects of its rules.
row_flag as (
    select
        entity,
        period,
        source_line,
        max(case when effect = 'D' then 1 else 0 end) = 1 as is_disqualified,
        max(case when effect = 'L' then 1 else 0 end) = 1 as is_undeliverable,
        {{ sorted_text_list('rule_id') }} as fault_rules,
        min(case when effect in ('D', 'L') then rule_id end) as first_excluding_rule_id
    from finding
    group by entity, period, source_line
)

select
    entity,
    period,
    source_line,
    is_disqualified,
    is_undeliverable,
    fault_rules,
    first_excluding_rule_id
from row_flag
