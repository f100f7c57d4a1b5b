"""Every example query: what its file says of it, what it may read, and where it is listed."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
import yaml

from tests.python.queries import test_answers_from_made_up_tables, test_answers_from_the_models
from tests.python.queries.contract import IN_WORDS, TABLES, columns_of, make_tables
from tests.python.queries.reading import BY_NUMBER, FILES, FOLDER, comment_of, statement_of, tables_of

ROOT = FOLDER.parents[1]
PRODUCT = ROOT.parent / "shared" / "spec" / "PRODUCT.md"
PARTS = ["Fråga", "Läs svaret", "Tänk på"]
# The rows of deliveries stand beside the published file; of them a query may use the keys alone.
DELIVERED = (
    "receiver varchar, period varchar, version integer, population varchar, contact_key varchar, clinic_id varchar"
)


@pytest.fixture(scope="module")
def contract() -> duckdb.DuckDBPyConnection:
    """A database that has what the contract promises and nothing else."""
    connection = duckdb.connect()
    make_tables(connection)
    connection.execute("create schema delivered")
    for population in ("completed", "waiting"):
        connection.execute(f"create table delivered.{population} ({DELIVERED})")
    return connection


def test_there_are_twenty_and_each_has_its_number() -> None:
    assert sorted(BY_NUMBER) == [f"{number:02d}" for number in range(1, 21)]
    assert len(FILES) == 20


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_query_begins_with_its_question_how_to_read_it_and_what_to_mind(path: Path) -> None:
    # Two dashes to begin with would be an option to the command line.
    assert path.read_text(encoding="utf-8").startswith("/*\nFråga: ")
    comment = comment_of(path)
    assert list(comment) == PARTS
    assert all(comment.values())
    assert ";" not in statement_of(path).replace("'; '", "")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_query_uses_the_columns_of_the_contract_and_no_other(path: Path, contract: duckdb.DuckDBPyConnection) -> None:
    assert tables_of(path)
    contract.execute(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("column", ["fact.source_line", "fact.clinic_id", "fact.booking_code"])
def test_a_column_beside_the_contract_is_told(column: str, contract: duckdb.DuckDBPyConnection) -> None:
    query = BY_NUMBER["10"].read_text(encoding="utf-8").replace("fact.wait_days,", f"{column},", 1)
    with pytest.raises(duckdb.BinderException):
        contract.execute(query)


@pytest.mark.skipif(not PRODUCT.is_file(), reason="the specification does not lie beside the project")
@pytest.mark.parametrize("table", [table for table in TABLES if table not in IN_WORDS])
def test_the_contract_is_that_of_the_product(table: str) -> None:
    page = PRODUCT.read_text(encoding="utf-8")
    [line] = [line for line in page.splitlines() if line.startswith("|") and f"`{table}`" in line.split("|")[1]]
    # What grows out of another line's words: the same as the fact before, removed by reason, rolling twelve months.
    derived = re.compile(r"r12_\w+|removed_\w+_count")
    same = page if table == "marts.fct_waiting_contact" else line
    for column in columns_of(table):
        is_key = column in ("period", "level", "unit_id")
        assert derived.fullmatch(column) or is_key or re.search(rf"\b{column}\b", same), column


@pytest.mark.parametrize("table", sorted(TABLES))
def test_the_models_publish_the_columns_of_the_contract(table: str) -> None:
    published = {}
    for path in (ROOT / "models").rglob("*.yml"):
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", []):
            published[model["name"]] = [column["name"] for column in model.get("columns", [])]
    name = {"meta.parameters": "meta_parameters"}.get(table, table.split(".")[1])
    if name == "mart_waiting_flow" and name not in published:
        assert not list((ROOT / "models").rglob(f"{name}.sql"))
        return
    assert set(columns_of(table)) <= set(published[name])


def test_every_query_has_an_answer_counted_by_hand() -> None:
    written = [*vars(test_answers_from_the_models), *vars(test_answers_from_made_up_tables)]
    for number in BY_NUMBER:
        assert any(name.startswith(f"test_{number}_") for name in written), number


def test_the_page_lists_every_query_with_its_own_question() -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[([\w.]+)\]\(([\w.]+)\) \| (.+?) \|", page, re.MULTILINE)
    assert [name for name, _, _ in listed] == [path.name for path in FILES]
    for name, target, question in listed:
        assert name == target
        assert question == comment_of(FOLDER / name)["Fråga"]


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))])
def test_every_link_of_a_page_leads_somewhere(page: str) -> None:
    path = ROOT / page
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        assert "://" in target or (path.parent / target).exists(), target


def test_the_links_of_the_page_of_queries_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#\s]+)\)", (FOLDER / "README.md").read_text(encoding="utf-8")):
        assert (FOLDER / target).exists(), target


def test_the_readme_leads_the_analyst_here() -> None:
    assert "(docs/queries/README.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
