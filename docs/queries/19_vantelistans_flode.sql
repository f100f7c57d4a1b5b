/*
Fråga: Hur blev kön som den blev? Kön vid månadens början, nya, genomförda, avförda och kön vid dess
    slut, per klinik.
Läs svaret: start + nya - genomförda - avförda - rättade - slut = difference_count, som ska vara 0;
    annars är det regel A31. queue_change_count är slut minus start. r12_new_count är de nya under
    tolv månader.
Tänk på: Start är tom när månaden före inte är inläst, r12 när inte alla tolv månader är det.
    Avförda på egen begäran eller efter uteblivet besök är inte vård: en kö som krymper så har inte
    kortats av fler besök. Poster räknas, inte patienter.
*/
with

chosen_month as (
    select max(period) as period
    from marts.mart_waiting_flow
),

clinic as (
    select
        clinic_id,
        max_by(clinic_name, row(valid_to_date, clinic_name)) as clinic_name
    from marts.dim_unit
    group by clinic_id
)

select
    flow.period,
    flow.measure_family,
    coalesce(clinic.clinic_name, 'Hela regionen') as clinic_name,
    flow.waiting_start_count,
    flow.new_count,
    flow.referral_count,
    flow.completed_count,
    flow.removed_count,
    flow.removed_patientens_onskan_count + flow.removed_uteblivit_count as removed_by_patient_count,
    flow.corrected_count,
    flow.waiting_end_count,
    flow.difference_count,
    flow.waiting_end_count - flow.waiting_start_count as queue_change_count,
    flow.r12_new_count
from marts.mart_waiting_flow as flow
inner join chosen_month on flow.period = chosen_month.period
left join clinic on flow.unit_id = clinic.clinic_id
where flow.level in ('region', 'clinic')
order by flow.measure_family asc, flow.level desc, clinic.clinic_name asc
