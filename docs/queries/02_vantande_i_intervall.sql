/*
Fråga: Hur länge har de som väntar väntat, i intervall, och hur många har väntat mer än 150 dagar?
    Per mått och klinik.
Läs svaret: Intervallen summerar till contacts_count. over_150_percent är deras del av alla som
    väntar i måttet.
Tänk på: Här räknas alla rader, också de utanför vårdgarantin och de med avvikelse; därför är talen
    lika i alla varianter och ingen andel inom 90 dagar kan räknas ur dem. 150 dagar prick är inte
    över 150. Samma person kan vänta på flera saker: raderna är poster, inte patienter.
*/
with

chosen_month as (
    select max(period) as period
    from marts.mart_waiting_times
    where variant = 'skr'
),

clinic as (
    select
        clinic_id,
        max_by(clinic_name, row(valid_to_date, clinic_name)) as clinic_name
    from marts.dim_unit
    group by clinic_id
)

select
    line.period,
    line.measure_id,
    clinic.clinic_name,
    line.contacts_count,
    line.band_0_30_count,
    line.band_31_60_count,
    line.band_61_90_count,
    line.band_91_120_count,
    line.band_121_180_count,
    line.band_181_365_count,
    line.band_366_count,
    line.over_150_days_count,
    round(cast(100 * line.over_150_days_count / line.contacts_count as decimal(9, 6)), 1) as over_150_percent
from marts.mart_waiting_times as line
inner join chosen_month on line.period = chosen_month.period
left join clinic on line.unit_id = clinic.clinic_id
where
    line.population = 'waiting'
    and line.variant = 'all'
    and line.level = 'clinic'
    and line.sex = 'all'
    and line.specialty_group = 'all'
order by line.measure_id asc, line.over_150_days_count desc, clinic.clinic_name asc
