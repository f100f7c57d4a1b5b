"""The marts calculated twice: by the models, and by hand-written SQL that shares no line with them."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from bench import plain
from bench.stages import LAST_PERIOD, Size, make_home
from orchestration.landing.stage import land_period
from orchestration.privacy import KEY_FILE_VARIABLE
from orchestration.settings import HOME_VARIABLE
from orchestration.state.store import open_state
from orchestration.warehouse.dbt_runner import run_dbt
from orchestration.warehouse.inputs import write_inputs
from orchestration.work import open_work

SPEC = Path(__file__).resolve().parents[4] / "shared" / "spec" / "PRODUCT.md"
TABLES = list(plain.all_statements())
ROW_FAULTS = (
    "national_code_unknown", "wrong_month_row", "negative_wait", "unknown_unit", "decision_missing",
    "deceased_waiting", "duplicate_identical", "duplicate_differing", "bad_date",
)  # fmt: skip
# One fact is told by the other, stays and episodes in one line, and columns of the flow and of beds by what they
# begin with.
TOLD_IN_OTHER_WORDS = (
    "marts.fct_waiting_contact", "marts.mart_waiting_flow", "marts.fct_inpatient_stay", "marts.fct_inpatient_episode",
    "marts.mart_occupancy",
)  # fmt: skip
# What no figure is made of.
NOT_COMPARED = {
    "fct_inpatient_stay": {"birth_year", "is_home_region", "responsible_clinic_id", "drg_code"},
    "fct_inpatient_episode": {"birth_year", "is_home_region"},
}
SYNTHETIC = Size(0.02, "2024-06")


@pytest.fixture(scope="module")
def synthetic_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The build file of two months of a made-up region with faults in it, landed and built as a run does."""
    home, _ = make_home(tmp_path_factory.mktemp("region"), SYNTHETIC, ROW_FAULTS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, str(home.root))
        patch.setenv(KEY_FILE_VARIABLE, str(home.key_file))
        # Opening a home moves temporary files into it; the tests after this one must not find them there.
        patch.setattr("tempfile.tempdir", tempfile.gettempdir())
        patch.setenv("TMPDIR", tempfile.gettempdir())
        for period in SYNTHETIC.periods:
            land_period(open_work(period, lambda _: None))
        work = open_work(LAST_PERIOD, lambda _: None)
        with open_state(work.home.state_file) as state, work.connect_build() as connection:
            write_inputs(connection, work.period, work.home, work.region, work.own_keys, work.contracts, state)
        nodes = run_dbt(
            work.home,
            work.region,
            ["build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"],
        )
    assert nodes and not [node for node in nodes if node.is_bad]
    return work.home.build_file


@pytest.fixture(scope="module")
def beside_planted(built: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[plain.Difference]]:
    """The marts of the planted rows by plain SQL, and where the build differs from them."""
    plain_file = tmp_path_factory.mktemp("plain") / "plain.duckdb"
    return plain_file, plain.compare(built / "build.duckdb", plain_file)


@pytest.fixture
def changed_build(built: Path, tmp_path: Path) -> Iterator[tuple[Path, duckdb.DuckDBPyConnection]]:
    """A copy of the planted build, and a connection that may change it; close it before comparing."""
    copy = tmp_path / "build.duckdb"
    shutil.copy(built / "build.duckdb", copy)
    connection = duckdb.connect(str(copy))
    yield copy, connection
    connection.close()


def told(differences: list[plain.Difference]) -> str:
    return "\n".join(str(one) for one in differences)


def test_plain_sql_gives_every_mart_of_the_planted_rows(beside_planted: tuple[Path, list[plain.Difference]]) -> None:
    _, differences = beside_planted
    assert not differences, told(differences)


