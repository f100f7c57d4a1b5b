with

permission as (
    select * from {{ ref('int_quality__file_permission') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'B06'
),

-- The first fault of a permission that has several. One that is still open ends with the stay, and the times
-- of a stay that ends before it begins (B02) say nothing of where a permission belongs.
judged_permission as (
    select
        *,
        case
            when not has_stay then 'vistelsen finns inte i filen'
            when returned_at < left_at then 'slutar innan den börjar'
            when is_reversed then null
            when left_at < admitted_at then 'börjar före vistelsen'
            when left_at >= discharged_at then 'börjar när vistelsen är slut'
            when returned_at > discharged_at then 'slutar efter vistelsen'
        end as fault
    from permission
),

finding as (
    select
        judged_permission.period,
        'cosmic_permission' as entity,
        judged_permission.unit_id,
        judged_permission.clinic_id,
        judged_permission.episode_key as contact_key,
        judged_permission.source_line,
        concat(
            'Permission från ', {{ minute_in_words('judged_permission.left_at') }},
            case
                when judged_permission.returned_at is null then ' och tills vidare'
                else concat(' till ', {{ minute_in_words('judged_permission.returned_at') }})
            end,
            ': ', judged_permission.fault, '.'
        ) as detail,
        judged_permission.stay_number,
        cast(null as date) as event_date
    from judged_permission
    where judged_permission.fault is not null
)

{{ select_ward_findings() }}
