{#-
    Incremental strategy `replace_periods`: a kept table holds every loaded period, and a build computes the
    touched ones alone. Their rows give way to the new ones, and a period that is not loaded has none to keep.
    dbt runs both statements in one transaction, so that no reader sees the one without the other.
-#}
{% macro get_incremental_replace_periods_sql(arg_dict) -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    delete from {{ arg_dict['target_relation'] }}
    where period not in (
        select loaded_period.period
        from control.loaded_period
        where
            loaded_period.group_name = 'care'
            and loaded_period.period not in (select touched_period.period from control.touched_period)
    );

    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }}
    from {{ arg_dict['temp_relation'] }}
{%- endmacro %}
