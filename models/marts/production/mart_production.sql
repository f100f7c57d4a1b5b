{% set frames = [
    'ytd', 'r12', 'previous', 'to_date', 'to_previous', 'previous_year', 'to_previous_year'
] %}

with

product_period as (
    select * from {{ ref('int_production__product_period') }}
),

counted_month as (
    select * from {{ ref('int_production__month') }}
),

inpatient_episode as (
    select * from {{ ref('fct_inpatient_episode') }}
),

occupied_day as (
    select * from {{ ref('int_inpatient__occupied_day') }}
),

product as (
    select * from {{ ref('products') }}
),

plan as (
    select * from {{ ref('int_production__plan') }}
),

-- PR01, PR02: episodes count in the month of discharge, where the discharging ward stood; occupied days in
-- their own, on the ward of the day. An open episode has no month. CM03: an unknown ward is the region's.
inpatient_row as (
    select
        period,
        'episode' as rows_from,
        coalesce(specialty_group, 'unknown') as specialty_group,
        unit_id,
        clinic_id,
        area_name,
        count(*) as rows_count,
        sum(bed_days) as bed_days,
        sum(drg_weight) as drg_points
    from inpatient_episode
    where period is not null
    group by period, specialty_group, unit_id, clinic_id, area_name
    union all
    select
        period,
        'occupied_day' as rows_from,
        coalesce(specialty_group, 'unknown') as specialty_group,
        unit_id,
        clinic_id,
        area_name,
        count(*) as rows_count,
        cast(null as bigint) as bed_days,
        cast(null as decimal(24, 8)) as drg_points
    from occupied_day
    group by period, specialty_group, unit_id, clinic_id, area_name
),

inpatient_row_of_product as (
    select
        inpatient_row.period,
        product.product_id,
        inpatient_row.unit_id,
        inpatient_row.clinic_id,
        inpatient_row.area_name,
        case product.amount_from
            when 'rows' then cast(inpatient_row.rows_count as decimal(24, 8))
            when 'bed_days' then cast(inpatient_row.bed_days as decimal(24, 8))
            when 'drg_points' then cast(inpatient_row.drg_points as decimal(24, 8))
        end as amount
    from inpatient_row
    inner join product
        on
            inpatient_row.rows_from = product.rows_from
            and (
                product.specialty_groups is null
                or {{ stands_in_list('inpatient_row.specialty_group', 'product.specialty_groups') }}
            )
            and product.valid_from <= last_day(cast(concat(inpatient_row.period, '-01') as date))
            and (
                product.valid_to is null
                or product.valid_to >= last_day(cast(concat(inpatient_row.period, '-01') as date))
            )
),

-- An episode without bed days (B02) or weight adds nothing to their sums.
inpatient_line as (
    select
        period,
        product_id,
        {{ level_name() }} as level,
        {{ level_unit_id() }} as unit_id,
        sum(amount) as actual
    from inpatient_row_of_product
    group by {{ plain_level_grouping_sets(['period', 'product_id']) }}
    having {{ level_is_known() }}
),

actual as (
    select
        period,
        product_id,
        level,
        unit_id,
        actual
    from counted_month
    union all
    select
        period,
        product_id,
        level,
        unit_id,
        actual
    from inpatient_line
),

place as (
    select
        product_id,
        level,
        unit_id
    from actual
    union
    select
        product_id,
        level,
        unit_id
    from plan
),

-- PR06: a month that is loaded and holds no row is nothing; one that is not loaded is unknown, and has no
-- row.
month_of_place as (
    select
        product_period.period,
        product_period.month_number,
        product_period.year_number,
        product_period.is_stock,
        product_period.is_preliminary,
        place.product_id,
        place.level,
        place.unit_id,
        actual.period is not null as has_rows,
        coalesce(actual.actual, 0) as actual
    from place
    inner join product_period on place.product_id = product_period.product_id
    left join actual
        on
            product_period.period = actual.period
            and place.product_id = actual.product_id
            and place.level = actual.level
            and place.unit_id = actual.unit_id
),

-- What each frame of months holds; a month that is not loaded stands in none of them.
summed_month as (
    select
        *,
        {% for frame in frames %}
            sum(actual) over {{ frame }} as {{ frame }}_sum,
            count(*) over {{ frame }} as {{ frame }}_months,
        {% endfor %}
        count(case when has_rows then 1 end) over to_date as to_date_months_with_rows,
        count(case when has_rows then 1 end) over to_previous_year as to_previous_year_months_with_rows
    from month_of_place
    window
        ytd as (
            partition by product_id, level, unit_id, year_number order by month_number
            rows between unbounded preceding and current row
        ),
        r12 as (
            partition by product_id, level, unit_id order by month_number
            range between 11 preceding and current row
        ),
        previous as (
            partition by product_id, level, unit_id order by month_number
            range between 12 preceding and 12 preceding
        ),
        to_date as (
            partition by product_id, level, unit_id order by month_number
            range between unbounded preceding and current row
        ),
        to_previous as (
            partition by product_id, level, unit_id order by month_number
            range between unbounded preceding and 12 preceding
        ),
        previous_year as (
            partition by product_id, level, unit_id order by year_number
            range between 1 preceding and 1 preceding
        ),
        to_previous_year as (
            partition by product_id, level, unit_id order by year_number
            range between unbounded preceding and 2 preceding
        )
),

