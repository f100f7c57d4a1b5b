{% set codes = [
    ('main_procedure_code', 'code_shape.procedure_code', 'Huvudåtgärden'),
    ('other_procedure_codes', pattern_of_list('code_shape.procedure_code'), 'En övrig åtgärd'),
    ('main_diagnosis_code', 'code_shape.diagnosis_code', 'Huvuddiagnosen'),
    ('other_diagnosis_codes', pattern_of_list('code_shape.diagnosis_code'), 'En bidiagnos'),
    ('external_cause_codes', pattern_of_list('code_shape.external_cause_code'), 'En yttre orsak')
] %}

with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A28'
),

period as (
    select * from {{ ref('int_core__period') }}
),

row_in_scope as (
    {{ rows_in_scope() }}
),

-- A code of a procedure is two letters, a letter or digit, and digits. One of a diagnosis is a letter, two
-- digits, and letters or digits; primary care's own selection has a hyphen in the fourth place. External
-- causes are the chapters V to Y. How long the codes are stands among the parameters.
code_length as (
    select
        period,
        cast(procedure_code_length - 3 as string) as procedure_rest,
        concat(
            cast(diagnosis_code_min_length - 4 as string), ',', cast(diagnosis_code_max_length - 4 as string)
        ) as diagnosis_rest
    from period
),

code_shape as (
    select
        period,
        concat('[A-Z]{2}[0-9A-Z][0-9]{', procedure_rest, '}') as procedure_code,
        concat('[A-Z][0-9]{2}[0-9A-Z-][0-9A-Z]{', diagnosis_rest, '}') as diagnosis_code,
        concat('[V-Y][0-9]{2}[0-9A-Z-][0-9A-Z]{', diagnosis_rest, '}') as external_cause_code
    from code_length
),

described_row as (
    select
        row_in_scope.*,
        trim(
            concat(
                {% for column, shape, title in codes %}
                    case
                        when not {{ matches_pattern('row_in_scope.' ~ column, shape) }}
                            then '{{ title }} har fel form. '
                        else ''
                    end,
                {% endfor %}
                case
                    when
                        row_in_scope.phase = '2'
                        and row_in_scope.main_procedure_code is null
                        and row_in_scope.other_procedure_codes is null
                        then 'Operationen saknar åtgärdskod.'
                    else ''
                end
            )
        ) as detail
    from row_in_scope
    inner join code_shape on row_in_scope.period = code_shape.period
),

-- The codes themselves are not told: a text in the wrong place may be anything.
finding as (
    select * from described_row
    where detail <> ''
)

{{ select_findings() }}
