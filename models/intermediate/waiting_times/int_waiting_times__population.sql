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

-- WT32: a wait that is negative or cannot be computed is in no count; an entry whose decision lies after
-- the period (WT02) has a negative wait. CM08: disqualified rows are out of the waiting-time marts.
counted_row as (
    select
        flagged_row.*,
        case flagged_row.row_state when 'completed' then 'completed' else 'waiting' end as population,
        -- A36: an unknown deviation counts as none.
        national_code.code as known_deviation_code
    from flagged_row
    left join national_code
        on
            national_code.code_list = 'avvikelse'
            and flagged_row.deviation_code = national_code.code
    where
        flagged_row.row_state in ('completed', 'waiting')
        and not flagged_row.is_disqualified
        and flagged_row.wait_days >= 0
),

-- CM03: a row of an unknown unit has no clinic and no area, and counts at the region only.
population_row as (
    select
        counted_row.period,
        measure.measure_id,
        counted_row.population,
        counted_row.entity,
        counted_row.source_line,
        counted_row.contact_key,
        case when counted_row.unit_key is not null then counted_row.unit_id end as unit_id,
        counted_row.clinic_id,
        counted_row.area_name,
        counted_row.sex,
        coalesce(counted_row.specialty_group, 'unknown') as specialty_group,
        counted_row.known_deviation_code as deviation_code,
        -- WT30: what asks for the guarantee counts in shares only when the contact is covered by it.
        counted_row.is_in_guarantee or not measure.is_guarantee_required as is_in_share,
        counted_row.wait_days,
        measure.limit_days,
        counted_row.wait_days <= measure.limit_days as is_inside_limit
    from counted_row
    inner join measure
        on
            counted_row.period = measure.period
            and counted_row.care_level = coalesce(measure.care_level, counted_row.care_level)
            and counted_row.phase = coalesce(measure.phase, counted_row.phase)
            and (measure.cap_step is null or counted_row.cap_step = measure.cap_step)
            and (measure.specialty_group is null or counted_row.specialty_group = measure.specialty_group)
            and not {{ stands_in_list(
                "coalesce(counted_row.specialty_group, 'unknown')", 'measure.excluded_specialty_groups'
            ) }}
            and (
                (counted_row.population = 'completed' and measure.is_completed_measured)
                or (counted_row.population = 'waiting' and measure.is_waiting_measured)
            )
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
