with

deviation as (
    select * from {{ ref('deviations') }}
),

row_of_care as (
    select * from {{ ref('review_row') }}
),

ward_row as (
    select * from {{ ref('review_ward_row') }}
),

unit as (
    select * from {{ ref('int_core__unit') }}
),

own_period as (
    select * from {{ ref('review_period') }}
),

national_code as (
    select * from {{ ref('national_codes') }}
    where code_list = 'fas'
),

ground as (
    select * from {{ ref('other_grounds') }}
    where rule_id = 'WT02'
),

earlier_deviation as (
    select * from {{ source('control', 'earlier_deviation') }}
    where status <> 'fixed'
),

accepted_deviation as (
    select * from {{ source('control', 'accepted_deviation') }}
),

-- B05: a stay that the file does not hold has no line in it, and is known by its own key and number.
numbered_deviation as (
    select
        *,
        {{ place_in_file('source_line', 'contact_key', 'stay_number') }} as place_in_file
    from deviation
),

-- What only informs is counted, and asks nobody to correct a row.
standing as (
    select
        deviation.rule_id,
        deviation.effect_case,
        deviation.severity,
        deviation.effect,
        deviation.entity,
        deviation.source_line,
        coalesce(deviation.clinic_id, '*') as clinic_id,
        deviation.unit_id,
        unit.unit_name,
        coalesce(row_of_care.contact_id, ward_row.contact_id) as contact_id,
        row_of_care.row_state,
        row_of_care.care_level,
        row_of_care.phase,
        row_of_care.mvo_code,
        row_of_care.decision_date,
        row_of_care.start_date,
        row_of_care.booked_date,
        row_of_care.target_date,
        row_of_care.wait_days,
        coalesce(row_of_care.is_left_out, false) as is_left_out,
        ward_row.stay_number,
        ward_row.admitted_at,
        ward_row.discharged_at,
        coalesce(deviation.event_date, ward_row.event_date) as event_date,
        deviation.detail
    from numbered_deviation as deviation
    inner join own_period on deviation.period = own_period.period
    left join row_of_care
        on
            deviation.entity = row_of_care.entity
            and deviation.source_line = row_of_care.source_line
    left join ward_row
        on
            deviation.entity = ward_row.entity
            and deviation.place_in_file = ward_row.place_in_file
    -- A row in quarantine has no date to believe, and neither has a register: the period's last day.
    left join unit
        on
            deviation.unit_id = unit.unit_id
            and coalesce(
                row_of_care.event_date, deviation.event_date, ward_row.unit_date, own_period.last_date
            ) >= unit.valid_from_date
            and coalesce(
                row_of_care.event_date, deviation.event_date, ward_row.unit_date, own_period.last_date
            ) <= unit.valid_to_date
    where deviation.severity in ('fix', 'block')
),

subject_of_standing as (
    select
        standing.*,
        {{ deviation_subject('standing') }} as subject
    from standing
),

-- Two of the same words are told apart by their number among them.
known_standing as (
    select
        *,
        row_number() over (
            partition by rule_id, effect_case, subject
            order by source_line, detail
        ) as place
    from subject_of_standing
),

subject_of_earlier as (
    select
        earlier_deviation.*,
        {{ deviation_subject('earlier_deviation') }} as subject
    from earlier_deviation
),

known_earlier as (
    select
        *,
        row_number() over (
            partition by rule_id, effect_case, subject
            order by sort_order
        ) as place
    from subject_of_earlier
),

subject_of_accepted as (
    select
        accepted_deviation.*,
        {{ deviation_subject('accepted_deviation') }} as subject
    from accepted_deviation
),

known_accepted as (
    select
        *,
        row_number() over (
            partition by clinic_id, rule_id, effect_case, subject
            order by sort_order
        ) as place
    from subject_of_accepted
),

