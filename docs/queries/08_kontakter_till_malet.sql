/*
Fråga: Hur många fler inom gränsen krävs för att nå målet, i regionen och på varje klinik?
Läs svaret: contacts_to_target_count är så många av nämnarens kontakter som till måste ha legat inom
    gränsen; 0 är nått.
Tänk på: Målet är regionens eget och daterat (target_percent gäller månadens sista dag). Mått utan
    mål är inte med. Klinikernas tal blir tillsammans ofta fler än regionens, eftersom varje klinik
    avrundas uppåt för sig. Kön, intervall och fjolår nås samma väg; variant skr är den som målet
    följs upp i.
*/
with

chosen_month as (
    select
        max(period) as period,
        last_day(cast(max(period) || '-01' as date)) as last_date
    from marts.mart_waiting_times
    where variant = 'skr'
),

target as (
    select
        parameters.name as measure_id,
        cast(parameters.value as double) as target_share
    from meta.parameters
    inner join chosen_month
        on
            parameters.valid_from_date <= chosen_month.last_date
            and (parameters.valid_to_date is null or parameters.valid_to_date >= chosen_month.last_date)
    where parameters.kind = 'target'
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
    line.population,
    coalesce(clinic.clinic_name, 'Hela regionen') as clinic_name,
    line.numerator,
    line.denominator,
    round(cast(100 * line.share as decimal(9, 6)), 1) as share_percent,
    round(cast(100 * target.target_share as decimal(9, 6)), 1) as target_percent,
    line.contacts_to_target_count
from marts.mart_waiting_times as line
inner join chosen_month on line.period = chosen_month.period
inner join target on line.measure_id = target.measure_id
left join clinic on line.unit_id = clinic.clinic_id
where
    line.variant = 'skr'
    and line.level in ('region', 'clinic')
    and line.sex = 'all'
    and line.specialty_group = 'all'
    and line.denominator > 0
order by
    line.measure_id asc,
    line.population asc,
    line.level desc,
    line.contacts_to_target_count desc,
    clinic.clinic_name asc
