"""The example queries on tables of the contract's columns alone, filled by hand: what a small world does not bring."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import duckdb
import pytest

from orchestration.settings import Home
from tests.python.publishing.builds import publish_build
from tests.python.queries.contract import make_tables
from tests.python.queries.reading import asked, table

NOW = "2024-07"
LOADED = datetime(2024, 8, 2, 8)
Row = dict[str, Any]


def _measure(period: str, measure: str, numerator: int, denominator: int, **values: Any) -> Row:
    return {
        "period": period, "measure_id": measure, "population": "completed", "variant": "skr", "level": "region",
        "unit_id": "*", "sex": "all", "specialty_group": "all", "numerator": numerator, "denominator": denominator,
        "share": numerator / denominator if denominator else None, "contacts_count": denominator, **values,
    }  # fmt: skip


MEASURES = [
    _measure(NOW, "primary_assessment_3", 8, 9, contacts_count=10, median_wait_days=1),
    _measure("2023-07", "primary_assessment_3", 1, 2),
    _measure(NOW, "cap_assessment_30", 1, 3, median_wait_days=31.5),
    _measure(NOW, "cap_assessment_30", 2, 7, population="waiting", median_wait_days=40),
    _measure(NOW, "cap_treatment_30", 0, 0, median_wait_days=5),
    # Not asked for: another variant, level, sex, group, month and measure.
    _measure(NOW, "first_line_3", 1, 1, variant="all"),
    _measure(NOW, "first_line_3", 1, 1, level="area", unit_id="Norra"),
    _measure(NOW, "first_line_3", 1, 1, sex="K"),
    _measure(NOW, "first_line_3", 1, 1, specialty_group="FORSTA_LINJEN"),
    _measure("2024-06", "first_line_3", 1, 1),
    _measure(NOW, "operation_90", 1, 1),
    # A care measure by clinic, area, sex and population, for what chooses its month.
    *(
        _measure(NOW, "first_contact_90", 1, 2, population=population, **place)
        for population in ("completed", "waiting")
        for place in (
            {},
            {"sex": "K"},
            {"sex": "M"},
            {"level": "clinic", "unit_id": "C1"},
            {"level": "clinic", "unit_id": "C1", "variant": "all"},
            {"level": "area", "unit_id": "Norra", "specialty_group": "SOM"},
        )
    ),
    # Twelve and thirteen months with July.
    _measure("2023-08", "first_contact_90", 1, 2),
    _measure("2023-07", "first_contact_90", 1, 2),
    # August has calls alone; 24 months back from it is September 2022.
    _measure("2022-08", "phone_same_day", 1, 1, variant="all"),
    _measure("2022-09", "phone_same_day", 1, 2, variant="all"),
    _measure("2024-03", "phone_same_day", 90, 100, variant="all"),
    _measure("2024-04", "phone_same_day", 5, 8, variant="all", outside_hours_count=3),
    _measure("2024-08", "phone_same_day", 2, 3, variant="all", outside_hours_count=0),
    _measure("2024-08", "phone_same_day", 1, 1, variant="all", level="unit", unit_id="E1"),
    _measure("2024-08", "phone_same_day", 1, 1, variant="all", sex="K"),
    _measure("2024-08", "phone_same_day", 1, 1, variant="all", specialty_group="PV"),
    _measure("2024-08", "phone_same_day", 1, 1, variant="all", population="waiting"),
    _measure("2024-08", "phone_same_day", 1, 1, variant="pvv_over_limit"),
    # A later month of something else.
    _measure("2024-09", "operation_90", 1, 1, variant="all"),
]


def _flow(period: str, level: str, place: str, **values: Any) -> Row:
    return {"period": period, "measure_family": "first_contact", "level": level, "unit_id": place, **values}


FLOW = [
    # 100 + 30 - 25 - 3 - 0 - 102
    _flow(NOW, "region", "*", waiting_start_count=100, new_count=30, referral_count=28, completed_count=25,
          removed_count=3, removed_patientens_onskan_count=1, removed_uteblivit_count=1, removed_ovrigt_count=1,
          corrected_count=0, waiting_end_count=102, difference_count=0, r12_new_count=400),
    # The month before is not loaded.
    _flow(NOW, "clinic", "C1", waiting_start_count=None, new_count=4, referral_count=4, completed_count=2,
          removed_count=0, removed_patientens_onskan_count=0, removed_uteblivit_count=0, removed_ovrigt_count=0,
          corrected_count=1, waiting_end_count=9, difference_count=None, r12_new_count=None),
    _flow(NOW, "unit", "E1", new_count=4),
    _flow("2024-06", "region", "*", new_count=4),
]  # fmt: skip


def _file(entity: str, rows: int, loaded: int, quarantined: int, duplicate: int, filtered: int, **values: Any) -> Row:
    return {
        "period": NOW, "system": "cosmic", "entity": entity, "file_name": f"{entity}.csv", "rows_in_file": rows,
        "rows_loaded": loaded, "rows_quarantined": quarantined, "rows_duplicate": duplicate,
        "rows_filtered": filtered, "loaded_at": LOADED, "is_current": True, **values,
    }  # fmt: skip


ACCOUNT = [
    _file("cosmic_vardkontakt", 20, 15, 2, 2, 1),
    _file("cosmic_vantelista", 20, 15, 2, 1, 1),
    _file("cosmic_vardkontakt", 19, 19, 0, 0, 0, is_current=False),
    _file("cosmic_vardkontakt", 18, 18, 0, 0, 0, period="2024-06"),
    _file("cosmic_vardkontakt", 18, 18, 0, 0, 0, period="2024-08", is_current=False),
]


def _result(run: str, suite: str, name: str, severity: str, is_success: bool, **values: Any) -> Row:
    return {
        "run_id": run, "period": NOW, "suite": suite, "expectation": name, "severity": severity,
        "is_success": is_success, "has_crashed": False, "observed": "1 rad", "checked_at": LOADED, **values,
    }  # fmt: skip


RESULTS = [
    _result("r2", "landing", "a.keys", "block", True),
    _result("r2", "landing", "b.share", "warn", False),
    _result("r2", "waiting_times", "WT33.sums", "block", False, observed=None),
    _result("r2", "waiting_times", "WT32.share", "block", False, has_crashed=True),
    _result("r2", "waiting_times", "WT31.skr", "warn", False, has_crashed=True),
    # An earlier run, and a later run of an earlier month.
    _result("r1", "landing", "a.keys", "block", False, checked_at=datetime(2024, 8, 1)),
    _result("r3", "landing", "a.keys", "block", False, period="2024-06", checked_at=datetime(2024, 9, 1)),
]


def _parameter(kind: str, name: str, first: date | None, last: date | None) -> Row:
    return {"kind": kind, "name": name, "value": "0.9", "valid_from_date": first, "valid_to_date": last, "source": "x"}


# The last month of the mart is September 2024, that of its care measures July.
PARAMETERS = [
    _parameter("parameter", "ended the day before", date(2010, 1, 1), date(2024, 9, 29)),
    _parameter("parameter", "ended that day", date(2010, 1, 1), date(2024, 9, 30)),
    _parameter("parameter", "began that day", date(2024, 9, 30), None),
    _parameter("parameter", "began the day after", date(2024, 10, 1), None),
    _parameter("setting", "without dates", None, None),
    _parameter("target", "cap_assessment_30", date(2024, 7, 31), date(2024, 7, 31)),
    _parameter("target", "cap_treatment_30", date(2010, 1, 1), date(2024, 7, 31)),
    _parameter("target", "first_contact_90", date(2010, 1, 1), date(2024, 7, 30)),
    _parameter("target", "primary_assessment_3", date(2024, 8, 1), date(2024, 8, 31)),
]
PERIODS = [
    {"period": NOW, "group_name": "care", "state": "loaded", "loads_count": 3, "is_preliminary": True},
    {"period": "2024-06", "group_name": "care", "state": "loaded", "loads_count": 1, "is_preliminary": False},
    {"period": "2024-06", "group_name": "registers", "state": "loaded", "loads_count": 1, "is_preliminary": False},
]
DELIVERIES = [
    {"receiver": "skr", "period": "2024-06", "version": 9, "status": "built", "created_at": datetime(2024, 7, 17)},
    {"receiver": "skr", "period": "2024-06", "version": 10, "status": "accepted", "created_at": datetime(2024, 7, 19)},
]
ROWS: dict[str, list[Row]] = {
    "marts.mart_waiting_times": MEASURES,
    "marts.mart_waiting_flow": FLOW,
    "marts.dim_unit": [
        {"unit_key": "1", "unit_id": "E1", "clinic_id": "C1", "clinic_name": "Gamla namnet",
         "valid_to_date": date(2024, 6, 30)},
        {"unit_key": "2", "unit_id": "E1", "clinic_id": "C1", "clinic_name": "Ögonkliniken",
         "valid_to_date": date(9999, 12, 31)},
    ],
    "quality.load_account": ACCOUNT,
    "quality.validation_results": RESULTS,
    "meta.parameters": PARAMETERS,
    "meta.periods": PERIODS,
    "meta.deliveries": DELIVERIES,
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The tables published as a build's are, with the columns of the contract and no other."""
    made = Home(tmp_path_factory.mktemp("made_up") / "home")
    made.make()
    with duckdb.connect(str(made.build_file)) as connection:
        make_tables(connection)
        for name, rows in ROWS.items():
            for row in rows:
                marks = ", ".join("?" for _ in row)
                connection.execute(f"insert into {name} ({', '.join(row)}) values ({marks})", list(row.values()))
    publish_build(made)
    return made


