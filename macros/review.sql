{#-
    What a deviation is about, so that it can be known again in the next load: the file and the contact or the
    stay, or, of a day of a ward, a clinic's rows as a whole and rows in quarantine, place, day and words. What is found of a clinic's month as a whole
    is in no file, and is known again all the same. Digits are left out of the words: counts and line numbers move
    between files.
-#}
{% macro deviation_subject(relation) -%}
    concat(
        coalesce({{ relation }}.entity, 'no file'),
        case
            when {{ relation }}.contact_id is not null
                then
                    concat(
                        ' contact ', {{ relation }}.contact_id,
                        ' ', coalesce(cast({{ relation }}.stay_number as string), '')
                    )
            else concat(
                ' place ', {{ relation }}.clinic_id, ' ', coalesce({{ relation }}.unit_id, ''), ' ',
                coalesce(cast({{ relation }}.event_date as string), ''), ' ',
                translate({{ relation }}.detail, '0123456789', '')
            )
        end
    )
{%- endmacro %}

{#- The order in which severities are told: what stops first, what only informs last. -#}
{% macro severity_order(severity) -%}
    case {{ severity }} when 'block' then 1 when 'fix' then 2 else 3 end
{%- endmacro %}

{#- Where a deviation's row stands in its file, or, of a stay that the file lacks, which one it is. -#}
{% macro place_in_file(source_line, contact_key, stay_number) -%}
    case
        when {{ source_line }} is null then concat({{ contact_key }}, ' ', cast({{ stay_number }} as string))
        else cast({{ source_line }} as string)
    end
{%- endmacro %}
