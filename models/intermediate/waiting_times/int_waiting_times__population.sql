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

membership as (
    select * from {{ ref('int_waiting_times__membership') }}
),

-- CM08: disqualified rows are out of the waiting-time marts.
judged_row as (
    select
        flagged_row.*,
        -- A36: an unknown deviation counts as none.
        national_code.code as known_deviation_code,
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
    where not flagged_row.is_disqualified
),

-- The rows of each measure, and the wait from where the measure counts it. A measure that counts from two
-- times takes the day on which contact was sought, and the decision where that is empty (A35).
measured_row as (
    select
        judged_row.*,
        membership.measure_id,
        membership.population,
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
    inner join membership
        on
            judged_row.period = membership.period
            and judged_row.entity = membership.entity
            and judged_row.source_line = membership.source_line
    inner join measure
        on
            membership.period = measure.period
            and membership.measure_id = measure.measure_id
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
