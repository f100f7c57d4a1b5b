with

row_of_care as (
    select * from {{ ref('review_row') }}
),

deviation as (
    select * from {{ ref('deviations') }}
),

deviation_line as (
    select * from {{ ref('review_deviation') }}
),

own_period as (
    select * from {{ ref('review_period') }}
),

unit as (
    select * from {{ ref('int_core__unit') }}
),

listed as (
    select clinic_id from row_of_care
    union
    select clinic_id from deviation_line
    union
    select coalesce(deviation.clinic_id, '*') as clinic_id
    from deviation
    inner join own_period on deviation.period = own_period.period
),

-- The name the clinic had last, in the period or before it.
named_clinic as (
    select
        unit.clinic_id,
        unit.clinic_name,
        unit.area_name,
        row_number() over (
            partition by unit.clinic_id
            order by unit.valid_from_date desc, unit.clinic_name asc, unit.unit_id asc
        ) as place
    from unit
    inner join own_period on unit.valid_from_date <= own_period.last_date
),

listed_clinic as (
    select
        listed.clinic_id,
        case
            when listed.clinic_id = '*' then 'Utan klinik'
            else coalesce(named_clinic.clinic_name, listed.clinic_id)
        end as clinic_name,
        named_clinic.area_name
    from listed
    left join named_clinic
        on
            listed.clinic_id = named_clinic.clinic_id
            and named_clinic.place = 1
)

select
    clinic_id,
    clinic_name,
    area_name
from listed_clinic
