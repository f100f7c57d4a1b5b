"""The example queries on a small world that the models built: each answer is counted by hand."""

from __future__ import annotations

import pytest

from orchestration.settings import Home
from tests.python.queries.planted_world import MEDICINE, MOVED, NOW, PSYCHIATRY, SURGERY, publish_world
from tests.python.queries.reading import Answer, asked, table

MEASURES = ("first_contact_90", "operation_90")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return publish_world(tmp_path_factory.mktemp("queries"))


def of_measures(answer: Answer) -> Answer:
    """The lines of the measures that the answers are counted for."""
    return [row for row in answer if row["measure_id"] in MEASURES]


def test_01_share_per_clinic_beside_last_year(home: Home) -> None:
    answer = asked(home, "01")
    assert table(answer, "clinic_name", "numerator", "denominator", "share_percent") == [
        # 10 and 90 days of 10, 90, 91, 200 and the medically caused 100; the patient's own choice is not counted.
        (MEDICINE, 2, 5, 40.0),
        # 30, 60 and 20 days of those and 151 and 365, which the unit that moved brought with it.
        (SURGERY, 3, 5, 60.0),
        (PSYCHIATRY, 1, 1, 100.0),
    ]
    # In July 2023 the unit that moved was medicine's: 20 and 30 of 20, 100 and 30 days. 40 - 66.67 and 100 - 100.
    assert table(answer, "last_year_denominator", "last_year_share_percent", "change_points", "is_small") == [
        (3, 66.7, -26.7, False),
        (None, None, None, False),
        (1, 100.0, 0.0, True),
    ]
    assert {row["period"] for row in answer} == {NOW}


def test_02_waiting_by_band_and_over_150_days(home: Home) -> None:
    bands = [f"band_{band}_count" for band in ("0_30", "31_60", "61_90", "91_120", "121_180", "181_365", "366")]
    columns = ("measure_id", "clinic_name", "contacts_count", *bands, "over_150_days_count", "over_150_percent")
    assert table(of_measures(asked(home, "02")), *columns) == [
        # 15, 45, 120, 150, 151, 200 and 400 days: three over 150.
        ("first_contact_90", MEDICINE, 7, 1, 1, 0, 1, 2, 1, 1, 3, 42.9),
        ("first_contact_90", SURGERY, 3, 1, 0, 1, 1, 0, 0, 0, 0, 0.0),
        ("first_contact_90", PSYCHIATRY, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0.0),
        ("operation_90", SURGERY, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0.0),
    ]


def test_03_twelve_months_of_a_measure(home: Home) -> None:
    answer = asked(home, "03")
    columns = ("period", "population", "numerator", "denominator", "share_percent", "contacts_count")
    # July 2023 is the thirteenth month.
    assert table(answer, *columns, "median_wait_days") == [
        ("2024-06", "completed", 1, 2, 50.0, 2, 70.0),
        # Of thirteen waits the seventh: 5 10 20 30 40 60 90 91 100 120 151 200 365.
        ("2024-07", "completed", 6, 11, 54.5, 13, 90.0),
        ("2024-06", "waiting", 0, 1, 0.0, 1, 160.0),
        # 10 15 30 45 80 95 120 150 151 200 400.
        ("2024-07", "waiting", 5, 8, 62.5, 11, 95.0),
    ]
    assert [row["is_preliminary"] for row in answer] == [True] * 4


def test_05_women_and_men(home: Home) -> None:
    answer = of_measures(asked(home, "05"))
    shares = ("population", "women_share_percent", "men_share_percent", "difference_points")
    # Completed: women 3 of 5, men 3 of 6. Waiting: women 2 of 3, men 3 of 5. One woman was operated and one man
    # waits for it: there is nobody to compare with.
    assert table(answer, *shares) == [("completed", 60.0, 50.0, 10.0), ("waiting", 66.7, 60.0, 6.7)]
    # Completed: women 5 10 30 40 91 120 151, men 20 60 90 100 200 365. Waiting: women 15 30 95 120 150 200,
    # men 10 45 80 151 400.
    medians = ("women_contacts_count", "men_contacts_count", "women_median_wait_days", "men_median_wait_days")
    assert table(answer, *medians, "difference_days") == [
        (7, 6, 40.0, 95.0, -55.0),
        (6, 5, 107.5, 80.0, 27.5),
    ]


