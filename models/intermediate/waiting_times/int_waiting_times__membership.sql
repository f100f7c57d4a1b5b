with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

measure as (
    select * from {{ ref('int_waiting_times__measure') }}
),

unlicensed_profession as (
    select * from {{ ref('unlicensed_professions') }}
),

-- R38: what a medical assessment asks for. A licensed profession is any XS code but those listed.
described_row as (
    select
        row_of_care.*,
        row_of_care.profession_code like 'XS%' and unlicensed_profession.profession_code is null
            as has_licensed_profession,
        coalesce(
            row_of_care.main_diagnosis_code,
            row_of_care.other_diagnosis_codes,
            row_of_care.main_procedure_code,
            row_of_care.other_procedure_codes
        ) is not null as has_code
    from row_of_care
    left join unlicensed_profession
        on
            row_of_care.profession_code = unlicensed_profession.profession_code
            and row_of_care.last_date >= unlicensed_profession.valid_from
            and row_of_care.last_date <= coalesce(unlicensed_profession.valid_to, row_of_care.last_date)
),

-- WT10-WT20: the rows that each measure speaks of, faulty or not, whether their wait can be counted or not.
membership as (
    select
        described_row.period,
        measure.measure_id,
        described_row.row_state as population,
        described_row.entity,
        described_row.source_line
    from described_row
    inner join measure
        on
            described_row.period = measure.period
            and described_row.care_level = coalesce(measure.care_level, described_row.care_level)
            and described_row.phase = coalesce(measure.phase, described_row.phase)
            and (measure.cap_step is null or described_row.cap_step = measure.cap_step)
            and (measure.specialty_group is null or described_row.specialty_group = measure.specialty_group)
            and not {{ stands_in_list(
                "coalesce(described_row.specialty_group, 'unknown')", 'measure.excluded_specialty_groups'
            ) }}
            and (measure.priority_code is null or described_row.priority_code = measure.priority_code)
            and (not measure.is_assessment_required or described_row.is_medical_assessment)
            and (not measure.is_license_required or described_row.has_licensed_profession)
            and (not measure.is_code_required or described_row.has_code)
            and (
                (described_row.row_state = 'completed' and measure.is_completed_measured)
                or (described_row.row_state = 'waiting' and measure.is_waiting_measured)
            )
)

select
    period,
    measure_id,
    population,
    entity,
    source_line
from membership
