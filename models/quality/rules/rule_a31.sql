with

touched_period as (
    select * from {{ source('control', 'touched_period') }}
),

flow_line as (
    select * from {{ ref('mart_waiting_flow') }}
    where period in (select touched_period.period from touched_period)
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A31'
),

-- The rule has one case for each family. Where the month before is not loaded there is no difference to tell.
finding as (
    select
        flow_line.period,
        rule.rule_id,
        rule.effect_case,
        rule.severity,
        rule.effect,
        cast(null as string) as entity,
        cast(null as string) as unit_id,
        flow_line.unit_id as clinic_id,
        cast(null as string) as contact_key,
        cast(null as bigint) as source_line,
        concat(
            'Väntande vid månadens början ', cast(flow_line.waiting_start_count as string),
            ', nya ', cast(flow_line.new_count as string),
            ', genomförda ', cast(flow_line.completed_count as string),
            ', avförda ', cast(flow_line.removed_count as string),
            ', rättade ', cast(flow_line.corrected_count as string),
            ', väntande vid slutet ', cast(flow_line.waiting_end_count as string),
            ': differens ', cast(flow_line.difference_count as string), '.'
        ) as detail
    from flow_line
    inner join rule on flow_line.measure_family = rule.effect_case
    where flow_line.level = 'clinic' and flow_line.difference_count <> 0
)

{{ select_findings() }}
