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

{#-
    What the rules on the wards' files end with: which stay, or which day of a ward, stands beside what every rule
    tells. `finding` holds the rows found, `rule` the rule's rows of the seed.
-#}
{% macro select_ward_findings() -%}
    select
        finding.period,
        rule.rule_id,
        rule.effect_case,
        rule.severity,
        rule.effect,
        finding.entity,
        finding.unit_id,
        finding.clinic_id,
        finding.contact_key,
        finding.source_line,
        finding.detail,
        finding.stay_number,
        finding.event_date
    from finding
    cross join rule
{%- endmacro %}

{#- A stay in a sentence: 'in 2024-07-01 10:00, ut 2024-07-04 12:00', or that it goes on. -#}
{% macro stay_in_words(relation) -%}
    concat(
        'in ', {{ minute_in_words(relation ~ '.admitted_at') }},
        case
            when {{ relation }}.discharged_at is null then ', inte utskriven'
            else concat(', ut ', {{ minute_in_words(relation ~ '.discharged_at') }})
        end
    )
{%- endmacro %}

{#- A moment as it is read: '2024-07-01 10:00'; NULL stays NULL. -#}
{% macro minute_in_words(moment) -%}
    substr(cast({{ moment }} as string), 1, 16)
{%- endmacro %}
