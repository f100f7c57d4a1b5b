"""Each attribute of the XML broken in turn: the own contract refuses, and differs from the schemas as docs say."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from broken_rows import COLUMNS, EMERGENCY_TIMES, KEYED, NAMES, REQUIRED, ROW_BREAKS, ROW_OF, SOUND, TYPE_BREAKS, Break
from delivery_rows import (
    DELIVERY_KEY,
    INTEGER_COLUMNS,
    NATIONAL_DIR,
    PERIOD,
    PROJECT_ROOT,
    REGION_CODE,
    TIMESTAMP_COLUMNS,
    Row,
    at,
    make_database,
    sql_type,
)
from lxml import etree

from orchestration.delivery.xml_writer import write_contacts
from orchestration.national.contract import RECORD_TYPES, RecordType
from orchestration.national.frame import open_frame
from orchestration.validation import run
from orchestration.validation.results import ExpectationResult

BY_NAME = {record_type.name: record_type for record_type in RECORD_TYPES}
CONTRACT_PAGE = PROJECT_ROOT / "docs" / "delivery_contract.md"
UNWRITABLE = "control character"
GOOD_NUMBER = {"completed": 5000, "waiting": 6000}

# Verdicts on the whole record, which no single row can be told to break.
REPEATED = [Break(record, "vardkontakt_id", "repeated", None, "A05.unique_id") for record in COLUMNS]
ALSO_COMPLETED = Break("waiting", "vardkontakt_id", "also completed", None, "A07.not_also_completed")

# What RULES.md lets through on purpose (A14, A19, A25): told to the clinics, refused by nobody.
LET_THROUGH = [
    *(Break(record, "medicinskt_maldatum", "missing for fas 4", None, "A14", {"fas": 4}) for record in COLUMNS),
    *(Break(record, "vardgaranti", "1 for fas 4", 1, "A19", {"fas": 4}) for record in COLUMNS),
    *(Break(record, "remiss_datum", "missing for remittenttyp 1", None, "A25") for record in COLUMNS),
    *(Break(record, "ankomst_datum", "before RemissDatum", at("2024-05-01T00:00:00"), "A25") for record in COLUMNS),
]

Verdict = tuple[str, str, str, str, str]


def numbered(breaks: list[Break]) -> dict[str, Row]:
    """A row for each by what it is named, told apart by number, and a good one of each record."""
    rows = {str(item): item.row(number) for number, item in enumerate(breaks, 10)}
    return rows | {f"good {record}": ROW_OF[record](number) for record, number in GOOD_NUMBER.items()}


ROWS = numbered([*ROW_BREAKS, *LET_THROUGH, *SOUND])
SUBJECT_OF = {row["contact_key"]: subject for subject, row in ROWS.items()}


def of_record(record: str, rows: list[Row]) -> list[Row]:
    return [row for row in rows if ("start_aktivitet" in row) == (record == "completed")]


def whole_frame_faults() -> list[Row]:
    """A repeated id in each record, and a waiting one that is completed as well."""
    return [
        ROW_OF["completed"](7001, vardkontakt_id="KONTAKT-5000"),
        ROW_OF["waiting"](7002, vardkontakt_id="KONTAKT-6000"),
        ROW_OF["waiting"](7003, vardkontakt_id="KONTAKT-5000"),
    ]


@functools.cache
def row_verdicts() -> tuple[list[ExpectationResult], dict[str, set[str]]]:
    """One validation of all the broken rows at once: its results, and what refuses each row."""
    rows = [*ROWS.values(), *whole_frame_faults()]
    connection = make_database(of_record("completed", rows), of_record("waiting", rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "_EXAMPLES_SHOWN", len(rows))
        results = run.validate_delivery(connection, PERIOD, DELIVERY_KEY, REGION_CODE)
    refused: dict[str, set[str]] = defaultdict(set)
    for result in results:
        if not result.is_success and "bland dem " in result.observed:
            for key in result.observed.split("bland dem ")[1].split(", "):
                refused[SUBJECT_OF.get(key, key)].add(result.expectation)
    return results, refused


@functools.cache
def type_verdicts() -> dict[tuple[str, str], ExpectationResult]:
    """The results of a frame in which every attribute is stored as another type, by record and expectation."""
    types = {column: "varchar" if sql_type(column) != "varchar" else "integer" for column in COLUMNS["completed"]}
    rows = {
        record: [{**ROW_OF[record](1), **{item.column: item.value for item in TYPE_BREAKS if item.record == record}}]
        for record in COLUMNS
    }
    connection = make_database(rows["completed"], rows["waiting"], types=types)
    results = run.validate_delivery(connection, PERIOD, DELIVERY_KEY, REGION_CODE)
    return {(result.suite.removeprefix("delivery_"), result.expectation): result for result in results}


@pytest.mark.parametrize("item", ROW_BREAKS, ids=str)
def test_the_own_contract_refuses_an_attribute_that_is_broken(item: Break) -> None:
    _, refused = row_verdicts()
    assert item.expectation in refused[str(item)]


def test_the_right_side_of_every_boundary_is_refused_by_nothing() -> None:
    _, refused = row_verdicts()
    assert {str(item): refused[str(item)] for item in SOUND if refused[str(item)]} == {}
    inside = {(item.record, item.column) for item in SOUND}
    for record, columns in COLUMNS.items():
        assert {(record, column) for column in columns} - inside == {
            (record, column) for column in ("regionkod", "aktivitet", *sorted(KEYED))
        }


def test_a_good_row_among_the_broken_ones_is_refused_by_nothing() -> None:
    results, refused = row_verdicts()
    assert not refused.keys() & {f"good {record}" for record in GOOD_NUMBER}
    assert not any(result.has_crashed for result in results)
    told = {(result.suite, result.observed) for result in results if result.expectation == "ROWS.all_checked"}
    rows = {record: len(of_record(record, [*ROWS.values(), *whole_frame_faults()])) for record in COLUMNS}
    assert told == {
        (f"delivery_{record}", f"kontrollerade rader {count}, rader i modellen {count}")
        for record, count in rows.items()
    }


def test_each_way_of_breaking_is_what_its_own_expectation_alone_is_there_for() -> None:
    """No expectation refuses rows that are broken elsewhere, but for what one fault makes of another attribute."""
    _, refused = row_verdicts()
    followed = {
        # A value outside the list is outside what a rule on the same attribute allows as well.
        ("Regionkod", "R28.own_region"),
        ("Fas", "DL01.no_emergency_waiting"),
        ("Fas", "A21.emergency_has_type"),
        ("TypAkutverksamhet", "A21.planned_has_none"),
        ("Lkf", "A24.known_county"),
        ("Lkf", "Lkf.pattern"),
        ("StartAktivitet", "A30.start_in_period"),
        ("StartAktivitet", "A02.no_negative_wait"),
        # An emergency time before 2010 lies before the others as well; a personal number is of no attribute's form.
        *((NAMES[later], f"A22.{later}_after_{earlier}") for later in EMERGENCY_TIMES for earlier in EMERGENCY_TIMES),
        *((name, f"{name}.{kind}") for name in NAMES.values() for kind in ("pattern", "length", "code_list")),
    }
    strange = {
        (str(item), expectation)
        for item in ROW_BREAKS
        for expectation in refused[str(item)] - {item.expectation}
        if (item.attribute, expectation) not in followed
    }
    assert strange == set()


@pytest.mark.parametrize("item", [*REPEATED, ALSO_COMPLETED], ids=str)
def test_an_id_that_is_repeated_or_stands_in_both_records_is_refused(item: Break) -> None:
    results, _ = row_verdicts()
    (result,) = [r for r in results if (r.suite, r.expectation) == (f"delivery_{item.record}", item.expectation)]
    assert (result.is_success, result.has_crashed) == (False, False)


@pytest.mark.parametrize("item", TYPE_BREAKS, ids=str)
def test_an_attribute_stored_as_another_type_is_refused_and_does_not_crash_the_check(item: Break) -> None:
    result = type_verdicts()[item.record, item.expectation]
    assert (result.is_success, result.has_crashed) == (False, False)
    assert str(item.value) not in result.observed


def test_a_type_that_is_right_is_refused_by_nothing() -> None:
    results, _ = row_verdicts()
    types = [result for result in results if result.expectation.endswith(".type")]
    assert len(types) == 35 + 29 and all(result.is_success for result in types)


@pytest.mark.parametrize("item", LET_THROUGH, ids=str)
def test_a14_a19_a25_what_the_rules_let_through_is_not_refused(item: Break) -> None:
    _, refused = row_verdicts()
    assert refused[str(item)] == set()


def test_every_attribute_is_broken_in_every_way_that_applies_to_it() -> None:
    ways: dict[tuple[str, str], set[str]] = defaultdict(set)
    for item in (*ROW_BREAKS, *REPEATED, *TYPE_BREAKS):
        ways[item.record, item.column].add(item.way)
    assert (len(COLUMNS["completed"]), len(COLUMNS["waiting"])) == (35, 29)
    assert (len(REQUIRED["completed"]), len(REQUIRED["waiting"])) == (19, 15)
    for record, columns in COLUMNS.items():
        for column in columns:
            found = ways[record, column]
            is_text = column not in INTEGER_COLUMNS | TIMESTAMP_COLUMNS
            assert ("missing" in found) == (column in REQUIRED[record])
            assert ("empty" in found) == (column in REQUIRED[record] and is_text)
            assert ({UNWRITABLE, "line break", "personal number"} <= found) == (is_text and column not in KEYED)
            assert found & {"text for a number", "text for a moment", "number for a text"}
            if not is_text:
                assert "below minimum" in found
            if column in INTEGER_COLUMNS - {"fodelse_ar"}:
                assert "above maximum" in found
            assert len(found) > 1 or column == "remiss_id"


@functools.cache
def national_schema(record: str) -> etree.XMLSchema:
    part = {"completed": "Genomforda", "waiting": "Vantande"}[record]
    path = NATIONAL_DIR / f"TillgangligVardSpeci{part}Responder_1.0.xsd"
    if not path.is_file():
        pytest.skip("de nationella schemana ligger inte bredvid projektet")
    return etree.XMLSchema(etree.parse(str(path)))


def written(connection: duckdb.DuckDBPyConnection, record_type: RecordType, period: str, path: Path) -> Any:
    with open_frame(connection, record_type, period, DELIVERY_KEY) as frame:
        write_contacts(frame, path, "prov")
        keys = [origin.contact_key for part in frame.origins(10_000) for origin in part]
    return etree.parse(str(path)).getroot(), keys


def schema_accepts(record: str, root: Any, visits: list[Any]) -> bool:
    """The official verdict on a document with these visits alone."""
    (contacts,) = root
    for visit in list(contacts):
        contacts.remove(visit)
    contacts.extend(visits)
    return bool(national_schema(record).validate(root))


def official_verdicts(tmp_path: Path) -> Iterator[tuple[Break, bool]]:
    """(way of breaking, whether the official schema takes the row as XML) of everything that is broken."""
    for record, record_type in BY_NAME.items():
        items = [item for item in (*ROW_BREAKS, *LET_THROUGH, *SOUND) if item.record == record]
        writable = [item for item in items if item.way != UNWRITABLE]
        good = ROWS[f"good {record}"]
        rows = [good, *(ROWS[str(item)] for item in writable)]
        # What XML cannot hold is tried alone, in a month of its own; what is good comes with it.
        alone = {f"19{number:02d}-01": item for number, item in enumerate(i for i in items if i.way == UNWRITABLE)}
        planted = [{**ROWS[str(item)], "period": period} for period, item in alone.items()]
        connection = make_database(*(([*rows, *planted], []) if record == "completed" else ([], [*rows, *planted])))
        root, keys = written(connection, record_type, PERIOD, tmp_path / "all.xml")
        visits = dict(zip(keys, root[0], strict=True))
        good_visit = visits[good["contact_key"]]
        assert schema_accepts(record, root, [good_visit])
        for item in writable:
            yield item, schema_accepts(record, root, [visits[ROWS[str(item)]["contact_key"]]])
        for period, item in alone.items():
            with pytest.raises(ValueError, match="XML compatible"):
                written(connection, record_type, period, tmp_path / "alone.xml")
            yield item, False
        for item in TYPE_BREAKS:
            if item.record == record:
                stored = etree.fromstring(etree.tostring(good_visit))
                # A keyed id is made of whatever stands in the source.
                stored.set(item.attribute, "0" * 32 if item.column in KEYED else str(item.value))
                yield item, schema_accepts(record, root, [stored])
        twice = [good_visit, etree.fromstring(etree.tostring(good_visit))]
        for item in (*REPEATED, ALSO_COMPLETED):
            if item.record == record:
                # The other record is another document: what stands in it cannot be seen from here.
                yield item, schema_accepts(record, root, twice if item.way == "repeated" else [good_visit])


def table_rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading of the contract page."""
    text = CONTRACT_PAGE.read_text("utf-8").split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in text.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def listed(heading: str) -> list[Verdict]:
    """One verdict for each record and attribute of a row; 'both' stands for both records."""
    found = []
    for records, attributes, way, own, schema, why in table_rows(heading):
        assert len(why) > 20, f"{attributes} {way}: varför saknas"
        for record in COLUMNS if records == "both" else (records,):
            found += [(record, name.strip(), way, own, schema) for name in attributes.split(",")]
    return found


