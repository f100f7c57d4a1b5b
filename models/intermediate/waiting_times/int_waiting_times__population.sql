with

flagged_row as (
    select * from {{ ref('int_waiting_times__flagged_row') }}
),

measure as (
    select * from {{ ref('int_waiting_times__measure') }}
),

national_code as (
    select * from {{ ref('national_codes') }}
),

unlicensed_profession as (
    select * from {{ ref('unlicensed_professions') }}
),

-- CM08: disqualified rows are out of the waiting-time marts.
judged_row as (
    select
        flagged_row.*,
        case flagged_row.row_state when 'completed' then 'completed' else 'waiting' end as population,
        -- A36: an unknown deviation counts as none.
        national_code.code as known_deviation_code,
        flagged_row.profession_code like 'XS%' and unlicensed_profession.profession_code is null
            as has_licensed_profession,
        coalesce(
            flagged_row.main_diagnosis_code,
            flagged_row.other_diagnosis_codes,
            flagged_row.main_procedure_code,
            flagged_row.other_procedure_codes
        ) is not null as has_code,
        -- WT04: what has no wait from its decision has none from another day either. A35, WT32: nor has what
        -- was sought after it began, if only by minutes.
        case
            when
                flagged_row.phase <> '5'
                and not flagged_row.is_decision_derived
                and not coalesce(flagged_row.contact_sought_at > flagged_row.started_at, false)
                then
                    {{ days_between(
                        'cast(flagged_row.contact_sought_at as date)', 'flagged_row.event_date'
                    ) }}
        end as sought_wait_days
    from flagged_row
    left join national_code
        on
            national_code.code_list = 'avvikelse'
            and flagged_row.deviation_code = national_code.code
    left join unlicensed_profession
        on
            flagged_row.profession_code = unlicensed_profession.profession_code
            and flagged_row.last_date >= unlicensed_profession.valid_from
            and flagged_row.last_date <= coalesce(unlicensed_profession.valid_to, flagged_row.last_date)
    where
        flagged_row.row_state in ('completed', 'waiting')
        and not flagged_row.is_disqualified
),

-- WT10-WT20: the rows of each measure, and the wait from where the measure counts it. A measure that counts
-- from two times takes the day on which contact was sought, and the decision where that is empty (A35).
measured_row as (
    select
        judged_row.*,
        measure.measure_id,
        measure.is_guarantee_required,
        measure.limit_from,
        measure.limit_days as allowed_days,
        case
            when
                {{ stands_in_list("'contact_sought'", 'measure.wait_from') }}
                and judged_row.contact_sought_at is not null
                then judged_row.sought_wait_days
            when {{ stands_in_list("'decision'", 'measure.wait_from') }} then judged_row.wait_days
        end as measured_wait_days
    from judged_row
    inner join measure
        on
            judged_row.period = measure.period
            and judged_row.care_level = coalesce(measure.care_level, judged_row.care_level)
            and judged_row.phase = coalesce(measure.phase, judged_row.phase)
            and (measure.cap_step is null or judged_row.cap_step = measure.cap_step)
            and (measure.specialty_group is null or judged_row.specialty_group = measure.specialty_group)
            and not {{ stands_in_list(
                "coalesce(judged_row.specialty_group, 'unknown')", 'measure.excluded_specialty_groups'
            ) }}
            and (measure.priority_code is null or judged_row.priority_code = measure.priority_code)
            and (not measure.is_assessment_required or judged_row.is_medical_assessment)
            and (not measure.is_license_required or judged_row.has_licensed_profession)
            and (not measure.is_code_required or judged_row.has_code)
            and (
                (judged_row.population = 'completed' and measure.is_completed_measured)
                or (judged_row.population = 'waiting' and measure.is_waiting_measured)
            )
),

-- A follow-up's limit is its target date and the days of grace, told as days from where its wait began.
limited_row as (
    select
        *,
        case limit_from
            when 'target_date'
                then measured_wait_days + {{ days_between('event_date', 'target_date') }} + allowed_days
            when 'wait' then allowed_days
        end as measured_limit_days
    from measured_row
),

-- WT32: a wait that is negative or cannot be computed is in no count of its measure, nor is a follow-up
-- without target date; an entry whose decision lies after the period (WT02) has a negative wait.
-- CM03: a row of an unknown unit has no clinic and no area, and counts at the region only.
population_row as (
    select
        period,
        measure_id,
        population,
        entity,
        source_line,
        contact_key,
        case when unit_key is not null then unit_id end as unit_id,
        clinic_id,
        area_name,
        sex,
        coalesce(specialty_group, 'unknown') as specialty_group,
        known_deviation_code as deviation_code,
        -- WT30: what asks for the guarantee counts in shares only when the contact is covered by it.
        is_in_guarantee or not is_guarantee_required as is_in_share,
        measured_wait_days as wait_days,
        measured_limit_days as limit_days,
        measured_wait_days <= measured_limit_days as is_inside_limit
    from limited_row
    where measured_wait_days >= 0 and measured_limit_days is not null
)

select
    period,
    measure_id,
    population,
    entity,
    source_line,
    contact_key,
    unit_id,
    clinic_id,
    area_name,
    sex,
    specialty_group,
    deviation_code,
    is_in_share,
    wait_days,
    limit_days,
    is_inside_limit
from population_row
