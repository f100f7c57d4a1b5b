with

unit_interval as (
    select * from {{ ref('int_core__unit_interval') }}
),

-- Every day on which something changes for a unit; between two of them nothing does.
change_date as (
    select
        unit_id,
        valid_from_date as date
    from unit_interval
    union
    select
        unit_id,
        {{ date_plus_days('valid_to_date', 1) }} as date
    from unit_interval
    where valid_to_date < cast('9999-12-31' as date)
),

segment as (
    select
        unit_id,
        date as from_date,
        coalesce(
            {{ date_plus_days('lead(date) over (partition by unit_id order by date)', -1) }},
            cast('9999-12-31' as date)
        ) as to_date
    from change_date
),

-- E02: where intervals overlap, the one that began last holds; a day never has two of them.
candidate as (
    select
        segment.from_date,
        segment.to_date,
        unit_interval.unit_id,
        unit_interval.valid_from_date as interval_from_date,
        row_number() over (
            partition by segment.unit_id, segment.from_date
            order by unit_interval.valid_from_date desc, unit_interval.source_line desc
        ) as place
    from segment
    inner join unit_interval
        on
            segment.unit_id = unit_interval.unit_id
            and segment.from_date >= unit_interval.valid_from_date
            and segment.from_date <= unit_interval.valid_to_date
),

held_segment as (
    select
        unit_id,
        from_date,
        to_date,
        interval_from_date,
        case
            when
                lag(interval_from_date) over (partition by unit_id order by from_date) = interval_from_date
                and lag(to_date) over (partition by unit_id order by from_date)
                = {{ date_plus_days('from_date', -1) }}
                then 0
            else 1
        end as is_new_run
    from candidate
    where place = 1
),

numbered_segment as (
    select
        unit_id,
        from_date,
        to_date,
        interval_from_date,
        sum(is_new_run) over (
            partition by unit_id order by from_date rows between unbounded preceding and current row
        ) as run_number
    from held_segment
),

joined_segment as (
    select
        unit_id,
        interval_from_date,
        min(from_date) as valid_from_date,
        max(to_date) as valid_to_date
    from numbered_segment
    group by unit_id, interval_from_date, run_number
),

distinct_interval as (
    select
        unit_interval.*,
        row_number() over (
            partition by unit_interval.unit_id, unit_interval.valid_from_date
            order by unit_interval.source_line desc
        ) as place
    from unit_interval
),

described_unit as (
    select
        md5(concat(joined_segment.unit_id, '|', cast(joined_segment.valid_from_date as string))) as unit_key,
        joined_segment.unit_id,
        distinct_interval.unit_name,
        distinct_interval.unit_type,
        distinct_interval.clinic_id,
        distinct_interval.clinic_name,
        distinct_interval.provider_id,
        distinct_interval.provider_name,
        distinct_interval.hospital_code,
        distinct_interval.hospital_name,
        distinct_interval.area_name,
        distinct_interval.care_level,
        distinct_interval.specialty_group,
        distinct_interval.ownership,
        joined_segment.valid_from_date,
        joined_segment.valid_to_date
    from joined_segment
    inner join distinct_interval
        on
            joined_segment.unit_id = distinct_interval.unit_id
            and joined_segment.interval_from_date = distinct_interval.valid_from_date
            and distinct_interval.place = 1
)

select
    unit_key,
    unit_id,
    unit_name,
    unit_type,
    clinic_id,
    clinic_name,
    provider_id,
    provider_name,
    hospital_code,
    hospital_name,
    area_name,
    care_level,
    specialty_group,
    ownership,
    valid_from_date,
    valid_to_date
from described_unit
