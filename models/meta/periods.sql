with

period_state as (
    select * from {{ source('control', 'period_state') }}
),

delivery as (
    select * from {{ source('control', 'delivery') }}
),

delivery_content as (
    select * from {{ ref('delivery_content') }}
),

newest_version as (
    select
        receiver,
        period,
        max(version) as version
    from delivery
    group by receiver, period
),

-- A period is delivered when what the newest version to each receiver holds is what would be delivered now:
-- a correction that changes a row makes it preliminary again, a file or a setting that changes none does not.
delivered_period as (
    select
        newest_version.period,
        min(
            case when delivery.content_hash = delivery_content.content_hash then 1 else 0 end
        ) = 1 as is_delivered
    from newest_version
    inner join delivery
        on
            newest_version.receiver = delivery.receiver
            and newest_version.period = delivery.period
            and newest_version.version = delivery.version
    left join delivery_content on newest_version.period = delivery_content.period
    group by newest_version.period
),

told_period as (
    select
        period_state.period,
        period_state.group_name,
        period_state.state,
        period_state.loads_count,
        period_state.last_loaded_at,
        not coalesce(delivered_period.is_delivered, false) as is_preliminary,
        coalesce(delivered_period.is_delivered, false) as is_delivered,
        period_state.message
    from period_state
    left join delivered_period on period_state.period = delivered_period.period
)

select
    period,
    group_name,
    state,
    loads_count,
    last_loaded_at,
    is_preliminary,
    is_delivered,
    message
from told_period
