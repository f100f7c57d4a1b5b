{#- Whole months from one period (ÅÅÅÅ-MM) to another; negative when the second lies before the first. -#}
{% macro months_between_periods(from_period, to_period) -%}
    (
        (cast(substr({{ to_period }}, 1, 4) as integer) - cast(substr({{ from_period }}, 1, 4) as integer)) * 12
        + cast(substr({{ to_period }}, 6, 2) as integer) - cast(substr({{ from_period }}, 6, 2) as integer)
    )
{%- endmacro %}
