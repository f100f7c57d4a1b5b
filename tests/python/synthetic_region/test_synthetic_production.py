"""Operations belong to contacts and stays, the listed are the population, and the plan in force is in every file."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import pytest

from orchestration.synthetic_region import write_region
from orchestration.synthetic_region.days import day_number
from orchestration.synthetic_region.population import make_population

from .reading import PERIODS, SCALE, Row, contacts, rows_of, waiting

OPERATIONS, LISTING, PLAN, STAYS = "provisio_operation", "cosmic_listning", "produktionsplan", "cosmic_vardtillfalle"


def operations(folder: Path, period: str, status: str) -> list[Row]:
    return [row for row in rows_of(folder, period, OPERATIONS) if row["status"] == status]


def person(row: Row) -> str:
    return row["patient_id"].replace("-", "").replace("+", "")


def minute(text: str) -> int:
    return int(text[11:13]) * 60 + int(text[14:16])


def test_an_operation_of_a_contact_is_of_the_same_patient_unit_and_morning(region: Path) -> None:
    tied = 0
    for period in PERIODS:
        by_id = {row["vardkontakt_id"]: row for row in contacts(region, period)}
        for row in operations(region, period, "G"):
            assert row["op_start"][:7] == period
            if row["vardkontakt_id"]:
                contact = by_id[row["vardkontakt_id"]]
                assert contact["fas"] == "2" and row["akut"] == "N"
                assert (person(row), row["enhet_hsaid"]) == (person(contact), contact["enhet_hsaid"])
                assert row["op_start"][:10] == contact["start_tid"][:10]
                assert 0 <= minute(row["op_start"]) - minute(contact["start_tid"]) <= 60
                assert row["beslut_tid"] == contact["beslut_tid"]
                assert (row["op_typ"] == "S") == (contact["vardkontakttyp"] == "91")
                tied += 1
    assert tied > 100


def test_an_acute_operation_is_of_an_inpatient_during_the_stay(region: Path) -> None:
    acute = [row for period in PERIODS for row in operations(region, period, "G") if row["akut"] == "J"]
    lies = defaultdict(list)
    for period in PERIODS:
        for row in rows_of(region, period, STAYS):
            lies[person(row)].append((row["in_tid"], row["ut_tid"] or "9"))
    assert len(acute) > 10
    for row in acute:
        assert row["op_typ"] == "S" and not row["vardkontakt_id"] and not row["planerad_tid"]
        assert any(begin < row["op_start"] < end for begin, end in lies[person(row)])


def test_times_of_an_operation_stand_in_order(region: Path) -> None:
    for period in PERIODS:
        for row in operations(region, period, "G"):
            times = [row[name] for name in ("anmald_tid", "op_start", "knivstart", "knivslut", "op_slut")]
            assert all(times) and times == sorted(times) and row["beslut_tid"] <= row["op_start"]
            assert not row["struken_orsak"]
        for row in operations(region, period, "P") + operations(region, period, "S"):
            assert not any(row[name] for name in ("op_start", "knivstart", "knivslut", "op_slut"))
            assert row["beslut_tid"] <= row["anmald_tid"] <= row["planerad_tid"]


def test_a_cancelled_operation_has_a_reason_and_its_patient_waits_on(region: Path) -> None:
    seen = 0
    for period in PERIODS:
        waits = {row["vardkontakt_id"] for row in waiting(region, period)}
        for row in operations(region, period, "S"):
            assert row["struken_orsak"] and row["planerad_tid"][:7] == period and row["vardkontakt_id"] in waits
            seen += 1
    assert seen > 5


def test_a_planned_operation_is_carried_out_in_the_next_month_under_the_same_id(region: Path) -> None:
    for period, following in pairwise(PERIODS):
        planned = {row["operation_id"]: row["planerad_tid"] for row in operations(region, period, "P")}
        done = {row["operation_id"]: row["planerad_tid"] for row in operations(region, following, "G")}
        assert len(planned) > 10 and {moment[:7] for moment in planned.values()} == {following}
        kept = [one for one in planned if one in done]
        assert len(kept) >= 0.95 * len(planned) and all(done[one] == planned[one] for one in kept)
        assert (
            sum(
                row["status"] == "P" for row in rows_of(region, following, OPERATIONS) if row["operation_id"] in planned
            )
            == 0
        )


def test_every_kind_of_operation_occurs(region: Path) -> None:
    kinds = Counter(row["op_typ"] for period in PERIODS for row in operations(region, period, "G"))
    assert set(kinds) == {"S", "D", "K", ""} and kinds["K"] > kinds["S"] > 20 and kinds[""] < 0.05 * kinds.total()


def test_the_listed_are_the_living_of_the_regions_own_municipalities(region: Path) -> None:
    population = make_population(56, SCALE)
    for period, day in (("2024-03", day_number(2024, 3, 31)), ("2024-07", day_number(2024, 7, 31))):
        lives = (population.birth_day <= day) & (population.death_day > day)
        at_home = [str(text).startswith("19") for text in population.municipality[lives]]
        rows = rows_of(region, period, LISTING)
        assert sum(int(row["antal"]) for row in rows) == sum(at_home)
        assert all(int(row["antal"]) > 0 for row in rows)
        centres = {
            unit["enhet_hsaid"]
            for unit in rows_of(region, period, "register_enhet")
            if unit["enhetstyp"] == "VARDCENTRAL"
        }
        assert {row["enhet_hsaid"] for row in rows} <= centres
        groups = [(row["enhet_hsaid"], row["aldersgrupp"], row["kon"]) for row in rows]
        assert len(groups) == len(set(groups))


def test_the_age_groups_of_the_listed_follow_the_birth_dates(tmp_path: Path) -> None:
    write_region(tmp_path, "2024-02", "2024-02", scale=0.002)
    population = make_population(56, 0.002)
    day = day_number(2024, 2, 29)
    lives = (population.birth_day <= day) & (population.death_day > day)
    home = [str(text).startswith("19") for text in population.municipality]
    expected: Counter[str] = Counter()
    for born, is_there, is_home in zip(population.birth_day.tolist(), lives.tolist(), home, strict=True):
        if is_there and is_home:
            # Who turns 6, 65 or 75 on the month's last day is of the older group; leap days count as 1 March.
            group = next(
                (name for years, name in ((75, "75-"), (65, "65-74"), (6, "6-64")) if has_lived(born, years, 2024)),
                "0-5",
            )
            expected[group] += 1
    told: Counter[str] = Counter()
    for row in rows_of(tmp_path, "2024-02", LISTING):
        told[row["aldersgrupp"]] += int(row["antal"])
    assert told == expected and set(told) == {"0-5", "6-64", "65-74", "75-"}


def has_lived(born: int, years: int, year: int) -> bool:
    """Whether who was born that day has lived so many years on 29 February of a leap year."""
    return born <= day_number(year - years, 3, 1) - 1


def plan(folder: Path, period: str, version: str) -> list[Row]:
    return [row for row in rows_of(folder, period, PLAN) if row["version"] == version]


def number(row: Row) -> float:
    return float(row["antal"].replace(",", "."))


def test_every_file_holds_the_years_budget_and_from_april_the_forecast_last_made(region: Path, tmp_path: Path) -> None:
    write_region(tmp_path, "2024-08", "2024-08", scale=SCALE)
    march, april, july = (region, "2024-03"), (region, "2024-04"), (region, "2024-07")
    august = (tmp_path, "2024-08")
    assert plan(*march, "BUDGET") == plan(*july, "BUDGET") == plan(*august, "BUDGET")
    assert not plan(*march, "PROGNOS")
    assert plan(*april, "PROGNOS") == plan(*july, "PROGNOS") != plan(*august, "PROGNOS")
    for row in plan(*august, "BUDGET") + plan(*august, "PROGNOS"):
        assert row["period"][:4] == "2024" and number(row) >= 0
    months = Counter((row["version"], row["enhet_hsaid"], row["produkt"]) for row in rows_of(*august, PLAN))
    assert set(months.values()) == {12}


def test_the_plan_is_for_units_of_the_register_for_the_whole_or_for_both(region: Path) -> None:
    units = {row["enhet_hsaid"] for row in rows_of(region, "2024-07", "register_enhet")}
    levels = defaultdict(set)
    for row in plan(region, "2024-07", "BUDGET"):
        assert row["enhet_hsaid"] in units | {""}
        levels[row["produkt"]].add(bool(row["enhet_hsaid"]))
    assert {frozenset(found) for found in levels.values()} == {
        frozenset({True}), frozenset({False}), frozenset({True, False}),
    }  # fmt: skip


def test_the_planned_operations_are_the_sum_of_their_kinds(region: Path) -> None:
    of_month: dict[str, dict[str, float]] = defaultdict(dict)
    for row in plan(region, "2024-07", "BUDGET"):
        if row["produkt"].startswith("operations"):
            of_month[row["period"]][row["produkt"]] = number(row)
    for parts in of_month.values():
        kinds = sum(parts[f"operations_{kind}"] for kind in ("inpatient", "day", "clinic"))
        assert parts["operations"] == pytest.approx(kinds, abs=0.01)
