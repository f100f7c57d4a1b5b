with

plausible_band as (
    select * from {{ ref('plausible_bands') }}
),

loaded_period as (
    select
        period,
        last_day(cast(concat(period, '-01') as date)) as last_date
    from {{ source('control', 'loaded_period') }}
    where group_name = 'wards'
),

mart_occupancy as (
    select * from {{ ref('mart_occupancy') }}
),

fct_ward_day as (
    select * from {{ ref('fct_ward_day') }}
),

fct_inpatient_episode as (
    select * from {{ ref('fct_inpatient_episode') }}
),

region_line as (
    select
        *,
        case specialty_group
            when 'all' then 'alla avdelningar' when 'SOM' then 'somatisk vård' else 'psykiatrisk vård'
        end as subject
    from mart_occupancy
    where level = 'region'
),

-- Each ward of the month by its id: a single ward far above what it has beds for has a faulty file of beds.
ward_line as (
    select *
    from mart_occupancy
    where level = 'unit' and specialty_group = 'all'
),

ward_day_count as (
    select
        period,
        count(*) as ward_days_count,
        count(case when is_known_unit then 1 end) as known_unit_count,
        count(beds_available) as with_beds_count
    from fct_ward_day
    group by period
),

episode_count as (
    select
        period,
        count(*) as episodes_count,
        count(unit_key) as known_unit_count
    from fct_inpatient_episode
    where discharged_at is not null
    group by period
),

numbered_period as (
    select
        period,
        row_number() over (order by period) as place
    from loaded_period
),

-- A month is compared with the loaded months before it, twelve at most, whatever gaps they have.
earlier_volume as (
    select
        later.period,
        cast(median(episode_count.episodes_count) as double) as median_episodes_count
    from numbered_period as later
    inner join numbered_period as earlier
        on later.place > earlier.place and later.place - 12 <= earlier.place
    inner join episode_count on earlier.period = episode_count.period
    group by later.period
),

volume as (
    select
        episode_count.period,
        episode_count.episodes_count,
        same_month.episodes_count as same_month_episodes_count,
        earlier_volume.median_episodes_count
    from episode_count
    left join loaded_period as same_loaded_month
        on
            cast(substr(episode_count.period, 1, 4) as integer)
            = cast(substr(same_loaded_month.period, 1, 4) as integer) + 1
            and substr(episode_count.period, 5) = substr(same_loaded_month.period, 5)
    left join episode_count as same_month on same_loaded_month.period = same_month.period
    left join earlier_volume on episode_count.period = earlier_volume.period
),

figure as (
    select
        period,
        'region_occupancy_share' as figure_name,
        subject,
        occupancy_share as figure_value,
        bed_days_available as rests_on_count
    from region_line
    union all
    select
        period,
        'ward_occupancy_share' as figure_name,
        unit_id as subject,
        occupancy_share as figure_value,
        bed_days_available as rests_on_count
    from ward_line
    union all
    select
        period,
        'mean_length_of_stay_days' as figure_name,
        subject,
        mean_length_of_stay_days as figure_value,
        discharged_episodes_count as rests_on_count
    from region_line
    union all
    select
        period,
        'overcrowded_per_100_beds' as figure_name,
        subject,
        overcrowded_per_100_beds as figure_value,
        bed_days_available as rests_on_count
    from region_line
    {% for name, source, part, whole, subject in [
        ('ward_unknown_unit_share', 'ward_day_count', 'ward_days_count - known_unit_count', 'ward_days_count',
            'avdelningsdygn'),
        ('without_bed_row_share', 'ward_day_count', 'ward_days_count - with_beds_count', 'ward_days_count',
            'avdelningsdygn'),
        ('episode_unknown_unit_share', 'episode_count', 'episodes_count - known_unit_count', 'episodes_count',
            'utskrivna vårdtillfällen'),
    ] %}
        union all
        select
            period,
            '{{ name }}' as figure_name,
            '{{ subject }}' as subject,
            cast({{ part }} as double) / cast(nullif({{ whole }}, 0) as double) as figure_value,
            {{ whole }} as rests_on_count
        from {{ source }}
    {% endfor %}
    union all
    select
        period,
        'discharges_same_month_ratio' as figure_name,
        'utskrivna vårdtillfällen' as subject,
        cast(episodes_count as double) / cast(same_month_episodes_count as double) as figure_value,
        coalesce(same_month_episodes_count, 0) as rests_on_count
    from volume
    union all
    select
        period,
        'discharges_median_ratio' as figure_name,
        'utskrivna vårdtillfällen' as subject,
        cast(episodes_count as double) / median_episodes_count as figure_value,
        cast(coalesce(median_episodes_count, 0) as bigint) as rests_on_count
    from volume
),

-- A share of a handful of rows tells nothing: below the band's least number there is no figure to judge.
judged_figure as (
    select
        figure.period,
        figure.figure_name,
        figure.subject,
        cast(coalesce(figure.rests_on_count, 0) as bigint) as rests_on_count,
        case
            when figure.rests_on_count >= plausible_band.least_rows then cast(figure.figure_value as double)
        end as figure_value
    from figure
    inner join loaded_period on figure.period = loaded_period.period
    inner join plausible_band
        on
            figure.figure_name = plausible_band.name
            and loaded_period.last_date >= plausible_band.valid_from
            and loaded_period.last_date <= coalesce(plausible_band.valid_to, loaded_period.last_date)
)

select
    period,
    figure_name,
    subject,
    rests_on_count,
    figure_value
from judged_figure
