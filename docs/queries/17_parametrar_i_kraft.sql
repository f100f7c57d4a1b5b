/*
Fråga: Vilka gränser, mål och inställningar gällde den senaste månadens sista dag, och varifrån
    kommer de?
Läs svaret: kind säger om det är en parameter (gräns), ett mål (target) eller regionens egen
    inställning (setting). value är text; unit säger vad den mäts i.
Tänk på: Gränser är daterade: en gammal månad kan vila på andra värden. Byt datum i chosen_day för
    att se dem. Inställningar är de som gällde vid den senaste körningen och har inga datum.
*/
with

chosen_day as (
    select last_day(cast(max(period) || '-01' as date)) as chosen_date
    from marts.mart_waiting_times
)

select
    parameters.kind,
    parameters.name,
    parameters.value,
    parameters.unit,
    parameters.valid_from_date,
    parameters.valid_to_date,
    parameters.source,
    parameters.meaning
from meta.parameters
cross join chosen_day
where
    (parameters.valid_from_date is null or parameters.valid_from_date <= chosen_day.chosen_date)
    and (parameters.valid_to_date is null or parameters.valid_to_date >= chosen_day.chosen_date)
order by parameters.kind, parameters.name, parameters.valid_from_date
