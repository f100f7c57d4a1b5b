with

konto_file as (
    select * from {{ source('register', 'konto') }}
),

renamed as (
    select
        _period as period,
        _load_id as load_id,
        _line as source_line,
        konto as account,
        namn as account_name,
        resultatrad as result_line_id,
        varav_rad as of_which_id,
        kostnadsslag as cost_type,
        nyckeltalsgrupp as key_figure_group,
        giltig_from as valid_from_date,
        coalesce(giltig_tom, cast('9999-12-31' as date)) as valid_to_date
    from konto_file
)

select
    period,
    load_id,
    source_line,
    account,
    account_name,
    result_line_id,
    of_which_id,
    cost_type,
    key_figure_group,
    valid_from_date,
    valid_to_date
from renamed
