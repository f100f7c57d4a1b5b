with

vardplats_file as (
    select * from {{ source('cosmic', 'vardplats') }}
),

renamed as (
    select
        _period as period,
        _load_id as load_id,
        _line as source_line,
        avdelning_hsaid as ward_id,
        datum as bed_date,
        faststallda as beds_established,
        disponibla as beds_available
    from vardplats_file
)

select
    period,
    load_id,
    source_line,
    ward_id,
    bed_date,
    beds_established,
    beds_available
from renamed
