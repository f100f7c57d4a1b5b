/*
Fråga: Skiljer sig väntan mellan kvinnor och män? Per mått i regionen, den senaste månaden.
Läs svaret: difference_points är kvinnors andel inom gränsen minus mäns, i procentenheter;
    difference_days kvinnors median minus mäns. Ett negativt tal i dagar betyder att kvinnor väntar
    kortare.
Tänk på: Skillnaden kan bero på att könen söker för olika saker; titta per verksamhetsområde innan
    ni drar slutsatser. Könet O (okänt) är inte med, så K och M blir inte alltid summan av alla. Vid
    små tal är skillnaden slump.
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
        line.sex,
        line.share,
        line.contacts_count,
        line.median_wait_days
    from marts.mart_waiting_times as line
    inner join chosen_month on line.period = chosen_month.period
    where
        line.variant = 'skr'
        and line.level = 'region'
        and line.specialty_group = 'all'
)

select
    women.period,
    women.measure_id,
    women.population,
    women.contacts_count as women_contacts_count,
    men.contacts_count as men_contacts_count,
    round(cast(100 * women.share as decimal(9, 6)), 1) as women_share_percent,
    round(cast(100 * men.share as decimal(9, 6)), 1) as men_share_percent,
    round(cast(100 * (women.share - men.share) as decimal(9, 6)), 1) as difference_points,
    women.median_wait_days as women_median_wait_days,
    men.median_wait_days as men_median_wait_days,
    women.median_wait_days - men.median_wait_days as difference_days
from chosen_line as women
inner join chosen_line as men
    on women.measure_id = men.measure_id and women.population = men.population
where women.sex = 'K' and men.sex = 'M'
order by women.measure_id, women.population
