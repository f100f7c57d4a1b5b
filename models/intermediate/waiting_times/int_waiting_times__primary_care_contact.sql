with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

unlicensed_profession as (
    select * from {{ ref('unlicensed_professions') }}
),

-- The rows that primary_assessment_3 and first_line_3 speak of, whether their wait can be computed or not. A
-- profession is licensed as the measure has it: an XS code, of the national list or not, that the seed does
-- not name.
primary_care_contact as (
    select
        row_of_care.period,
        row_of_care.entity,
        row_of_care.source_line
    from row_of_care
    left join unlicensed_profession
        on
            row_of_care.profession_code = unlicensed_profession.profession_code
            and row_of_care.last_date >= unlicensed_profession.valid_from
            and row_of_care.last_date <= coalesce(unlicensed_profession.valid_to, row_of_care.last_date)
    where
        (
            row_of_care.care_level = 'P'
            and row_of_care.is_medical_assessment
            and row_of_care.profession_code like 'XS%'
            and unlicensed_profession.profession_code is null
            and coalesce(
                row_of_care.main_diagnosis_code,
                row_of_care.other_diagnosis_codes,
                row_of_care.main_procedure_code,
                row_of_care.other_procedure_codes
            ) is not null
        )
        or (row_of_care.specialty_group = 'FORSTA_LINJEN' and row_of_care.phase = '1')
)

select
    period,
    entity,
    source_line
from primary_care_contact
