with

period_state as (
    select * from {{ source('control', 'period_state') }}
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
from period_state
