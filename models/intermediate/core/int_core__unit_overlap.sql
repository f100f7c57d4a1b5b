with

unit_interval as (
    select * from {{ ref('int_core__unit_interval') }}
),

-- The interval that began last, with the first of those that still hold on its first day.
overlapping_interval as (
    select
        later.source_line,
        later.unit_id,
        later.clinic_id,
        later.valid_from_date,
        min(earlier.valid_from_date) as earlier_from_date
    from unit_interval as later
    inner join unit_interval as earlier
        on
            later.unit_id = earlier.unit_id
            and later.source_line <> earlier.source_line
            and (
                later.valid_from_date > earlier.valid_from_date
                or (
                    later.valid_from_date = earlier.valid_from_date
                    and later.source_line > earlier.source_line
                )
            )
            and later.valid_from_date <= earlier.valid_to_date
    group by later.source_line, later.unit_id, later.clinic_id, later.valid_from_date
)

select
    source_line,
    unit_id,
    clinic_id,
    valid_from_date,
    earlier_from_date
from overlapping_interval
