with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A06'
),

row_in_scope as (
    {{ rows_in_scope() }}
),

-- What two entries have in common: first contacts their phase, operations and examinations the activity too.
waiting_matter as (
    select
        row_in_scope.*,
        case when row_in_scope.phase in ('2', '3') then row_in_scope.activity_code else '' end as matter
    from row_in_scope
    where row_in_scope.phase in ('1', '2', '3')
),

entries_of_matter as (
    select
        period,
        patient_key,
        mvo_code,
        clinic_id,
        phase,
        matter,
        count(*) as entries_count
    from waiting_matter
    group by period, patient_key, mvo_code, clinic_id, phase, matter
),

-- Two empty values are not the same: an area, a clinic or an activity that is missing joins nothing.
finding as (
    select
        waiting_matter.*,
        concat(
            cast(entries_of_matter.entries_count as string),
            ' poster väntar på samma sak: fas ',
            waiting_matter.phase,
            ', område ',
            waiting_matter.mvo_code,
            case waiting_matter.matter when '' then '' else concat(', aktivitet ', waiting_matter.matter) end,
            '.'
        ) as detail
    from waiting_matter
    inner join entries_of_matter
        on
            waiting_matter.period = entries_of_matter.period
            and waiting_matter.patient_key = entries_of_matter.patient_key
            and waiting_matter.mvo_code = entries_of_matter.mvo_code
            and waiting_matter.clinic_id = entries_of_matter.clinic_id
            and waiting_matter.phase = entries_of_matter.phase
            and waiting_matter.matter = entries_of_matter.matter
    where
        entries_of_matter.entries_count > 1
)

{{ select_findings() }}
