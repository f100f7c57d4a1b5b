-- The marts once more, as an analyst writes them by hand in plain DuckDB SQL: one statement a mart, read off
-- RULES.md and not off the models. bench/plain.py runs them in this order and compares every row with the
-- build's; a difference is a fault on one of the two sides.
--
-- What they read: lake.<entity>, the lake's Parquet with _period and _load_id beside the columns;
-- seeds/*.csv for code lists and targets; control.run_context, region_mvo, region_activity for what the region
-- has set; and the marts of the statements before. Limits stand here as RULES.md prints them (90, 30, 3, 150,
-- 2010-01-01, 1901, 105), so that a slip in the seed of parameters shows too. DuckDB's own ways are used
-- freely; nothing here is deployed. The text of a deviation (detail) is left out: it is no figure.


-- statement: marts.dim_unit
-- CM10: a unit's intervals are those of the latest period that holds it. E02: of two that overlap, the one
-- that began last holds. At each day on which something changes, who holds is asked; changes of holder stay.
with in_force as (
    select *, coalesce(giltig_tom, date '9999-12-31') as last_day
    from lake.register_enhet as e
    where _period = (select max(_period) from lake.register_enhet as n where n.enhet_hsaid = e.enhet_hsaid)
),
edge as (
    select distinct enhet_hsaid, unnest([giltig_from, last_day + 1])::date as day from in_force
),
holder as (
    select
        edge.enhet_hsaid, edge.day,
        arg_max(in_force, {'f': in_force.giltig_from, 'l': in_force._line}) as held
    from edge
    left join in_force
        on in_force.enhet_hsaid = edge.enhet_hsaid and edge.day between in_force.giltig_from and in_force.last_day
    group by all
),
change as (
    select *
    from holder
    qualify held._line is distinct from lag(held._line) over (partition by enhet_hsaid order by day)
        or lag(day) over (partition by enhet_hsaid order by day) is null
),
lasting as (
    select *, lead(day) over (partition by enhet_hsaid order by day) - 1 as until from change
)
select
    md5(enhet_hsaid || '|' || day::varchar) as unit_key,
    enhet_hsaid as unit_id, held.namn as unit_name, held.enhetstyp as unit_type, held.klinik_hsaid as clinic_id,
    held.klinik_namn as clinic_name, held.omrade as area_name, held.vardniva as care_level,
    held.verksamhetstyp as specialty_group, held.driftform as ownership,
    day as valid_from_date, until::date as valid_to_date
from lasting
where held.enhet_hsaid is not null;


-- statement: quality.deviations
-- RULES.md 8, the rules that look at a row of care (and E02). One select a rule, severity and effect beside it.
with periods as (
    select distinct
        period, (period || '-01')::date as first_day, last_day((period || '-01')::date) as last_day
    from control.loaded_period
    where group_name = 'care'
),
care as (
    select
        'G' as scope, 'cosmic_vardkontakt' as entity, start_tid::date as event_day, first_day, last_day, _period,
        _line, contact_key, patient_birth_year, fodelsear, lkf, listad_enhet_hsaid, vardniva, enhet_hsaid, fas,
        bup_steg, mvo, aktivitet, bokningssatt, vardkontakttyp, yrkeskategori, avvikelse, beslut_tid, start_tid,
        medicinskt_maldatum, remittenttyp, remittent_hsaid, avliden_datum,
        patient_key, patient_has_valid_check_digit, vardgaranti, vardgaranti_info, erbjuden_tid, prioritet,
        remiss_id, remiss_datum, ankomst_datum, sokt_kontakt_tid,
        typ_akutverksamhet, tid_start_akut, tid_bedomning, tid_avslut_akut, medicinsk_bedomning, kva_huvud,
        kva_ovriga, icd_huvud, icd_bi, icd_orsak
    from lake.cosmic_vardkontakt
    join periods on period = _period
    where kontaktform <> 'U' -- CM06
    union all by name
    select
        'W' as scope, 'cosmic_vantelista' as entity, last_day as event_day, first_day, last_day, _period,
        _line, contact_key, patient_birth_year, fodelsear, lkf, listad_enhet_hsaid, vardniva, enhet_hsaid, fas,
        bup_steg, mvo, aktivitet, bokningssatt, vardkontakttyp, yrkeskategori, avvikelse, beslut_tid,
        medicinskt_maldatum, remittenttyp, remittent_hsaid, avliden_datum,
        patient_key, patient_has_valid_check_digit, vardgaranti, vardgaranti_info, erbjuden_tid, prioritet,
        remiss_id, remiss_datum, ankomst_datum, sokt_kontakt_tid, bokad_tid
    from lake.cosmic_vantelista
    join periods on period = _period
    where -- waiting by WT02, and not corrected
        status = 'V'
        or (
            avford_tid::date > last_day
            and avford_orsak is distinct from 'FELREGISTRERAD'
            and (avford_orsak = 'AVLIDEN' and avliden_datum <= last_day) is not true
        )
),
row_of_care as (
    select
        care.*, clinic_id, specialty_group, unit_key is null as is_unit_unknown,
        coalesce(patient_birth_year, fodelsear) as born,
        case when fas <> '5' then event_day - beslut_tid::date end as wait,
        case -- WT41
            when fas = '5' then null
            when specialty_group = 'BUP' then 30
            when vardniva = 'P' then 3
            when fas in ('1', '2', '3') then 90
            when fas = '4' then medicinskt_maldatum - beslut_tid::date
        end as guarantee_limit,
        lkf is null or lkf in ('0000', '9999') as is_home_unknown,
        regexp_full_match(lkf, '[0-9]{4}')
        and lkf[1:2] in (select county_prefix from read_csv('seeds/national_regions.csv', all_varchar = true))
            as is_home_known
    from care
    left join marts.dim_unit on unit_id = enhet_hsaid and event_day between valid_from_date and valid_to_date
),
code as (
    select code_list, list(code) as codes
    from read_csv('seeds/national_codes.csv', all_varchar = true)
    group by code_list
),
carried_out as (
    select contact_key, _period, start_tid::date as day, start_tid::date between first_day and last_day as is_own_month
    from lake.cosmic_vardkontakt
    join periods on period = _period
    where kontaktform <> 'U'
),
hit as (
    select 'A01' as rule_id, 'fix' as severity, 'D' as effect, row_of_care.*
    from row_of_care
    where vardniva = 'S' and beslut_tid is null and fas in ('1', '2', '3', '4')
        and (scope = 'G' and bokningssatt = '5') is not true
    union all
    select 'A02', 'fix', 'D', row_of_care.*
    from row_of_care
    where scope = 'G' and event_day < beslut_tid::date
    union all
    select 'A03', 'fix', 'D', row_of_care.*
    from row_of_care
    where scope = 'W' and beslut_tid::date > last_day
    union all
    select 'A04', 'fix', 'D', row_of_care.*
    from row_of_care
    where vardniva = 'S' and beslut_tid < timestamp '2010-01-01'
    union all
    select 'A05', 'fix', 'D', row_of_care.*
    from row_of_care
    semi join carried_out
        on carried_out.contact_key = row_of_care.contact_key
        and carried_out._period < row_of_care._period and carried_out.is_own_month
    where scope = 'G'
    union all
    select 'A06', 'fix', '-', row_of_care.*
    from row_of_care
    semi join row_of_care as twin
        on twin._period = row_of_care._period and twin.patient_key = row_of_care.patient_key
        and twin.mvo = row_of_care.mvo and twin.clinic_id = row_of_care.clinic_id and twin.fas = row_of_care.fas
        and twin.scope = 'W' and twin.vardniva = 'S' and twin._line <> row_of_care._line
        and (twin.fas = '1' or twin.aktivitet = row_of_care.aktivitet)
    where scope = 'W' and vardniva = 'S' and fas in ('1', '2', '3')
    union all
    select 'A07', 'fix', 'D', row_of_care.*
    from row_of_care
    semi join carried_out
        on carried_out.contact_key = row_of_care.contact_key
        and carried_out._period <= row_of_care._period and carried_out.day <= row_of_care.last_day
    where scope = 'W'
    union all
    select 'A09', 'fix', 'D', row_of_care.*
    from row_of_care
    where scope = 'W' and avliden_datum <= last_day
    union all
    select 'A10', 'fix', '-', row_of_care.*
    from row_of_care
    where scope = 'W' and bokad_tid < last_day + 1
    union all
    select 'A11', 'fix', '-', row_of_care.*
    from row_of_care
    where scope = 'W' and wait > 365
    union all
    select 'A12', 'fix', 'L', row_of_care.*
    from row_of_care
    where vardniva = 'S' and (
        mvo is null or length(mvo) <> 3
        or (mvo not in (from control.region_mvo) and exists (from control.region_mvo))
    )
    union all
    select 'A13', 'fix', 'L', row_of_care.*
    from row_of_care
    where vardniva = 'S' and fas in ('2', '3') and (
        aktivitet is null or length(aktivitet) <> 5
        or (aktivitet not in (from control.region_activity) and exists (from control.region_activity))
    )
    union all
    select 'A13', 'info', '-', row_of_care.*
    from row_of_care
    where vardniva = 'S' and fas in ('1', '4', '5') and aktivitet is not null
    union all
    select 'A14', 'fix', '-', row_of_care.*
    from row_of_care
    where vardniva = 'S' and fas = '4' and medicinskt_maldatum is null
    union all
    select 'A15', 'fix', '-', row_of_care.*
    from row_of_care
    where scope = 'W' and vardniva = 'S' and fas = '4' and prioritet is null
    union all
    select 'A16', 'fix', '-', row_of_care.*
    from row_of_care
    where avvikelse = '1' and wait <= guarantee_limit
    union all
    select 'A17', 'fix', '-', row_of_care.*
    from row_of_care
    where avvikelse = '1' and (erbjuden_tid is null or vardgaranti_info is distinct from 'J')
    union all
    select 'A18', 'fix', '-', row_of_care.*
    from row_of_care
    where avvikelse = '2' and vardniva = 'P' or avvikelse = '3' and specialty_group is distinct from 'BUP'
    union all
    select 'A19', 'info', '-', row_of_care.*
    from row_of_care
    where vardniva = 'S' and vardgaranti = 'J' and fas in ('4', '5')
    union all
    select 'A20', 'fix', '-', row_of_care.*
    from row_of_care
    semi join row_of_care as earlier
        on earlier.patient_key = row_of_care.patient_key
        and earlier.mvo = row_of_care.mvo and earlier.clinic_id = row_of_care.clinic_id
        and earlier.scope = 'G' and earlier.fas in ('1', '4') and earlier.contact_key <> row_of_care.contact_key
        and earlier.event_day between row_of_care.event_day - 365 and row_of_care.event_day - 1
        and earlier.first_day between row_of_care.first_day - interval 12 month and row_of_care.first_day
        and (row_of_care.remiss_id is null or row_of_care.remiss_id = earlier.remiss_id)
    where scope = 'G' and vardniva = 'S' and fas = '1'
    union all
    select 'A21', 'fix', 'L', row_of_care.*
    from row_of_care
    where vardniva = 'S' and scope = 'G' and (fas = '5') = (typ_akutverksamhet = '0')
    union all
    select 'A22', 'fix', 'L', row_of_care.*
    from row_of_care
    where vardniva = 'S' and scope = 'G' and if(
        typ_akutverksamhet = '1',
        tid_start_akut > tid_bedomning or tid_bedomning > tid_avslut_akut or tid_start_akut > tid_avslut_akut,
        coalesce(tid_start_akut, tid_bedomning, tid_avslut_akut) is not null
    )
    union all
    select 'A23', 'fix', 'L', row_of_care.*
    from row_of_care
    where vardniva = 'S' and vardkontakttyp = '91' and fas not in ('2', '3')
    union all
    select 'A24', 'fix', 'L', row_of_care.*
    from row_of_care
    where vardniva = 'S' and not is_home_unknown and not is_home_known
    union all
    select 'A24', 'info', '-', row_of_care.*
    from row_of_care
    where vardniva = 'S' and is_home_unknown
    union all
    select 'A25', 'info', '-', row_of_care.*
    from row_of_care
    where vardniva = 'S' and remittenttyp = '1' and remiss_datum is null
    union all
    select 'A25', 'fix', '-', row_of_care.*
    from row_of_care
    where vardniva = 'S' and ankomst_datum < remiss_datum
    union all
    select 'A26', 'fix', 'L', row_of_care.*
    from row_of_care
    where born is null or born > year(event_day) or born < 1901
    union all
    select 'A26', 'fix', '-', row_of_care.*
    from row_of_care
    where born >= 1901 and year(event_day) - born > 105
    union all
    select 'A27', 'fix', 'L', row_of_care.*
    from row_of_care
    where exists (
        from unnest([enhet_hsaid, listad_enhet_hsaid, remittent_hsaid]) as written(hsa_id)
        where not regexp_full_match(hsa_id, 'SE[0-9]{10}-[^ ]+')
    )
    union all
    select 'A28', 'fix', '-', row_of_care.*
    from row_of_care
    where scope = 'G' and (
        (fas = '2' and coalesce(kva_huvud, kva_ovriga) is null)
        or exists (
            from (
                select kva_huvud as code, '[A-Z]{2}[A-Z0-9][0-9]{2}' as shape
                union all
                select trim(unnest(string_split(kva_ovriga, '|'))), '[A-Z]{2}[A-Z0-9][0-9]{2}'
                union all
                select icd_huvud, '[A-Z][0-9]{2}[A-Z0-9-][A-Z0-9]{0,2}'
                union all
                select trim(unnest(string_split(icd_bi, '|'))), '[A-Z][0-9]{2}[A-Z0-9-][A-Z0-9]{0,2}'
                union all
                select trim(unnest(string_split(icd_orsak, '|'))), '[V-Y][0-9]{2}[A-Z0-9-][A-Z0-9]{0,2}'
            ) as written
            where not regexp_full_match(code, shape)
        )
    )
    union all
    select 'A30', 'fix', 'D', row_of_care.*
    from row_of_care
    where scope = 'G' and event_day not between first_day and last_day
    union all
    select 'A35', 'fix', '-', row_of_care.*
    from row_of_care
    where scope = 'G' and (sokt_kontakt_tid <= start_tid) is not true and (
        (specialty_group = 'FORSTA_LINJEN' and fas = '1')
        or (
            vardniva = 'P' and medicinsk_bedomning = 'J'
            and yrkeskategori[1:2] = 'XS' and yrkeskategori not in ('XS920', 'XS921', 'XS922')
            and coalesce(icd_huvud, icd_bi, kva_huvud, kva_ovriga) is not null
        )
    )
    union all
    select 'A36', 'fix', 'L', row_of_care.*
    from row_of_care
    where vardniva = 'S' and exists (
        from (
            values
            ('bokningssatt', coalesce(bokningssatt, 'empty')), ('vardkontakttyp', coalesce(vardkontakttyp, 'empty')),
            ('yrkeskategori', coalesce(yrkeskategori, 'empty')), ('avvikelse', avvikelse), ('fas', fas),
            ('remittenttyp', remittenttyp), ('bup_steg', bup_steg), ('typ_akutverksamhet', typ_akutverksamhet)
        ) as told(list_name, told_code)
        join code on code_list = list_name
        where not list_contains(codes, told_code)
    )
    union all
    select 'A39', 'fix', '-', row_of_care.*
    from row_of_care
    where if(
        specialty_group is not distinct from 'BUP', bup_steg is null and fas in ('1', '2', '3'), bup_steg is not null
    )
    union all
    select 'A40', 'info', '-', row_of_care.*
    from row_of_care
    where vardniva = 'S' and vardgaranti = 'J' and is_home_known
        and lkf[1:2] <> (select county_prefix from control.run_context)
    union all
    select 'E01', 'fix', 'L', row_of_care.*
    from row_of_care
    where is_unit_unknown
    union all
    select 'E03', 'info', '-', row_of_care.*
    from row_of_care
    where not patient_has_valid_check_digit
),
in_force as (
    select *, coalesce(giltig_tom, date '9999-12-31') as last_day
    from lake.register_enhet as e
    where _period = (select max(_period) from lake.register_enhet as n where n.enhet_hsaid = e.enhet_hsaid)
)
select
    _period as period, rule_id, severity, effect, entity, enhet_hsaid as unit_id, clinic_id, contact_key
from hit
union all
select period, 'E02', 'block', '-', 'register_enhet', enhet_hsaid, klinik_hsaid, null
from in_force as later
cross join periods
where exists (
    from in_force as earlier
    where earlier.enhet_hsaid = later.enhet_hsaid
        and (earlier.giltig_from, earlier._line) < (later.giltig_from, later._line)
        and earlier.last_day >= later.giltig_from
);


-- statement: marts.fct_completed_contact
with contact as (
    select *, start_tid::date as event_day, if(fas = '5', null, start_tid::date - beslut_tid::date) as wait
    from lake.cosmic_vardkontakt
    join (select distinct period as loaded from control.loaded_period where group_name = 'care') on loaded = _period
    where kontaktform <> 'U' -- CM06
),
flag as (
    select
        period, contact_key, bool_or(effect = 'D') as is_disqualified, bool_or(effect = 'L') as is_undeliverable,
        string_agg(distinct rule_id, ' ' order by rule_id) as fault_rules
    from quality.deviations
    where entity = 'cosmic_vardkontakt'
    group by all
),
limited as (
    select
        contact.*, dim_unit.unit_key,
        case -- WT41
            when fas = '5' then null
            when specialty_group = 'BUP' then 30
            when vardniva = 'P' then 3
            when fas in ('1', '2', '3') then 90
            when fas = '4' then medicinskt_maldatum - beslut_tid::date
        end as limit_days
    from contact
    left join marts.dim_unit on unit_id = enhet_hsaid and event_day between valid_from_date and valid_to_date
)
select
    _period as period, limited.contact_key, patient_key, unit_key, vardniva as care_level, fas as phase,
    bup_steg as cap_step, mvo as mvo_code, aktivitet as activity_code, yrkeskategori as profession_code,
    vardkontakttyp as contact_type_code, kontaktform as contact_form, kon as sex,
    coalesce(patient_birth_year, fodelsear) as birth_year,
    if(skyddad_identitet = 'J', null, lkf) as municipality_code,
    case -- CM07
        when lkf not in ('0000', '9999') and regexp_full_match(lkf, '[0-9]{4}')
            and lkf[1:2] in (select county_prefix from read_csv('seeds/national_regions.csv', all_varchar = true))
            then lkf[1:2] = (select county_prefix from control.run_context)
    end as is_home_region,
    avvikelse as deviation_code, vardgaranti = 'J' and fas not in ('4', '5') as is_in_guarantee,
    beslut_tid as decision_at, start_tid as started_at, medicinskt_maldatum as target_date, wait as wait_days,
    case -- WT40
        when wait < 0 then null
        when avvikelse in ('1', '2') and avvikelse_from is not null
            then wait - greatest(
                0,
                least(coalesce(avvikelse_tom, event_day), event_day) - greatest(avvikelse_from, beslut_tid::date)
            )
        else wait
    end as legal_wait_days,
    limit_days, if(wait < 0, null, wait <= limit_days) as is_within_limit,
    coalesce(is_disqualified, false) as is_disqualified, coalesce(is_undeliverable, false) as is_undeliverable,
    fault_rules
from limited
left join flag on flag.period = _period and flag.contact_key = limited.contact_key;


-- statement: marts.fct_waiting_contact
with entry as (
    select
        *, last_day((_period || '-01')::date) as event_day,
        avford_orsak = 'FELREGISTRERAD' or (avford_orsak = 'AVLIDEN' and avliden_datum <= event_day) as is_wrong,
        if(fas = '5', null, event_day - beslut_tid::date) as wait
    from lake.cosmic_vantelista
    join (select distinct period as loaded from control.loaded_period where group_name = 'care') on loaded = _period
    where status = 'V' or avford_tid::date > event_day -- WT02
),
flag as (
    select
        period, contact_key, bool_or(effect = 'D') as is_disqualified, bool_or(effect = 'L') as is_undeliverable,
        string_agg(distinct rule_id, ' ' order by rule_id) as fault_rules
    from quality.deviations
    where entity = 'cosmic_vantelista'
    group by all
),
limited as (
    select
        entry.*, dim_unit.unit_key,
        case -- WT41
            when fas = '5' then null
            when specialty_group = 'BUP' then 30
            when vardniva = 'P' then 3
            when fas in ('1', '2', '3') then 90
            when fas = '4' then medicinskt_maldatum - beslut_tid::date
        end as limit_days
    from entry
    left join marts.dim_unit on unit_id = enhet_hsaid and event_day between valid_from_date and valid_to_date
)
select
    _period as period, limited.contact_key, patient_key, unit_key, vardniva as care_level, fas as phase,
    bup_steg as cap_step, mvo as mvo_code, aktivitet as activity_code, yrkeskategori as profession_code,
    vardkontakttyp as contact_type_code, kon as sex,
    coalesce(patient_birth_year, fodelsear) as birth_year,
    if(skyddad_identitet = 'J', null, lkf) as municipality_code,
    case -- CM07
        when lkf not in ('0000', '9999') and regexp_full_match(lkf, '[0-9]{4}')
            and lkf[1:2] in (select county_prefix from read_csv('seeds/national_regions.csv', all_varchar = true))
            then lkf[1:2] = (select county_prefix from control.run_context)
    end as is_home_region,
    avvikelse as deviation_code, vardgaranti = 'J' and fas not in ('4', '5') as is_in_guarantee,
    beslut_tid as decision_at, medicinskt_maldatum as target_date, wait as wait_days,
    case -- WT40
        when wait < 0 then null
        when avvikelse in ('1', '2') and avvikelse_from is not null
            then wait - greatest(
                0,
                least(coalesce(avvikelse_tom, event_day), event_day) - greatest(avvikelse_from, beslut_tid::date)
            )
        else wait
    end as legal_wait_days,
    limit_days, if(wait < 0, null, wait <= limit_days) as is_within_limit,
    coalesce(is_disqualified, false) as is_disqualified, coalesce(is_undeliverable, false) as is_undeliverable,
    fault_rules, event_day as snapshot_date, bokad_tid as booked_at,
    status = 'A' and coalesce(is_wrong, false) as is_corrected
from limited
left join flag on flag.period = _period and flag.contact_key = limited.contact_key;


-- statement: marts.mart_waiting_times
-- Each row of each measure once, counted for all four variants side by side and then laid out as lines.
-- A row's inside and over_limit are those of its measure; what asks for no guarantee counts every row.
with counted as (
    select
        f.period, 'completed' as population, unit_key, care_level, phase, cap_step, sex, is_in_guarantee,
        coalesce(deviation_code, '') as avvikelse, f.wait_days, started_at::date as event_day, f.target_date,
        prioritet = 'TUR' as is_in_turn,
        -- R38: any profession but assistants and others, and a code of a diagnosis or a procedure.
        medicinsk_bedomning = 'J' and yrkeskategori[1:2] = 'XS' and yrkeskategori not in ('XS920', 'XS921', 'XS922')
        and concat(icd_huvud, icd_bi, kva_huvud, kva_ovriga) <> '' as is_assessment,
        -- WT04, A35: sought after the start is no wait, and the decision does not stand in for it.
        if(
            phase = '5' or (bokningssatt = '5' and beslut_tid is null) or sokt_kontakt_tid > started_at, null,
            started_at::date - sokt_kontakt_tid::date
        ) as sought_days,
        if(sokt_kontakt_tid is null, f.wait_days, sought_days) as first_line_days
    from marts.fct_completed_contact as f
    join lake.cosmic_vardkontakt as l on l._period = f.period and l.contact_key = f.contact_key
    where not is_disqualified
    union all
    select
        f.period, 'waiting', unit_key, care_level, phase, cap_step, sex, is_in_guarantee,
        coalesce(deviation_code, ''), f.wait_days, snapshot_date, f.target_date, prioritet = 'TUR', false, null, null
    from marts.fct_waiting_contact as f
    join lake.cosmic_vantelista as l on l._period = f.period and l.contact_key = f.contact_key
    where not is_disqualified and not is_corrected
),
placed as (
    select
        counted.*, case when unit_key is not null then dim_unit.unit_id end as unit, clinic_id, area_name,
        coalesce(specialty_group, 'unknown') as specialty,
        counted.care_level = 'S' and specialty <> 'BUP' as is_specialised
    from counted
    left join marts.dim_unit using (unit_key)
),
measured as (
    select
        'first_contact_90' as measure_id, wait_days as days, wait_days <= 90 as is_within, is_in_guarantee as is_asked, *
    from placed
    where is_specialised and phase = '1' and specialty <> 'FORSTA_LINJEN'
    union all
    select 'operation_90', wait_days, wait_days <= 90, is_in_guarantee, *
    from placed
    where is_specialised and phase = '2'
    union all
    select 'examination_90', wait_days, wait_days <= 90, is_in_guarantee, *
    from placed
    where is_specialised and phase = '3'
    union all
    select 'radiology_60', wait_days, wait_days <= 60, true, *
    from placed
    where is_specialised and phase = '3' and is_in_turn
    union all
    select 'followup_target', wait_days, event_day <= target_date, true, *
    from placed
    where is_specialised and phase = '4' and target_date is not null
    union all
    select
        case cap_step
            when '1' then 'cap_assessment_30' when '2' then 'cap_investigation_30' else 'cap_treatment_30'
        end,
        wait_days, wait_days <= 30, is_in_guarantee, *
    from placed
    where specialty = 'BUP' and cap_step in ('1', '2', '3')
    union all
    select 'primary_assessment_3', sought_days, sought_days <= 3, is_in_guarantee, *
    from placed
    where care_level = 'P' and is_assessment
    union all
    select
        'first_line_3', first_line_days, first_line_days <= 3, is_in_guarantee, *
    from placed
    where population = 'completed' and specialty = 'FORSTA_LINJEN' and phase = '1'
),
summed as (
    select
        period, measure_id, population, unit, clinic_id, area_name, sex, specialty,
        grouping(unit) = 0 as is_unit, grouping(clinic_id) = 0 as is_clinic, grouping(area_name) = 0 as is_area,
        grouping(sex) = 0 as is_sex, grouping(specialty) = 0 as is_specialty,
        count(*) as contacts_count, median(days) as median_wait_days, avg(days) as mean_wait_days,
        count(*) filter (days > 150) as over_150_days_count,
        count(*) filter (days between 0 and 30) as band_0_30_count,
        count(*) filter (days between 31 and 60) as band_31_60_count,
        count(*) filter (days between 61 and 90) as band_61_90_count,
        count(*) filter (days between 91 and 120) as band_91_120_count,
        count(*) filter (days between 121 and 180) as band_121_180_count,
        count(*) filter (days between 181 and 365) as band_181_365_count,
        count(*) filter (days >= 366) as band_366_count,
        -- WT31
        count(*) filter (is_asked) as all_denominator,
        count(*) filter (is_asked and is_within) as all_numerator,
        count(*) filter (is_asked and (is_within or avvikelse <> '1')) as pvv_denominator,
        count(*) filter (is_asked and avvikelse not in ('1', '2', '3')) as sos_denominator,
        count(*) filter (is_asked and is_within and avvikelse not in ('1', '2', '3')) as sos_numerator,
        count(*) filter (
            is_asked and avvikelse <> '1' and (population = 'completed' or avvikelse not in ('2', '3'))
        ) as skr_denominator,
        count(*) filter (
            is_asked and is_within and avvikelse <> '1' and (population = 'completed' or avvikelse not in ('2', '3'))
        ) as skr_numerator
    from measured
    where days >= 0 -- WT32
    group by period, measure_id, population, grouping sets (
        (), (sex), (specialty), (sex, specialty),
        (area_name), (area_name, sex), (area_name, specialty), (area_name, sex, specialty),
        (clinic_id), (clinic_id, sex), (unit), (unit, sex)
    )
    -- CM03: rows of an unknown unit count at the region only.
    having (not is_unit or unit is not null) and (not is_clinic or clinic_id is not null)
        and (not is_area or area_name is not null)
),
line as (
    select summed.*, unnest([
        {'variant': 'all', 'numerator': all_numerator, 'denominator': all_denominator},
        {'variant': 'pvv_over_limit', 'numerator': all_numerator, 'denominator': pvv_denominator},
        {'variant': 'socialstyrelsen', 'numerator': sos_numerator, 'denominator': sos_denominator},
        {'variant': 'skr', 'numerator': skr_numerator, 'denominator': skr_denominator}
    ], recursive := true)
    from summed
)
select
    period, line.measure_id, population, variant,
    case when is_unit then 'unit' when is_clinic then 'clinic' when is_area then 'area' else 'region' end as level,
    case when is_unit then unit when is_clinic then clinic_id when is_area then area_name else '*' end as unit_id,
    if(is_sex, sex, 'all') as sex, if(is_specialty, specialty, 'all') as specialty_group,
    numerator, denominator, numerator / nullif(denominator, 0) as share, contacts_count, median_wait_days,
    mean_wait_days, over_150_days_count, band_0_30_count, band_31_60_count, band_61_90_count, band_91_120_count,
    band_121_180_count, band_181_365_count, band_366_count,
    -- WT35, in exact decimals; without a target or without rows there is nothing to reach.
    case
        when denominator > 0 and target_share is not null
            then greatest(0, ceil(target_share::decimal(6, 4) * denominator)::bigint - numerator)
    end as contacts_to_target_count,
    null::bigint as outside_hours_count
from line
left join read_csv('seeds/measure_targets.csv', all_varchar = true) as target
    on target.measure_id = line.measure_id
    and target.region_code::integer = (select region_code from control.run_context)
    and last_day((period || '-01')::date) >= target.valid_from::date
    and last_day((period || '-01')::date) <= coalesce(target.valid_to::date, date '9999-12-31')
-- The calls of the month: until March 2024 handled within 24 hours; from April those of a working day from 08:00
-- to 16:59, handled the same day before 17:00, and the others apart.
union all by name
(
    with call as (
        select
            _period as period, dim_unit.unit_id as unit, clinic_id, area_name, _period >= '2024-04' as is_new,
            hour(inkommet) between 8 and 16 and isodow(inkommet) <= 5 and inkommet::date not in (
                select holiday.date::date from read_csv('seeds/swedish_holidays.csv', all_varchar = true) as holiday
            ) as is_open,
            status = 'HANTERAT' and hanterat::date = inkommet::date and hour(hanterat) < 17 as is_same_day,
            status = 'HANTERAT' and hanterat - inkommet <= interval 24 hours as is_within_24_hours
        from lake.telefoni_samtal
        left join marts.dim_unit
            on unit_id = enhet_hsaid and inkommet::date between valid_from_date and valid_to_date
        -- WT32: what is handled at no time, or before it came, cannot be counted.
        where kanal = 'TEL' and status <> 'AVBRUTET' and strftime(inkommet, '%Y-%m') = _period
            and (status = 'EJ_HANTERAT' or hanterat >= inkommet)
    ),
    summed as (
        select
            period, is_new, unit, clinic_id, area_name,
            grouping(unit) = 0 as is_unit, grouping(clinic_id) = 0 as is_clinic, grouping(area_name) = 0 as is_area,
            count(*) filter (is_open or not is_new) as denominator,
            count(*) filter (if(is_new, is_open and is_same_day, is_within_24_hours)) as numerator,
            if(is_new, count(*) filter (not is_open), null) as outside_hours_count
        from call
        group by period, is_new, grouping sets ((), (area_name), (clinic_id), (unit))
        having (not is_unit or unit is not null) and (not is_clinic or clinic_id is not null)
            and (not is_area or area_name is not null)
    )
    select
        period, 'phone_same_day' as measure_id, 'completed' as population, 'all' as variant,
        case when is_unit then 'unit' when is_clinic then 'clinic' when is_area then 'area' else 'region' end as level,
        case when is_unit then unit when is_clinic then clinic_id when is_area then area_name else '*' end as unit_id,
        'all' as sex, 'all' as specialty_group,
        numerator, denominator, numerator / nullif(denominator, 0) as share, denominator as contacts_count,
        case
            when denominator > 0 and target_share is not null
                then greatest(0, ceil(target_share::decimal(6, 4) * denominator)::bigint - numerator)
        end as contacts_to_target_count,
        outside_hours_count
    from summed
    left join read_csv('seeds/measure_targets.csv', all_varchar = true) as target
        on target.measure_id = 'phone_same_day'
        and target.region_code::integer = (select region_code from control.run_context)
        and last_day((period || '-01')::date) >= target.valid_from::date
        and last_day((period || '-01')::date) <= coalesce(target.valid_to::date, date '9999-12-31')
);


-- statement: marts.mart_waiting_flow
-- WT50: every row of the flow once, told at its unit, clinic, area and region; months then looked back upon.
with loaded as (
    select distinct period, (period || '-01')::date as first_day, last_day((period || '-01')::date) as last_day
    from control.loaded_period
    where group_name = 'care'
),
told as (
    select
        period, contact_key, 'completed' as part, null as why,
        coalesce(decision_at, started_at) as decided, -- WT04: only a drop-in lacks one without being disqualified
        null::timestamp as registered, unit_key, care_level, phase, cap_step
    from marts.fct_completed_contact
    where not is_disqualified
    union all
    select
        period, fct.contact_key, if(is_corrected, 'corrected', 'waiting'), null, decision_at, skapad_tid,
        unit_key, care_level, phase, cap_step
    from marts.fct_waiting_contact as fct
    join lake.cosmic_vantelista as listed on _period = period and listed.contact_key = fct.contact_key
    where not is_disqualified
    union all
    select
        period, contact_key, 'removed', coalesce(avford_orsak, 'none'), beslut_tid, skapad_tid,
        unit_key, vardniva, fas, bup_steg
    from lake.cosmic_vantelista
    join loaded on period = _period and status = 'A' and avford_tid::date between first_day and last_day
    left join marts.dim_unit on unit_id = enhet_hsaid and last_day between valid_from_date and valid_to_date
),
placed as (
    select
        period, contact_key, part, why,
        case
            when phase = '5' then null
            when specialty_group = 'BUP' and cap_step in ('1', '2', '3') then 'cap'
            when phase = '1' then 'first_contact'
            when phase = '2' then 'operation'
            when phase = '3' then 'examination'
            when phase = '4' then 'followup'
        end as measure_family,
        decided::date between first_day and last_day as is_new,
        registered::date between first_day and last_day as is_referral,
        unnest([
            {'level': 'unit', 'place': dim_unit.unit_id}, {'level': 'clinic', 'place': clinic_id},
            {'level': 'area', 'place': area_name}, {'level': 'region', 'place': '*'}
        ], recursive := true)
    from told
    join loaded using (period)
    left join marts.dim_unit using (unit_key)
    where told.care_level = 'S'
),
month as (
    select
        period, measure_family, level, place,
        count(distinct contact_key) filter (is_new) as new_count,
        count(distinct contact_key) filter (is_referral) as referral_count,
        count(*) filter (part = 'completed') as completed_count,
        count(*) filter (part = 'removed') as removed_count,
        count(*) filter (why = 'ANNAN_VARDGIVARE') as removed_annan_vardgivare_count,
        count(*) filter (why = 'PATIENTENS_ONSKAN') as removed_patientens_onskan_count,
        count(*) filter (why = 'EJ_BEHOV') as removed_ej_behov_count,
        count(*) filter (why = 'AVLIDEN') as removed_avliden_count,
        count(*) filter (why = 'UTEBLIVIT') as removed_uteblivit_count,
        count(*) filter (why = 'FELREGISTRERAD') as removed_felregistrerad_count,
        count(*) filter (why = 'OVRIGT') as removed_ovrigt_count,
        count(*) filter (why = 'none') as removed_without_reason_count,
        count(*) filter (part = 'corrected') as corrected_count,
        count(*) filter (part = 'waiting') as waiting_end_count
    from placed
    where measure_family is not null and place is not null -- CM03
    group by all
),
looking as (
    select own.period, earlier.period as seen_period, datediff('month', earlier.first_day, own.first_day) as back
    from loaded as own
    join loaded as earlier on datediff('month', earlier.first_day, own.first_day) between 0 and 12
),
seen as (
    select looking.period, month.* exclude (period), back
    from looking
    join month on month.period = seen_period
    where back < 12 or waiting_end_count > 0
),
span as (
    select
        period, count(*) filter (back = 1) = 1 as has_month_before, count(*) filter (back < 12) = 12 as has_year,
        count(*) filter (back > 0) = 12 as has_starts
    from looking
    group by all
),
summed as (
    select
        period, measure_family, level, place,
        coalesce(sum(columns('_count$')) filter (back = 0), 0)::bigint as "\0",
        coalesce(sum(columns('_count$')) filter (back < 12), 0)::bigint as "r12_\0",
        coalesce(sum(waiting_end_count) filter (back = 1), 0)::bigint as started,
        coalesce(sum(waiting_end_count) filter (back > 0), 0)::bigint as r12_started
    from seen
    group by all
)
select
    period, measure_family, level, place as unit_id, if(has_month_before, started, null) as waiting_start_count,
    summed.* exclude (period, measure_family, level, place, started, r12_started, r12_waiting_end_count)
        replace (
            if(has_year, r12_new_count, null) as r12_new_count,
            if(has_year, r12_referral_count, null) as r12_referral_count,
            if(has_year, r12_completed_count, null) as r12_completed_count,
            if(has_year, r12_removed_count, null) as r12_removed_count,
            if(has_year, r12_removed_annan_vardgivare_count, null) as r12_removed_annan_vardgivare_count,
            if(has_year, r12_removed_patientens_onskan_count, null) as r12_removed_patientens_onskan_count,
            if(has_year, r12_removed_ej_behov_count, null) as r12_removed_ej_behov_count,
            if(has_year, r12_removed_avliden_count, null) as r12_removed_avliden_count,
            if(has_year, r12_removed_uteblivit_count, null) as r12_removed_uteblivit_count,
            if(has_year, r12_removed_felregistrerad_count, null) as r12_removed_felregistrerad_count,
            if(has_year, r12_removed_ovrigt_count, null) as r12_removed_ovrigt_count,
            if(has_year, r12_removed_without_reason_count, null) as r12_removed_without_reason_count,
            if(has_year, r12_corrected_count, null) as r12_corrected_count
        ),
    if(has_month_before, started + new_count - completed_count - removed_count - corrected_count - waiting_end_count, null)
        as difference_count,
    if(has_starts, r12_started / 12, null) as r12_waiting_start_count,
    if(has_year, r12_waiting_end_count / 12, null) as r12_waiting_end_count,
    if(
        has_starts and has_year,
        r12_started + r12_new_count - r12_completed_count - r12_removed_count - r12_corrected_count
        - r12_waiting_end_count,
        null
    ) as r12_difference_count
from summed
join span using (period);
