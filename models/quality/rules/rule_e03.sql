with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

stay as (
    select * from {{ ref('int_quality__file_stay') }}
    where is_of_own_file
),

operation as (
    select * from {{ ref('int_quality__file_operation') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'E03'
),

row_in_scope as (
    {{ rows_in_scope() }}
),

-- CM05: person numbers and coordination numbers have a check digit, any other id has none to be wrong.
other_finding as (
    select
        stay.period,
        'check_digit_stay' as effect_case,
        'cosmic_vardtillfalle' as entity,
        stay.unit_id,
        stay.clinic_id,
        stay.episode_key as contact_key,
        stay.source_line
    from stay
    where not stay.has_valid_check_digit
    union all
    select
        operation.period,
        'check_digit_operation' as effect_case,
        'provisio_operation' as entity,
        operation.unit_id,
        operation.clinic_id,
        operation.operation_key as contact_key,
        operation.source_line
    from operation
    where not operation.has_valid_check_digit
),

finding as (
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
        source_line,
        'Kontrollsiffran stämmer inte.' as detail
    from row_in_scope
    where
        not has_valid_check_digit
    union all
    select
        other_finding.period,
        rule.rule_id,
        rule.effect_case,
        rule.severity,
        rule.effect,
        other_finding.entity,
        other_finding.unit_id,
        other_finding.clinic_id,
        other_finding.contact_key,
        other_finding.source_line,
        'Kontrollsiffran stämmer inte.' as detail
    from other_finding
    inner join rule on other_finding.effect_case = rule.effect_case
)

{{ select_findings() }}
