"""The suites of the delivery: each rule on both sides, whole-frame faults, crashes, and what results may tell.

Each attribute broken in turn stands in tests/python/delivery/test_each_attribute_broken.py.
"""

from __future__ import annotations

import functools
import re
from typing import Any

import duckdb
import pytest
from broken_rows import NAMES, REQUIRED
from delivery_rows import (
    COMPLETED_COLUMNS,
    DELIVERY_KEY,
    INTEGER_COLUMNS,
    NATIONAL_DIR,
    ONLY_COMPLETED,
    PERIOD,
    REGION_CODE,
    TIMESTAMP_COLUMNS,
    WAITING_COLUMNS,
    Row,
    at,
    completed_row,
    good_completed,
    good_waiting,
    make_database,
    waiting_row,
)
from lxml import etree

from orchestration.delivery.xml_writer import write_contacts
from orchestration.errors import StoppedError
from orchestration.national.contract import COMPLETED, RECORD_TYPES, WAITING, RecordType, read_code_lists
from orchestration.national.frame import open_frame
from orchestration.validation.results import ExpectationResult, failures
from orchestration.validation.run import run_expectations, validate_delivery

# Dates of birth that numbers are put together from, so that none stands here as one piece.
BORN, COORDINATION, NO_DAY, NO_MONTH = "19121212", "19701063", "19701073", "19121312"

ROW_OF = {"completed": completed_row, "waiting": waiting_row}
BY_NAME = {record_type.name: record_type for record_type in RECORD_TYPES}


def verdict(record_type: RecordType, rows: list[Row], identifier: str) -> ExpectationResult:
    """The result of one expectation over these rows: the suite's own, run alone for speed."""
    from expectations.delivery import row_expectations

    completed, waiting = (rows, []) if record_type is COMPLETED else ([], rows)
    connection = make_database(completed, waiting)
    with open_frame(connection, record_type, PERIOD, DELIVERY_KEY) as frame:
        suite = row_expectations(record_type, frame.attributes, read_code_lists(connection), PERIOD, REGION_CODE)
        chosen = [expectation for expectation in suite if expectation.meta["id"] == identifier]
        assert len(chosen) == 1, f"{identifier} står inte i sviten"
        (result,) = run_expectations(record_type.suite, frame.typed_slices(1000), chosen)
    return result


def assert_only_the_bad_one_is_refused(name: str, bad: dict[str, Any], good: dict[str, Any], identifier: str) -> None:
    """Both sides of the boundary in one frame: row 1 is good, row 2 is bad."""
    row_of = ROW_OF[name]
    result = verdict(BY_NAME[name], [row_of(1, **good), row_of(2, **bad)], identifier)
    assert (result.is_success, result.has_crashed) == (False, False)
    assert re.fullmatch(r"1 av [12] rader avviker, bland dem pseudonym-2", result.observed)


