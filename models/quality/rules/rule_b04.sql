with

ward_day as (
    select * from {{ ref('int_quality__file_ward_day') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'B04'
),

finding as (
    select
        ward_day.period,
        'cosmic_vardplats' as entity,
        ward_day.unit_id,
        ward_day.clinic_id,
        cast(null as string) as contact_key,
        ward_day.source_line,
        concat(
            cast(ward_day.patients_count as string),
            case when ward_day.patients_count = 1 then ' patient' else ' patienter' end,
            ' klockan 06; inga disponibla vårdplatser.'
        ) as detail,
        cast(null as integer) as stay_number,
        ward_day.event_date
    from ward_day
    where ward_day.patients_count > 0 and ward_day.beds_available = 0
)

{{ select_ward_findings() }}
