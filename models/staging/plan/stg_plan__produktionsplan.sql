with

produktionsplan_file as (
    select * from {{ source('plan', 'produktionsplan') }}
),

renamed as (
    select
        _period as period,
        _load_id as load_id,
        _line as source_line,
        version,
        concat(substr(period, 1, 4), '-', substr(period, 5, 2)) as plan_period,
        enhet_hsaid as unit_id,
        produkt as product_id,
        antal as planned_count
    from produktionsplan_file
)

select
    period,
    load_id,
    source_line,
    version,
    plan_period,
    unit_id,
    product_id,
    planned_count
from renamed
