{#-
    What a deviation is about, so that it can be known again in the next load: the file and the contact, or, of a
    clinic's rows as a whole and of rows in quarantine, place and words. What is found of a clinic's month as a whole
    is in no file, and is known again all the same. Digits are left out of the words: counts and line numbers move
    between files.
-#}
{% macro deviation_subject(relation) -%}
    concat(
        coalesce({{ relation }}.entity, 'no file'),
        case
            when {{ relation }}.contact_id is not null then concat(' contact ', {{ relation }}.contact_id)
            else concat(
                ' place ', {{ relation }}.clinic_id, ' ', coalesce({{ relation }}.unit_id, ''), ' ',
                translate({{ relation }}.detail, '0123456789', '')
            )
        end
    )
{%- endmacro %}

{#- The order in which severities are told: what stops first, what only informs last. -#}
{% macro severity_order(severity) -%}
    case {{ severity }} when 'block' then 1 when 'fix' then 2 else 3 end
{%- endmacro %}