def test_06_variants_side_by_side(home: Home) -> None:
    answer = of_measures(asked(home, "06"))
    variants = ("skr", "socialstyrelsen", "pvv_over_limit", "all")
    assert table(answer, "population", *(f"{name}_denominator" for name in variants)) == [
        ("completed", 11, 10, 11, 12),
        ("waiting", 8, 8, 10, 11),
        ("completed", 1, 1, 1, 1),
        ("waiting", 1, 1, 1, 1),
    ]
    # 6 of 11, 10, 11 and 12; 5 of 8, 8, 10 and 11; an operation after 80 days, and one that has waited 100.
    assert table(answer, *(f"{name}_percent" for name in variants)) == [
        (54.5, 60.0, 54.5, 50.0),
        (62.5, 62.5, 50.0, 45.5),
        (100.0, 100.0, 100.0, 100.0),
        (0.0, 0.0, 0.0, 0.0),
    ]


def test_07_area_and_specialty_group(home: Home) -> None:
    columns = ("area_name", "specialty_group", "population", "numerator", "denominator", "share_percent")
    assert table(asked(home, "07"), *columns, "contacts_count") == [
        ("Norra", "PSY", "completed", 1, 1, 100.0, 1),
        ("Norra", "PSY", "waiting", 1, 1, 100.0, 1),
        ("Norra", "SOM", "completed", 2, 5, 40.0, 7),
        ("Norra", "SOM", "waiting", 2, 5, 40.0, 7),
        ("Södra", "SOM", "completed", 3, 5, 60.0, 5),
        ("Södra", "SOM", "waiting", 2, 2, 100.0, 3),
    ]


def test_08_contacts_to_the_target(home: Home) -> None:
    answer = of_measures(asked(home, "08"))
    columns = ("target_percent", "population", "clinic_name", "numerator", "denominator", "contacts_to_target_count")
    assert table(answer, *columns) == [
        # 95 of 100: eleven need eleven (10.45), eight need eight (7.6), five need five (4.75), one needs one.
        (95.0, "completed", "Hela regionen", 6, 11, 5),
        (95.0, "completed", MEDICINE, 2, 5, 3),
        (95.0, "completed", SURGERY, 3, 5, 2),
        (95.0, "completed", PSYCHIATRY, 1, 1, 0),
        (95.0, "waiting", "Hela regionen", 5, 8, 3),
        (95.0, "waiting", MEDICINE, 2, 5, 3),
        (95.0, "waiting", SURGERY, 2, 2, 0),
        (95.0, "waiting", PSYCHIATRY, 1, 1, 0),
        # 90 of 100 operations: one needs one.
        (90.0, "completed", "Hela regionen", 1, 1, 0),
        (90.0, "completed", SURGERY, 1, 1, 0),
        (90.0, "waiting", "Hela regionen", 0, 1, 1),
        (90.0, "waiting", SURGERY, 0, 1, 1),
    ]


def test_09_patients_from_other_regions(home: Home) -> None:
    columns = ("population", "home", "contacts_count", "contacts_percent", "within_limit_count", "within_limit_percent")
    # Thirteen of the region's own, seven of them within 90 days, and one visitor. Not counted: who was never there,
    # who was carried out before the decision, primary care, and a follow-up.
    assert table(asked(home, "09"), *columns, "median_wait_days") == [
        # 5 10 20 30 60 80 90 91 100 120 151 200 365
        ("completed", "hemregionen", 13, 92.9, 7, 53.8, 90.0),
        ("completed", "utomläns", 1, 7.1, 1, 100.0, 40.0),
        # 10 15 30 45 80 95 100 120 150 151 200 400
        ("waiting", "hemregionen", 12, 100.0, 5, 41.7, 97.5),
    ]


