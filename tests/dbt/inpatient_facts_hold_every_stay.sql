-- Every stay of every file stands once in the stays (CM10), and its episode once in the episodes (PR01).
with

vardtillfalle as (
    select * from {{ ref('stg_cosmic__vardtillfalle') }}
),

stay as (
    select * from {{ ref('fct_inpatient_stay') }}
),

episode as (
    select * from {{ ref('fct_inpatient_episode') }}
),

delivered_stay as (
    select distinct
        episode_key,
        stay_number
    from vardtillfalle
),

counted as (
    select
        'stays' as what,
        count(*) as rows_count
    from delivered_stay
    union all
    select
        'stays' as what,
        -count(*) as rows_count
    from stay
    union all
    select
        'episodes' as what,
        count(distinct episode_key) as rows_count
    from vardtillfalle
    union all
    select
        'episodes' as what,
        -count(*) as rows_count
    from episode
)

select
    what,
    sum(rows_count) as rows_missing
from counted
group by what
having sum(rows_count) <> 0
