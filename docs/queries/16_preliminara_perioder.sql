/*
Fråga: Vilka månader är preliminära, och vilken version är levererad av de andra?
Läs svaret: En rad per månad och grupp av filer. is_preliminary är sant tills det som är inläst är
    precis det som är levererat. latest_version är den senaste leveransens version till varje
    mottagare, tom när inget är levererat.
Tänk på: En levererad månad blir preliminär igen när en rättad fil ändrar någon rad. Skriv alltid ut
    is_preliminary bredvid en siffra som lämnar er. En månad som inte är med här är inte inläst.
*/
with

latest_delivery as (
    select
        period,
        receiver,
        max(version) as latest_version,
        max_by(status, version) as latest_status,
        max(created_at) as delivered_at
    from meta.deliveries
    group by period, receiver
)

select
    periods.period,
    periods.group_name,
    periods.state,
    periods.loads_count,
    periods.last_loaded_at,
    periods.is_preliminary,
    latest_delivery.receiver,
    latest_delivery.latest_version,
    latest_delivery.latest_status,
    latest_delivery.delivered_at
from meta.periods
left join latest_delivery on periods.period = latest_delivery.period
order by periods.period desc, periods.group_name asc, latest_delivery.receiver asc
