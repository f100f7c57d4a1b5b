with

load_account as (
    select * from {{ source('control', 'load_account') }}
)

select
    period,
    system,
    entity,
    file_name,
    sha256,
    rows_in_file,
    rows_loaded,
    rows_quarantined,
    rows_duplicate,
    rows_filtered,
    loaded_at,
    is_current,
    load_id,
    outcome
from load_account
