/*
Fråga: Hur stor andel av samtalen till vårdcentralerna hanterades i tid, månad för månad de senaste
    två åren?
Läs svaret: numerator är hanterade i tid av denominator samtal. outside_hours_count är samtal
    utanför telefontiden, som sedan april 2024 redovisas för sig och inte räknas i andelen.
Tänk på: Serien bryts i april 2024 (is_after_break): dessförinnan gällde hanterat inom 24 timmar,
    därefter hanterat samma dag före 17.00. Rita inte en linje över brottet. Måttet har bara
    varianten all och inga väntetider eller kön.
*/
with

last_month as (
    select max(period) as period
    from marts.mart_waiting_times
    where measure_id = 'phone_same_day'
),

month_span as (
    select
        period as last_period,
        strftime(cast(period || '-01' as date) - interval 23 month, '%Y-%m') as first_period
    from last_month
)

select
    line.period,
    line.numerator,
    line.denominator,
    round(cast(100 * line.share as decimal(9, 6)), 1) as share_percent,
    line.outside_hours_count,
    line.period >= '2024-04' as is_after_break
from marts.mart_waiting_times as line
inner join month_span on line.period between month_span.first_period and month_span.last_period
where
    line.measure_id = 'phone_same_day'
    and line.population = 'completed'
    and line.variant = 'all'
    and line.level = 'region'
    and line.sex = 'all'
    and line.specialty_group = 'all'
order by line.period
