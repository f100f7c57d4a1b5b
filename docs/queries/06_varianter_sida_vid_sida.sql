/*
Fråga: Hur mycket beror andelen på vem som räknar? De fyra varianterna bredvid varandra, per mått i
    regionen.
Läs svaret: skr och socialstyrelsen är de två mottagarnas sätt att räkna; pvv_over_limit räknar bort
    patientvald väntan bara över gränsen; all räknar allt. Nämnarna visar hur många kontakter som
    skiljer.
Tänk på: Jämför aldrig en region i en variant med en annan region i en annan. Bland väntande är skr
    och socialstyrelsen samma sak. Median, medel och intervall är lika i alla varianter och står
    därför inte här.
*/
with

chosen_month as (
    select max(period) as period
    from marts.mart_waiting_times
    where variant = 'skr'
),

chosen_line as (
    select
        line.period,
        line.measure_id,
        line.population,
        line.variant,
        line.denominator,
        line.share
    from marts.mart_waiting_times as line
    inner join chosen_month on line.period = chosen_month.period
    where
        line.level = 'region'
        and line.sex = 'all'
        and line.specialty_group = 'all'
)

select
    period,
    measure_id,
    population,
    max(case when variant = 'skr' then denominator end) as skr_denominator,
    max(case when variant = 'socialstyrelsen' then denominator end) as socialstyrelsen_denominator,
    max(case when variant = 'pvv_over_limit' then denominator end) as pvv_over_limit_denominator,
    max(case when variant = 'all' then denominator end) as all_denominator,
    round(cast(100 * max(case when variant = 'skr' then share end) as decimal(9, 6)), 1) as skr_percent,
    round(cast(100 * max(case when variant = 'socialstyrelsen' then share end) as decimal(9, 6)), 1)
        as socialstyrelsen_percent,
    round(cast(100 * max(case when variant = 'pvv_over_limit' then share end) as decimal(9, 6)), 1)
        as pvv_over_limit_percent,
    round(cast(100 * max(case when variant = 'all' then share end) as decimal(9, 6)), 1) as all_percent
from chosen_line
group by period, measure_id, population
order by measure_id, population
