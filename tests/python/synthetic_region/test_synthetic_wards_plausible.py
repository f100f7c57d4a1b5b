"""A year on the wards lies within bands of what is public about Region Västmanland and the nation.

Counted from the rows of the files over 2024 at scale 1, by rules written for this test alone.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from orchestration.synthetic_region import write_region
from orchestration.synthetic_region.days import first_day, month_index
from orchestration.synthetic_region.flows import Region
from orchestration.synthetic_region.organisation import make_organisation, unit_rows
from orchestration.synthetic_region.population import make_population
from orchestration.synthetic_region.stays import inpatients_of_month
from orchestration.synthetic_region.ward_files import bed_table, permission_table, stay_table, stays_in_file

from .reading import rows_of

YEAR = 2024
# Region Västmanland, monthly report of July 2024, forecast of the whole year: somatic episodes discharged and their
# bed days, psychiatric bed days occupied (permissions left out); patients at 06:00 over available beds.
EPISODES, BED_DAYS, PSYCHIATRIC_DAYS, YEAR_SLACK = 34_912, 174_834, 39_774, 0.05
OCCUPANCY, OCCUPANCY_SLACK = 0.94, 0.03
# Kolada, the nation 2023-2025, somatic wards: U70425 6.7-5.1 overcrowded and U79134 2.2-1.7 outliers for each 100
# available beds, N79176 5.1-4.7 percent of the beds held by discharge-ready patients. Psychiatric wards: U79149 2.0-2.9
# overcrowded; ours stay long on few wards, so chance makes it more.
OVERCROWDED, OUTLIERS, READY, PSYCHIATRIC_OVERCROWDED = (4.5, 8.0), (1.3, 2.8), (3.0, 6.0), (1.0, 8.0)
# Region Västmanland 2023-2024 (17.1 and 17.6 percent) and Kolada U79092 for the nation (16-17 percent).
RETURNS_OF_THE_OLD = (0.155, 0.195)
WARDS = {"SOM": 34, "PSY": 7, "BUP": 1, "RATT": 4}
# The same report, January to July: operations of inpatients, day surgery, the clinics' own, of no kind; knife hours.
OPERATIONS, KINDS, KNIFE_HOURS = 14_916, {"S": 3_977, "D": 3_324, "K": 7_514, "": 101}, 8_696
OPERATION_SCALE = 0.15


@pytest.fixture(scope="module")
def year() -> duckdb.DuckDBPyConnection:
    """Tables stay, leave, bed and unit over the year, and census: each ward and day with its patients at 06:00."""
    region = Region(56, 1.0, make_population(56, 1.0), make_organisation())
    parts: dict[str, list[pd.DataFrame]] = {"stay": [], "leave": [], "bed": []}
    for month in range(month_index(f"{YEAR}-01"), month_index(f"{YEAR + 1}-01")):
        inpatients = inpatients_of_month(region, month)
        stays = stays_in_file(inpatients, month)
        known_day = first_day(month + 1) - 1
        for name, table in (
            ("stay", stay_table(region, inpatients, stays, month, known_day)),
            ("leave", permission_table(inpatients, stays, known_day)),
            ("bed", bed_table(region, inpatients, month)),
        ):
            parts[name].append(pd.DataFrame(dict(table.columns)).assign(month=month))
    connection = duckdb.connect()
    for name, frames in parts.items():
        connection.register("frame", pd.concat(frames))
        connection.execute(f"create table {name} as select * from frame")
        connection.unregister("frame")
    connection.register("frame", pd.DataFrame(unit_rows(first_day(month_index(f"{YEAR + 1}-01")))))
    connection.execute(
        """
        create table unit as
        select enhet_hsaid, any_value(klinik_hsaid) as klinik_hsaid, any_value(verksamhetstyp) as kind
        from frame where enhetstyp in ('AVDELNING', 'MOTTAGNING', 'AKUT', 'OPERATION') and giltig_tom = '' group by 1
        """
    )
    connection.execute(
        """
        create table lying as
        select
            b.month, b.avdelning_hsaid, b.datum, b.disponibla::integer as beds, s.vardtillfalle_id, s.vistelse_nr,
            s.ansvarig_enhet_hsaid, s.utskrivningsklar_tid, b.datum || ' 06:00:00' as six
        from bed as b
        left join stay as s on s.month = b.month and s.avdelning_hsaid = b.avdelning_hsaid
            and s.in_tid <= b.datum || ' 06:00:00' and (s.ut_tid = '' or s.ut_tid > b.datum || ' 06:00:00')
        """
    )
    connection.execute(
        """
        create table census as
        select
            l.month, u.kind, l.avdelning_hsaid, l.datum, any_value(l.beds) as beds,
            count(l.vardtillfalle_id) filter (p.fran_tid is null) as patients,
            count(*) filter (coalesce(r.klinik_hsaid, nullif(l.ansvarig_enhet_hsaid, '')) <> u.klinik_hsaid) as guests,
            count(*) filter (l.utskrivningsklar_tid <> '' and l.utskrivningsklar_tid <= l.six) as ready
        from lying as l
        join unit as u on u.enhet_hsaid = l.avdelning_hsaid
        left join unit as r on r.enhet_hsaid = l.ansvarig_enhet_hsaid
        left join leave as p on p.month = l.month and p.vardtillfalle_id = l.vardtillfalle_id
            and p.vistelse_nr = l.vistelse_nr and p.fran_tid <= l.six and (p.till_tid = '' or p.till_tid > l.six)
        group by 1, 2, 3, 4
        """
    )
    connection.execute(
        """
        create table episode as
        with newest as (
            select * from stay
            qualify row_number() over (partition by vardtillfalle_id, vistelse_nr order by month desc) = 1
        )
        select
            vardtillfalle_id as id, replace(replace(any_value(patient_id), '-', ''), '+', '') as patient,
            any_value(fodelsear::integer) as born, min(in_tid)::timestamp as admitted, max(ut_tid) as discharged,
            bool_or(ut_tid = '') as is_open, arg_min(in_satt, vistelse_nr::integer) as way_in,
            arg_max(ut_till, vistelse_nr::integer) as way_out, arg_max(kind, vistelse_nr::integer) as kind
        from newest join unit on unit.enhet_hsaid = newest.avdelning_hsaid group by 1
        """
    )
    return connection


def value(connection: duckdb.DuckDBPyConnection, query: str) -> float:
    row = connection.execute(query).fetchone()
    assert row is not None
    return float(row[0])


def inside(number: float, band: tuple[float, float]) -> bool:
    return band[0] <= number <= band[1]


def test_somatic_episodes_and_bed_days_are_as_many_as_published(year: duckdb.DuckDBPyConnection) -> None:
    where = f"from episode where kind = 'SOM' and not is_open and discharged like '{YEAR}%'"
    assert value(year, f"select count(*) {where}") == pytest.approx(EPISODES, rel=YEAR_SLACK)
    days = value(year, f"select sum(date_diff('day', admitted, discharged::timestamp) + 1) {where}")
    assert days == pytest.approx(BED_DAYS, rel=YEAR_SLACK)


def test_psychiatric_bed_days_are_as_many_as_published(year: duckdb.DuckDBPyConnection) -> None:
    days = value(
        year,
        f"""
        select sum(date_diff(
            'day', greatest(admitted::date, date '{YEAR}-01-01'),
            least(case when is_open then date '{YEAR}-12-31' else discharged::date end, date '{YEAR}-12-31')
        ) + 1)
        from episode where kind in ('PSY', 'BUP') and (is_open or discharged >= '{YEAR}')
        """,
    )
    away = value(
        year,
        """
        select sum(greatest(0, date_diff('day', fran_tid::date, till_tid::date) - 1)) from (
            select distinct l.vardtillfalle_id, l.vistelse_nr, l.fran_tid, l.till_tid
            from leave as l join episode on episode.id = l.vardtillfalle_id
            where l.till_tid <> '' and kind in ('PSY', 'BUP') and l.till_tid >= '2024'
        )
        """,
    )
    assert 0.005 < away / days < 0.05
    assert days - away == pytest.approx(PSYCHIATRIC_DAYS, rel=YEAR_SLACK)


def test_occupancy_at_six_is_as_published_and_higher_in_winter_than_the_beds(
    year: duckdb.DuckDBPyConnection,
) -> None:
    for kinds in ("('SOM')", "('PSY', 'BUP')"):
        share = value(year, f"select sum(patients) / sum(beds) from census where kind in {kinds}")
        assert share == pytest.approx(OCCUPANCY, abs=OCCUPANCY_SLACK + 0.02 * (kinds != "('SOM')")), kinds
    beds = dict(
        year.execute(
            "select month % 12 + 1, sum(beds) / count(distinct datum) from census where kind = 'SOM' group by 1"
        ).fetchall()
    )
    assert 0.80 < beds[7] / beds[2] < 0.92
    assert value(year, "select sum(patients) from census where beds = 0") == 0


def test_wards_are_as_many_as_a_county_has_and_some_rest_in_july(year: duckdb.DuckDBPyConnection) -> None:
    rows = year.execute(
        "select kind, count(distinct avdelning_hsaid) filter (beds > 0) from census group by 1"
    ).fetchall()
    assert dict(rows) == WARDS
    resting = value(year, "select count(distinct avdelning_hsaid) from census where beds = 0 and datum like '2024-07%'")
    assert 3 <= resting <= 6


def test_overcrowding_outliers_and_discharge_ready_are_as_common_as_in_the_nation(
    year: duckdb.DuckDBPyConnection,
) -> None:
    crowded = "100 * sum(greatest(0, patients - beds)) / sum(beds) from census where kind"
    assert inside(value(year, f"select {crowded} = 'SOM'"), OVERCROWDED)
    assert inside(value(year, f"select {crowded} in ('PSY', 'BUP')"), PSYCHIATRIC_OVERCROWDED)
    assert inside(value(year, "select 100 * sum(guests) / sum(beds) from census where kind = 'SOM'"), OUTLIERS)
    assert inside(value(year, "select 100 * sum(ready) / sum(beds) from census where kind = 'SOM'"), READY)


def test_the_old_return_within_thirty_days_as_often_as_published(year: duckdb.DuckDBPyConnection) -> None:
    share = value(
        year,
        f"""
        select avg(exists (
            select 1 from episode as later
            where later.patient = first.patient and later.id <> first.id and later.way_in = 'A'
                and later.admitted >= first.discharged::timestamp
                and date_diff('day', first.discharged::timestamp, later.admitted) <= 30
        )::integer)
        from episode as first
        where not is_open and discharged between '{YEAR}' and '{YEAR}-12-01' and {YEAR} - born >= 65
            and way_out in ('HEM', 'SABO')
        """,
    )
    assert inside(share, RETURNS_OF_THE_OLD), share


def test_operations_by_kind_and_knife_time_are_as_published(tmp_path: Path) -> None:
    periods = (f"{YEAR}-02", f"{YEAR}-04", f"{YEAR}-07")
    for period in periods:
        write_region(tmp_path, period, period, scale=OPERATION_SCALE)
    rows = [row for period in periods for row in rows_of(tmp_path, period, "provisio_operation")]
    done = [row for row in rows if row["status"] == "G"]
    # Three of the report's seven months, July among them.
    assert len(done) / OPERATION_SCALE == pytest.approx(OPERATIONS * 3 / 7, rel=0.10)
    for kind, published in KINDS.items():
        share = sum(row["op_typ"] == kind for row in done) / len(done)
        assert share == pytest.approx(published / OPERATIONS, abs=0.035), kind
    seconds = sum((pd.Timestamp(row["knivslut"]) - pd.Timestamp(row["knivstart"])).total_seconds() for row in done)
    assert seconds / 3600 / len(done) == pytest.approx(KNIFE_HOURS / OPERATIONS, rel=0.10)
    cancelled = sum(row["status"] == "S" for row in rows)
    # Own judgement: a tenth of the planned operations are struck out at a late stage in Sweden.
    assert 0.03 < cancelled / (cancelled + len(done)) < 0.12
