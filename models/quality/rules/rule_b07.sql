with

-- The state of each stay is that of the newest of the period's own file and the month's before.
stay as (
    select * from {{ ref('int_quality__file_stay') }}
    where is_newest
),

ward_file as (
    select * from {{ ref('int_quality__ward_file') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'B07'
),

-- PR01: in the order of time, as the episode itself is; an open stay is the last.
ordered_stay as (
    select
        *,
        row_number() over (
            partition by period, episode_key
            order by
                coalesce(discharged_at, cast('9999-12-31' as timestamp)) desc,
                admitted_at desc,
                stay_number desc
        ) as place_from_last
    from stay
),

-- An episode begins with its first stay: a later one of an episode that began before continues no other.
beginning as (
    select
        period,
        episode_key,
        patient_key,
        min(admitted_at) as admitted_at
    from stay
    group by period, episode_key, patient_key
),

-- PR01: the episode ended the month before, on a transfer; one of which the times cannot be believed is B02.
transfer as (
    select
        ordered_stay.*,
        {{ minutes_after('ordered_stay.discharged_at', 'ward_file.transfer_hours * 60') }}
            as last_continuation_at
    from ordered_stay
    inner join ward_file on ordered_stay.period = ward_file.period
    where
        ordered_stay.place_from_last = 1
        and ordered_stay.discharge_code = 'AVD'
        and not ordered_stay.is_reversed
        and substr(cast(ordered_stay.discharged_at as string), 1, 7) = ward_file.previous_period
),

-- PR01: another episode of the patient that begins within the hours of a transfer, both ends of them counted.
continuation as (
    select distinct
        transfer.period,
        transfer.episode_key
    from transfer
    inner join beginning
        on
            transfer.period = beginning.period
            and transfer.patient_key = beginning.patient_key
            and transfer.episode_key <> beginning.episode_key
            and transfer.discharged_at <= beginning.admitted_at
            and transfer.last_continuation_at >= beginning.admitted_at
),

finding as (
    select
        transfer.period,
        'cosmic_vardtillfalle' as entity,
        transfer.unit_id,
        transfer.clinic_id,
        transfer.episode_key as contact_key,
        case when transfer.is_of_own_file then transfer.source_line end as source_line,
        concat(
            'Utskriven till annan avdelning ', {{ minute_in_words('transfer.discharged_at') }},
            '; inget nytt vårdtillfälle till och med ',
            {{ minute_in_words('transfer.last_continuation_at') }}, '.'
        ) as detail,
        transfer.stay_number,
        cast(null as date) as event_date
    from transfer
    left join continuation
        on
            transfer.period = continuation.period
            and transfer.episode_key = continuation.episode_key
    where continuation.period is null
)

{{ select_ward_findings() }}
