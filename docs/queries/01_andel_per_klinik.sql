/*
Fråga: Hur stor andel av de första kontakterna i specialiserad vård skedde inom 90 dagar, klinik för
    klinik, den senaste månaden och samma månad i fjol?
Läs svaret: En rad per klinik. share_percent är numerator av denominator; change_points är
    skillnaden mot fjolåret i procentenheter. Fjolåret är tomt när månaden inte är inläst eller
    kliniken inte hade någon sådan kontakt.
Tänk på: Varianten skr räknar inte patientvald väntan; byt variant i chosen_line så blir det en
    annan siffra. En klinik med få kontakter svänger mycket: is_small säger att nämnaren är under
    gränsen för det som får lämna regionen. En enhet som bytt klinik räknas där den hörde hemma den
    dagen. Månaden kan vara preliminär (fråga 16).
*/
with

chosen_month as (
    select
        max(period) as period,
        cast(cast(left(max(period), 4) as integer) - 1 as varchar) || right(max(period), 3) as year_before
    from marts.mart_waiting_times
    where measure_id = 'first_contact_90'
),

chosen_line as (
    select
        period,
        unit_id,
        numerator,
        denominator,
        share
    from marts.mart_waiting_times
    where
        measure_id = 'first_contact_90'
        and population = 'completed'
        and variant = 'skr'
        and level = 'clinic'
        and sex = 'all'
        and specialty_group = 'all'
),

clinic as (
    select
        clinic_id,
        max_by(clinic_name, row(valid_to_date, clinic_name)) as clinic_name
    from marts.dim_unit
    group by clinic_id
),

small as (
    select max(cast(value as integer)) as least_denominator
    from meta.parameters
    where kind = 'setting' and name = 'small_denominator_limit'
)

select
    chosen_month.period,
    clinic.clinic_name,
    this_year.numerator,
    this_year.denominator,
    round(cast(100 * this_year.share as decimal(9, 6)), 1) as share_percent,
    last_year.denominator as last_year_denominator,
    round(cast(100 * last_year.share as decimal(9, 6)), 1) as last_year_share_percent,
    round(cast(100 * (this_year.share - last_year.share) as decimal(9, 6)), 1) as change_points,
    this_year.denominator < small.least_denominator as is_small
from chosen_month
cross join small
inner join chosen_line as this_year on chosen_month.period = this_year.period
left join chosen_line as last_year
    on chosen_month.year_before = last_year.period and this_year.unit_id = last_year.unit_id
left join clinic on this_year.unit_id = clinic.clinic_id
order by this_year.share nulls last, clinic.clinic_name