@pytest.mark.parametrize(
    ("name", "bad", "good", "identifier"),
    [
        ("completed", {"regionkod": 14}, {"regionkod": 56}, "R28.own_region"),
        ("waiting", {"regionkod": 55}, {"regionkod": 56}, "R28.own_region"),
        ("completed", {"fas": 2}, {"fas": 2, "aktivitet": "51101"}, "A13.activity_given"),
        ("waiting", {"fas": 3}, {"fas": 3, "aktivitet": "10502"}, "A13.activity_given"),
        ("completed", {"fas": 2, "aktivitet": "5110"}, {"fas": 2, "aktivitet": "51101"}, "Aktivitet.length"),
        ("completed", {"fas": 1, "aktivitet": "51101"}, {"fas": 1}, "A13.activity_empty"),
        (
            "completed",
            {"fas": 5, "aktivitet": "51101"},
            {"fas": 3, "aktivitet": "51101"},
            "A13.activity_empty",
        ),
        ("waiting", {"fas": 4, "aktivitet": "51101"}, {"fas": 4}, "A13.activity_empty"),
        ("completed", {"vardkontakt": 91, "fas": 4}, {"vardkontakt": 91, "fas": 2}, "A23.inpatient_phase"),
        ("waiting", {"vardkontakt": 91, "fas": 1}, {"vardkontakt": 91, "fas": 3}, "A23.inpatient_phase"),
        ("completed", {"lkf": "0280"}, {"lkf": "0380"}, "A24.known_county"),
        ("waiting", {"lkf": "9999"}, {"lkf": "0000"}, "A24.known_county"),
        ("completed", {"fodelse_ar": 2025}, {"fodelse_ar": 2024}, "A26.born_before_event"),
        ("waiting", {"fodelse_ar": 2025}, {"fodelse_ar": 2024}, "A26.born_before_event"),
        (
            "completed",
            {"start_aktivitet": at("2024-06-30T23:59:59")},
            {"start_aktivitet": at("2024-07-01T00:00:00")},
            "A30.start_in_period",
        ),
        (
            "completed",
            {"start_aktivitet": at("2024-08-01T00:00:00")},
            {"start_aktivitet": at("2024-07-31T23:59:59")},
            "A30.start_in_period",
        ),
        (
            "completed",
            {"beslut_aktivitet": at("2024-07-04T00:00:00"), "start_aktivitet": at("2024-07-03T23:00:00")},
            {"beslut_aktivitet": at("2024-07-03T23:00:00"), "start_aktivitet": at("2024-07-03T08:00:00")},
            "A02.no_negative_wait",
        ),
        (
            "waiting",
            {"beslut_aktivitet": at("2024-08-01T00:00:00")},
            {"beslut_aktivitet": at("2024-07-31T23:59:59")},
            "A03.decision_by_snapshot",
        ),
        ("waiting", {"fas": 5}, {"fas": 4}, "DL01.no_emergency_waiting"),
        (
            "completed",
            {"fas": 5, "typ_akutverksamhet": 0},
            {"fas": 5, "typ_akutverksamhet": 5},
            "A21.emergency_has_type",
        ),
        (
            "completed",
            {"fas": 1, "typ_akutverksamhet": 2},
            {"fas": 1, "typ_akutverksamhet": 0},
            "A21.planned_has_none",
        ),
        *(
            (
                "completed",
                {"fas": 5, "typ_akutverksamhet": 2, column: at("2024-07-03T09:15:00")},
                {"fas": 5, "typ_akutverksamhet": 1, column: at("2024-07-03T09:15:00")},
                f"A22.{column}_only_type_1",
            )
            for column in ("tid_start_akut", "tid_bedomning", "tid_avslut")
        ),
        *(
            (
                "completed",
                {
                    "typ_akutverksamhet": 1,
                    earlier: at("2024-07-03T10:00:01"),
                    later: at("2024-07-03T10:00:00"),
                },
                {
                    "typ_akutverksamhet": 1,
                    earlier: at("2024-07-03T10:00:00"),
                    later: at("2024-07-03T10:00:00"),
                },
                f"A22.{later}_after_{earlier}",
            )
            for earlier, later in (
                ("tid_start_akut", "tid_bedomning"),
                ("tid_start_akut", "tid_avslut"),
                ("tid_bedomning", "tid_avslut"),
            )
        ),
        (
            "completed",
            {"fas": 5, "typ_akutverksamhet": 2, "vard_avbruten": 1},
            {"fas": 5, "typ_akutverksamhet": 1, "vard_avbruten": 1},
            "VardAvbruten.only_type_1",
        ),
        (
            "completed",
            {"sjukhus_namn": "Rad\nbrott"},
            {"sjukhus_namn": "Rad brott"},
            "SjukhusNamn.characters",
        ),
        ("waiting", {"mvo": "5\x011"}, {"mvo": "511"}, "Mvo.characters"),
    ],
)
def test_a_rule_that_the_schema_does_not_know_holds_on_both_sides(
    name: str, bad: dict[str, Any], good: dict[str, Any], identifier: str
) -> None:
    assert_only_the_bad_one_is_refused(name, bad, good, identifier)


