"""A month of the reporter's: loaded, corrected, run again, accepted; what each review says was counted by hand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.errors import VardlagerError
from orchestration.review import stage, store
from orchestration.review.stage import renew_review
from orchestration.review.told import read_told, summary_lines
from orchestration.state.reviews import Review, number_in_force, review_in_force, reviews_of
from orchestration.state.store import open_state
from tests.python.rights import PRIVATE, modes
from tests.python.warehouse.planted import CLINIC, UNIT, Row, contact, day, unit, waiting
from tests.python.warehouse.played import CONTACTS, REGION, WAITING, Player, World

MONTH = "2024-07"
HELD_BACK = [{"source_line": 101, "unit_id": UNIT}, {"source_line": 102, "unit_id": UNIT}]
NO_AREA: Row = {"mvo": None}
# Rules of other rows than these must not change what is counted here.
COUNTED = ("A12", "A37")


@pytest.fixture(scope="module")
def player(built: Path, manifest: dict[str, Any]) -> Player:
    return Player(manifest, built / "build.duckdb")


class Month:
    """A home whose files come one after the other, and the clock that its reviews are made by."""

    def __init__(self, root: Path, player: Player) -> None:
        self.world = World(root, player, REGION.model_copy(update={"left_out_limit_rows": 100}))
        self.world.deliver_registers(MONTH, [unit(MONTH)])
        self.clock = datetime(2024, 8, 2, 8)

    def now(self) -> str:
        self.clock += timedelta(minutes=1)
        return self.clock.isoformat(sep=" ")

    def deliver(self, lacking: list[str], sound: list[str], entry: Row, held_back: list[Row]) -> None:
        """Files of the month: contacts with and without an area, the one entry, rows in quarantine."""
        rows = [contact(MONTH, name, **NO_AREA) for name in lacking] + [contact(MONTH, name) for name in sound]
        self.world.deliver(CONTACTS, MONTH, rows, held_back)
        self.world.deliver(WAITING, MONTH, [waiting(MONTH, "w1", **entry)])

    def run(self) -> Review:
        """What a validation does of it: build and renew; the review must stand on what was built."""
        self.world.build(MONTH)
        review = renew_review(self.world.work(MONTH))
        assert review is not None and review == review_in_force(self.world.home, MONTH)
        return review

    def approve(self, *rules: str) -> None:
        with open_state(self.world.home.state_file) as state:
            state.execute("update approval set withdrawn_at = 'x', withdrawn_reason = 'ersatt av nytt godkännande'")
            state.insert(
                "approval",
                [
                    {
                        "period": MONTH, "clinic_id": CLINIC, "clinic_name": "Kliniken", "approved_by": "chefen",
                        "approved_at": self.now(), "figures_hash": "other", "figures": "[]", "loads": "[]",
                    }
                ],
            )  # fmt: skip
            [row] = state.rows("select max(approval_id) as number from approval")
            state.insert(
                "acceptance", [{"approval_id": row["number"], "rule_id": rule, "reason": "känt"} for rule in rules]
            )

    def withdraw(self, reason: str) -> None:
        with open_state(self.world.home.state_file) as state:
            state.execute("update approval set withdrawn_at = 'x', withdrawn_reason = ?", [reason])


@pytest.fixture
def month(tmp_path: Path, player: Player, monkeypatch: pytest.MonkeyPatch) -> Month:
    monkeypatch.setattr("orchestration.warehouse.stage.run_dbt", player.run_dbt)
    made = Month(tmp_path / "home", player)
    monkeypatch.setattr(stage, "now", made.now)
    made.deliver(["c1", "c2", "c3", "c4"], ["c5"], NO_AREA, HELD_BACK)
    return made


def rows_of(review: Review, name: str, columns: str, where: str = "true") -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        path = str(review.folder / f"{name}.parquet")
        found = connection.execute(f"select {columns} from read_parquet($1) where {where} order by all", [path])
        return found.fetchall()


def statuses(review: Review) -> dict[str, str]:
    """The status of each contact's deviation of A12."""
    return dict(rows_of(review, "deviation", "contact_id, status", "rule_id = 'A12'"))


