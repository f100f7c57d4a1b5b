{% set bands = ['0_30', '31_60', '61_90', '91_120', '121_180', '181_365', '366'] %}
{% set quantities = ['contacts_count', 'denominator', 'numerator'] %}
{% set parts = ['of_region', 'by_sex', 'by_specialty', 'of_unknown', 'of_units', 'of_clinics', 'of_areas'] %}
{% set variants = ['skr', 'socialstyrelsen', 'pvv_over_limit', 'all'] %}

with

phone_measure as (
    select * from {{ ref('int_phone__measure') }}
),

-- Calls are no rows of a fact, and a broken file of calls must not stop what is delivered of care.
mart_waiting_times as (
    select * from {{ ref('mart_waiting_times') }}
    where measure_id not in (select phone_measure.measure_id from phone_measure)
),

fct_completed_contact as (
    select * from {{ ref('fct_completed_contact') }}
),

fct_waiting_contact as (
    select * from {{ ref('fct_waiting_contact') }}
),

-- Which line is a total, and which is a part of one; a total of the region is counted once in each variant.
placed_line as (
    select
        *,
        level = 'region' and sex = 'all' and specialty_group = 'all' as is_of_region,
        level = 'region' and sex <> 'all' and specialty_group = 'all' as is_by_sex,
        level = 'region' and sex = 'all' and specialty_group <> 'all' as is_by_specialty,
        level = 'region' and sex = 'all' and specialty_group = 'unknown' as is_of_unknown,
        level = 'unit' and sex = 'all' and specialty_group = 'all' as is_of_units,
        level = 'clinic' and sex = 'all' and specialty_group = 'all' as is_of_clinics,
        level = 'area' and sex = 'all' and specialty_group = 'all' as is_of_areas
    from mart_waiting_times
),

summed_measure as (
    select
        period,
        measure_id,
        population,
        count(*) as lines_count,
        min(share) as lowest_share,
        max(share) as highest_share,
        count(case when numerator < 0 or numerator > denominator then 1 end) as beyond_denominator_count,
        count(
            case when denominator > contacts_count or over_150_days_count > contacts_count then 1 end
        ) as beyond_contacts_count,
        sum(contacts_count) as contacts_of_lines_count,
        sum(
            {% for band in bands %}
                band_{{ band }}_count{% if not loop.last %} +{% endif %}
            {% endfor %}
        ) as banded_of_lines_count,
        count(case when is_of_region then 1 end) as region_lines_count,
        min(case when is_of_region then contacts_count end) as contacts_count,
        max(case when is_of_region then contacts_count end) as most_contacts_count,
        {% for column in quantities %}
            {% set name = column | replace('_count', '') %}
            {% for part in parts %}
                sum(case when is_{{ part }} then {{ column }} else 0 end) as {{ name }}_{{ part }}_count,
            {% endfor %}
        {% endfor %}
        {% for variant in variants %}
            sum(
                case when is_of_region and variant = '{{ variant }}' then denominator else 0 end
            ) as denominator_{{ variant }}_count{% if not loop.last %},{% endif %}
        {% endfor %}
    from placed_line
    group by period, measure_id, population
),

-- CM08: no measure counts more than the rows of the fact that nothing disqualifies.
fact_row as (
    select
        period,
        'completed' as population
    from fct_completed_contact
    where not is_disqualified
    union all
    select
        period,
        'waiting' as population
    from fct_waiting_contact
    where not is_disqualified and not is_corrected
),

fact_count as (
    select
        period,
        population,
        count(*) as qualified_count
    from fact_row
    group by period, population
),

measure_beside_fact as (
    select
        summed_measure.*,
        coalesce(fact_count.qualified_count, 0) as qualified_count
    from summed_measure
    left join fact_count
        on
            summed_measure.period = fact_count.period
            and summed_measure.population = fact_count.population
)

select
    period,
    measure_id,
    population,
    lines_count,
    lowest_share,
    highest_share,
    beyond_denominator_count,
    beyond_contacts_count,
    cast(contacts_of_lines_count as bigint) as contacts_of_lines_count,
    cast(banded_of_lines_count as bigint) as banded_of_lines_count,
    region_lines_count,
    contacts_count,
    most_contacts_count,
    qualified_count,
    {% for column in quantities %}
        {% set name = column | replace('_count', '') %}
        {% for part in parts if part != 'of_unknown' %}
            cast({{ name }}_{{ part }}_count as bigint) as {{ name }}_{{ part }}_count,
        {% endfor %}
        cast(
            {{ name }}_of_units_count + {{ name }}_of_unknown_count as bigint
        ) as {{ name }}_of_known_and_unknown_count,
    {% endfor %}
    {% for variant in variants %}
        cast(denominator_{{ variant }}_count as bigint)
            as denominator_{{ variant }}_count{% if not loop.last %},{% endif %}
    {% endfor %}
from measure_beside_fact
