{#- Fails with each row where a part is below zero or above its total; pairs of [part, total]. -#}
{% test part_is_within_total(model, pairs) %}

    select *
    from {{ model }}
    where
        {% for part, total in pairs %}
            {{ part }} < 0 or {{ part }} > {{ total }} {{ 'or' if not loop.last }}
        {% endfor %}

{% endtest %}
