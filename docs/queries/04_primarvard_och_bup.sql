/*
Fråga: Hur går det i primärvården och första linjen (3 dagar) och i de tre stegen i barn- och
    ungdomspsykiatrin (30 dagar), den senaste månaden och samma månad i fjol?
Läs svaret: En rad per mått och population. Primärvård och första linje mäts bara bland genomförda.
Tänk på: De tre dagarna räknas från sökt kontakt, de trettio från beslutet; kalenderdagar, helger
    räknas. Stegen i BUP (bedömning, utredning, behandling) är tre mått och ska inte läggas ihop:
    samma barn går igenom dem. En kontakt vars väntan inte går att räkna står i ingen siffra här
    utan i quality.deviations (A35).
*/
with

chosen_month as (
    select
        max(period) as period,
        cast(cast(left(max(period), 4) as integer) - 1 as varchar) || right(max(period), 3) as year_before
    from marts.mart_waiting_times
    where variant = 'skr'
),

chosen_line as (
    select
        period,
        measure_id,
        population,
        numerator,
        denominator,
        share,
        contacts_count,
        median_wait_days
    from marts.mart_waiting_times
    where
        measure_id in (
            'primary_assessment_3',
            'first_line_3',
            'cap_assessment_30',
            'cap_investigation_30',
            'cap_treatment_30'
        )
        and variant = 'skr'
        and level = 'region'
        and sex = 'all'
        and specialty_group = 'all'
)

select
    this_year.period,
    this_year.measure_id,
    this_year.population,
    this_year.numerator,
    this_year.denominator,
    round(cast(100 * this_year.share as decimal(9, 6)), 1) as share_percent,
    this_year.contacts_count,
    this_year.median_wait_days,
    round(cast(100 * last_year.share as decimal(9, 6)), 1) as last_year_share_percent
from chosen_month
inner join chosen_line as this_year on chosen_month.period = this_year.period
left join chosen_line as last_year
    on
        chosen_month.year_before = last_year.period
        and this_year.measure_id = last_year.measure_id
        and this_year.population = last_year.population
order by this_year.measure_id, this_year.population
