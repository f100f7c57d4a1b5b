with

stay as (
    select * from {{ ref('int_quality__file_stay') }}
    where is_of_own_file
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'B02'
),

finding as (
    select
        stay.period,
        'cosmic_vardtillfalle' as entity,
        stay.unit_id,
        stay.clinic_id,
        stay.episode_key as contact_key,
        stay.source_line,
        concat(
            'In ', {{ minute_in_words('stay.admitted_at') }},
            ', ut ', {{ minute_in_words('stay.discharged_at') }}, '.'
        ) as detail,
        stay.stay_number,
        cast(null as date) as event_date
    from stay
    where stay.is_reversed
)

{{ select_ward_findings() }}
