from __future__ import annotations

import re
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from orchestration.synthetic_region.population import make_population

from .reading import PERIODS, Row, contacts, waiting

NUMBER = re.compile(r"(\d{8})[-+]?(\d{4})")


@pytest.fixture(scope="module")
def rows(region: Path) -> list[Row]:
    return [row for period in PERIODS for row in (*contacts(region, period), *waiting(region, period))]


def has_valid_check_digit(ten_digits: str) -> bool:
    """Every second digit doubled from the first, digit sums added: a multiple of ten."""
    products = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(ten_digits)]
    return sum(product // 10 + product % 10 for product in products) % 10 == 0


def test_the_check_digit_of_a_known_example_is_understood() -> None:
    # 811228-9874 is the tax agency's own example of a personal identity number.
    assert has_valid_check_digit("8112289874") and not has_valid_check_digit("8112289873")


def test_every_numbered_identity_has_a_valid_date_and_check_digit(rows: list[Row]) -> None:
    kinds: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        match = NUMBER.fullmatch(row["patient_id"])
        if match is None:
            assert re.fullmatch(r"[A-Z0-9]{8,13}", row["patient_id"]) and not row["patient_id"].isdigit()
            kinds["reserve"].add(row["patient_id"])
            continue
        eight, four = match.groups()
        day = int(eight[6:])
        date(int(eight[:4]), int(eight[4:6]), day - 60 if day > 60 else day)
        assert has_valid_check_digit(eight[2:] + four)
        assert row["fodelsear"] == eight[:4]
        assert row["kon"] == ("M" if int(four[2]) % 2 else "K")
        kinds["coordination" if day > 60 else "person"].add(eight + four)
    assert len(kinds["person"]) > 4000 and len(kinds["coordination"]) > 40 and len(kinds["reserve"]) > 20


def test_an_identity_is_one_person(rows: list[Row]) -> None:
    said: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for row in rows:
        identity = row["patient_id"].replace("-", "").replace("+", "")
        said[identity].add((row["kon"], row["fodelsear"], row["skyddad_identitet"], row["lkf"]))
    assert all(len(values) == 1 for values in said.values())


def test_both_written_forms_occur(rows: list[Row]) -> None:
    forms = {row["patient_id"][8:9] for row in rows if len(row["patient_id"]) == 13}
    assert "-" in forms and any(row["patient_id"].isdigit() for row in rows)


def test_birth_years_range_widely_and_the_old_are_in_care_more(rows: list[Row]) -> None:
    years = [int(row["fodelsear"]) for row in rows]
    assert min(years) < 1930 and max(years) >= 2022
    # 39 % of a health centre chain's contacts are with those 65 or older (Intraprenadplan 2022-2024).
    assert 0.34 < sum(year <= 1959 for year in years) / len(years) < 0.44


def test_some_are_protected_deceased_or_live_elsewhere(rows: list[Row]) -> None:
    assert 0 < sum(row["skyddad_identitet"] == "J" for row in rows) < 0.01 * len(rows)
    assert any(row["avliden_datum"] for row in rows)
    counties = [row["lkf"][:2] for row in rows]
    assert 0.03 < sum(county not in ("19", "00") for county in counties) / len(rows) < 0.05
    assert 0.002 < sum(row["lkf"] == "0000" for row in rows) / len(rows) < 0.03


def test_no_two_persons_share_an_identity_in_a_whole_region() -> None:
    population = make_population(56, 1.0)
    numbers = population.number[population.number > 0]
    assert len(set(numbers.tolist())) == len(numbers) > 290_000
