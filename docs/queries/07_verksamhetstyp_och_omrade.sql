/*
Fråga: Hur ser måttet ut per område och verksamhetstyp (somatik, psykiatri ...), genomförda och
    väntande?
Läs svaret: En rad per område, verksamhetstyp och population.
Tänk på: Verksamhetstyp finns bara på nivåerna region och area; på klinik och enhet är den alltid
    all. Rader med specialty_group all är summan och är inte med här: blanda aldrig dem med delarna.
    En okänd enhet räknas bara på regionen, som unknown, så områdena blir inte alltid regionens tal.
*/
with

chosen_month as (
    select max(period) as period
    from marts.mart_waiting_times
    where measure_id = 'first_contact_90'
)

select
    line.period,
    line.unit_id as area_name,
    line.specialty_group,
    line.population,
    line.numerator,
    line.denominator,
    round(cast(100 * line.share as decimal(9, 6)), 1) as share_percent,
    line.contacts_count,
    line.median_wait_days
from marts.mart_waiting_times as line
inner join chosen_month on line.period = chosen_month.period
where
    line.measure_id = 'first_contact_90'
    and line.variant = 'skr'
    and line.level = 'area'
    and line.sex = 'all'
    and line.specialty_group <> 'all'
order by line.unit_id, line.specialty_group, line.population
