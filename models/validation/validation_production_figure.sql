{% set products = {
    'visits_doctor': 'läkarbesök', 'visits_other': 'övriga besök', 'episodes_somatic': 'somatiska vårdtillfällen',
    'operations': 'operationer', 'pc_visits_doctor': 'läkarbesök vid vårdcentral', 'listed_persons': 'listade'
} %}

with

plausible_band as (
    select * from {{ ref('plausible_bands') }}
),

complete_period as (
    select
        period,
        last_day(cast(concat(period, '-01') as date)) as last_date
    from {{ source('control', 'complete_period') }}
),

mart_production as (
    select * from {{ ref('mart_production') }}
),

operation as (
    select * from {{ ref('stg_provisio__operation') }}
),

unit as (
    select * from {{ ref('int_core__unit') }}
),

plan_row as (
    select * from {{ ref('stg_plan__produktionsplan') }}
),

product as (
    {% for product_id, words in products.items() %}
        select
            '{{ product_id }}' as product_id,
            '{{ words }}' as subject
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

region_line as (
    select * from mart_production
    where level = 'region'
),

volume as (
    select
        region_line.period,
        product.subject,
        cast(region_line.actual as double) as actual,
        cast(region_line.previous_year as double) as previous_year
    from region_line
    inner join product on region_line.product_id = product.product_id
),

numbered_volume as (
    select
        *,
        row_number() over (partition by subject order by period) as place
    from volume
),

-- A month is compared with the months before it that have the product, twelve at most, whatever gaps they
-- have.
earlier_volume as (
    select
        later.period,
        later.subject,
        cast(median(earlier.actual) as double) as median_actual
    from numbered_volume as later
    inner join numbered_volume as earlier
        on
            later.subject = earlier.subject
            and later.place > earlier.place
            and later.place - 12 <= earlier.place
    group by later.period, later.subject
),

operation_line as (
    select
        period,
        sum(case when product_id = 'operations' then cast(actual as double) end) as operations,
        sum(case when product_id = 'operations_unclassified' then cast(actual as double) end) as unclassified,
        sum(case when product_id = 'operations_cancelled' then cast(actual as double) end) as cancelled,
        sum(case when product_id = 'knife_hours' then cast(actual as double) end) as knife_hours
    from region_line
    group by period
),

operation_unit as (
    select
        operation.period,
        count(*) as rows_count,
        count(case when unit.unit_id is null then 1 end) as unknown_count
    from operation
    left join unit
        on
            operation.unit_id = unit.unit_id
            and cast(coalesce(operation.operation_started_at, operation.planned_at) as date)
            >= unit.valid_from_date
            and cast(coalesce(operation.operation_started_at, operation.planned_at) as date)
            <= unit.valid_to_date
    group by operation.period
),

-- PR06: the newest plan of a version for a year replaces the ones before it whole.
newest_plan as (
    select
        version,
        substr(plan_period, 1, 4) as plan_year,
        max(period) as period
    from plan_row
    group by version, substr(plan_period, 1, 4)
),

plan_months as (
    select
        newest_plan.version,
        newest_plan.plan_year,
        count(distinct plan_row.plan_period) as months_count
    from newest_plan
    inner join plan_row
        on
            newest_plan.version = plan_row.version
            and newest_plan.plan_year = substr(plan_row.plan_period, 1, 4)
            and newest_plan.period = plan_row.period
    group by newest_plan.version, newest_plan.plan_year
),

figure as (
    select
        period,
        'production_same_month_ratio' as figure_name,
        subject,
        actual / nullif(previous_year, 0) as figure_value,
        coalesce(previous_year, 0) as rests_on_count
    from volume
    union all
    select
        volume.period,
        'production_median_ratio' as figure_name,
        volume.subject,
        volume.actual / nullif(earlier_volume.median_actual, 0) as figure_value,
        coalesce(earlier_volume.median_actual, 0) as rests_on_count
    from volume
    left join earlier_volume
        on volume.period = earlier_volume.period and volume.subject = earlier_volume.subject
    union all
    select
        period,
        'unclassified_operations_share' as figure_name,
        'operationer' as subject,
        coalesce(unclassified, 0) / nullif(operations, 0) as figure_value,
        coalesce(operations, 0) as rests_on_count
    from operation_line
    where operations is not null
    union all
    select
        period,
        'cancelled_operations_share' as figure_name,
        'operationer' as subject,
        coalesce(cancelled, 0) / nullif(operations + coalesce(cancelled, 0), 0) as figure_value,
        coalesce(operations, 0) as rests_on_count
    from operation_line
    where operations is not null
    union all
    select
        period,
        'knife_hours_per_operation' as figure_name,
        'operationer' as subject,
        coalesce(knife_hours, 0) / nullif(operations, 0) as figure_value,
        coalesce(operations, 0) as rests_on_count
    from operation_line
    where operations is not null
    union all
    select
        period,
        'operation_unknown_unit_share' as figure_name,
        'operationer' as subject,
        cast(unknown_count as double) / cast(rows_count as double) as figure_value,
        rows_count as rests_on_count
    from operation_unit
    union all
    select
        complete_period.period,
        'plan_months_count' as figure_name,
        concat(plan_months.version, ' ', plan_months.plan_year) as subject,
        cast(plan_months.months_count as double) as figure_value,
        plan_months.months_count as rests_on_count
    from complete_period
    inner join plan_months on substr(complete_period.period, 1, 4) = plan_months.plan_year
),

-- A share of a handful of rows tells nothing: below the band's least number there is no figure to judge.
judged_figure as (
    select
        figure.period,
        figure.figure_name,
        figure.subject,
        cast(figure.rests_on_count as bigint) as rests_on_count,
        case
            when figure.rests_on_count >= plausible_band.least_rows then figure.figure_value
        end as figure_value
    from figure
    inner join complete_period on figure.period = complete_period.period
    inner join plausible_band
        on
            figure.figure_name = plausible_band.name
            and complete_period.last_date >= plausible_band.valid_from
            and complete_period.last_date <= coalesce(plausible_band.valid_to, complete_period.last_date)
)

select
    period,
    figure_name,
    subject,
    rests_on_count,
    figure_value
from judged_figure
