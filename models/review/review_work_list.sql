with

population_row as (
    select * from {{ ref('int_waiting_times__population') }}
),

row_of_care as (
    select * from {{ ref('review_row') }}
),

own_period as (
    select * from {{ ref('review_period') }}
),

listed_clinic as (
    select * from {{ ref('review_listed_clinic') }}
),

measure as (
    select * from {{ ref('measures') }}
),

parameter as (
    select * from {{ ref('parameters') }}
    where name = 'work_list_ahead_days'
),

wait_band as (
    select * from {{ ref('wait_bands') }}
),

national_code as (
    select * from {{ ref('national_codes') }}
    where code_list = 'avvikelse'
),

ahead as (
    select
        own_period.last_date,
        cast(parameter.value as integer) as ahead_days
    from own_period
    inner join parameter
        on
            own_period.last_date >= parameter.valid_from
            and own_period.last_date <= coalesce(parameter.valid_to, own_period.last_date)
),

-- A row may stand in several measures, and is one line: under the measure that has the guarantee's own limit
-- (WT41), else under the strictest.
waiting_row as (
    select
        row_of_care.*,
        population_row.measure_id,
        population_row.deviation_code,
        row_number() over (
            partition by row_of_care.entity, row_of_care.source_line
            order by
                case when population_row.limit_days = row_of_care.limit_days then 1 else 2 end,
                population_row.limit_days, population_row.measure_id
        ) as place
    from population_row
    inner join row_of_care
        on
            population_row.period = row_of_care.period
            and population_row.entity = row_of_care.entity
            and population_row.source_line = row_of_care.source_line
    where population_row.population = 'waiting'
),

-- The wait ends with the period's last day, and so do the days that are left of the limit. Without a limit
-- there is none to pass.
limited_row as (
    select
        waiting_row.*,
        waiting_row.limit_days - waiting_row.wait_days as days_left,
        {{ date_plus_days('waiting_row.decision_date', 'waiting_row.limit_days') }} as limit_date,
        ahead.last_date,
        ahead.ahead_days
    from waiting_row
    cross join ahead
    where waiting_row.place = 1
),

listed_row as (
    select
        limited_row.*,
        listed_clinic.clinic_name,
        measure.measure_name,
        -- The meaning without its abbreviation in brackets.
        substr(national_code.meaning, 1, instr(national_code.meaning, ' (') - 1) as deviation_name,
        case when limited_row.days_left < 0 then 'passed' else 'within_30' end as band,
        concat(
            cast(wait_band.from_days as string), '-', coalesce(cast(wait_band.to_days as string), '')
        ) as wait_band,
        limited_row.booked_date is not null as is_booked,
        limited_row.booked_date <= limited_row.limit_date as is_booked_in_time
    from limited_row
    inner join listed_clinic on limited_row.clinic_id = listed_clinic.clinic_id
    left join measure
        on
            limited_row.measure_id = measure.measure_id
            and limited_row.last_date >= measure.valid_from
            and limited_row.last_date <= coalesce(measure.valid_to, limited_row.last_date)
    left join national_code on limited_row.deviation_code = national_code.code
    left join wait_band
        on
            limited_row.wait_days >= wait_band.from_days
            and limited_row.wait_days <= coalesce(wait_band.to_days, limited_row.wait_days)
            and limited_row.last_date >= wait_band.valid_from
            and limited_row.last_date <= coalesce(wait_band.valid_to, limited_row.last_date)
    where limited_row.days_left <= limited_row.ahead_days
)

select
    clinic_id,
    clinic_name,
    unit_id,
    unit_name,
    contact_id,
    measure_id,
    measure_name,
    phase,
    mvo_code,
    activity_code,
    deviation_code,
    deviation_name,
    decision_date,
    cast(wait_days as bigint) as wait_days,
    cast(limit_days as bigint) as limit_days,
    limit_date,
    cast(days_left as bigint) as days_left,
    band,
    wait_band,
    is_booked,
    booked_date,
    is_booked_in_time,
    is_in_guarantee,
    row_number() over (order by clinic_id, days_left, unit_id, contact_id) as sort_order
from listed_row