@pytest.mark.parametrize("column", ["sjukhus_namn", "hsaid_enhet", "remittent", "mvo", "aktivitet_icd", "sjukhus"])
@pytest.mark.parametrize("name", ["completed", "waiting"])
def test_dl05_a_personal_number_in_a_text_attribute_is_refused(name: str, column: str) -> None:
    assert_only_the_bad_one_is_refused(
        name, {column: f"hos {BORN}-1212"}, {column: f"hos {BORN}-1213"}, f"DL05.{column}"
    )


def test_dl05_every_text_attribute_is_searched_for_personal_numbers() -> None:
    from expectations.delivery import row_expectations

    connection = make_database([], [])
    for record_type, columns in ((COMPLETED, COMPLETED_COLUMNS), (WAITING, WAITING_COLUMNS)):
        with open_frame(connection, record_type, PERIOD, DELIVERY_KEY) as frame:
            suite = row_expectations(record_type, frame.attributes, read_code_lists(connection), PERIOD, REGION_CODE)
        searched = {e.meta["id"] for e in suite if e.meta["id"].startswith("DL05.")}
        assert searched == {f"DL05.{c}" for c in columns if c not in INTEGER_COLUMNS | TIMESTAMP_COLUMNS}


def good_database() -> duckdb.DuckDBPyConnection:
    """Good rows; one of the waiting stood on the list the month before too (R27)."""
    return make_database(good_completed(), [*good_waiting(), {**waiting_row(11), "period": "2024-06"}])


@pytest.fixture(scope="module")
def good_results() -> list[ExpectationResult]:
    return validate_delivery(good_database(), PERIOD, DELIVERY_KEY, REGION_CODE)


def test_good_rows_of_every_kind_pass_both_suites(good_results: list[ExpectationResult]) -> None:
    assert failures(good_results) == []
    assert {result.suite for result in good_results} == {"delivery_completed", "delivery_waiting"}
    counts = {r.observed for r in good_results if r.expectation == "ROWS.all_checked"}
    assert counts == {
        "kontrollerade rader 7, rader i modellen 7",
        "kontrollerade rader 4, rader i modellen 4",
    }


def test_a14_a_follow_up_without_target_date_is_no_matter_for_the_gate(
    good_results: list[ExpectationResult],
) -> None:
    assert any(row["fas"] == 4 and row["medicinskt_maldatum"] is None for row in good_waiting())
    assert failures(good_results) == []


def test_every_expectation_explains_itself_in_its_own_words(good_results: list[ExpectationResult]) -> None:
    assert all(result.meaning.endswith(".") and result.severity == "block" for result in good_results)
    names = [(result.suite, result.expectation) for result in good_results]
    assert len(names) == len(set(names))


@pytest.fixture(scope="module")
def faulty_rows() -> tuple[list[Row], list[Row]]:
    """Whole-frame faults (a repeated id, an id in both populations) and one bad value."""
    completed = [
        *good_completed()[:4],
        completed_row(20, vardkontakt_id="KONTAKT-1"),
        completed_row(21, kon=9),
    ]
    waiting = [waiting_row(22, vardkontakt_id="KONTAKT-2")]
    return completed, waiting


@pytest.fixture(scope="module")
def faulty_results(faulty_rows: tuple[list[Row], list[Row]]) -> list[ExpectationResult]:
    return validate_delivery(make_database(*faulty_rows), PERIOD, DELIVERY_KEY, REGION_CODE)


def test_a05_a07_whole_frame_faults_are_found(faulty_results: list[ExpectationResult]) -> None:
    found = {(result.suite, result.expectation): result.observed for result in failures(faulty_results)}
    assert found == {
        ("delivery_completed", "Kon.code_list"): "1 av 6 rader avviker, bland dem pseudonym-21",
        ("delivery_completed", "A05.unique_id"): "olika id 5, rader med id 6",
        ("delivery_waiting", "A07.not_also_completed"): "kontakter i båda 1",
    }


