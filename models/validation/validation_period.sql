with

complete_period as (
    select * from {{ source('control', 'complete_period') }}
),

fct_completed_contact as (
    select * from {{ ref('fct_completed_contact') }}
),

fct_waiting_contact as (
    select * from {{ ref('fct_waiting_contact') }}
),

mart_waiting_times as (
    select * from {{ ref('mart_waiting_times') }}
),

deviations as (
    select * from {{ ref('deviations') }}
),

counted_table as (
    select
        'fct_completed_contact' as table_name,
        period,
        count(*) as rows_count
    from fct_completed_contact
    group by period
    union all
    select
        'fct_waiting_contact' as table_name,
        period,
        count(*) as rows_count
    from fct_waiting_contact
    group by period
    union all
    select
        'mart_waiting_times' as table_name,
        period,
        count(*) as rows_count
    from mart_waiting_times
    group by period
    union all
    select
        'deviations' as table_name,
        period,
        count(*) as rows_count
    from deviations
    group by period
),

-- CM09: a row of a period in which no group is whole would be a figure that no rebuild gives again.
judged_table as (
    select
        counted_table.table_name,
        counted_table.period,
        counted_table.rows_count,
        case
            when complete_period.period is null then counted_table.rows_count else 0
        end as unloaded_rows_count
    from counted_table
    left join complete_period on counted_table.period = complete_period.period
)

select
    table_name,
    period,
    rows_count,
    unloaded_rows_count
from judged_table
