with

row_digest as (
    select * from {{ ref('delivery_row_digest') }}
),

delivery_left_out as (
    select * from {{ ref('delivery_left_out') }}
),

touched_period as (
    select * from {{ source('control', 'touched_period') }}
),

loaded_period as (
    select * from {{ source('control', 'loaded_period') }}
),

-- Only a period with care has anything to deliver; other groups make periods without it.
care_period as (
    select touched_period.period
    from touched_period
    inner join loaded_period
        on
            touched_period.period = loaded_period.period
            and loaded_period.group_name = 'care'
),

digest_of_rows as (
    select
        row_digest.period,
        count(*) as rows_count,
        md5({{ sorted_texts_joined('row_digest.row_digest') }}) as rows_digest
    from row_digest
    inner join care_period on row_digest.period = care_period.period
    group by row_digest.period
),

text_of_left_out as (
    select
        period,
        {{ row_text('delivery_left_out') }} as left_out_text
    from delivery_left_out
),

digest_of_left_out as (
    select
        period,
        md5({{ sorted_texts_joined('left_out_text') }}) as left_out_digest
    from text_of_left_out
    group by period
),

content as (
    select
        care_period.period,
        coalesce(digest_of_rows.rows_count, 0) as rows_count,
        md5(
            concat(
                coalesce(digest_of_rows.rows_digest, ''),
                '|',
                coalesce(digest_of_left_out.left_out_digest, '')
            )
        ) as content_hash
    from care_period
    left join digest_of_rows on care_period.period = digest_of_rows.period
    left join digest_of_left_out on care_period.period = digest_of_left_out.period
)

select
    period,
    rows_count,
    content_hash
from content
