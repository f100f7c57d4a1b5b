with

operation_file as (
    select * from {{ source('provisio', 'operation') }}
),

renamed as (
    select
        _period as period,
        _load_id as load_id,
        _line as source_line,
        operation_id,
        operation_key,
        vardkontakt_id as contact_id,
        contact_key,
        patient_key,
        patient_id_type,
        patient_has_valid_check_digit as has_valid_check_digit,
        coalesce(patient_birth_year, fodelsear) as birth_year,
        kon as sex,
        {{ yes_no('skyddad_identitet') }} as is_protected_identity,
        lkf as municipality_code,
        enhet_hsaid as unit_id,
        op_typ as operation_type,
        {{ yes_no('akut') }} as is_acute,
        beslut_tid as decision_at,
        anmald_tid as registered_at,
        planerad_tid as planned_at,
        op_start as operation_started_at,
        op_slut as operation_ended_at,
        knivstart as knife_started_at,
        knivslut as knife_ended_at,
        kva_huvud as main_procedure_code,
        status as operation_status,
        struken_orsak as cancel_reason
    from operation_file
)

select
    period,
    load_id,
    source_line,
    operation_id,
    operation_key,
    contact_id,
    contact_key,
    patient_key,
    patient_id_type,
    has_valid_check_digit,
    birth_year,
    sex,
    is_protected_identity,
    municipality_code,
    unit_id,
    operation_type,
    is_acute,
    decision_at,
    registered_at,
    planned_at,
    operation_started_at,
    operation_ended_at,
    knife_started_at,
    knife_ended_at,
    main_procedure_code,
    operation_status,
    cancel_reason
from renamed
