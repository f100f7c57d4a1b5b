with

finding as (
    select * from {{ ref('int_quality__finding') }}
),

clinic_finding as (
    select * from {{ ref('int_quality__clinic_finding') }}
),

named_finding as (
    select * from finding
    union all
    select * from clinic_finding
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