-- Last year to date is what had been counted by this month last year less what had been by the end of the
-- year before it.
framed_month as (
    select
        period,
        year_number,
        product_id,
        is_stock,
        is_preliminary,
        level,
        unit_id,
        actual,
        to_date_months_with_rows > to_previous_year_months_with_rows as has_rows_since_last_year,
        ytd_sum,
        ytd_months,
        r12_sum,
        r12_months,
        previous_sum,
        to_previous_sum - coalesce(to_previous_year_sum, 0) as ytd_previous_sum,
        to_previous_months - to_previous_year_months as ytd_previous_months,
        previous_year_sum,
        previous_year_months
    from summed_month
),

-- PR06: twelve months, and all of last year, are known when each of their months is loaded; sums to date are
-- those of the loaded months. A stock is the mean of its months, a flow their sum.
known_month as (
    select
        period,
        year_number,
        product_id,
        is_stock,
        is_preliminary,
        level,
        unit_id,
        has_rows_since_last_year,
        actual,
        previous_sum as previous_year,
        {{ flow_or_stock('ytd_sum', 'ytd_months') }} as ytd_actual,
        case
            when ytd_previous_months > 0
                then {{ flow_or_stock('ytd_previous_sum', 'ytd_previous_months') }}
        end as ytd_previous_year,
        case when r12_months = 12 then {{ flow_or_stock('r12_sum', 'r12_months') }} end as r12_actual,
        case
            when previous_year_months = 12
                then {{ flow_or_stock('previous_year_sum', 'previous_year_months') }}
        end as previous_year_total
    from framed_month
),

-- PR06: the budget to date is that of every month to date, loaded or not; the forecast is that of the whole
-- year.
planned_month as (
    select
        known_month.period,
        known_month.product_id,
        known_month.is_stock,
        known_month.level,
        known_month.unit_id,
        case when plan.version = 'BUDGET' then plan.planned end as full_year_budget,
        case when plan.version = 'PROGNOS' then plan.planned end as full_year_forecast,
        case
            when plan.version = 'BUDGET' and plan.plan_period <= known_month.period then plan.planned
        end as ytd_budget,
        case
            when plan.version = 'BUDGET' and plan.plan_period = known_month.period then plan.planned
        end as budget
    from known_month
    inner join plan
        on
            known_month.product_id = plan.product_id
            and known_month.level = plan.level
            and known_month.unit_id = plan.unit_id
            and known_month.year_number = cast(substr(plan.plan_period, 1, 4) as integer)
),

planned_line as (
    select
        period,
        product_id,
        level,
        unit_id,
        sum(budget) as budget,
        {% for column in ['ytd_budget', 'full_year_budget', 'full_year_forecast'] %}
            {{ flow_or_stock('sum(' ~ column ~ ')', 'count(' ~ column ~ ')') }} as {{ column }},
        {% endfor %}
        count(*) as planned_months
    from planned_month
    group by period, product_id, is_stock, level, unit_id
),

-- A place has a line where it has had rows since January last year, or is planned for this year.
line as (
    select
        known_month.period,
        known_month.product_id,
        known_month.level,
        known_month.unit_id,
        cast(known_month.actual as decimal(24, 8)) as actual,
        cast(planned_line.budget as decimal(24, 8)) as budget,
        cast(known_month.previous_year as decimal(24, 8)) as previous_year,
        cast(known_month.ytd_actual as decimal(24, 8)) as ytd_actual,
        cast(planned_line.ytd_budget as decimal(24, 8)) as ytd_budget,
        cast(known_month.ytd_previous_year as decimal(24, 8)) as ytd_previous_year,
        cast(known_month.r12_actual as decimal(24, 8)) as r12_actual,
        cast(planned_line.full_year_budget as decimal(24, 8)) as full_year_budget,
        cast(planned_line.full_year_forecast as decimal(24, 8)) as full_year_forecast,
        cast(known_month.previous_year_total as decimal(24, 8)) as previous_year_total,
        known_month.is_preliminary
    from known_month
    left join planned_line
        on
            known_month.period = planned_line.period
            and known_month.product_id = planned_line.product_id
            and known_month.level = planned_line.level
            and known_month.unit_id = planned_line.unit_id
    where known_month.has_rows_since_last_year or planned_line.planned_months > 0
),

-- PR06: nothing deviates from what is not known, nor from nothing.
compared_line as (
    select
        *,
        {{ deviation_share('actual', 'budget') }} as budget_deviation_share,
        {{ deviation_share('actual', 'previous_year') }} as previous_year_deviation_share,
        {{ deviation_share('ytd_actual', 'ytd_budget') }} as ytd_budget_deviation_share,
        {{ deviation_share('ytd_actual', 'ytd_previous_year') }} as ytd_previous_year_deviation_share
    from line
)

select
    period,
    product_id,
    level,
    unit_id,
    actual,
    budget,
    previous_year,
    ytd_actual,
    ytd_budget,
    ytd_previous_year,
    r12_actual,
    full_year_budget,
    full_year_forecast,
    previous_year_total,
    is_preliminary,
    budget_deviation_share,
    previous_year_deviation_share,
    ytd_budget_deviation_share,
    ytd_previous_year_deviation_share
from compared_line