def test_03_twelve_months_and_no_thirteenth(home: Home) -> None:
    answer = asked(home, "03")
    assert table(answer, "period", "population") == [
        ("2023-08", "completed"),
        (NOW, "completed"),
        (NOW, "waiting"),
    ]
    assert [row["is_preliminary"] for row in answer] == [None, True, True]


def test_04_primary_care_and_child_psychiatry(home: Home) -> None:
    columns = ("measure_id", "population", "numerator", "denominator", "share_percent", "contacts_count")
    assert table(asked(home, "04"), *columns, "median_wait_days", "last_year_share_percent") == [
        ("cap_assessment_30", "completed", 1, 3, 33.3, 3, 31.5, None),
        ("cap_assessment_30", "waiting", 2, 7, 28.6, 7, 40.0, None),
        ("cap_treatment_30", "completed", 0, 0, None, 0, 5.0, None),
        ("primary_assessment_3", "completed", 8, 9, 88.9, 10, 1.0, 50.0),
    ]


def test_08_a_target_holds_on_the_last_day_of_the_month(home: Home) -> None:
    # One target ended the day before, one began the day after, and one has no row to be held against.
    assert table(asked(home, "08"), "measure_id", "population", "target_percent") == [
        ("cap_assessment_30", "completed", 90.0),
        ("cap_assessment_30", "waiting", 90.0),
    ]


