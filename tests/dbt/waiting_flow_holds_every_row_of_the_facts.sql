-- WT50: at the region every row of specialised care that is not disqualified stands in one family, once;
-- acute contacts and rows of an unknown phase stand in none. At the units, those of known units.
{% set flows = {
    'completed': 'completed_count', 'corrected': 'corrected_count', 'waiting': 'waiting_end_count'
} %}

with

touched_period as (
    select * from {{ source('control', 'touched_period') }}
),

fct_completed_contact as (
    select * from {{ ref('fct_completed_contact') }}
    where period in (select touched_period.period from touched_period)
),

fct_waiting_contact as (
    select * from {{ ref('fct_waiting_contact') }}
    where period in (select touched_period.period from touched_period)
),

mart_waiting_flow as (
    select * from {{ ref('mart_waiting_flow') }}
    where period in (select touched_period.period from touched_period)
),

fact_row as (
    select
        period,
        'completed' as row_state,
        unit_key,
        care_level,
        phase,
        cap_step,
        specialty_group,
        is_disqualified
    from fct_completed_contact
    union all
    select
        period,
        case when is_corrected then 'corrected' else 'waiting' end as row_state,
        unit_key,
        care_level,
        phase,
        cap_step,
        specialty_group,
        is_disqualified
    from fct_waiting_contact
),

counted_line as (
    select
        period,
        row_state,
        count(*) as region_count,
        count(unit_key) as unit_count
    from fact_row
    where
        care_level = 'S'
        and not is_disqualified
        and (
            phase in ('1', '2', '3', '4')
            or (phase <> '5' and specialty_group = 'BUP' and cap_step in ('1', '2', '3'))
        )
    group by period, row_state
    {% for row_state, column in flows.items() %}
        union all
        select
            period,
            '{{ row_state }}' as row_state,
            -sum(case when level = 'region' then {{ column }} else 0 end) as region_count,
            -sum(case when level = 'unit' then {{ column }} else 0 end) as unit_count
        from mart_waiting_flow
        group by period
    {% endfor %}
)

select
    period,
    row_state,
    sum(region_count) as region_rows_missing,
    sum(unit_count) as unit_rows_missing
from counted_line
group by period, row_state
having sum(region_count) <> 0 or sum(unit_count) <> 0