def test_slices_of_three_rows_give_the_same_verdict_and_counts_as_one_slice(
    faulty_rows: tuple[list[Row], list[Row]], faulty_results: list[ExpectationResult]
) -> None:
    in_slices = validate_delivery(make_database(*faulty_rows), PERIOD, DELIVERY_KEY, REGION_CODE, slice_rows=3)
    assert in_slices == faulty_results


def test_r27_the_same_id_waiting_in_an_earlier_period_is_no_fault(
    good_results: list[ExpectationResult],
) -> None:
    (unique,) = [r for r in good_results if (r.suite, r.expectation) == ("delivery_waiting", "A05.unique_id")]
    assert (unique.is_success, unique.observed) == (True, "olika id 4, rader med id 4")


def test_an_empty_population_passes_and_says_that_nothing_was_there() -> None:
    results = validate_delivery(make_database([], []), PERIOD, DELIVERY_KEY, REGION_CODE)
    assert failures(results) == []
    assert {r.observed for r in results if r.expectation == "Fas.required"} == {"0 av 0 rader avviker"}


def test_an_attribute_stored_with_the_wrong_type_is_refused() -> None:
    rows = [{**completed_row(1), "kon": "2"}]
    results = validate_delivery(make_database(rows, [], types={"kon": "varchar"}), PERIOD, DELIVERY_KEY, REGION_CODE)
    assert {r.expectation for r in failures(results)} >= {"Kon.type", "Kon.code_list"}


def test_a_crashed_expectation_is_told_apart_from_bad_data() -> None:
    import great_expectations.expectations as gxe

    connection = make_database([completed_row(1, mvo="51"), completed_row(2)], [])

    def meta(identifier: str) -> dict[str, Any]:
        return {"id": identifier, "severity": "block", "meaning": "Prov.", "facts": {}}

    suite = [
        gxe.ExpectColumnValuesToNotBeNull(column="finns_inte", meta=meta("X.crash")),
        gxe.ExpectColumnValueLengthsToBeBetween(column="mvo", min_value=3, meta=meta("X.bad")),
        gxe.ExpectColumnValuesToNotBeNull(column="mvo", meta=meta("X.good")),
    ]
    with open_frame(connection, COMPLETED, PERIOD, DELIVERY_KEY) as frame:
        crash, bad, good = run_expectations("prov", frame.typed_slices(1), suite)
    assert (crash.is_success, crash.has_crashed) == (False, True)
    assert crash.observed.startswith("kontrollen kunde inte köras")
    assert (bad.is_success, bad.has_crashed, bad.observed) == (
        False,
        False,
        "1 av 2 rader avviker, bland dem pseudonym-1",
    )
    assert (good.is_success, good.has_crashed) == (True, False)
    assert failures([crash, bad, good]) == [crash, bad]


def test_an_expectation_that_great_expectations_never_answers_counts_as_crashed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import great_expectations.expectations as gxe

    from orchestration.validation import run

    monkeypatch.setattr(run, "_validator", lambda: lambda frame, expectations, name_column: [])
    lost = gxe.ExpectColumnValuesToNotBeNull(
        column="mvo", meta={"id": "X.lost", "severity": "block", "meaning": "Prov.", "facts": {}}
    )
    with open_frame(make_database([completed_row(1)], []), COMPLETED, PERIOD, DELIVERY_KEY) as frame:
        (result,) = run.run_expectations("prov", frame.typed_slices(10), [lost])
    assert (result.is_success, result.has_crashed) == (False, True)


def test_no_value_of_the_data_stands_in_any_result() -> None:
    planted = f"Hemligt {BORN}-1212"
    rows = [completed_row(1, sjukhus_namn=planted, mvo="HEMLIG", hsaid_enhet=planted, fodelse_ar=1812)]
    results = validate_delivery(make_database(rows, []), PERIOD, DELIVERY_KEY, REGION_CODE)
    assert {"DL05.sjukhus_namn", "DL05.hsaid_enhet", "Mvo.length", "FodelseAr.range"} <= {
        result.expectation for result in failures(results)
    }
    told = " ".join(result.observed + result.meaning for result in results)
    assert not any(secret in told for secret in ("19121212", "Hemligt", "HEMLIG", "1812", "KONTAKT-1"))


