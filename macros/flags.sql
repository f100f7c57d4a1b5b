{#- The extracts' J/N as a boolean; NULL stays NULL. -#}
{% macro yes_no(column) -%}
    case {{ column }} when 'J' then true when 'N' then false end
{%- endmacro %}

{#- True when a value is one of the texts of a list written as 'A|B|C'; an empty list holds nothing. -#}
{% macro stands_in_list(value, list) -%}
    instr(concat('|', coalesce({{ list }}, ''), '|'), concat('|', {{ value }}, '|')) > 0
{%- endmacro %}

{#- CM06: a contact that did not take place is not carried out. -#}
{% macro contact_state(contact_form) -%}
    case when {{ contact_form }} = 'U' then 'not_carried_out' else 'completed' end
{%- endmacro %}
