with

ward_day as (
    select * from {{ ref('int_quality__file_ward_day') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'B03'
),

-- OC03: a ward-day without a number of available beds is in no occupancy, whether the row or the number is
-- missing.
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
            ' klockan 06; ',
            case
                when ward_day.source_line is null then 'dygnet saknas i filen över vårdplatser.'
                else 'disponibla vårdplatser är tomt.'
            end
        ) as detail,
        cast(null as integer) as stay_number,
        ward_day.event_date
    from ward_day
    where ward_day.patients_count > 0 and ward_day.beds_available is null
)

{{ select_ward_findings() }}
