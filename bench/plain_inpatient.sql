-- The marts of beds and readmissions once more, as an analyst writes them by hand on the facts, in plain DuckDB
-- SQL: one statement a mart, read off RULES.md sections 3 and 4 and not off the models. Limits stand here as that
-- page prints them (90 percent, 65 years, 30 days, twelve months).


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
