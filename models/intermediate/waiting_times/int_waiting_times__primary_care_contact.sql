with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

national_code as (
    select * from {{ ref('national_codes') }}
),

-- A profession of the national list that is licensed.
licensed_profession as (
    select code
    from national_code
    where
        code_list = 'yrkeskategori'
        and code not in ('XS920', 'XS921', 'XS922')
),

-- The rows that primary_assessment_3 and first_line_3 speak of, whether their wait can be computed or not.
primary_care_contact as (
    select
        row_of_care.period,
        row_of_care.entity,
        row_of_care.source_line
    from row_of_care
    left join licensed_profession on row_of_care.profession_code = licensed_profession.code
    where
        (
            row_of_care.care_level = 'P'
            and row_of_care.is_medical_assessment
            and licensed_profession.code is not null
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
