"""Stays, permissions, beds and risk assessments agree with each other, with the months around them and with care."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from orchestration.synthetic_region import write_region

from .reading import Row, contacts, rows_of, waiting

SCALE = 0.4
PERIODS = ("2024-06", "2024-07", "2024-08")
STAYS, PERMISSIONS, BEDS, RISKS = (
    "cosmic_vardtillfalle",
    "cosmic_permission",
    "cosmic_vardplats",
    "cosmic_riskbedomning",
)
LASTING = (
    "patient_id", "fodelsear", "kon", "skyddad_identitet", "lkf", "avdelning_hsaid", "ansvarig_enhet_hsaid", "in_tid",
    "in_satt", "kommunala_insatser",
)  # fmt: skip
KNOWN_LATER = ("ut_tid", "ut_till", "utskrivningsklar_tid", "drg_kod", "drg_vikt", "huvuddiagnos")
# The wards that rest in 2024: five whole weeks from the first Monday of July.
REST = ("2024-07-01", "2024-08-04")
Key = tuple[str, int]


def key_of(row: Row) -> Key:
    return row["vardtillfalle_id"], int(row["vistelse_nr"])


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def person(row: Row) -> str:
    return row["patient_id"].replace("-", "").replace("+", "")


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three summer months of a region in which most wards are open."""
    out = tmp_path_factory.mktemp("hospital")
    write_region(out, PERIODS[0], PERIODS[-1], scale=SCALE)
    return out


@pytest.fixture(scope="module")
def stays(hospital: Path) -> dict[str, dict[Key, Row]]:
    """The stays of each month's file by key."""
    return {period: {key_of(row): row for row in rows_of(hospital, period, STAYS)} for period in PERIODS}


@pytest.fixture(scope="module")
def newest(stays: dict[str, dict[Key, Row]]) -> dict[Key, Row]:
    """Every stay as the last file that holds it tells it."""
    return {key: row for period in PERIODS for key, row in stays[period].items()}


@pytest.fixture(scope="module")
def units(hospital: Path) -> dict[str, Row]:
    return {row["enhet_hsaid"]: row for row in rows_of(hospital, PERIODS[-1], "register_enhet")}


def test_a_file_holds_the_stays_of_its_month_and_those_that_ended_in_the_month_before(
    stays: dict[str, dict[Key, Row]],
) -> None:
    for before, period in pairwise(("2024-05", *PERIODS)):
        ends = {row["ut_tid"][:7] for row in stays[period].values()}
        assert ends == {"", before, period}
        assert all(row["in_tid"][:7] <= period for row in stays[period].values())


def test_an_open_stay_comes_again_until_it_is_closed_and_once_more(stays: dict[str, dict[Key, Row]]) -> None:
    for period, following in pairwise(PERIODS):
        still_there = {key for key, row in stays[period].items() if row["ut_tid"][:7] in ("", period)}
        assert still_there <= set(stays[following])
        came_before = {key for key, row in stays[following].items() if row["in_tid"] < f"{following}-01"}
        assert came_before == still_there


def test_a_stay_reads_the_same_in_every_file_but_for_what_has_come_to_be_known(
    stays: dict[str, dict[Key, Row]],
) -> None:
    for period, following in pairwise(PERIODS):
        for key in set(stays[period]) & set(stays[following]):
            earlier, later = stays[period][key], stays[following][key]
            assert {name: earlier[name] for name in LASTING} == {name: later[name] for name in LASTING}
            assert all(not earlier[name] or earlier[name] == later[name] for name in KNOWN_LATER)


def test_the_stays_of_an_episode_follow_each_other_without_a_gap_on_different_wards(newest: dict[Key, Row]) -> None:
    moves = 0
    for (episode, number), row in newest.items():
        following = newest.get((episode, number + 1))
        assert not row["ut_tid"] or row["in_tid"] < row["ut_tid"]
        if following is not None:
            assert (row["ut_tid"], row["ut_till"]) == (following["in_tid"], "AVD")
            assert row["avdelning_hsaid"] != following["avdelning_hsaid"] and person(row) == person(following)
            moves += 1
    assert moves > 100


