-- CM03: units, clinics and areas count the same rows, and the region those of unknown units beside them.
-- Hours are told with eight decimals at each level, so that their sums may differ beyond the third.
with

mart_production as (
    select * from {{ ref('mart_production') }}
),

level_sum as (
    select
        period,
        product_id,
        sum(case when level = 'unit' then actual else 0 end) as unit_sum,
        sum(case when level = 'clinic' then actual else 0 end) as clinic_sum,
        sum(case when level = 'area' then actual else 0 end) as area_sum,
        sum(case when level = 'region' then actual else 0 end) as region_sum
    from mart_production
    group by period, product_id
)

select *
from level_sum
where
    abs(unit_sum - clinic_sum) > 0.001
    or abs(clinic_sum - area_sum) > 0.001
    or area_sum - region_sum > 0.001
