with

samtal_file as (
    select * from {{ source('telefoni', 'samtal') }}
),

renamed as (
    select
        _period as period,
        _load_id as load_id,
        _line as source_line,
        samtal_id as call_id,
        enhet_hsaid as unit_id,
        kanal as channel,
        inkommet as received_at,
        hanterat as handled_at,
        status as call_status
    from samtal_file
)

select
    period,
    load_id,
    source_line,
    call_id,
    unit_id,
    channel,
    received_at,
    handled_at,
    call_status
from renamed
