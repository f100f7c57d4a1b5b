"""The worked example of WAITING_TIMES.md section 8 as files, from inbox to delivery, and every command on it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.delivery.id_map import look_up
from orchestration.privacy import read_key
from orchestration.settings import Home

from .command import NATIONAL, Done, Place, elements, schema_errors
from .killing import Forge

PERIOD = "2026-10"
FILES = {"genomforda_kontakter.xml": "Genomforda", "vantande_kontakter.xml": "Vantande"}


@pytest.fixture(scope="session")
def month(tmp_path_factory: pytest.TempPathFactory, forge: Forge) -> tuple[Place, Done]:
    """The month run by the program itself; the commands after it are forked."""
    place = Place(tmp_path_factory.mktemp("example"), forge=forge)
    place.fixture("section8.py")
    return place, place.process("run", "--period", PERIOD, "--approve-all", "prov av exemplet")


@pytest.fixture(scope="session")
def again(tmp_path_factory: pytest.TempPathFactory, month: tuple[Place, Done], forge: Forge) -> Place:
    """Another home with the same keys and the same files."""
    first, _ = month
    place = Place(tmp_path_factory.mktemp("again"), forge=forge)
    place.fixture("section8.py")
    state = place.home / "state"
    state.mkdir(mode=0o700)
    shutil.copy2(first.home / "state" / "delivery.key", state / "delivery.key")
    done = place.command("run", "--period", PERIOD, "--approve-all", "prov av exemplet")
    assert done.code == 0, done.said
    return place


def test_the_run_ends_well_and_says_where_the_results_lie(month: tuple[Place, Done]) -> None:
    place, done = month
    assert done.code == 0, done.said
    assert str(place.home / "published" / "vardlager.duckdb") in done.said
    assert str(place.home / "delivery") in done.said


@pytest.mark.parametrize(
    "population,variant,numerator,denominator",
    [
        ("completed", "skr", 3, 5),
        ("completed", "socialstyrelsen", 3, 4),
        ("completed", "pvv_over_limit", 4, 6),
        ("completed", "all", 4, 7),
        ("waiting", "skr", 3, 5),
        ("waiting", "socialstyrelsen", 3, 5),
        ("waiting", "pvv_over_limit", 3, 6),
        ("waiting", "all", 3, 7),
    ],
)
@pytest.mark.parametrize("level", ["region", "area", "clinic", "unit"])
def test_wt31_wt32_the_example_gives_its_four_shares_at_every_level(
    month: tuple[Place, Done], level: str, population: str, variant: str, numerator: int, denominator: int
) -> None:
    rows = _figures(month[0])
    [row] = [
        row
        for row in rows
        if (row["level"], row["population"], row["variant"], row["sex"], row["specialty_group"])
        == (level, population, variant, "all", "all")
    ]
    assert (int(row["numerator"]), int(row["denominator"])) == (numerator, denominator)
    assert float(row["share"]) == pytest.approx(numerator / denominator)


_SEEN: dict[Path, list[dict[str, str]]] = {}


def _figures(place: Place) -> list[dict[str, str]]:
    if place.root not in _SEEN:
        _SEEN[place.root] = place.rows(
            "select * from marts.mart_waiting_times where measure_id = 'first_contact_90' and period = '2026-10'"
        )
    return _SEEN[place.root]


@pytest.mark.parametrize(
    "population,contacts,median,over_150,bands",
    [
        # Waits 0 45 60 90 91 157 227 275, and 0 31 90 91 152 164 164.
        ("completed", 8, 90.5, 3, (1, 2, 1, 1, 1, 2, 0)),
        ("waiting", 7, 91.0, 3, (1, 1, 1, 1, 3, 0, 0)),
    ],
)
def test_wt33_the_median_and_the_bands_hold_every_row_whatever_its_avvikelse(
    month: tuple[Place, Done],
    population: str,
    contacts: int,
    median: float,
    over_150: int,
    bands: tuple[int, ...],
) -> None:
    names = ("0_30", "31_60", "61_90", "91_120", "121_180", "181_365", "366")
    wanted = dict(zip(names, bands, strict=True))
    rows = [
        row
        for row in _figures(month[0])
        if (row["level"], row["population"], row["sex"], row["specialty_group"]) == ("region", population, "all", "all")
    ]
    assert len(rows) == 4
    for row in rows:
        assert int(row["contacts_count"]) == contacts
        assert float(row["median_wait_days"]) == median
        assert int(row["over_150_days_count"]) == over_150
        assert {name: int(row[f"band_{name}_count"]) for name in names} == wanted


def test_dl01_the_delivery_holds_every_contact_of_the_example_once(month: tuple[Place, Done]) -> None:
    package = month[0].package(PERIOD)
    completed, waiting = (elements(package / name) for name in FILES)
    assert len(completed) == len({row["VardkontaktId"] for row in completed}) == 8
    assert len(waiting) == len({row["VardkontaktId"] for row in waiting}) == 7
    assert {row["Vardgaranti"] for row in completed} == {"1", "2"}
    starts = sorted(row["StartAktivitet"][:10] for row in completed)
    assert starts[0] == "2026-10-02"
    assert starts[-1] == "2026-10-19"
    decided = sorted(row["BeslutAktivitet"][:10] for row in waiting)
    assert decided == ["2026-05-20"] * 2 + ["2026-06-01", "2026-08-01", "2026-08-02", "2026-09-30", "2026-10-31"]


def test_dl02_the_sources_own_ids_are_not_delivered(month: tuple[Place, Done]) -> None:
    package = month[0].package(PERIOD)
    for name in FILES:
        for row in elements(package / name):
            assert row["VardkontaktId"] not in {f"{kind}{n}" for kind in "GV" for n in range(20)}
            assert len(row["VardkontaktId"]) >= 32


def test_r31_waiting_contacts_have_none_of_the_attributes_of_completed_ones(month: tuple[Place, Done]) -> None:
    absent = {"StartAktivitet", "TypAkutverksamhet", "TidStartAkut", "TidBedomning", "TidAvslut", "VardAvbruten"}
    for row in elements(month[0].package(PERIOD) / "vantande_kontakter.xml"):
        assert not absent & set(row)


@pytest.mark.skipif(not NATIONAL.is_dir(), reason="de nationella schemana finns inte här")
@pytest.mark.parametrize("name", FILES)
def test_the_delivered_xml_is_valid_against_the_national_schema(month: tuple[Place, Done], name: str) -> None:
    assert schema_errors(month[0].package(PERIOD) / name, FILES[name]) == []


def test_the_manifest_tells_the_files_rows_and_hashes_as_they_are(month: tuple[Place, Done]) -> None:
    import hashlib

    package = month[0].package(PERIOD)
    manifest = json.loads((package / "manifest.json").read_text("utf-8"))
    assert manifest["period"] == PERIOD
    assert manifest["version"] == 1
    told = json.dumps(manifest)
    for name in FILES:
        assert hashlib.sha256((package / name).read_bytes()).hexdigest() in told
    for path in (month[0].home / "inbox" / PERIOD).iterdir():
        assert hashlib.sha256(path.read_bytes()).hexdigest() in told
    assert "prov av exemplet" in told


def test_the_delivered_version_is_read_only(month: tuple[Place, Done]) -> None:
    package = month[0].package(PERIOD)
    for path in (package, *package.iterdir()):
        assert path.stat().st_mode & 0o222 == 0, path


def test_only_the_owner_reads_what_is_not_shared(month: tuple[Place, Done]) -> None:
    home = month[0].home
    shared = (home / "inbox", home / "published", home / "reports", home / "region.yml")
    open_to_others = [
        str(path.relative_to(home))
        for path in home.rglob("*")
        if not path.is_symlink()
        and not any(folder == path or folder in path.parents for folder in shared)
        and path.stat().st_mode & 0o077
    ]
    assert open_to_others == []
    assert home.stat().st_mode & 0o077 == 0


def test_nothing_is_written_outside_the_home(month: tuple[Place, Done]) -> None:
    place, _ = month
    beside = {path.name for path in place.root.iterdir()} - {"home", "nyckel", "witness", "connections"}
    assert beside == set()


def test_an_analyst_opens_the_published_file_with_its_comments(month: tuple[Place, Done]) -> None:
    with duckdb.connect(str(month[0].home / "published" / "vardlager.duckdb"), read_only=True) as connection:
        schemas = {row[0] for row in connection.execute("select distinct schema_name from duckdb_tables()").fetchall()}
        assert {"marts", "quality", "meta"} <= schemas
        assert schemas <= {"marts", "quality", "meta"}
        bare = connection.execute("select table_name from duckdb_tables() where comment is null").fetchall()
        assert bare == []
        account = connection.execute(
            "select count(*), bool_and(rows_in_file = rows_loaded + rows_quarantined + rows_duplicate + rows_filtered),"
            " sum(rows_in_file) from quality.load_account where is_current"
        ).fetchone()
        assert account == (6, True, 21)


def test_no_connection_is_tried_by_any_part_of_a_month(month: tuple[Place, Done]) -> None:
    """dbt, Dagster and Great Expectations all wish to report home; none of them may."""
    noted = month[0].connections.read_text("utf-8").splitlines()
    assert any(line.startswith("loaded") for line in noted), "vittnet laddades inte"
    away = [
        line for line in noted if not line.startswith("loaded") and "127.0.0.1" not in line and "localhost" not in line
    ]
    assert away == []


def test_the_witness_of_connections_sees_one(tmp_path: Path) -> None:
    place = Place(tmp_path)
    attempt = "import socket\ntry:\n socket.create_connection(('192.0.2.1', 9), 0.01)\nexcept OSError: pass"
    environment = {"PYTHONPATH": str(place.root / "witness"), "CONNECTIONS_FILE": str(place.connections)}
    subprocess.run([sys.executable, "-c", attempt], env=environment, check=True)
    assert "192.0.2.1" in place.connections.read_text()


def test_the_same_files_in_another_home_give_the_same_xml_and_parquet_bytes(
    month: tuple[Place, Done], again: Place
) -> None:
    first, _ = month
    for name in FILES:
        assert (first.package(PERIOD) / name).read_bytes() == (again.package(PERIOD) / name).read_bytes(), name
    for folder, files in (("lake", 6), ("state/delivered_rows/receiver=skr/period=2026-10/version=1", 2)):
        kept = [
            {path.relative_to(place.home): path.read_bytes() for path in (place.home / folder).rglob("*.parquet")}
            for place in (first, again)
        ]
        assert len(kept[0]) == files
        assert kept[0] == kept[1]


def test_the_same_files_in_another_home_give_the_same_manifest_apart_from_the_time(
    month: tuple[Place, Done], again: Place
) -> None:
    told = []
    for place in (month[0], again):
        manifest = json.loads((place.package(PERIOD) / "manifest.json").read_text("utf-8"))
        assert manifest.pop("created_at")
        # The protocol prints the time it was made.
        manifest["files"] = [file for file in manifest["files"] if file["name"] != "protokoll.html"]
        assert len(manifest["files"]) == 2
        told.append(manifest)
    assert told[0] == told[1]


def test_dl02_every_delivered_contact_leads_back_to_its_file_and_line(month: tuple[Place, Done]) -> None:
    place, _ = month
    key = read_key(place.key_file)
    found = 0
    for name, population in (("genomforda_kontakter.xml", "completed"), ("vantande_kontakter.xml", "waiting")):
        for row in elements(place.package(PERIOD) / name):
            contacts = look_up(Home(place.home), key, row["VardkontaktId"])
            first = contacts[-1]
            assert {contact.population for contact in contacts} == {population}
            assert (first.receiver, first.period, first.version) == ("skr", PERIOD, 1)
            received = place.home / "inbox" / PERIOD / str(first.file_name)
            line = received.read_text("cp1252").splitlines()[first.origin.source_line - 1]
            assert first.origin.source_contact_id in line.split(";")
            found += 1
    assert found == 15


def test_dl02_no_source_id_stands_in_what_the_state_keeps_of_a_delivery(month: tuple[Place, Done]) -> None:
    state = month[0].home / "state"
    maps = list((state / "delivered_ids").rglob("*.map"))
    rows = list((state / "delivered_rows").rglob("*.parquet"))
    assert maps and len(rows) == 2 * len(maps)
    with duckdb.connect() as connection:
        for path in rows:
            values = connection.execute(f"select * from read_parquet('{path}', hive_partitioning = false)").fetchall()
            ids = {f"{kind}{n}" for kind in "GVR" for n in range(20)}
            assert values and not ids & {value for row in values for value in row}


def test_the_same_files_in_another_home_give_the_same_published_rows(month: tuple[Place, Done], again: Place) -> None:
    contents = []
    for place in (month[0], again):
        with duckdb.connect(str(place.home / "published" / "vardlager.duckdb"), read_only=True) as connection:
            tables = connection.execute(
                """
                select schema_name || '.' || table_name from duckdb_tables()
                where schema_name = 'marts' or table_name in ('deviations', 'parameters') order by 1
                """
            ).fetchall()
            contents.append(
                {name: connection.execute(f"select * from {name} order by all").fetchall() for (name,) in tables}
            )
    assert contents[0] == contents[1]
    assert len(contents[0]["marts.mart_waiting_times"]) > 8
    assert len(contents[0]["quality.deviations"]) > 1
    # The other tables tell when something was done.
    parquet = [
        {
            str(path.relative_to(folder)): path.read_bytes()
            for folder in [place.home / "published" / "parquet"]
            for path in sorted(folder.rglob("*.parquet"))
            if ".".join(path.relative_to(folder).with_suffix("").parts[:2]) in contents[0]
        }
        for place in (month[0], again)
    ]
    assert {".".join(Path(name).with_suffix("").parts[:2]) for name in parquet[0]} == set(contents[0])
    assert parquet[0] == parquet[1]


def test_a_delivered_period_is_published_as_delivered(month: tuple[Place, Done]) -> None:
    rows = month[0].rows("select distinct is_preliminary, is_delivered from meta.periods where period = '2026-10'")
    assert rows == [{"is_preliminary": "False", "is_delivered": "True"}]


# --- Every command, in the order a user would give them. -------------------------------------


def test_status_shows_groups_and_deliveries(month: tuple[Place, Done]) -> None:
    for arguments in (("status",), ("status", "--period", PERIOD)):
        done = month[0].command(*arguments)
        assert done.code == 0, done.said
        for part in (PERIOD, "care", "registers", "skr", "2026-11-20"):
            assert part in done.out


def test_doctor_finds_nothing_wrong(month: tuple[Place, Done]) -> None:
    done = month[0].command("doctor")
    assert done.code == 0, done.said


def test_doctor_tells_what_is_wrong_and_what_to_do(month: tuple[Place, Done], tmp_path: Path) -> None:
    done = month[0].command("doctor", VARDLAGER_KEY_FILE=str(tmp_path / "borta"))
    assert done.code == 1
    assert "borta" in done.said
    other = tmp_path / "annan"
    other.touch(mode=0o600)
    other.write_text("77" * 32 + "\n")
    done = month[0].command("doctor", VARDLAGER_KEY_FILE=str(other))
    assert done.code == 1


@pytest.mark.parametrize("shape", ["table", "csv", "json"])
def test_sql_answers_in_three_formats(month: tuple[Place, Done], shape: str) -> None:
    query = "select 'å;\"b' as t, 1.5 as n, null as e, date '2026-10-31' as d"
    done = month[0].command("sql", query, "--format", shape)
    assert done.code == 0, done.said
    if shape == "json":
        assert json.loads(done.out) == [{"t": 'å;"b', "n": 1.5, "e": None, "d": "2026-10-31"}]
    elif shape == "csv":
        assert done.out.splitlines() == ["t,n,e,d", '"å;""b",1.5,,2026-10-31']
    else:
        assert 'å;"b' in done.out


def test_sql_with_another_format_or_a_wrong_query_is_wrong_usage(month: tuple[Place, Done]) -> None:
    assert month[0].command("sql", "select 1", "--format", "xml").code == 2
    assert month[0].command("sql", "select * from marts.finns_inte").code == 2


OUTSIDE = [
    "copy (select 1) to '{out}'",
    "copy marts.dim_unit to '{out}' (format csv)",
    "select * from read_csv('{file}')",
    "select * from read_text('{file}')",
    "select * from read_blob('{file}')",
    "select * from '{file}'",
    "select * from glob('{folder}/*')",
    "attach '{out}' as other",
    "attach '{build}' as other (read_only)",
    "export database '{out}'",
    "install httpfs",
    "create table marts.egen as select 1",
    "drop table marts.dim_unit",
    "delete from marts.dim_unit",
    "update marts.dim_unit set unit_name = 'x'",
    "set enable_external_access = true",
    "select 1; set enable_external_access = true; copy (select 1) to '{out}'",
]


@pytest.mark.parametrize("query", OUTSIDE)
def test_sql_neither_writes_nor_reads_any_other_file(month: tuple[Place, Done], tmp_path: Path, query: str) -> None:
    from orchestration.errors import VardlagerError
    from orchestration.settings import Home
    from orchestration.workbench.query import query_text

    place, _ = month
    secret = tmp_path / "hemlig.csv"
    secret.write_text("a\nhemligt\n")
    published = place.home / "published" / "vardlager.duckdb"
    before = published.read_bytes()
    filled = query.format(
        out=tmp_path / "ut", file=secret, folder=tmp_path, build=place.home / "build" / "warehouse.duckdb"
    )
    with pytest.raises(VardlagerError):
        print(query_text(Home(place.home), filled, "csv"))
    assert not (tmp_path / "ut").exists()
    assert published.read_bytes() == before


def test_a_reader_with_the_file_open_does_not_stop_a_command(month: tuple[Place, Done]) -> None:
    place, _ = month
    with duckdb.connect(str(place.home / "published" / "vardlager.duckdb"), read_only=True) as reader:
        assert place.command("sql", "select 1").code == 0
        assert reader.execute("select count(*) from marts.mart_waiting_times").fetchone()


def test_deliver_without_approval_stops_and_makes_nothing(month: tuple[Place, Done]) -> None:
    place, _ = month
    done = place.process("deliver", "--period", PERIOD)
    assert done.code == 3, done.said
    assert "godkännande" in done.said
    assert not place.package(PERIOD, 2).exists()


def test_deliver_to_an_unknown_receiver_is_wrong_usage(month: tuple[Place, Done]) -> None:
    done = month[0].command("deliver", "--period", PERIOD, "--receiver", "socialstyrelsen", "--approve-all", "x")
    assert done.code == 2
    assert "socialstyrelsen" in done.said


def test_the_work_of_a_period_never_loaded_is_refused(month: tuple[Place, Done]) -> None:
    place, _ = month
    assert place.command("run", "--period", "2026-09").code == 4
    assert place.command("validate", "--period", "2026-09").code == 4


def test_validate_ends_well_and_neither_publishes_nor_delivers(month: tuple[Place, Done]) -> None:
    place, _ = month
    published = (place.home / "published" / "vardlager.duckdb").read_bytes()
    packages = sorted(path.name for path in place.package(PERIOD).parent.iterdir())
    done = place.command("validate", "--period", PERIOD)
    assert done.code == 0, done.said
    assert (place.home / "published" / "vardlager.duckdb").read_bytes() == published
    assert sorted(path.name for path in place.package(PERIOD).parent.iterdir()) == packages


def test_deliver_with_a_reason_makes_the_next_version_and_leaves_the_first_as_it_was(
    month: tuple[Place, Done],
) -> None:
    place, _ = month
    before = {path.name: path.read_bytes() for path in place.package(PERIOD).iterdir()}
    done = place.command("deliver", "--period", PERIOD, "--approve-all", "andra gången")
    assert done.code == 0, done.said
    assert {path.name: path.read_bytes() for path in place.package(PERIOD).iterdir()} == before
    second = place.package(PERIOD, 2)
    ids = [
        {row["VardkontaktId"] for row in elements(folder / "vantande_kontakter.xml")}
        for folder in (place.package(PERIOD), second)
    ]
    assert ids[0] == ids[1], "samma kontakt har samma id i varje version"
    told = place.rows(
        "select version, replaced_version, contacts_completed, contacts_waiting from meta.deliveries order by 1"
    )
    assert [list(row.values()) for row in told] == [["1", "", "8", "7"], ["2", "1", "8", "7"]]
