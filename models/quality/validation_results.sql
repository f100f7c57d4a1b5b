with

validation_result as (
    select * from {{ source('control', 'validation_result') }}
)

select
    run_id,
    period,
    suite,
    expectation,
    severity,
    is_success,
    has_crashed,
    observed,
    checked_at
from validation_result