def counts(review: Review) -> dict[str, tuple[Any, ...]]:
    """(standing, new, remaining, fixed, accepted) by rule."""
    columns = "rule_id, deviations_count, new_count, remaining_count, fixed_count, accepted_count"
    return {row[0]: row[1:] for row in rows_of(review, "rule", columns, f"rule_id in {COUNTED}")}


def correct(month: Month) -> None:
    """The clinic has corrected half of it, and something new is wrong; the lines of the file have moved."""
    corrected: Row = {"status": "A", "avford_tid": day("2024-08-05"), "avford_orsak": "FELREGISTRERAD", **NO_AREA}
    month.deliver(["c3", "c4", "c7"], ["c1", "c2", "c5"], corrected, [{"source_line": 57, "unit_id": UNIT}])


def bytes_of(review: Review) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in review.folder.iterdir()}


def test_in_the_months_first_load_everything_is_new(month: Month) -> None:
    review = month.run()
    assert (review.number, review.compared_with) == (1, None)
    assert counts(review) == {"A12": (5, 5, 0, 0, 0), "A37": (2, 2, 0, 0, 0)}
    assert set(statuses(review).values()) == {"new"}
    assert modes(month.world.home.review) == PRIVATE


def test_after_a_correction_what_was_is_remaining_or_fixed_and_running_twice_changes_nothing(month: Month) -> None:
    first = month.run()
    before = bytes_of(first)
    correct(month)
    second = month.run()
    assert (second.number, second.compared_with) == (2, 1)
    # WT02: the entry removed as wrongly registered is among the fixed.
    expected = {"c1": "fixed", "c2": "fixed", "c3": "remaining", "c4": "remaining", "c7": "new", "w1": "fixed"}
    assert statuses(second) == expected
    assert counts(second) == {"A12": (3, 1, 2, 3, 0), "A37": (1, 0, 1, 1, 0)}
    written = bytes_of(second)
    again = month.run()
    assert (again.number, bytes_of(again)) == (2, written)
    assert bytes_of(first) == before
    told = read_told(again)
    assert (told.fixed, told.accepted, told.left[0][:2]) == (4, 0, (CLINIC, "Kliniken"))
    assert "rättade" in summary_lines(told)[0] and "Kliniken" in summary_lines(told)[1]


def test_what_is_accepted_stays_accepted_for_the_same_deviations_until_a_person_takes_it_back(month: Month) -> None:
    month.run()
    correct(month)
    month.run()
    month.approve("A12")
    accepted = month.run()
    assert (accepted.number, accepted.compared_with) == (3, 1)
    assert counts(accepted)["A12"] == (3, 0, 0, 3, 3)
    assert rows_of(accepted, "rule", "accepted_reason, accepted_by", "rule_id = 'A12'") == [("känt", "chefen")]
    # New files: what the clinic accepted is still accepted, what has come since is not.
    month.deliver(["c4", "c7", "c8"], ["c3"], {}, [])
    expected = {"c3": "fixed", "c4": "accepted", "c7": "accepted", "c8": "new"}
    for reason in (None, "klinikens rader eller siffror är andra efter en fil"):
        if reason is not None:
            month.withdraw(reason)
        review = month.run()
        assert statuses(review) == expected
        assert review.compared_with == 3
    month.withdraw("taget tillbaka av chefen")
    assert statuses(month.run()) == {"c3": "fixed", "c4": "remaining", "c7": "remaining", "c8": "new"}
    month.approve("A16")
    assert set(statuses(month.run()).values()) == {"fixed", "remaining", "new"}


def test_cm09_nothing_in_the_build_depends_on_reviews_or_on_what_people_said(month: Month) -> None:
    month.run()
    before = month.world.contents()
    correct(month)
    month.run()
    month.approve("A12")
    month.deliver(["c1", "c2", "c3", "c4"], ["c5"], NO_AREA, HELD_BACK)
    month.run()
    for table in ("earlier_deviation", "accepted_deviation", "clinic_approval", "clinic_acceptance"):
        assert month.world.query(f"select count(*) from control.{table}") == [(0,)], table
    after = month.world.contents()
    # The facts tell the number of their load, and so does the account of loads.
    loaded = {"quality.load_account", "meta.periods"}
    same = {name for name in before if before[name] == after[name]}
    assert {"quality.deviations", "marts.mart_waiting_times", "delivery.delivery_content"} <= same
    assert loaded - same == loaded


