with

loaded_period as (
    select * from {{ source('control', 'loaded_period') }}
    where group_name in ('operations', 'listing')
),

touched_period as (
    select * from {{ source('control', 'touched_period') }}
),

load_account as (
    select * from {{ ref('load_account') }}
),

operation as (
    select * from {{ ref('stg_provisio__operation') }}
),

listed as (
    select * from {{ ref('stg_cosmic__listning') }}
),

mart_production as (
    select * from {{ ref('mart_production') }}
),

loaded_file as (
    select
        period,
        entity,
        sum(rows_loaded) as rows_loaded_count
    from load_account
    where is_current
    group by period, entity
),

-- PR: counted a second time, straight from what is staged; an operation is of the month that it began in.
staged_file as (
    select
        period,
        'operations' as group_name,
        'operations' as product_id,
        count(*) as staged_count,
        count(
            case
                when
                    operation_status = 'G'
                    and substr(cast(operation_started_at as string), 1, 7) = period
                    then 1
            end
        ) as counted
    from operation
    group by period
    union all
    select
        period,
        'listing' as group_name,
        'listed_persons' as product_id,
        count(*) as staged_count,
        sum(listed_count) as counted
    from listed
    group by period
),

entity_of_group as (
    select
        'operations' as group_name,
        'provisio_operation' as entity
    union all
    select
        'listing' as group_name,
        'cosmic_listning' as entity
),

region_line as (
    select
        period,
        product_id,
        actual
    from mart_production
    where level = 'region' and product_id in ('operations', 'listed_persons')
),

judged_file as (
    select
        loaded_period.period,
        entity_of_group.entity,
        coalesce(loaded_file.rows_loaded_count, 0) as rows_loaded_count,
        coalesce(staged_file.staged_count, 0) as staged_count,
        coalesce(staged_file.counted, 0) as counted,
        coalesce(region_line.actual, 0) as actual
    from loaded_period
    inner join touched_period on loaded_period.period = touched_period.period
    inner join entity_of_group on loaded_period.group_name = entity_of_group.group_name
    left join loaded_file
        on loaded_period.period = loaded_file.period and entity_of_group.entity = loaded_file.entity
    left join staged_file
        on loaded_period.period = staged_file.period and loaded_period.group_name = staged_file.group_name
    left join region_line
        on staged_file.period = region_line.period and staged_file.product_id = region_line.product_id
)

select
    period,
    entity,
    cast(rows_loaded_count as bigint) as rows_loaded_count,
    cast(staged_count as bigint) as staged_count,
    cast(counted as bigint) as staged_amount_count,
    cast(actual as bigint) as mart_amount_count
from judged_file
