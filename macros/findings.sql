{#-
    The rows a rule looks at: of the care levels and the states that its row in the seed names, one for each
    of the rule's cases. G is a contact carried out, W an entry that waits; all other rows (CM06: contacts
    that did not take place, WT02: corrected entries, entries removed in time) are outside every rule.
    Asks for the import CTEs row_of_care and rule.
-#}
{% macro rows_in_scope() -%}
    select
        row_of_care.*,
        rule.rule_id,
        rule.effect_case,
        rule.severity,
        rule.effect
    from row_of_care
    inner join rule
        on
            instr(rule.care_scope, row_of_care.care_level) > 0
            and instr(
                rule.row_scope, case row_of_care.row_state when 'completed' then 'G' when 'waiting' then 'W' end
            ) > 0
{%- endmacro %}

{#- What every rule model ends with: one row a finding, in the columns that the union of all rules takes. -#}
{% macro select_findings() -%}
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
        detail
    from finding
{%- endmacro %}