def last_stays(newest: dict[Key, Row]) -> list[Row]:
    last: dict[str, Row] = {}
    for (episode, _), row in sorted(newest.items()):
        last[episode] = row
    return list(last.values())


def test_no_patient_lies_in_two_beds(newest: dict[Key, Row]) -> None:
    of_patient = defaultdict(list)
    for row in newest.values():
        of_patient[person(row)].append((row["in_tid"], row["ut_tid"] or "9"))
    for intervals in of_patient.values():
        assert all(first[1] <= second[0] for first, second in pairwise(sorted(intervals)))
    assert sum(len(intervals) > 1 for intervals in of_patient.values()) > 100


def test_a_transfer_is_followed_by_another_episode_of_the_patient_within_24_hours(newest: dict[Key, Row]) -> None:
    begins = defaultdict(list)
    for row in newest.values():
        if row["vistelse_nr"] == "1":
            begins[person(row)].append((row["vardtillfalle_id"], moment(row["in_tid"])))
    transfers = [row for row in last_stays(newest) if row["ut_till"] == "AVD" and row["ut_tid"] < "2024-08-31"]
    for row in transfers:
        left = moment(row["ut_tid"])
        assert any(
            episode != row["vardtillfalle_id"] and left <= begin <= left + timedelta(hours=24)
            for episode, begin in begins[person(row)]
        )
    assert len(transfers) > 50


def test_wards_change_clinic_within_episodes_only_for_patients_of_another_clinic(
    newest: dict[Key, Row], units: dict[str, Row]
) -> None:
    outliers = told_by_clinic = told_by_unit = 0
    for row in newest.values():
        responsible = row["ansvarig_enhet_hsaid"]
        clinic = units[responsible]["klinik_hsaid"] if responsible in units else responsible
        if responsible and clinic != units[row["avdelning_hsaid"]]["klinik_hsaid"]:
            outliers += 1
            told_by_unit += responsible in units
            told_by_clinic += responsible not in units
    assert told_by_clinic > 10 and told_by_unit > 10
    assert 0.01 < outliers / len(newest) < 0.06
    assert any(not row["ansvarig_enhet_hsaid"] for row in newest.values())
    clinics = {unit["klinik_hsaid"] for unit in units.values()}
    assert {row["ansvarig_enhet_hsaid"] for row in newest.values()} <= clinics | set(units) | {""}


def test_every_ward_has_beds_for_every_day_and_every_stay_lies_on_one(
    hospital: Path, stays: dict[str, dict[Key, Row]], units: dict[str, Row]
) -> None:
    wards = {unit_id for unit_id, unit in units.items() if unit["enhetstyp"] == "AVDELNING"}
    for period in PERIODS:
        first = date.fromisoformat(f"{period}-01")
        days = {
            first + timedelta(days=step) for step in range(31) if (first + timedelta(days=step)).month == first.month
        }
        rows = rows_of(hospital, period, BEDS)
        assert len(rows) == len(wards) * len(days)
        assert {(row["avdelning_hsaid"], date.fromisoformat(row["datum"])) for row in rows} == {
            (ward, day) for ward in wards for day in days
        }
        assert all(0 <= int(row["disponibla"]) <= int(row["faststallda"]) for row in rows)
        assert {row["avdelning_hsaid"] for row in stays[period].values()} <= wards


def patients_at_six(hospital: Path, period: str) -> dict[tuple[str, str], int]:
    """Patients on each ward and day at 06:00, those on permission among them."""
    rows = rows_of(hospital, period, STAYS)
    counted: dict[tuple[str, str], int] = {}
    for bed in rows_of(hospital, period, BEDS):
        counted[bed["avdelning_hsaid"], bed["datum"]] = 0
    for row in rows:
        day = max(date.fromisoformat(row["in_tid"][:10]), date.fromisoformat(f"{period}-01"))
        while day.isoformat()[:7] == period:
            six = f"{day} 06:00:00"
            if row["in_tid"] <= six and (row["ut_tid"] or "9") > six:
                counted[row["avdelning_hsaid"], day.isoformat()] += 1
            elif row["ut_tid"] and row["ut_tid"] <= six:
                break
            day += timedelta(days=1)
    return counted


