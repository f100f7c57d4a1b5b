with

complete_period as (
    select * from {{ source('control', 'complete_period') }}
),

mart_production as (
    select * from {{ ref('mart_production') }}
)

-- CM09: a row of a period in which no group is whole would be a figure that no rebuild gives again.
select
    'mart_production' as table_name,
    count(*) as rows_count,
    count(case when complete_period.period is null then 1 end) as unloaded_rows_count
from mart_production
left join complete_period on mart_production.period = complete_period.period