def test_a_model_that_lacks_a_column_stops_with_a_message_and_no_result() -> None:
    connection = make_database([completed_row(1)], [])
    connection.execute("alter table delivery.delivery_completed drop column mvo")
    with pytest.raises(StoppedError, match="delivery_completed"):
        validate_delivery(connection, PERIOD, DELIVERY_KEY, REGION_CODE)


@pytest.mark.usefixtures("socket_disabled")
def test_validation_tries_no_network_connection_and_writes_no_file(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, good_results: list[ExpectationResult]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert validate_delivery(good_database(), PERIOD, DELIVERY_KEY, REGION_CODE) == good_results
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (f"{BORN}1212", True),
        (f"{BORN}-1212", True),
        (f"{BORN}+1212", True),
        ("121212-1212", True),
        ("1212121212", True),
        ("patient 121212-1212, ring", True),
        (f"{COORDINATION}-2391", True),
        (f"{NO_DAY}-2391", False),
        (f"{COORDINATION}-2398", False),
        (f"{NO_MONTH}1212", False),
        (f"{BORN}-1213", False),
        ("A19121212-1212", False),
        ("19121212-1212Ö", False),
        ("119121212-1212", False),
        ("SE2321000131-E000000000001", False),
        ("0000000000", False),
        ("", False),
    ],
)
def test_dl05_a_personal_number_is_a_token_with_valid_date_and_check_digit(text: str, is_one: bool) -> None:
    from expectations.personal_number import holds_personal_number

    assert holds_personal_number(text) is is_one


@functools.cache
def national_schema(name: str) -> etree.XMLSchema:
    part = {"completed": "Genomforda", "waiting": "Vantande"}[name]
    path = NATIONAL_DIR / f"TillgangligVardSpeci{part}Responder_1.0.xsd"
    if not path.is_file():
        pytest.skip("de nationella schemana ligger inte bredvid projektet")
    return etree.XMLSchema(etree.parse(str(path)))


def schema_accepts(connection: duckdb.DuckDBPyConnection, record_type: RecordType, tmp_path: Any) -> bool:
    path = tmp_path / "contacts.xml"
    with open_frame(connection, record_type, PERIOD, DELIVERY_KEY) as frame:
        write_contacts(frame, path, "prov")
    return bool(national_schema(record_type.name).validate(etree.parse(str(path))))


def test_good_rows_are_valid_against_the_official_schemas(tmp_path: Any) -> None:
    connection = make_database(good_completed(), good_waiting())
    assert all(schema_accepts(connection, record_type, tmp_path) for record_type in RECORD_TYPES)


def test_the_contract_seed_has_the_schemas_attributes_in_order_and_required_as_they_are() -> None:
    for record_type, columns in ((COMPLETED, COMPLETED_COLUMNS), (WAITING, WAITING_COLUMNS)):
        national_schema(record_type.name)
        part = {"completed": "Genomforda", "waiting": "Vantande"}[record_type.name]
        tree = etree.parse(str(NATIONAL_DIR / f"TillgangligVardSpeci{part}Responder_1.0.xsd"))
        attributes = tree.findall(
            ".//x:complexType[@name='Besok']//x:attribute", {"x": "http://www.w3.org/2001/XMLSchema"}
        )
        official = [(a.get("name"), a.get("use") == "required") for a in attributes]
        assert [(NAMES[column], column in REQUIRED[record_type.name]) for column in columns] == official


def test_r31_the_waiting_record_has_none_of_the_completed_ones_own_attributes() -> None:
    assert len(COMPLETED_COLUMNS) == 35 and len(WAITING_COLUMNS) == 29
    connection = make_database([], good_waiting())
    with open_frame(connection, WAITING, PERIOD, DELIVERY_KEY) as frame:
        columns = {attribute.column_name for attribute in frame.attributes}
    assert columns == set(WAITING_COLUMNS)
    assert not columns & set(ONLY_COMPLETED)