def test_some_wards_rest_in_july_and_nobody_lies_where_there_are_no_beds(hospital: Path) -> None:
    resting = defaultdict(set)
    is_overcrowded = False
    for period in PERIODS:
        patients = patients_at_six(hospital, period)
        for row in rows_of(hospital, period, BEDS):
            counted = patients[row["avdelning_hsaid"], row["datum"]]
            if int(row["disponibla"]) == 0:
                assert counted == 0
                if int(row["faststallda"]) > 0:
                    resting[row["avdelning_hsaid"]].add(row["datum"])
            is_overcrowded |= counted > int(row["disponibla"])
    assert len(resting) >= 3 and is_overcrowded
    assert {(min(days), max(days), len(days)) for days in resting.values()} == {(*REST, 35)}


def test_permissions_lie_inside_their_stays_which_stand_in_the_same_file(
    hospital: Path, stays: dict[str, dict[Key, Row]], units: dict[str, Row]
) -> None:
    open_ones = over_six = whole_days = 0
    of_stay: dict[tuple[str, Key], int] = defaultdict(int)
    for period in PERIODS:
        spans = defaultdict(list)
        for row in rows_of(hospital, period, PERMISSIONS):
            stay = stays[period][key_of(row)]
            assert units[stay["avdelning_hsaid"]]["verksamhetstyp"] in ("PSY", "BUP", "RATT")
            assert stay["in_tid"] < row["fran_tid"]
            if not row["till_tid"]:
                assert not stay["ut_tid"]
            assert (row["till_tid"] or "9") <= (stay["ut_tid"] or "9")
            spans[key_of(row)].append((row["fran_tid"], row["till_tid"] or "9"))
            open_ones += not row["till_tid"]
            nights = (moment(row["till_tid"]).date() - moment(row["fran_tid"]).date()).days if row["till_tid"] else 0
            over_six += nights >= 1
            whole_days += nights >= 2
            of_stay[period, key_of(row)] += 1
        for of_one in spans.values():
            assert all(first[1] < second[0] for first, second in pairwise(sorted(of_one)))
    assert open_ones >= 1 and over_six > 50 and whole_days > 20 and max(of_stay.values()) > 3


def test_every_permission_of_a_stay_stands_in_every_file_that_holds_the_stay(
    hospital: Path, stays: dict[str, dict[Key, Row]]
) -> None:
    for period, following in pairwise(PERIODS):
        now, later = (
            {(key_of(row), row["fran_tid"]): row["till_tid"] for row in rows_of(hospital, one, PERMISSIONS)}
            for one in (period, following)
        )
        kept = {key: end for key, end in now.items() if key[0] in stays[following]}
        assert kept and set(kept) <= set(later)
        assert all(end in ("", later[key]) for key, end in kept.items())


def test_drg_weights_stand_on_the_last_stay_and_some_come_a_month_late(stays: dict[str, dict[Key, Row]]) -> None:
    late = never = 0
    for period, following in pairwise(PERIODS):
        for key, row in stays[period].items():
            assert bool(row["drg_kod"]) == bool(row["drg_vikt"])
            if row["drg_vikt"]:
                assert row["ut_tid"] and (key[0], key[1] + 1) not in stays[period]
            if row["ut_tid"][:7] == period and row["ut_till"] != "AVD" and not row["drg_vikt"]:
                late += stays[following][key]["drg_vikt"] != ""
                never += stays[following][key]["drg_vikt"] == ""
    assert late > 100 and never > 10


def test_who_dies_on_a_ward_is_dead_in_the_care_files_and_never_admitted_again(
    hospital: Path, newest: dict[Key, Row]
) -> None:
    died = {person(row): row["ut_tid"] for row in newest.values() if row["ut_till"] == "AVLIDEN"}
    assert len(died) > 30
    assert all(row["in_tid"] < died.get(person(row), "9") for row in newest.values())
    told = {
        person(row): row["avliden_datum"]
        for row in (*contacts(hospital, PERIODS[-1]), *waiting(hospital, PERIODS[-1]))
        if person(row) in died
    }
    assert told and all(told[one] == died[one][:10] for one in told)


