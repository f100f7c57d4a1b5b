with

stay as (
    select * from {{ ref('int_quality__file_stay') }}
    where is_newest
),

permission as (
    select * from {{ ref('int_quality__file_permission') }}
),

operation as (
    select * from {{ ref('int_quality__file_operation') }}
),

run_context as (
    select * from {{ source('control', 'run_context') }}
),

-- A stay of the month before that is not in the period's own file has no line in it.
told_row as (
    select
        period,
        'cosmic_vardtillfalle' as entity,
        case when is_of_own_file then source_line end as source_line,
        episode_key as contact_key,
        episode_id as contact_id,
        stay_number,
        admitted_at,
        discharged_at,
        cast(null as date) as event_date,
        admitted_date as unit_date
    from stay
    union all
    select
        period,
        'cosmic_permission' as entity,
        source_line,
        episode_key as contact_key,
        episode_id as contact_id,
        stay_number,
        admitted_at,
        discharged_at,
        cast(left_at as date) as event_date,
        cast(admitted_at as date) as unit_date
    from permission
    union all
    select
        period,
        'provisio_operation' as entity,
        source_line,
        operation_key as contact_key,
        operation_id as contact_id,
        cast(null as integer) as stay_number,
        cast(null as timestamp) as admitted_at,
        cast(null as timestamp) as discharged_at,
        event_date,
        event_date as unit_date
    from operation
),

-- Nothing of the patient is taken along: lists and pages are made of what stands here.
own_row as (
    select
        told_row.*,
        {{ place_in_file('told_row.source_line', 'told_row.contact_key', 'told_row.stay_number') }}
            as place_in_file
    from told_row
    inner join run_context on told_row.period = run_context.period
)

select
    period,
    entity,
    place_in_file,
    contact_id,
    stay_number,
    admitted_at,
    discharged_at,
    event_date,
    unit_date
from own_row
