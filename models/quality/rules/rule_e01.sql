with

row_of_care as (
    select * from {{ ref('int_waiting_times__row') }}
),

stay as (
    select * from {{ ref('int_quality__file_stay') }}
    where is_of_own_file
),

ward_day as (
    select * from {{ ref('int_quality__file_ward_day') }}
),

operation as (
    select * from {{ ref('int_quality__file_operation') }}
),

listing as (
    select * from {{ ref('int_quality__file_listing') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'E01'
),

row_in_scope as (
    {{ rows_in_scope() }}
),

-- CM03: the unit has no interval on the day of the contact, or on the period's last day.
care_finding as (
    select
        row_in_scope.*,
        concat(
            'Enheten finns inte i registret ',
            cast(row_in_scope.event_date as string),
            '.'
        ) as detail
    from row_in_scope
    where
        row_in_scope.unit_key is null
),

-- A ward's beds are a row a day, and are told once: thirty rows of the same ward say nothing that one does
-- not.
bed_ward as (
    select
        period,
        unit_id,
        count(*) as days_count,
        min(event_date) as first_date
    from ward_day
    where unit_key is null and source_line is not null
    group by period, unit_id
),

other_finding as (
    select
        stay.period,
        'unknown_ward' as effect_case,
        'cosmic_vardtillfalle' as entity,
        stay.unit_id,
        stay.episode_key as contact_key,
        stay.source_line,
        concat('Avdelningen finns inte i registret ', cast(stay.admitted_date as string), '.') as detail
    from stay
    where stay.unit_key is null
    union all
    select
        bed_ward.period,
        'unknown_ward' as effect_case,
        'cosmic_vardplats' as entity,
        bed_ward.unit_id,
        cast(null as string) as contact_key,
        cast(null as bigint) as source_line,
        concat(
            'Avdelningen har vårdplatser men finns inte i registret ',
            cast(bed_ward.days_count as string),
            case when bed_ward.days_count = 1 then ' dag, ' else ' dagar, först ' end,
            cast(bed_ward.first_date as string), '.'
        ) as detail
    from bed_ward
    union all
    select
        operation.period,
        'unknown_surgical_unit' as effect_case,
        'provisio_operation' as entity,
        operation.unit_id,
        operation.operation_key as contact_key,
        operation.source_line,
        concat('Enheten finns inte i registret ', cast(operation.event_date as string), '.') as detail
    from operation
    where operation.unit_key is null
    union all
    select
        listing.period,
        'unknown_listing_unit' as effect_case,
        'cosmic_listning' as entity,
        listing.unit_id,
        cast(null as string) as contact_key,
        cast(null as bigint) as source_line,
        concat(
            'Enheten finns inte i registret ', cast(listing.event_date as string), ' (',
            cast(listing.rows_count as string),
            case when listing.rows_count = 1 then ' rad' else ' rader' end, ').'
        ) as detail
    from listing
    where listing.unit_key is null
),

finding as (
    select
        period,
        rule_id,
        effect_case,
        severity,
        effect,
        entity,
        unit_id,
        clinic_id,
        contact_key,
        source_line,
        detail
    from care_finding
    union all
    select
        other_finding.period,
        rule.rule_id,
        rule.effect_case,
        rule.severity,
        rule.effect,
        other_finding.entity,
        other_finding.unit_id,
        cast(null as string) as clinic_id,
        other_finding.contact_key,
        other_finding.source_line,
        other_finding.detail
    from other_finding
    inner join rule on other_finding.effect_case = rule.effect_case
)

{{ select_findings() }}
