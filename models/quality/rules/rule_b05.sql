with

earlier_stay as (
    select * from {{ ref('int_quality__file_stay') }}
    where not is_in_own_file
),

ward_file as (
    select * from {{ ref('int_quality__ward_file') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'B05'
),

-- A file holds every stay that overlaps its period; one that was discharged before it may be left out.
finding as (
    select
        earlier_stay.period,
        'cosmic_vardtillfalle' as entity,
        earlier_stay.unit_id,
        earlier_stay.clinic_id,
        earlier_stay.episode_key as contact_key,
        cast(null as bigint) as source_line,
        concat(
            'Stod i filen för ', earlier_stay.file_period, ' (', {{ stay_in_words('earlier_stay') }},
            ') men saknas i filen för ', earlier_stay.period, '.'
        ) as detail,
        earlier_stay.stay_number,
        cast(null as date) as event_date
    from earlier_stay
    inner join ward_file on earlier_stay.period = ward_file.period
    where
        earlier_stay.discharged_at is null
        or cast(earlier_stay.discharged_at as date) >= ward_file.first_date
)

{{ select_ward_findings() }}