def test_plain_sql_gives_every_mart_of_a_made_up_region_with_faults(synthetic_build: Path, tmp_path: Path) -> None:
    differences = plain.compare(synthetic_build, tmp_path / "plain.duckdb")
    assert not differences, told(differences)
    with duckdb.connect(str(tmp_path / "plain.duckdb"), read_only=True) as connection:
        rows = {table: connection.execute(f"select count(*) from {table}").fetchone() for table in TABLES}
        rules = connection.execute("select distinct rule_id from quality.deviations order by 1").fetchall()
    assert all(count and count[0] > 100 for count in rows.values()), rows
    assert {"A01", "A02", "A09", "A30", "A36", "E01"} <= {rule for (rule,) in rules}


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("marts.dim_unit", "update marts.dim_unit set area_name = 'Annan' where rowid = 0"),
        ("quality.deviations", "delete from quality.deviations where rowid = 0"),
        (
            "marts.fct_completed_contact",
            "update marts.fct_completed_contact set is_disqualified = null where rowid = 0",
        ),
        ("marts.fct_waiting_contact", "insert into marts.fct_waiting_contact from marts.fct_waiting_contact limit 1"),
        ("marts.mart_waiting_times", "update marts.mart_waiting_times set numerator = numerator + 1 where rowid = 0"),
        ("marts.mart_waiting_times", "update marts.mart_waiting_times set mean_wait_days = mean_wait_days + 1e-9"),
        ("marts.mart_waiting_flow", "update marts.mart_waiting_flow set new_count = new_count + 1 where rowid = 0"),
        (
            "marts.mart_waiting_flow",
            "update marts.mart_waiting_flow set r12_waiting_end_count = r12_waiting_end_count + 1e-9",
        ),
    ],
)
def test_one_changed_figure_of_the_build_is_told(
    table: str, change: str, changed_build: tuple[Path, duckdb.DuckDBPyConnection], tmp_path: Path
) -> None:
    build_file, connection = changed_build
    connection.execute(change)
    connection.close()
    assert [one.table for one in plain.compare(build_file, tmp_path / "plain.duckdb")] == [table]


def test_a_changed_limit_in_plain_sql_is_told(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = plain.STATEMENTS_FILE.read_text(encoding="utf-8")
    other = tmp_path / "other.sql"
    other.write_text(text.replace("wait_days <= 90", "wait_days <= 89"), encoding="utf-8")
    monkeypatch.setattr(plain.read_statements, "__defaults__", (other,))
    differences = plain.compare(built / "build.duckdb", tmp_path / "plain.duckdb")
    assert [one.table for one in differences] == ["marts.mart_waiting_times"]


@pytest.mark.parametrize("table", TABLES)
def test_each_mart_is_one_statement_over_the_lake_and_not_over_the_models(table: str) -> None:
    sql = plain.all_statements()[table]
    statements = duckdb.extract_statements(sql)
    assert [statement.type for statement in statements] == [duckdb.StatementType.SELECT]
    schemas = {name.split(".")[0] for name in re.findall(r"\b(?:from|join)\s+(\w+\.\w+)", sql)}
    assert schemas <= {"lake", "control", "marts", "quality"}


@pytest.mark.skipif(not SPEC.exists(), reason="the product's page is not at hand")
@pytest.mark.parametrize("table", [table for table in TABLES if table not in TOLD_IN_OTHER_WORDS])
def test_every_column_of_the_contract_is_compared(
    table: str, beside_planted: tuple[Path, list[plain.Difference]]
) -> None:
    line = next(line for line in SPEC.read_text(encoding="utf-8").splitlines() if line.startswith(f"| `{table}`"))
    without_remarks = re.sub(r"\([^()]*\)", "", line.split("|")[3])
    promised = {name.strip() for name in without_remarks.split(",")}
    with duckdb.connect(str(beside_planted[0]), read_only=True) as connection:
        columns = {row[0] for row in connection.execute(f"describe {table}").fetchall()}
    assert promised - columns == ({"detail"} if table == "quality.deviations" else set())


@pytest.mark.parametrize("table", ["mart_waiting_flow", "mart_readmission", "fct_ward_day"])
def test_every_column_of_the_table_is_compared(
    table: str, built: Path, beside_planted: tuple[Path, list[plain.Difference]]
) -> None:
    def columns(file: Path) -> set[str]:
        with duckdb.connect(str(file), read_only=True) as connection:
            return {row[0] for row in connection.execute(f"describe marts.{table}").fetchall()}

    assert columns(beside_planted[0]) == columns(built / "build.duckdb")


@pytest.mark.parametrize("table", ["fct_inpatient_stay", "fct_inpatient_episode", "mart_occupancy"])
def test_what_is_not_compared_of_a_table_is_told(
    table: str, built: Path, beside_planted: tuple[Path, list[plain.Difference]]
) -> None:
    def columns(file: Path) -> set[str]:
        with duckdb.connect(str(file), read_only=True) as connection:
            return {row[0] for row in connection.execute(f"describe marts.{table}").fetchall()}

    left = columns(built / "build.duckdb") - columns(beside_planted[0])
    assert left == NOT_COMPARED.get(table, set())
