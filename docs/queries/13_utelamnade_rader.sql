/*
Fråga: Vilka rader i specialiserad vård lämnas utanför leveransen, och för vilka fel? Per klinik.
Läs svaret: En rad per population, klinik och uppsättning regler. rows_count är utelämnade rader,
    clinic_percent deras del av klinikens alla rader i populationen.
Tänk på: fault_rules är alla regler som raden bryter mot, också de utan verkan; vad en regel gör
    står i fråga 12. Diskvalificerade rader (is_disqualified) är också borta ur väntetiderna, de
    andra räknas där men levereras inte. Rader i karantän har aldrig lästs in och är inte med här:
    se fråga 14. Uteblivna och rättade poster är inga utelämnade.
*/
with

chosen_month as (
    select max(period) as period
    from marts.fct_completed_contact
),

contact as (
    select
        fact.period,
        'completed' as population,
        fact.unit_key,
        fact.is_disqualified,
        fact.is_undeliverable,
        fact.fault_rules
    from marts.fct_completed_contact as fact
    inner join chosen_month on fact.period = chosen_month.period
    where fact.care_level = 'S'
    union all
    select
        fact.period,
        'waiting' as population,
        fact.unit_key,
        fact.is_disqualified,
        fact.is_undeliverable,
        fact.fault_rules
    from marts.fct_waiting_contact as fact
    inner join chosen_month on fact.period = chosen_month.period
    where fact.care_level = 'S' and not fact.is_corrected
),

contact_of_clinic as (
    select
        contact.period,
        contact.population,
        unit.clinic_name,
        contact.is_disqualified,
        contact.is_disqualified or contact.is_undeliverable as is_left_out,
        contact.fault_rules,
        count(*) over (partition by contact.population, unit.clinic_id) as clinic_rows_count
    from contact
    left join marts.dim_unit as unit on contact.unit_key = unit.unit_key
)

select
    period,
    population,
    clinic_name,
    fault_rules,
    is_disqualified,
    count(*) as rows_count,
    round(cast(100.0 * count(*) / max(clinic_rows_count) as decimal(9, 6)), 1) as clinic_percent
from contact_of_clinic
where is_left_out
group by period, population, clinic_name, fault_rules, is_disqualified
order by population asc, clinic_name asc nulls last, rows_count desc, fault_rules asc
