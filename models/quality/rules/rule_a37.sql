with

quarantined_row as (
    select
        *,
        concat(
            case when column_name <> '' then concat(column_name, ': ') else '' end, reason, '.'
        ) as what
    from {{ source('control', 'quarantined_row') }}
    where group_name = 'care'
),

period as (
    select * from {{ ref('int_core__period') }}
),

unit as (
    select * from {{ ref('int_core__unit') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A37'
),

-- A row in quarantine has no date that can be believed, so its unit is the one of the period's last day.
source_row as (
    select
        quarantined_row.period,
        quarantined_row.entity,
        quarantined_row.source_line,
        period.last_date,
        quarantined_row.unit_id,
        {{ sorted_text_list("quarantined_row.what") }} as reasons
    from quarantined_row
    inner join period on quarantined_row.period = period.period
    group by
        quarantined_row.period,
        quarantined_row.entity,
        quarantined_row.source_line,
        period.last_date,
        quarantined_row.unit_id
),

finding as (
    select
        source_row.period,
        rule.rule_id,
        rule.effect_case,
        rule.severity,
        rule.effect,
        source_row.entity,
        source_row.unit_id,
        unit.clinic_id,
        cast(null as string) as contact_key,
        source_row.source_line,
        concat(
            'Rad ', cast(source_row.source_line as string), ' i filen lästes inte in. ', source_row.reasons
        ) as detail
    from source_row
    left join unit
        on
            source_row.unit_id = unit.unit_id
            and source_row.last_date >= unit.valid_from_date
            and source_row.last_date <= unit.valid_to_date
    cross join rule
)

{{ select_findings() }}