@pytest.mark.parametrize("point", ["_write_files", "point_at"])
def test_killed_while_a_review_is_written_the_earlier_one_is_in_force_and_a_rerun_gives_the_same(
    month: Month, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    month.run()
    correct(month)
    undisturbed = month.run()
    expected = {name: noted["sha256"] for name, noted in undisturbed.note["files"].items()}
    (month.world.home.review / MONTH / "load-2").rename(month.world.root / "aside")
    store.point_at(month.world.home, MONTH, 1)

    def killed(*arguments: Any) -> Any:
        if point == "_write_files":
            (arguments[1] / "half.parquet").write_bytes(b"half")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store, point, killed)
        with pytest.raises(KeyboardInterrupt):
            month.run()
    assert number_in_force(month.world.home, MONTH) == 1
    again = month.run()
    assert again.number == 2
    assert {name: noted["sha256"] for name, noted in again.note["files"].items()} == expected
    folder = month.world.home.review / MONTH
    assert sorted(path.name for path in folder.iterdir()) == ["current", "load-1", "load-2"]


def damage_table(review: Review) -> None:
    path = review.folder / "deviation.parquet"
    path.write_bytes(path.read_bytes()[:-9])


def damage_note(review: Review) -> None:
    (review.folder / "review.json").write_text("{", encoding="utf-8")


@pytest.mark.parametrize("damage", [damage_table, damage_note])
def test_a_review_that_is_not_as_it_was_written_is_compared_with_nothing(
    month: Month, damage: Callable[[Review], None]
) -> None:
    damage(month.run())
    correct(month)
    review = month.run()
    assert (review.number, review.compared_with) == (2, None)
    assert set(statuses(review).values()) == {"new"}
    damage(review)
    assert month.run().number == 3


def test_a_review_is_made_of_a_build_that_stands_on_what_is_loaded_and_of_no_other(month: Month) -> None:
    month.run()
    correct(month)
    assert renew_review(month.world.work(MONTH)) is None
    assert any("inte byggt på det som gäller" in line for line in month.world.said)
    month.world.build(MONTH)
    month.world.execute("update control.run_context set period = '2024-06'")
    assert renew_review(month.world.work(MONTH)) is None
    assert any("en annan månad" in line for line in month.world.said)
    assert len(reviews_of(month.world.home, MONTH)) == 1


def test_what_cannot_be_written_is_told_with_a_next_step_and_the_earlier_review_holds(
    month: Month, monkeypatch: pytest.MonkeyPatch
) -> None:
    month.run()
    correct(month)

    def full(*_: Any) -> Any:
        raise OSError("No space left on device")

    monkeypatch.setattr(store, "_write_files", full)
    with pytest.raises(VardlagerError, match="kunde inte göras") as told:
        month.run()
    assert "doctor" in told.value.next_step
    assert number_in_force(month.world.home, MONTH) == 1


def test_the_note_tells_what_the_review_was_made_of(month: Month) -> None:
    review = month.run()
    note = json.loads((review.folder / "review.json").read_text("utf-8"))
    wanted = {"period", "load", "compared_with", "made_at", "run_id", "code_version", "inputs", "files", "loads"}
    assert wanted <= note.keys()
    assert [load["entity"] for load in note["loads"]] == [WAITING, CONTACTS]
    assert set(note["files"]) == set(store.FILES)
    assert note["files"]["deviation"]["rows"] == len(rows_of(review, "deviation", "*"))


FORBIDDEN = ("patient", "person", "birth", "sex", "kon", "municipality", "lkf", "key")


def test_dl05_a_review_has_no_column_about_the_patient_and_no_pseudonym(month: Month) -> None:
    review = month.run()
    with duckdb.connect() as connection:
        for path in sorted(review.folder.glob("*.parquet")):
            columns = connection.execute("select name from parquet_schema($1)", [str(path)]).fetchall()
            told = [name for (name,) in columns for word in FORBIDDEN if word in name.split("_")]
            assert told == [], path.name
