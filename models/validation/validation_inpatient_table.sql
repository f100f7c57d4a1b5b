with

loaded_period as (
    select * from {{ source('control', 'loaded_period') }}
    where group_name = 'wards'
),

{% set tables = ['fct_inpatient_stay', 'fct_ward_day', 'mart_occupancy', 'mart_readmission'] %}
{% for table in tables %}
    {{ table }} as (
        select * from {{ ref(table) }}
    ),

{% endfor %}
-- CM09: a row of a period whose wards are not loaded would be a figure that no rebuild gives again. An
-- episode is of the period that it was discharged in, loaded or not, and is no part of this.
counted_table as (
    {% for table in tables %}
        select
            '{{ table }}' as table_name,
            count(*) as rows_count,
            count(case when loaded_period.period is null then 1 end) as unloaded_rows_count
        from {{ table }}
        left join loaded_period on {{ table }}.period = loaded_period.period
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    table_name,
    rows_count,
    unloaded_rows_count
from counted_table