def test_10_the_wait_by_law(home: Home) -> None:
    columns = ("clinic_name", "over_limit_count", "within_legally_count", "over_legally_count")
    # Medicine: 120, 150, 151, 200 and 400 days; 120 - 40 is inside the limit, 200 - 100 is not.
    # Surgery: 95 - 10 is inside it, an operation after 100 is not. Not counted: who died, a follow-up past its
    # target date, and ten days in primary care.
    assert table(asked(home, "10"), *columns, "longest_legal_wait_days") == [
        (MEDICINE, 5, 1, 4, 400),
        (SURGERY, 2, 1, 1, 100),
    ]


def test_11_units_that_moved(home: Home) -> None:
    [moved] = asked(home, "11")
    assert moved == {
        "moved_date": "2024-07-01",
        "unit_id": MOVED,
        "unit_name": "Dagkirurgen",
        "earlier_clinic_name": MEDICINE,
        "clinic_name": SURGERY,
        "earlier_area_name": "Norra",
        "area_name": "Södra",
    }


def test_12_deviations_by_rule_and_clinic(home: Home) -> None:
    answer = [row for row in asked(home, "12") if row["rule_id"] in ("A02", "A09", "A12")]
    assert table(answer, "clinic_name", "rule_id", "severity", "effect", "deviations_count", "month_before_count") == [
        (SURGERY, "A12", "fix", "L", 2, 0),
        (MEDICINE, "A02", "fix", "D", 2, 1),
        (PSYCHIATRY, "A09", "fix", "D", 1, 0),
    ]


def test_13_rows_that_are_left_out(home: Home) -> None:
    answer = asked(home, "13")
    columns = ("population", "clinic_name", "fault_rules", "is_disqualified", "rows_count", "clinic_percent")
    # Carried out: one of six at surgery, one of nine at medicine (who was never there is no row). Waiting: one of
    # four at surgery, one of two in psychiatry (who never waited is no row).
    assert table(answer, *columns) == [
        ("completed", SURGERY, "A12", False, 1, 16.7),
        ("completed", MEDICINE, "A02", True, 1, 11.1),
        ("waiting", SURGERY, "A12", False, 1, 25.0),
        ("waiting", PSYCHIATRY, "A09", True, 1, 50.0),
    ]


def test_16_months_that_are_preliminary(home: Home) -> None:
    answer = [row for row in asked(home, "16") if row["group_name"] == "care"]
    assert table(answer, "period", "is_preliminary", "receiver", "latest_version") == [
        ("2024-07", True, "skr", 1),
        ("2024-06", True, None, None),
        ("2023-07", True, None, None),
    ]


def test_17_parameters_in_force(home: Home) -> None:
    values = {(row["kind"], row["name"]): row["value"] for row in asked(home, "17")}
    assert values["parameter", "guarantee_limit_specialised_days"] == "90"
    assert values["setting", "small_denominator_limit"] == "4"
    # The seed's target of the region from 2023 on.
    assert float(values["target", "first_contact_90"]) == 0.95


def test_18_delivered_beside_what_would_be_delivered(home: Home) -> None:
    answer = asked(home, "18")
    columns = ("population", "clinic_name", "both_count", "only_delivered_count", "only_now_count")
    assert table(answer, *columns) == [
        ("completed", SURGERY, 4, 0, 1),
        ("completed", MEDICINE, 8, 1, 0),
        ("completed", PSYCHIATRY, 1, 0, 0),
        ("waiting", SURGERY, 3, 0, 0),
        ("waiting", MEDICINE, 8, 0, 0),
        ("waiting", PSYCHIATRY, 1, 1, 0),
    ]
    assert {row["version"] for row in answer} == {2}
