with

finding as (
    select * from {{ ref('int_quality__finding') }}
),

named_finding as (
    select
        period,
        rule_id,
        effect_case,
        severity,
        effect,
        entity,
        unit_id,
        clinic_id,
        contact_key,
        detail,
        source_line
    from finding
)

select
    period,
    rule_id,
    severity,
    effect,
    entity,
    unit_id,
    clinic_id,
    contact_key,
    detail,
    effect_case,
    source_line
from named_finding
