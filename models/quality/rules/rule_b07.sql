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

numbered_stay as (
    select
        *,
        row_number() over (
            partition by period, episode_key
            order by stay_number desc
        ) as place_from_last
    from stay
),

-- PR01: the episode ended the month before, on a transfer; one of which the times cannot be believed is B02.
transfer as (
    select
        numbered_stay.*,
        {{ minutes_after('numbered_stay.discharged_at', 'ward_file.transfer_hours * 60') }}
            as last_continuation_at
    from numbered_stay
    inner join ward_file on numbered_stay.period = ward_file.period
    where
        numbered_stay.place_from_last = 1
        and numbered_stay.discharge_code = 'AVD'
        and not numbered_stay.is_reversed
        and substr(cast(numbered_stay.discharged_at as string), 1, 7) = ward_file.previous_period
),

-- PR01: another episode of the patient that begins within the hours of a transfer, both ends of them counted.
continuation as (
    select distinct
        transfer.period,
        transfer.episode_key
    from transfer
    inner join stay
        on
            transfer.period = stay.period
            and transfer.patient_key = stay.patient_key
            and transfer.episode_key <> stay.episode_key
            and transfer.discharged_at <= stay.admitted_at
            and transfer.last_continuation_at >= stay.admitted_at
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
