with

listning_file as (
    select * from {{ source('cosmic', 'listning') }}
),

renamed as (
    select
        _period as period,
        _load_id as load_id,
        _line as source_line,
        enhet_hsaid as unit_id,
        aldersgrupp as age_group,
        kon as sex,
        antal as listed_count
    from listning_file
)

select
    period,
    load_id,
    source_line,
    unit_id,
    age_group,
    sex,
    listed_count
from renamed
