-- The facts and marts of beds, episodes and readmissions once more, as an analyst writes them by hand in plain DuckDB
-- SQL: one statement a table, read off RULES.md sections 3 and 4 and not off the models. Limits stand here as that
-- page prints them (06:00, 24 hours, 90 percent, 65 years, 30 days, twelve months). bench/plain.py runs them after
-- plain_marts.sql.


-- statement: marts.fct_inpatient_stay
-- CM10: of each stay the row of the latest month whose file holds it.
select
    _period as period, episode_key, vistelse_nr as stay_number, patient_key, dim_unit.unit_key,
    avdelning_hsaid as ward_id, dim_unit.clinic_id, dim_unit.area_name, dim_unit.specialty_group, kon as sex,
    ansvarig_enhet_hsaid as responsible_unit_id, in_tid as admitted_at, ut_tid as discharged_at,
    in_satt as admission_code, ut_till as discharge_code, kommunala_insatser = 'J' as has_municipal_care,
    utskrivningsklar_tid as discharge_ready_at, drg_vikt as drg_weight, coalesce(ut_tid < in_tid, false) as is_reversed
from lake.cosmic_vardtillfalle as told
left join marts.dim_unit on unit_id = avdelning_hsaid and in_tid::date between valid_from_date and valid_to_date
where _period = (
    select max(newer._period)
    from lake.cosmic_vardtillfalle as newer
    where newer.episode_key = told.episode_key and newer.vistelse_nr = told.vistelse_nr
);


-- statement: marts.fct_ward_day
-- OC01, OC02: who lies there at six in the morning by the wall clock, beside what beds there are.
with day as (
    select
        period, unnest(generate_series(
            (period || '-01')::timestamp, last_day((period || '-01')::date)::timestamp, interval 1 day
        )) as midnight
    from (select distinct period from control.loaded_period where group_name = 'wards')
),
six as (
    select period, midnight::date as date, midnight + interval 6 hours as morning from day
),
lying as (
    select six.period, date, morning, stay.*
    from six
    join (
        select _period as told_in, ansvarig_enhet_hsaid as responsible, own.* exclude (period, unit_key, clinic_id)
        from marts.fct_inpatient_stay as own
        join lake.cosmic_vardtillfalle as told
            on told._period = own.period and told.episode_key = own.episode_key and told.vistelse_nr = own.stay_number
        where not is_reversed
    ) as stay
        on admitted_at <= morning and coalesce(discharged_at, timestamp 'infinity') > morning
),
present as (
    select *
    from lying
    anti join lake.cosmic_permission as away
        on away._period = told_in and away.episode_key = lying.episode_key and away.vistelse_nr = stay_number
        and fran_tid <= morning and coalesce(till_tid, timestamp 'infinity') > morning
),
patient as (
    select
        present.period, date, ward_id,
        coalesce(theirs.clinic_id, responsible) <> wards.clinic_id as is_outlier
    from present
    left join marts.dim_unit as wards
        on wards.unit_id = ward_id and date between wards.valid_from_date and wards.valid_to_date
    left join marts.dim_unit as theirs
        on theirs.unit_id = responsible and date between theirs.valid_from_date and theirs.valid_to_date
),
counted as (
    select period, date, ward_id, count(*) as patients, count(*) filter (is_outlier) as outliers
    from patient
    group by all
),
bed as (
    select _period as period, datum as date, avdelning_hsaid as ward_id, faststallda, disponibla
    from lake.cosmic_vardplats
    join day on period = _period and midnight = datum
    where disponibla is not null
)
select
    period, date, unit_key, ward_id as unit_id, clinic_id, area_name, specialty_group,
    unit_key is not null as is_known_unit, faststallda as beds_established, disponibla as beds_available,
    coalesce(patients, 0) as patients_count,
    if(disponibla is null, null, greatest(0, coalesce(patients, 0) - disponibla)) as overcrowded_count,
    coalesce(outliers, 0) as outlier_count
from bed
full join counted using (period, date, ward_id)
left join marts.dim_unit on unit_id = ward_id and date between valid_from_date and valid_to_date;


