with

riskbedomning_file as (
    select * from {{ source('cosmic', 'riskbedomning') }}
),

renamed as (
    select
        _period as period,
        _load_id as load_id,
        _line as source_line,
        vardtillfalle_id as episode_id,
        episode_key,
        typ as assessment_type,
        bedomd_tid as assessed_at
    from riskbedomning_file
)

select
    period,
    load_id,
    source_line,
    episode_id,
    episode_key,
    assessment_type,
    assessed_at
from renamed
