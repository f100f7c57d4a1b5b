{#- Fails with each interval that begins before the one before it, of the same key, has ended. -#}
{% test has_no_overlap(model, key, from_date, to_date) %}

    select *
    from (
        select
            {{ key }},
            {{ from_date }},
            {{ to_date }},
            lag({{ to_date }}) over (partition by {{ key }} order by {{ from_date }}) as previous_to_date
        from {{ model }}
    ) as interval_in_order
    where previous_to_date >= {{ from_date }} or {{ to_date }} < {{ from_date }}

{% endtest %}