-- statement: marts.fct_inpatient_episode
-- PR01-PR04. What a stay is told to be is its newest; an episode's first and last stay are told by their numbers.
with spanned as (
    select
        episode_key, any_value(patient_key) as patient_key, min(admitted_at) as started,
        if(bool_or(discharged_at is null), null, max(discharged_at)) as ended,
        arg_max(own, (coalesce(discharged_at, timestamp '9999-12-31'), admitted_at, stay_number)) as last_stay,
        arg_min(own, (admitted_at, stay_number)) as first_stay,
        bool_or(is_reversed) as is_reversed, bool_or(has_municipal_care) as has_municipal_care,
        max(discharge_ready_at) as ready
    from marts.fct_inpatient_stay as own
    group by episode_key
),
part as (
    select *, coalesce(last_stay.discharge_code, '') as gone_to from spanned
),
followed as (
    select part.episode_key, arg_min(later.episode_key, (later.started, later.episode_key)) as continuation
    from part
    join part as later
        on later.patient_key = part.patient_key and later.episode_key <> part.episode_key
        and later.started between part.ended and part.ended + interval 24 hours
    where part.gone_to = 'AVD'
    group by part.episode_key
),
-- An AVD that nothing follows waits for the next month's file.
known as (
    select
        part.* exclude (ended), ended as last_out, continuation is not null as is_transfer,
        part.episode_key in (select continuation from followed) as is_continuation,
        case
            when gone_to <> 'AVD' or continuation is not null
                or strftime(last_day(ended::date) + 1, '%Y-%m') in (
                    select period from control.loaded_period where group_name = 'wards'
                )
                then ended
        end as ended
    from part
    left join followed using (episode_key)
),
-- PR02: dates strictly inside a permission of the stay's own file, each once; an open
-- one of a stay that others outlast ends with the stay.
away as (
    select
        episode_key,
        count(distinct day) as away_days
    from (
        select
            stay.episode_key, started, ended,
            unnest(generate_series(
                fran_tid::date + 1,
                least(
                    coalesce(till_tid, if(stay.discharged_at < ended, stay.discharged_at, null))::date,
                    ended::date + 1
                ) - 1,
                interval 1 day
            ))::date as day
        from marts.fct_inpatient_stay as stay
        join lake.cosmic_permission as gone
            on gone._period = stay.period and gone.episode_key = stay.episode_key and gone.vistelse_nr = stay_number
        join known on known.episode_key = stay.episode_key
    )
    where day between started::date and ended::date
    group by episode_key
),
readmitted as (
    select distinct known.episode_key
    from known
    join known as later
        on later.patient_key = known.patient_key and later.episode_key <> known.episode_key
        and later.first_stay.admission_code = 'A' and not later.is_continuation and later.started >= known.ended
        and later.started::date - known.ended::date <= 30
    where known.gone_to not in ('AVLIDEN', 'SJUKHUS') and not known.is_transfer
),
assessed as (
    select episode_key from lake.cosmic_riskbedomning group by episode_key having count(distinct typ) = 3
)
select
    strftime(ended, '%Y-%m') as period, known.episode_key, known.patient_key, dim_unit.unit_key,
    dim_unit.unit_id, dim_unit.clinic_id, dim_unit.area_name, dim_unit.specialty_group, last_stay.sex as sex,
    started as admitted_at,
    ended as discharged_at,
    -- CM04
    coalesce(
        first_told.age_at_admission_years,
        year(started) - coalesce(first_told.patient_birth_year, first_told.fodelsear)
    ) as age_at_admission_years,
    if(known.is_reversed, null, ended::date - started::date) as length_of_stay_days,
    if(known.is_reversed, null, ended::date - started::date + 1 - coalesce(away_days, 0)) as bed_days,
    first_stay.admission_code = 'A' as is_acute,
    is_transfer, is_continuation, known.is_reversed, known.has_municipal_care,
    last_stay.discharge_code as discharge_code, known.ready as discharge_ready_at,
    ended is not null and gone_to not in ('AVLIDEN', 'SJUKHUS') and not is_transfer as is_index_candidate,
    if(known.ready is null, null, greatest(0, coalesce(ended::date, (
        select last_day((max(period) || '-01')::date) from control.loaded_period where group_name = 'wards'
    )) - known.ready::date)) as discharge_ready_days,
    readmitted.episode_key is not null as is_readmission_30d,
    last_stay.drg_weight, assessed.episode_key is not null as is_risk_assessed
from known
left join away on away.episode_key = known.episode_key
left join readmitted on readmitted.episode_key = known.episode_key
left join assessed on assessed.episode_key = known.episode_key
join lake.cosmic_vardtillfalle as first_told
    on first_told._period = first_stay.period and first_told.episode_key = known.episode_key
    and first_told.vistelse_nr = first_stay.stay_number
