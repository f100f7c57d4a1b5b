{#- Attribute, its national list, its Swedish name, and whether it must be filled. -#}
{% set attributes = [
    ('phase', 'fas', 'fas', false),
    ('booking_code', 'bokningssatt', 'bokningssätt', true),
    ('contact_type_code', 'vardkontakttyp', 'vårdkontakttyp', true),
    ('profession_code', 'yrkeskategori', 'yrkeskategori', true),
    ('deviation_code', 'avvikelse', 'orsak till väntan', false),
    ('referrer_type_code', 'remittenttyp', 'remittenttyp', false),
    ('cap_step', 'bup_steg', 'BUP-steg', false),
    ('emergency_type_code', 'typ_akutverksamhet', 'typ av akutverksamhet', false)
] %}

with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A36'
),

national_code as (
    select * from {{ ref('national_codes') }}
),

row_in_scope as (
    {{ rows_in_scope() }}
),

checked_row as (
    select
        {% for column, code_list, title, is_required in attributes %}
            case
                {% if is_required %}
                    when row_in_scope.{{ column }} is null then '{{ title }} saknas. '
                {% endif %}
                when row_in_scope.{{ column }} is not null and {{ code_list }}.code is null
                    then '{{ title }} har okänt värde. '
                else ''
            end as {{ column }}_fault,
        {% endfor %}
        row_in_scope.*
    from row_in_scope
    {% for column, code_list, title, is_required in attributes %}
        left join national_code as {{ code_list }}
            on
                {{ code_list }}.code_list = '{{ code_list }}'
                and row_in_scope.{{ column }} = {{ code_list }}.code
    {% endfor %}
),

described_row as (
    select
        *,
        concat(
            {% for column, code_list, title, is_required in attributes %}
                {{ column }}_fault{{ ',' if not loop.last }}
            {% endfor %}
        ) as detail
    from checked_row
),

finding as (
    select * from described_row
    where detail <> ''
)

{{ select_findings() }}