-- An acceptance covers what the clinic saw when it gave it, and nothing that has come since.
told_standing as (
    select
        known_standing.*,
        case
            when known_accepted.rule_id is not null then 'accepted'
            when known_earlier.rule_id is not null then 'remaining'
            else 'new'
        end as status,
        case
            when known_standing.row_state = 'waiting' then known_standing.booked_date is not null
        end as is_booked
    from known_standing
    left join known_earlier
        on
            known_standing.rule_id = known_earlier.rule_id
            and known_standing.effect_case = known_earlier.effect_case
            and known_standing.subject = known_earlier.subject
            and known_standing.place = known_earlier.place
    left join known_accepted
        on
            known_standing.clinic_id = known_accepted.clinic_id
            and known_standing.rule_id = known_accepted.rule_id
            and known_standing.effect_case = known_accepted.effect_case
            and known_standing.subject = known_accepted.subject
            and known_standing.place = known_accepted.place
),

-- A file has a contact once, so at most one row of today answers to an earlier deviation.
fixed as (
    select
        known_earlier.*,
        coalesce(row_of_care.is_left_out, false) as is_left_out_now
    from known_earlier
    left join known_standing
        on
            known_earlier.rule_id = known_standing.rule_id
            and known_earlier.effect_case = known_standing.effect_case
            and known_earlier.subject = known_standing.subject
            and known_earlier.place = known_standing.place
    left join row_of_care
        on
            known_earlier.entity = row_of_care.entity
            and known_earlier.contact_id = row_of_care.contact_id
    where known_standing.rule_id is null
),

-- WT02: an entry that never waited is in no count and is shown as fixed, once.
corrected as (
    select
        row_of_care.*,
        ground.rule_id,
        ground.effect_case,
        ground.severity,
        ground.effect,
        ground.meaning
    from row_of_care
    cross join ground
    left join fixed
        on
            row_of_care.entity = fixed.entity
            and row_of_care.contact_id = fixed.contact_id
    where row_of_care.row_state = 'corrected' and fixed.rule_id is null
),

united as (
    select
        clinic_id,
        rule_id,
        effect_case,
        severity,
        effect,
        status,
        entity,
        contact_id,
        unit_id,
        unit_name,
        care_level,
        phase,
        mvo_code,
        decision_date,
        start_date,
        booked_date,
        is_booked,
        target_date,
        wait_days,
        is_left_out,
        stay_number,
        admitted_at,
        discharged_at,
        event_date,
        detail
    from told_standing
    union all
    select
        clinic_id,
        rule_id,
        effect_case,
        severity,
        effect,
        'fixed' as status,
        entity,
        contact_id,
        unit_id,
        unit_name,
        care_level,
        phase,
        mvo_code,
        decision_date,
        start_date,
        booked_date,
        is_booked,
        target_date,
        wait_days,
        is_left_out_now as is_left_out,
        stay_number,
        admitted_at,
        discharged_at,
        event_date,
        detail
    from fixed
    union all
    select
        clinic_id,
        rule_id,
        effect_case,
        severity,
        effect,
        'fixed' as status,
        entity,
        contact_id,
        unit_id,
        unit_name,
        care_level,
        phase,
        mvo_code,
        decision_date,
        start_date,
        booked_date,
        booked_date is not null as is_booked,
        target_date,
        wait_days,
        is_left_out,
        cast(null as integer) as stay_number,
        cast(null as timestamp) as admitted_at,
        cast(null as timestamp) as discharged_at,
        cast(null as date) as event_date,
        meaning as detail
    from corrected
),

ordered as (
    select
        united.*,
        national_code.meaning as phase_name,
        row_number() over (
            order by
                united.clinic_id,
                {{ severity_order('united.severity') }},
                united.rule_id, united.effect_case,
                case united.status when 'new' then 1 when 'remaining' then 2 when 'accepted' then 3 else 4
                end,
                united.unit_id, united.event_date, united.contact_id, united.stay_number, united.entity,
                united.detail
        ) as sort_order
    from united
    left join national_code on united.phase = national_code.code
)

select
    clinic_id,
    rule_id,
    effect_case,
    severity,
    effect,
    status,
    entity,
    contact_id,
    unit_id,
    unit_name,
    care_level,
    phase,
    phase_name,
    mvo_code,
    decision_date,
    start_date,
    booked_date,
    is_booked,
    target_date,
    cast(wait_days as bigint) as wait_days,
    is_left_out,
    stay_number,
    admitted_at,
    discharged_at,
    event_date,
    detail,
    sort_order
from ordered
