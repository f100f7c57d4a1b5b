/*
Fråga: Hur många av dem som väntat över gränsen är inom den när lagens klocka stannar för
    patientvald och medicinskt orsakad väntan? Per klinik, den senaste månaden.
Läs svaret: over_limit_count är poster i vårdgarantin över gränsen, within_legally_count de av dem
    som är inom gränsen enligt lag. Resten, over_legally_count, har rätt till vård enligt
    vårdgarantin men har inte fått den.
Tänk på: Den nationella andelen räknar kalenderdagar utan avdrag; legal_wait_days är ett eget mått
    och får inte blandas in i andelen. Avdraget bygger på avvikelsens från- och tilldatum: saknas de
    dras inget av.
*/
with

chosen_month as (
    select max(period) as period
    from marts.fct_waiting_contact
),

over_limit as (
    select
        fact.period,
        unit.clinic_name,
        fact.wait_days,
        fact.legal_wait_days,
        fact.limit_days
    from marts.fct_waiting_contact as fact
    inner join chosen_month on fact.period = chosen_month.period
    left join marts.dim_unit as unit on fact.unit_key = unit.unit_key
    where
        fact.care_level = 'S'
        and fact.is_in_guarantee
        and not fact.is_disqualified
        and not fact.is_corrected
        and fact.wait_days > fact.limit_days
)

select
    period,
    clinic_name,
    count(*) as over_limit_count,
    count(case when legal_wait_days <= limit_days then 1 end) as within_legally_count,
    count(case when legal_wait_days > limit_days then 1 end) as over_legally_count,
    max(legal_wait_days) as longest_legal_wait_days
from over_limit
group by period, clinic_name
order by over_legally_count desc, clinic_name asc
