{#- Fails with each combination of the columns that more than one row holds: so the grain is another. -#}
{% test has_grain(model, columns) %}

    select
        {{ columns | join(', ') }},
        count(*) as rows_count
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1

{% endtest %}
