with

-- A stay that ends before it begins is B02: what its times say cannot be compared.
stay as (
    select * from {{ ref('int_quality__file_stay') }}
    where is_of_own_file and not is_reversed
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'B01'
),

-- Of one patient, in one episode or two; each of the two sees the other, so both are told. One that ends as
-- the other begins does not overlap it, and an open one lasts for ever.
overlap as (
    select
        stay.period,
        stay.episode_key,
        stay.stay_number,
        other.unit_id as other_unit_id,
        other.admitted_at,
        other.discharged_at,
        row_number() over (
            partition by stay.period, stay.episode_key, stay.stay_number
            order by other.admitted_at, other.unit_id, other.episode_key, other.stay_number
        ) as place,
        count(*) over (partition by stay.period, stay.episode_key, stay.stay_number) as overlaps_count
    from stay
    inner join stay as other
        on
            stay.period = other.period
            and stay.patient_key = other.patient_key
            and (stay.episode_key <> other.episode_key or stay.stay_number <> other.stay_number)
            and (stay.discharged_at is null or stay.discharged_at > other.admitted_at)
            and (other.discharged_at is null or stay.admitted_at < other.discharged_at)
),

-- Each stay once, with the first of those that it overlaps.
finding as (
    select
        stay.period,
        'cosmic_vardtillfalle' as entity,
        stay.unit_id,
        stay.clinic_id,
        stay.episode_key as contact_key,
        stay.source_line,
        concat(
            'Överlappar vistelsen på ', overlap.other_unit_id, ': ', {{ stay_in_words('overlap') }},
            case
                when overlap.overlaps_count > 1
                    then concat('; och ', cast(overlap.overlaps_count - 1 as string), ' till')
                else ''
            end,
            '.'
        ) as detail,
        stay.stay_number,
        cast(null as date) as event_date
    from stay
    inner join overlap
        on
            stay.period = overlap.period
            and stay.episode_key = overlap.episode_key
            and stay.stay_number = overlap.stay_number
            and overlap.place = 1
)

{{ select_ward_findings() }}
