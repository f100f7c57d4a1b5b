with

permission_file as (
    select * from {{ source('cosmic', 'permission') }}
),

renamed as (
    select
        _period as period,
        _load_id as load_id,
        _line as source_line,
        vardtillfalle_id as episode_id,
        episode_key,
        vistelse_nr as stay_number,
        fran_tid as left_at,
        till_tid as returned_at
    from permission_file
)

select
    period,
    load_id,
    source_line,
    episode_id,
    episode_key,
    stay_number,
    left_at,
    returned_at
from renamed
