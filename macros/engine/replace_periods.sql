{#-
    Incremental strategy `replace_periods`: a kept table holds every period in which some group that makes periods
    is whole, and a build computes the touched ones alone. Their rows give way to the new ones, and a period that
    is not complete has none to keep.
    dbt runs both statements in one transaction, so that no reader sees the one without the other.
-#}
{% macro get_incremental_replace_periods_sql(arg_dict) -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    delete from {{ arg_dict['target_relation'] }}
    where period not in (
        select complete_period.period
        from control.complete_period
        where complete_period.period not in (select touched_period.period from control.touched_period)
    );

    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }}
    from {{ arg_dict['temp_relation'] }}
{%- endmacro %}
