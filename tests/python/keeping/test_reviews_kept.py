"""Earlier reviews go with the retention; what lists, statuses or acceptances rest on stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestration.state.reviews import review_folder
from orchestration.state.store import open_state

from .house import GOES, STAYS, House, age

PERIOD = "2022-05"


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "home")


def write_review(house: House, number: int, month: str, compared_with: int | None, made_at: str) -> Path:
    note = {
        "made_at": made_at, "compared_with": compared_with, "files": {},
        "loads": [{"entity": "e", "load_id": number}],
    }  # fmt: skip
    path = house.write(f"review/{PERIOD}/load-{number}/review.json", json.dumps(note))
    house.write(f"review/{PERIOD}/load-{number}/deviation.parquet")
    age(path.parent, month)
    return path.parent


def left(house: House) -> list[str]:
    return sorted(path.name for path in review_folder(house.home, PERIOD).iterdir())


def point_at(house: House, number: int) -> None:
    (review_folder(house.home, PERIOD) / "current").symlink_to(f"load-{number}")


def test_only_reviews_that_nothing_rests_on_go(house: House) -> None:
    for number, compared_with in ((1, None), (2, 1), (3, 1), (4, 2), (5, 4)):
        write_review(house, number, GOES, compared_with, f"2022-06-0{number}T08:00:00")
    point_at(house, 4)
    with open_state(house.home.state_file) as state:
        state.insert(
            "approval",
            [
                {
                    "period": PERIOD, "clinic_id": "EYE", "clinic_name": "Ögon", "approved_by": "chefen",
                    "approved_at": "2022-06-03 09:00:00", "figures_hash": "x", "figures": "[]", "loads": "[]",
                }
            ],
        )  # fmt: skip
    house.keep()
    # 4 is in force and compared with 2, 5 is the newest, and 3 is what a clinic saw when it approved.
    assert left(house) == ["current", "load-2", "load-3", "load-4", "load-5"]
    assert any("1 äldre genomgång " in line for line in house.said)


def test_a_review_of_the_last_kept_month_stays(house: House) -> None:
    for number, month in ((1, STAYS), (2, GOES), (3, GOES)):
        write_review(house, number, month, None, f"2022-06-0{number}T08:00:00")
    point_at(house, 3)
    house.keep()
    assert left(house) == ["current", "load-1", "load-3"]


def test_a_review_that_was_half_purged_is_finished(house: House) -> None:
    write_review(house, 1, STAYS, None, "2022-06-01T08:00:00")
    folder = review_folder(house.home, PERIOD)
    (folder / "load-1").rename(folder / ".load-1.gallras")
    house.keep()
    assert not folder.exists()
