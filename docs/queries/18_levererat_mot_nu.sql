/*
Fråga: Skiljer sig det som senast levererades från det som skulle levereras nu? Per klinik.
Läs svaret: both_count är kontakter i båda, only_delivered_count de som levererats men inte skulle
    levereras nu (borttagna, flyttade till en annan månad eller numera felaktiga), only_now_count de
    som tillkommit. Är de två sista 0 skiljer sig inga kontakter, men enskilda uppgifter på dem kan
    ändå ha ändrats.
Tänk på: Levererade rader ändras aldrig; en rättelse blir en ny version. delivered.completed och
    delivered.waiting finns i vardlager sql (i andra program: filerna under
    published/parquet/delivered). Kliniken är den som raden levererades på; för det som tillkommit
    den som gäller nu.
*/
with

delivered_row as (
    select
        receiver,
        period,
        version,
        'completed' as population,
        contact_key,
        clinic_id
    from delivered.completed
    union all
    select
        receiver,
        period,
        version,
        'waiting' as population,
        contact_key,
        clinic_id
    from delivered.waiting
),

latest_version as (
    select
        receiver,
        period,
        max(version) as version
    from delivered_row
    group by receiver, period
    order by period desc, receiver asc
    limit 1
),

delivered_now as (
    select
        delivered_row.population,
        delivered_row.contact_key,
        delivered_row.clinic_id
    from delivered_row
    inner join latest_version
        on
            delivered_row.receiver = latest_version.receiver
            and delivered_row.period = latest_version.period
            and delivered_row.version = latest_version.version
),

deliverable_now as (
    select
        'completed' as population,
        fact.contact_key,
        unit.clinic_id
    from marts.fct_completed_contact as fact
    inner join latest_version on fact.period = latest_version.period
    left join marts.dim_unit as unit on fact.unit_key = unit.unit_key
    where fact.care_level = 'S' and not fact.is_disqualified and not fact.is_undeliverable
    union all
    select
        'waiting' as population,
        fact.contact_key,
        unit.clinic_id
    from marts.fct_waiting_contact as fact
    inner join latest_version on fact.period = latest_version.period
    left join marts.dim_unit as unit on fact.unit_key = unit.unit_key
    where
        fact.care_level = 'S'
        and fact.phase in ('1', '2', '3', '4')
        and not fact.is_disqualified
        and not fact.is_undeliverable
        and not fact.is_corrected
),

compared as (
    select
        coalesce(delivered_now.population, deliverable_now.population) as population,
        coalesce(delivered_now.clinic_id, deliverable_now.clinic_id) as clinic_id,
        delivered_now.contact_key is not null as is_delivered,
        deliverable_now.contact_key is not null as is_deliverable
    from delivered_now
    full outer join deliverable_now
        on
            delivered_now.population = deliverable_now.population
            and delivered_now.contact_key = deliverable_now.contact_key
),

clinic as (
    select
        clinic_id,
        max_by(clinic_name, row(valid_to_date, clinic_name)) as clinic_name
    from marts.dim_unit
    group by clinic_id
)

select
    latest_version.receiver,
    latest_version.period,
    latest_version.version,
    compared.population,
    clinic.clinic_name,
    count(case when compared.is_delivered and compared.is_deliverable then 1 end) as both_count,
    count(case when not compared.is_deliverable then 1 end) as only_delivered_count,
    count(case when not compared.is_delivered then 1 end) as only_now_count
from compared
cross join latest_version
left join clinic on compared.clinic_id = clinic.clinic_id
group by
    latest_version.receiver,
    latest_version.period,
    latest_version.version,
    compared.population,
    clinic.clinic_name
order by compared.population, clinic.clinic_name