def test_r28_every_difference_from_the_official_schemas_is_listed_with_its_reason(tmp_path: Path) -> None:
    national_schema("completed")
    _, refused = row_verdicts()
    measured, agreed = [], []
    for item, is_accepted in official_verdicts(tmp_path):
        if item in SOUND:
            assert is_accepted, str(item)
            continue
        if item in TYPE_BREAKS:
            is_refused = not type_verdicts()[item.record, item.expectation].is_success
        else:
            is_refused = bool(refused[str(item)]) or item in (*REPEATED, ALSO_COMPLETED)
        own, schema = "refuses" if is_refused else "accepts", "accepts" if is_accepted else "refuses"
        verdict = (item.record, item.attribute, item.way, own, schema)
        (measured if own != schema else agreed).append(verdict)
    told = listed("Where the own contract and the official schema differ")
    assert sorted(told) == sorted(set(told))
    assert {"not listed": set(measured) - set(told), "not so": set(told) - set(measured)} == {
        "not listed": set(),
        "not so": set(),
    }
    both_accept = {verdict for verdict in agreed if verdict[3] == "accepts"}
    assert both_accept == set(listed("What both let through"))
    # Nothing that the official schema refuses gets past the own contract.
    assert not [verdict for verdict in measured if verdict[3] == "accepts"]


def test_the_contract_page_names_no_attribute_that_is_none() -> None:
    for heading in ("Where the own contract and the official schema differ", "What both let through"):
        for record, name, *_ in listed(heading):
            column = {wire: column for column, wire in NAMES.items()}[name]
            assert column in COLUMNS[record]


def test_the_wire_names_are_the_contracts_own() -> None:
    connection = make_database([], [])
    for record in COLUMNS:
        stored = connection.execute(
            "select column_name, attribute from reference.delivery_attributes where record_type = ?", [record]
        ).fetchall()
        assert dict(stored) == {column: NAMES[column] for column in COLUMNS[record]}
    assert not re.search(r"\s", "".join(NAMES.values()))