left join marts.dim_unit
    on unit_id = last_stay.ward_id
    and coalesce(last_out, last_stay.admitted_at)::date between valid_from_date and valid_to_date;


-- statement: marts.mart_occupancy
with month as (
    select
        period, (period || '-01')::date as first_day, last_day((period || '-01')::date) as last_day,
        period in (select _period from lake.cosmic_riskbedomning) as is_assessed
    from (select distinct period from control.loaded_period where group_name = 'wards')
),
-- OC05
member as (
    from (values ('SOM', 'SOM'), ('PSY', 'PSY'), ('BUP', 'PSY')) as told(specialty_group, counted_as)
),
ward as (
    select
        period, unit_id as ward, unnest(['all', counted_as]) as grp,
        if(is_known_unit, unit_id, null) as unit, clinic_id as clinic, area_name as area,
        beds_available as beds, patients_count as patients, overcrowded_count as over, outlier_count as outliers
    from marts.fct_ward_day
    left join member using (specialty_group)
    where beds_available is not null -- OC03
),
stay as (
    select
        episode.* exclude (specialty_group), specialty_group, unnest(['all', counted_as]) as grp, unit_id as unit,
        clinic_id as clinic, area_name as area
    from marts.fct_inpatient_episode as episode
    left join member using (specialty_group)
),
-- PR05: each date on which a patient who is ready lies in, told one by one.
ready_day as (
    select
        grp, unit, clinic, area,
        unnest(generate_series(
            greatest(discharge_ready_at::date, admitted_at::date),
            coalesce(discharged_at::date - 1, (select max(last_day) from month)), interval 1 day
        ))::date as day
    from stay
    where discharge_ready_at is not null and not is_reversed
),
-- CM03: every row at its unit, clinic, area and region; a ward is one on a line, whatever days it had there (OC04).
at_place as (
    select period, grp, ward, unnest([unit, clinic, area, '*']) as place,
        unnest(['unit', 'clinic', 'area', 'region']) as level, beds, patients, over, outliers
    from ward
),
ward_line as (
    select period, grp, level, place, ward, sum(beds) as beds, sum(patients) as patients, sum(over) as over,
        sum(outliers) as outliers
    from at_place
    where place is not null and grp is not null
    group by all
),
discharged as (
    select
        stay.period, grp, unnest([unit, clinic, area, '*']) as place,
        unnest(['unit', 'clinic', 'area', 'region']) as level, bed_days,
        specialty_group = 'SOM' and age_at_admission_years >= 65 and is_assessed as is_asked, -- PR04
        is_risk_assessed
    from stay
    join month using (period)
),
ready as (
    select
        period, grp, unnest([unit, clinic, area, '*']) as place,
        unnest(['unit', 'clinic', 'area', 'region']) as level
    from ready_day
    join month on day between first_day and last_day
),
line as (
    select
        period, level, place, grp, sum(beds) as n_beds, sum(patients) as n_patients, sum(over) as n_over,
        sum(outliers) as n_outliers, count(*) filter (beds > 0) as n_wards,
        count(*) filter (beds > 0 and 10 * patients >= 9 * beds) as n_full
    from ward_line
    group by all
    union all by name
    select
        period, level, place, grp, count(*) as n_episodes, count(bed_days) as n_known, sum(bed_days) as n_days,
        count(*) filter (is_asked) as n_asked, count(*) filter (is_asked and is_risk_assessed) as n_assessed
    from discharged
    where place is not null and grp is not null
    group by all
    union all by name
    select period, level, place, grp, count(*) as n_ready
    from ready
    where place is not null and grp is not null
    group by all
),
-- PR06: which months each span of a period holds.
looking as (
    select
        own.period, seen.period as seen_period, seen.is_assessed,
        datediff('day', seen.first_day, seen.last_day) + 1 as calendar_days,
        unnest(case
            when seen.period = own.period then ['month', 'ytd', 'r12']
            when year(seen.first_day) = year(own.first_day) then ['ytd', 'r12']
            else ['r12']
        end) as span
    from month as own
    join month as seen on seen.first_day between own.first_day - interval 11 month and own.first_day
),
span_of as (
    select
        period, span, sum(calendar_days) as calendar_days, span <> 'r12' or count(*) = 12 as is_told,
        if(span = 'r12', count(*) filter (is_assessed) = 12, bool_or(is_assessed)) as is_risk_told
    from looking
    group by period, span
),
summed as (
    select looking.period, span, level, place, grp, sum(columns('^n_')) as "\0"
    from looking
    join line on line.period = seen_period
    group by all
),
known as (
    select level, place, grp, span_of.*, coalesce(columns('^n_'), 0)::bigint as "\0"
    from (
        select *, unnest(['month', 'ytd', 'r12']) as span from (select distinct period, level, place, grp from summed)
    )
    join span_of using (period, span)
    left join summed using (period, span, level, place, grp)
),
long as (
    select
        period, level, place as unit_id, grp as specialty_group, span,
        n_beds as bed_days_available, n_beds / calendar_days as beds_available_mean, n_patients as patient_days,
        n_patients / nullif(n_beds, 0) as occupancy_share, n_wards as wards_count, n_full as wards_over_90_count,
        n_over as overcrowded_count, 100 * n_over / nullif(n_beds, 0) as overcrowded_per_100_beds,
        n_outliers as outlier_count, 100 * n_outliers / nullif(n_beds, 0) as outliers_per_100_beds,
        n_episodes as discharged_episodes_count, n_known as bed_days_episodes_count, n_days as discharged_bed_days,
        n_days / nullif(n_known, 0) as mean_length_of_stay_days, n_ready as discharge_ready_days
    from known
    where is_told
),
risk as (
    select
        period, level, place as unit_id, grp as specialty_group, span, n_asked as risk_assessment_episodes_count,
        n_assessed as risk_assessed_episodes_count, n_assessed / nullif(n_asked, 0) as risk_assessed_share
    from known
    where is_risk_told
),
told as (
    from long full join risk using (period, level, unit_id, specialty_group, span)
)
select *
from (select * exclude (span) from told where span = 'month')
left join (
    select period, level, unit_id, specialty_group, columns('_(available|mean|days|share|count|beds)$') as "ytd_\0"
    from told where span = 'ytd'
) using (period, level, unit_id, specialty_group)
left join (
    select period, level, unit_id, specialty_group, columns('_(available|mean|days|share|count|beds)$') as "r12_\0"
    from told where span = 'r12'
) using (period, level, unit_id, specialty_group);


