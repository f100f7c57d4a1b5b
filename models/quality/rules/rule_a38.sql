with

candidate as (
    select * from {{ ref('int_quality__delivery_candidate') }}
),

run_context as (
    select * from {{ source('control', 'run_context') }}
),

rule as (
    select * from {{ ref('rules') }}
    where rule_id = 'A38'
),

-- Rows of units that the register does not know have no clinic and stand as one of their own: a clinic that
-- fell out of the register must not go missing from the delivery in silence.
clinic_population as (
    select
        period,
        population,
        entity,
        clinic_id,
        count(*) as rows_count,
        sum(cast(is_faulty as integer)) as left_out_count
    from candidate
    group by period, population, entity, clinic_id
),

-- Both limits must be passed: a share says nothing of a few rows, a number nothing of many.
finding as (
    select
        clinic_population.period,
        rule.rule_id,
        rule.effect_case,
        rule.severity,
        rule.effect,
        clinic_population.entity,
        cast(null as string) as unit_id,
        clinic_population.clinic_id,
        cast(null as string) as contact_key,
        cast(null as bigint) as source_line,
        concat(
            cast(clinic_population.left_out_count as string),
            ' av ',
            cast(clinic_population.rows_count as string),
            case clinic_population.population when 'completed' then ' genomförda' else ' väntande' end,
            ' rader är utelämnade ur leveransen',
            case
                when clinic_population.clinic_id is null then ' (enheter som registret inte känner)' else ''
            end,
            '.'
        ) as detail
    from clinic_population
    cross join run_context
    cross join rule
    where
        clinic_population.left_out_count > run_context.left_out_limit_rows
        and clinic_population.left_out_count
        > run_context.left_out_limit_share * clinic_population.rows_count
)

{{ select_findings() }}
