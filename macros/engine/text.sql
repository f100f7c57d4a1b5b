{#- True when the whole text matches the pattern; NULL when the text is NULL. -#}
{% macro matches_whole(text, pattern) -%}
    {%- if target.type == 'spark' -%}
        {{ text }} rlike '^(?:{{ pattern }})$'
    {%- else -%}
        regexp_full_match({{ text }}, '{{ pattern }}')
    {%- endif -%}
{%- endmacro %}

{#- True when the whole text matches a pattern that a row holds; NULL when either is NULL. -#}
{% macro matches_pattern(text, pattern) -%}
    {%- if target.type == 'spark' -%}
        {{ text }} rlike concat('^(?:', {{ pattern }}, ')$')
    {%- else -%}
        regexp_full_match({{ text }}, {{ pattern }})
    {%- endif -%}
{%- endmacro %}

{#- The pattern of one or several texts of a pattern that a row holds, separated by vertical bars. -#}
{% macro pattern_of_list(pattern) -%}
    concat({{ pattern }}, '( *[|] *', {{ pattern }}, ')*')
{%- endmacro %}

{#- Aggregate: the distinct texts in order, separated by blanks; NULL texts are passed over. -#}
{% macro sorted_text_list(text) -%}
    {%- if target.type == 'spark' -%}
        nullif(array_join(sort_array(collect_set({{ text }})), ' '), '')
    {%- else -%}
        string_agg(distinct {{ text }}, ' ' order by {{ text }})
    {%- endif -%}
{%- endmacro %}

{#- A whole row of a relation as one text, column by column in their order; NULL is not the empty text. -#}
{% macro row_text(relation) -%}
    {%- if target.type == 'spark' -%}
        to_json(struct({{ relation }}.*), map('ignoreNullFields', 'false'))
    {%- else -%}
        cast(to_json({{ relation }}) as varchar)
    {%- endif -%}
{%- endmacro %}

{#- Aggregate: every text, equal ones too, in order and one after the other; NULL texts are passed over. -#}
{% macro sorted_texts_joined(text) -%}
    {%- if target.type == 'spark' -%}
        array_join(sort_array(collect_list({{ text }})), '')
    {%- else -%}
        string_agg({{ text }}, '' order by {{ text }})
    {%- endif -%}
{%- endmacro %}
