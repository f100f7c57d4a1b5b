{#- Fails with each row that lacks a value in any of the columns: one node for all, for the sake of cost. -#}
{% test has_no_null(model, columns) %}

    select {{ columns | join(', ') }}
    from {{ model }}
    where
        {% for column in columns %}
            {{ column }} is null {{ 'or' if not loop.last }}
        {% endfor %}

{% endtest %}
