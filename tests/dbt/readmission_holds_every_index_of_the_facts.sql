-- PR03: the region counts every index episode of a population in a loaded period once, and no other; the
-- units, those of known units.
with

episode as (
    select * from {{ ref('fct_inpatient_episode') }}
    where is_index_candidate
),

ward_period as (
    select * from {{ ref('int_core__ward_period') }}
),

mart_readmission as (
    select * from {{ ref('mart_readmission') }}
    where sex = 'all' and level in ('region', 'unit')
),

index_row as (
    select
        episode.period,
        episode.unit_id,
        episode.is_readmission_30d,
        episode.has_municipal_care,
        episode.age_at_admission_years >= ward_period.readmission_age_years as is_old
    from episode
    inner join ward_period on episode.period = ward_period.period
),

counted_line as (
    {% for population, is_counted in {'65_plus': 'is_old', 'municipal_care': 'has_municipal_care'}.items() %}
        {% for level, is_known in {'region': 'true', 'unit': 'unit_id is not null'}.items() %}
            select
                period,
                '{{ population }}' as population,
                '{{ level }}' as level,
                case when is_readmission_30d then 1 else 0 end as numerator,
                1 as denominator
            from index_row
            where {{ is_counted }} and {{ is_known }}
            union all
        {% endfor %}
    {% endfor %}
    select
        period,
        population,
        level,
        -numerator as numerator,
        -denominator as denominator
    from mart_readmission
)

select
    period,
    population,
    level,
    sum(numerator) as numerator_missing,
    sum(denominator) as denominator_missing
from counted_line
group by period, population, level
having sum(numerator) <> 0 or sum(denominator) <> 0
