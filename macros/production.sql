{#- PR06: of several months a flow is their sum, a stock their mean. -#}
{% macro flow_or_stock(sum_of_months, months) -%}
    case
        when is_stock then cast({{ sum_of_months }} / {{ months }} as decimal(24, 8)) else {{ sum_of_months }}
    end
{%- endmacro %}

{#- PR06: how far a figure lies from a reference, as an unrounded share of it; NULL when it is NULL or 0. -#}
{% macro deviation_share(figure, reference) -%}
    cast({{ figure }} - {{ reference }} as double) / cast(nullif({{ reference }}, 0) as double)
{%- endmacro %}
