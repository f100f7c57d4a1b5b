{% set quantities = [
    'patient_days', 'bed_days_available', 'overcrowded_count', 'outlier_count', 'discharged_episodes_count',
    'discharged_bed_days'
] %}
{% set levels = ['region', 'area', 'clinic', 'unit'] %}

with

loaded_period as (
    select * from {{ source('control', 'loaded_period') }}
    where group_name = 'wards'
),

fct_ward_day as (
    select * from {{ ref('fct_ward_day') }}
),

fct_inpatient_episode as (
    select * from {{ ref('fct_inpatient_episode') }}
),

mart_occupancy as (
    select * from {{ ref('mart_occupancy') }}
),

-- OC05: the groups that the mart tells; BUP belongs to PSY, and a ward of neither is in `all` alone.
told_group as (
    select
        'all' as specialty_group,
        cast(null as string) as ward_group
    union all
    select
        'SOM' as specialty_group,
        'SOM' as ward_group
    union all
    select
        'PSY' as specialty_group,
        'PSY' as ward_group
    union all
    select
        'PSY' as specialty_group,
        'BUP' as ward_group
),

-- OC03: ward-days with a bed row. CM03: those of a known unit stand below the region too.
fact_row as (
    select
        period,
        specialty_group,
        is_known_unit as is_known,
        patients_count as patient_days,
        beds_available as bed_days_available,
        overcrowded_count,
        outlier_count,
        0 as discharged_episodes_count,
        0 as discharged_bed_days
    from fct_ward_day
    where beds_available is not null
    union all
    select
        period,
        specialty_group,
        unit_key is not null as is_known,
        0 as patient_days,
        0 as bed_days_available,
        0 as overcrowded_count,
        0 as outlier_count,
        1 as discharged_episodes_count,
        coalesce(bed_days, 0) as discharged_bed_days
    from fct_inpatient_episode
    where discharged_at is not null
),

fact_sum as (
    select
        fact_row.period,
        told_group.specialty_group,
        {% for column in quantities %}
            sum(fact_row.{{ column }}) as {{ column }}_of_fact,
            sum(
                case when fact_row.is_known then 0 else fact_row.{{ column }} end
            ) as {{ column }}_of_unknown{% if not loop.last %},{% endif %}
        {% endfor %}
    from fact_row
    inner join told_group
        on told_group.ward_group is null or fact_row.specialty_group = told_group.ward_group
    group by fact_row.period, told_group.specialty_group
),

-- OC03, OC04: a share is the ratio of the very sums beside it, and no count is larger than what it is a part
-- of.
mart_sum as (
    select
        period,
        specialty_group,
        {% for column in quantities %}
            {% for level in levels %}
                sum(
                    case when level = '{{ level }}' then {{ column }} else 0 end
                ) as {{ column }}_of_{{ level }},
            {% endfor %}
        {% endfor %}
        count(*) as lines_count,
        count(
            case
                when
                    bed_days_available > 0
                    and abs(
                        coalesce(occupancy_share, -1) - cast(patient_days as double) / bed_days_available
                    ) > 0.000000001
                    then 1
                when coalesce(bed_days_available, 0) = 0 and occupancy_share is not null then 1
            end
        ) as other_share_count,
        count(
            case
                when wards_over_90_count > wards_count or wards_over_90_count < 0 then 1
            end
        ) as beyond_wards_count,
        count(
            case
                when
                    patient_days > ytd_patient_days or bed_days_available > ytd_bed_days_available
                    or patient_days > r12_patient_days or discharged_bed_days > ytd_discharged_bed_days
                    then 1
            end
        ) as beyond_to_date_count
    from mart_occupancy
    group by period, specialty_group
),

every_line as (
    select distinct
        loaded_period.period,
        told_group.specialty_group
    from loaded_period
    cross join told_group
),

judged_line as (
    select
        every_line.period,
        every_line.specialty_group,
        coalesce(mart_sum.lines_count, 0) as lines_count,
        {% for column in quantities %}
            coalesce(fact_sum.{{ column }}_of_fact, 0) as {{ column }}_of_fact,
            {% for level in levels %}
                coalesce(mart_sum.{{ column }}_of_{{ level }}, 0) as {{ column }}_of_{{ level }},
            {% endfor %}
            coalesce(mart_sum.{{ column }}_of_unit, 0)
            + coalesce(fact_sum.{{ column }}_of_unknown, 0) as {{ column }}_of_known_and_unknown,
        {% endfor %}
        coalesce(mart_sum.other_share_count, 0) as other_share_count,
        coalesce(mart_sum.beyond_wards_count, 0) as beyond_wards_count,
        coalesce(mart_sum.beyond_to_date_count, 0) as beyond_to_date_count
    from every_line
    left join fact_sum
        on every_line.period = fact_sum.period and every_line.specialty_group = fact_sum.specialty_group
    left join mart_sum
        on every_line.period = mart_sum.period and every_line.specialty_group = mart_sum.specialty_group
)

select
    period,
    specialty_group,
    lines_count,
    {% for column in quantities %}
        {% for part in ['fact', 'region', 'area', 'clinic', 'unit', 'known_and_unknown'] %}
            cast({{ column }}_of_{{ part }} as bigint) as {{ column }}_of_{{ part }},
        {% endfor %}
    {% endfor %}
    other_share_count,
    beyond_wards_count,
    beyond_to_date_count
from judged_line
