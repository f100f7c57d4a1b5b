with

delivery as (
    select * from {{ source('control', 'delivery') }}
)

select
    receiver,
    period,
    version,
    created_at,
    contacts_completed,
    contacts_waiting,
    left_out_count,
    replaced_version,
    status
from delivery
