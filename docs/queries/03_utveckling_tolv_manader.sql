/*
Fråga: Hur har ett mått utvecklats i regionen de senaste tolv månaderna: andel, antal och median?
Läs svaret: En rad per månad och population (completed genomförda, waiting väntande vid månadens
    slut). Medianen gäller contacts_count kontakter, andelen denominator kontakter: de är inte samma
    rader.
Tänk på: Bara inlästa månader finns; en lucka är en månad som saknas, inte noll. Sommarmånader är
    små. is_preliminary är sant tills månaden är levererad och inget har ändrats sedan dess. Lägg
    aldrig ihop medianer eller andelar över månader: summera täljare och nämnare.
*/
with

last_month as (
    select max(period) as period
    from marts.mart_waiting_times
    where measure_id = 'first_contact_90'
),

month_span as (
    select
        period as last_period,
        strftime(cast(period || '-01' as date) - interval 11 month, '%Y-%m') as first_period
    from last_month
),

care_state as (
    select
        period,
        is_preliminary
    from meta.periods
    where group_name = 'care'
)

select
    line.period,
    line.population,
    line.numerator,
    line.denominator,
    round(cast(100 * line.share as decimal(9, 6)), 1) as share_percent,
    line.contacts_count,
    line.median_wait_days,
    care_state.is_preliminary
from marts.mart_waiting_times as line
inner join month_span on line.period between month_span.first_period and month_span.last_period
left join care_state on line.period = care_state.period
where
    line.measure_id = 'first_contact_90'
    and line.variant = 'skr'
    and line.level = 'region'
    and line.sex = 'all'
    and line.specialty_group = 'all'
order by line.population, line.period