-- statement: marts.mart_readmission
with month as (
    select period, (period || '-01')::date as first_day, last_day((period || '-01')::date) as last_day
    from (select distinct period from control.loaded_period where group_name = 'wards')
),
-- PR03
counted as (
    select
        period, is_readmission_30d,
        unnest(list_filter(
            [if(age_at_admission_years >= 65, '65_plus', null), if(has_municipal_care, 'municipal_care', null)],
            lambda one: one is not null
        )) as population,
        unit_id as unit, clinic_id as clinic, area_name as area, sex as own_sex
    from marts.fct_inpatient_episode
    where is_index_candidate
),
at_sex as (
    select *, unnest(['all', own_sex]) as sex from counted
),
at_place as (
    select
        period, population, sex, is_readmission_30d, unnest([unit, clinic, area, '*']) as unit_id,
        unnest(['unit', 'clinic', 'area', 'region']) as level
    from at_sex
),
-- PR06
summed as (
    select
        own.period, population, level, unit_id, sex,
        count(*) filter (is_readmission_30d and seen.period = own.period) as numerator,
        count(*) filter (seen.period = own.period) as denominator,
        count(*) filter (is_readmission_30d and year(seen.first_day) = year(own.first_day)) as ytd_numerator,
        count(*) filter (year(seen.first_day) = year(own.first_day)) as ytd_denominator,
        count(*) filter (is_readmission_30d) as all_numerator,
        count(*) as all_denominator
    from month as own
    join month as seen on seen.first_day between own.first_day - interval 11 month and own.first_day
    join at_place on at_place.period = seen.period
    where unit_id is not null
    group by all
)
select
    period, population, level, unit_id, sex, numerator, denominator, numerator / nullif(denominator, 0) as share,
    ytd_numerator, ytd_denominator, ytd_numerator / nullif(ytd_denominator, 0) as ytd_share,
    if(has_year, all_numerator, null) as r12_numerator, if(has_year, all_denominator, null) as r12_denominator,
    if(has_year, all_numerator / all_denominator, null) as r12_share,
    -- PR03: some day of the thirty after the month lies in a month that is not loaded.
    exists (
        from generate_series(last_day + 1, last_day + 30, interval 1 day) as after(day)
        where strftime(day, '%Y-%m') not in (select period from month)
    ) as is_preliminary
from summed
join (
    select own.*, count(*) = 12 as has_year
    from month as own
    join month as seen on seen.first_day between own.first_day - interval 11 month and own.first_day
    group by all
) using (period);
