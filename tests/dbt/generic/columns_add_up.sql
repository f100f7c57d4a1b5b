{#- Fails with each row whose parts are not the total. -#}
{% test columns_add_up(model, total, parts) %}

    select *
    from {{ model }}
    where {{ total }} <> {{ parts | join(' + ') }}

{% endtest %}
