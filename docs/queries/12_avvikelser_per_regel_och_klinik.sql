/*
Fråga: Vilka avvikelser har varje klinik att rätta den senaste månaden, och var de färre månaden
    före?
Läs svaret: severity fix rättas i Cosmic, info kräver inget, block stoppar leveransen. effect D:
    raden räknas inte och levereras inte, L: räknas men levereras inte, -: ingen verkan.
Tänk på: En rad kan bryta mot flera regler och räknas då en gång per regel; summera inte till antal
    rader. Källans eget kontakt-id finns bara i klinikens lista. Saknas kliniknamn känner registret
    inte enheten. Månaden före kan vara rättad och inläst på nytt: talet är läget nu, inte som det
    var då.
*/
with

chosen_month as (
    select
        max(period) as period,
        strftime(cast(max(period) || '-01' as date) - interval 1 month, '%Y-%m') as month_before
    from marts.fct_completed_contact
),

clinic as (
    select
        clinic_id,
        max_by(clinic_name, row(valid_to_date, clinic_name)) as clinic_name
    from marts.dim_unit
    group by clinic_id
),

counted as (
    select
        deviation.rule_id,
        deviation.severity,
        deviation.effect,
        deviation.clinic_id,
        count(case when deviation.period = chosen_month.period then 1 end) as deviations_count,
        count(case when deviation.period = chosen_month.month_before then 1 end) as month_before_count
    from quality.deviations as deviation
    inner join chosen_month on deviation.period in (chosen_month.period, chosen_month.month_before)
    group by deviation.rule_id, deviation.severity, deviation.effect, deviation.clinic_id
)

select
    clinic.clinic_name,
    counted.rule_id,
    counted.severity,
    counted.effect,
    counted.deviations_count,
    counted.month_before_count
from counted
left join clinic on counted.clinic_id = clinic.clinic_id
order by clinic.clinic_name nulls last, counted.rule_id, counted.severity, counted.effect