@pytest.mark.parametrize("number", ["01", "02", "05", "06", "07", "08"])
def test_the_month_is_the_last_of_care_whatever_else_is_loaded(number: str, home: Home) -> None:
    assert {row["period"] for row in asked(home, number)} == {NOW}


def test_14_every_row_of_the_files_is_accounted_for(home: Home) -> None:
    columns = ("entity", "rows_in_file", "rows_loaded", "rows_quarantined", "rows_duplicate", "rows_filtered")
    assert table(asked(home, "14"), *columns, "missing_count") == [
        ("cosmic_vantelista", 20, 15, 2, 1, 1, 1),
        ("cosmic_vardkontakt", 20, 15, 2, 2, 1, 0),
    ]


def test_15_what_the_checks_of_the_last_run_found(home: Home) -> None:
    columns = ("suite", "expectations_count", "met_count", "stopped_count", "remarks_count", "crashed_count")
    assert table(asked(home, "15"), *columns, "not_met") == [
        ("landing", 2, 1, 0, 1, 0, "b.share (1 rad)"),
        ("waiting_times", 3, 0, 1, 0, 2, "WT31.skr (1 rad); WT32.share (1 rad); WT33.sums ()"),
    ]


def test_16_what_is_preliminary_and_what_is_delivered(home: Home) -> None:
    columns = ("period", "group_name", "is_preliminary", "latest_version", "latest_status", "delivered_at")
    delivered = (False, 10, "accepted", "2024-07-19T00:00:00")
    assert table(asked(home, "16"), *columns) == [
        (NOW, "care", True, None, None, None),
        ("2024-06", "care", *delivered),
        ("2024-06", "registers", *delivered),
    ]


def test_17_parameters_on_each_side_of_the_last_day(home: Home) -> None:
    assert table(asked(home, "17"), "kind", "name") == [
        ("parameter", "began that day"),
        ("parameter", "ended that day"),
        ("setting", "without dates"),
    ]


def test_19_how_the_queue_became_what_it_is(home: Home) -> None:
    columns = ("clinic_name", "waiting_start_count", "new_count", "completed_count", "removed_count")
    rest = ("removed_by_patient_count", "corrected_count", "waiting_end_count", "difference_count")
    assert table(asked(home, "19"), *columns, *rest, "queue_change_count", "r12_new_count") == [
        ("Hela regionen", 100, 30, 25, 3, 2, 0, 102, 0, 2, 400),
        ("Ögonkliniken", None, 4, 2, 0, 0, 1, 9, None, None, None),
    ]


def test_20_calls_on_each_side_of_the_break(home: Home) -> None:
    columns = ("period", "numerator", "denominator", "share_percent", "outside_hours_count", "is_after_break")
    assert table(asked(home, "20"), *columns) == [
        ("2022-09", 1, 2, 50.0, None, False),
        ("2024-03", 90, 100, 90.0, None, False),
        ("2024-04", 5, 8, 62.5, 3, True),
        ("2024-08", 2, 3, 66.7, 0, True),
    ]
