with

delivery_call as (
    select * from {{ source('control', 'delivery_call') }}
)

select
    receiver,
    period,
    version,
    call,
    leverans_referens,
    ersattnings_id,
    rows,
    sha256,
    status,
    rejected_count,
    answered_at
from delivery_call
