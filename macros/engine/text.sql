{#- True when the whole text matches the pattern; NULL when the text is NULL. -#}
{% macro matches_whole(text, pattern) -%}
    {%- if target.type == 'spark' -%}
        {{ text }} rlike '^(?:{{ pattern }})$'
    {%- else -%}
        regexp_full_match({{ text }}, '{{ pattern }}')
    {%- endif -%}
{%- endmacro %}

{#- Aggregate: the distinct texts in order, separated by blanks; NULL texts are passed over. -#}
{% macro sorted_text_list(text) -%}
    {%- if target.type == 'spark' -%}
        nullif(array_join(sort_array(collect_set({{ text }})), ' '), '')
    {%- else -%}
        string_agg(distinct {{ text }}, ' ' order by {{ text }})
    {%- endif -%}
{%- endmacro %}
