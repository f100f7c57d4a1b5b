with

month_file as (
    select * from {{ source('inera', '1177') }}
),

renamed as (
    select
        _period as period,
        _load_id as load_id,
        _line as source_line,
        period as reported_month,
        samtal_inkomna as calls_received_count,
        samtal_besvarade as calls_answered_count,
        besvarade_inom_15_min as calls_answered_in_15_minutes_count,
        vantetid_summa_sek as wait_seconds
    from month_file
)

select
    period,
    load_id,
    source_line,
    reported_month,
    calls_received_count,
    calls_answered_count,
    calls_answered_in_15_minutes_count,
    wait_seconds
from renamed
