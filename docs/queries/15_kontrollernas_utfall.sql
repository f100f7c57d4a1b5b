/*
Fråga: Hur gick kontrollerna i den senaste körningen av den senaste månaden?
Läs svaret: En rad per svit. stopped_count är förväntningar som stoppar (severity block) och inte
    uppfylldes, remarks_count är anmärkningar (warn) som inte stoppar, crashed_count är kontroller
    som inte gick att genomföra. not_met räknar upp dem.
Tänk på: En havererad kontroll är inget bevis åt något håll och stoppar leveransen. Uppfyllda
    förväntningar säger att siffrorna hänger ihop, inte att vården registrerat rätt: det senare står
    i avvikelserna (fråga 12).
*/
with

chosen_run as (
    select
        period,
        run_id
    from quality.validation_results
    order by period desc, checked_at desc, run_id desc
    limit 1
)

select
    result.period,
    result.suite,
    count(*) as expectations_count,
    count(case when result.is_success then 1 end) as met_count,
    count(case when not result.is_success and not result.has_crashed and result.severity <> 'warn' then 1 end)
        as stopped_count,
    count(case when not result.is_success and not result.has_crashed and result.severity = 'warn' then 1 end)
        as remarks_count,
    count(case when result.has_crashed then 1 end) as crashed_count,
    string_agg(
        case
            when not result.is_success
                then result.expectation || ' (' || coalesce(result.observed, '') || ')'
        end,
        '; ' order by result.expectation
    ) as not_met,
    max(result.checked_at) as checked_at
from quality.validation_results as result
inner join chosen_run on result.period = chosen_run.period and result.run_id = chosen_run.run_id
group by result.period, result.suite
order by result.suite
