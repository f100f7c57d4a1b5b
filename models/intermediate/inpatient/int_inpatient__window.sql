with

ward_period as (
    select * from {{ ref('int_core__ward_period') }}
),

risk_assessment as (
    select * from {{ ref('stg_cosmic__riskbedomning') }}
),

-- The file of assessments is optional: a month without it has nobody assessed, and nobody left unassessed.
assessed_period as (
    select distinct period from risk_assessment
),

pair_of_periods as (
    select
        own_period.period,
        ward_period.period as earlier_period,
        {{ months_between_periods('ward_period.period', 'own_period.period') }} as months_back,
        substr(ward_period.period, 1, 4) = substr(own_period.period, 1, 4) as is_same_year,
        {{ days_between('ward_period.first_date', 'ward_period.last_date') }} + 1 as days_count,
        assessed_period.period is not null as has_risk_assessments
    from ward_period as own_period
    cross join ward_period
    left join assessed_period on ward_period.period = assessed_period.period
),

-- PR06: twelve months, the period's own counted; those of its own year lie among them.
period_window as (
    select
        period,
        earlier_period,
        months_back,
        is_same_year,
        days_count,
        has_risk_assessments,
        count(*) over (partition by period) = 12 as is_year_loaded
    from pair_of_periods
    where months_back >= 0 and months_back <= 11
)

select
    period,
    earlier_period,
    months_back,
    is_same_year,
    days_count,
    has_risk_assessments,
    is_year_loaded
from period_window