def test_discharge_ready_patients_wait_inside_their_stay(newest: dict[Key, Row]) -> None:
    ready = [row for row in newest.values() if row["utskrivningsklar_tid"]]
    assert all(row["in_tid"] <= row["utskrivningsklar_tid"] <= (row["ut_tid"] or "9") for row in ready)
    assert any(row["ut_tid"][:10] > row["utskrivningsklar_tid"][:10] for row in ready)
    assert any(not row["ut_tid"] for row in ready)
    assert {row["ut_till"] for row in newest.values()} == {"", "HEM", "SABO", "AVD", "SJUKHUS", "AVLIDEN"}
    assert {row["kommunala_insatser"] for row in newest.values()} == {"", "J", "N"}
    assert all(row["kommunala_insatser"] == "J" for row in newest.values() if row["ut_till"] == "SABO")


def test_most_of_the_somatic_patients_of_65_or_more_are_assessed_for_all_three_risks(
    hospital: Path, newest: dict[Key, Row], units: dict[str, Row]
) -> None:
    assessed = defaultdict(set)
    of_episode = defaultdict(list)
    for (episode, _), row in sorted(newest.items()):
        of_episode[episode].append(row)
    for period in PERIODS:
        for row in rows_of(hospital, period, RISKS):
            assert row["bedomd_tid"][:7] == period
            assessed[row["vardtillfalle_id"]].add(row["typ"])
            first, last = of_episode[row["vardtillfalle_id"]][0], of_episode[row["vardtillfalle_id"]][-1]
            assert first["in_tid"] <= row["bedomd_tid"] <= (last["ut_tid"] or "9")
    meant = [
        episode
        for episode, rows in of_episode.items()
        if units[rows[0]["avdelning_hsaid"]]["verksamhetstyp"] == "SOM"
        and "2024-06-03" < rows[0]["in_tid"] < "2024-08-25"
        and rows[0]["fodelsear"] < "1959"
        and rows[-1]["ut_tid"][:10] > rows[0]["in_tid"][:10]
    ]
    whole = sum(len(assessed[episode]) == 3 for episode in meant)
    assert len(meant) > 500 and 0.6 < whole / len(meant) < 0.9


def test_visitors_reserve_numbers_and_protected_identities_lie_on_wards_too(newest: dict[Key, Row]) -> None:
    rows = newest.values()
    assert any(row["lkf"][:2] not in ("19", "00") for row in rows)
    assert any(row["patient_id"].startswith("R56") for row in rows)
    assert any(row["skyddad_identitet"] == "J" for row in rows)
    assert any("-" in row["patient_id"] for row in rows)


def test_a_month_of_wards_delivered_again_tells_what_came_later(hospital: Path, tmp_path: Path) -> None:
    period, known = PERIODS[0], PERIODS[-1]
    write_region(tmp_path, period, period, scale=SCALE, known_through=known)
    first, again = ({key_of(row): row for row in rows_of(out, period, STAYS)} for out in (hospital, tmp_path))
    assert list(first) == list(again)
    later = {key_of(row): row for row in rows_of(hospital, PERIODS[1], STAYS)}
    newly_closed = 0
    for key, row in again.items():
        assert all(first[key][name] == row[name] for name in LASTING)
        assert all(not first[key][name] or first[key][name] == row[name] for name in KNOWN_LATER)
        if not first[key]["ut_tid"] and row["ut_tid"]:
            newly_closed += 1
            assert row["ut_tid"][:7] > period
        assert later.get(key, row)["ut_tid"] in ("", row["ut_tid"])
    assert newly_closed > 50
    assert sum(row["drg_vikt"] == "" for row in again.values()) < sum(row["drg_vikt"] == "" for row in first.values())


def test_the_smallest_regions_keep_a_few_wards_with_beds(tmp_path: Path) -> None:
    write_region(tmp_path, "2024-03", "2024-03", scale=0.005)
    beds = [int(row["disponibla"]) for row in rows_of(tmp_path, "2024-03", BEDS)]
    patients = patients_at_six(tmp_path, "2024-03")
    with_beds = {row["avdelning_hsaid"] for row in rows_of(tmp_path, "2024-03", BEDS) if int(row["disponibla"]) > 0}
    assert 3 <= len(with_beds) <= 8
    assert 0.1 < sum(patients.values()) / sum(beds) < 1.0
    assert {ward for (ward, _), counted in patients.items() if counted} <= with_beds
