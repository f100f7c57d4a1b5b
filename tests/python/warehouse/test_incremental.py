"""Whatever files come, go and come back, the build that computes little gives what a build from nothing gives."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st

from orchestration.errors import StoppedError
from orchestration.state.store import open_state
from orchestration.warehouse.stage import ROWS_PER_MEGABYTE
from tests.python.warehouse.planted import CLINIC, OTHER_CLINIC, UNIT, Row, call, contact, day, key_of, unit, waiting
from tests.python.warehouse.played import CALLS, CONTACTS, WAITING, BrokenOffError, Player, World

ROWS_AT_A_TIME = "orchestration.warehouse.stage.ROWS_PER_MEGABYTE"
# The first is a year before the third, which looks back to it, and more than a year before the last.
PERIODS = ("2023-05", "2024-04", "2024-05", "2024-06")
OTHER_UNIT, THIRD_UNIT = (UNIT[:-1] + digit for digit in "28")
PATIENTS = ("one patient", "another patient")
NAMES = [f"contact {number}" for number in range(7)]
# Each is a step of a sequence; those that tell the most come most often.
STEPS = (
    "registers", "correct", "registers", "deliver", "correct", "registers", "correct_far_back", "registers",
    "deliver", "correct_list", "repeat", "withdraw", "quarantine", "break_off", "fail", "forget", "settings",
    "delivered", "calls", "calls", "correct_calls",
)  # fmt: skip
STEPS_AN_EXAMPLE = 8


@pytest.fixture(scope="module")
def player(built: Path, manifest: dict[str, Any]) -> Player:
    """dbt as it is played on every world of this file."""
    return Player(manifest, built / "build.duckdb")


def drawn_contact(draw: st.DrawFn, period: str, name: str) -> Row:
    """A contact of the month, or of the next, or one that did not take place; sometimes faulty, somewhere."""
    start = day(f"{period}-10", draw(st.sampled_from([0, 0, 1, 15, 35])))
    return contact(
        period,
        name,
        start_tid=start,
        beslut_tid=start - timedelta(days=draw(st.sampled_from([10, 100]))),
        kontaktform=draw(st.sampled_from("BBBU")),
        enhet_hsaid=draw(st.sampled_from([UNIT, UNIT, OTHER_UNIT, THIRD_UNIT])),
        mvo=draw(st.sampled_from(["101", "101", "1"])),
        # A20: few patients, so that what an earlier month tells of them decides what a later one is.
        patient_key=key_of(draw(st.sampled_from(PATIENTS))),
        fas=draw(st.sampled_from("1114")),
        referral_key=draw(st.sampled_from([None, None, key_of("a referral"), key_of("another")])),
    )


def drawn_entry(draw: st.DrawFn, period: str, name: str) -> Row:
    """An entry that waits, or that has been removed from the list."""
    removed = draw(st.sampled_from([None, None, None, 5, 40]))
    values: Row = {} if removed is None else {
        "status": "A", "avford_tid": day(f"{period}-10", removed), "avford_orsak": "FELREGISTRERAD",
    }  # fmt: skip
    return waiting(period, name, enhet_hsaid=draw(st.sampled_from([UNIT, OTHER_UNIT, THIRD_UNIT])), **values)


def drawn_call(draw: st.DrawFn, period: str, name: str) -> Row:
    """A call of the month or of the next, at noon or at night, handled the same day or the next."""
    received = day(f"{period}-10", draw(st.sampled_from([0, 5, 15, 35]))) + timedelta(
        hours=draw(st.sampled_from([0, 10]))
    )
    return call(
        period,
        name,
        inkommet=received,
        hanterat=received + timedelta(hours=draw(st.sampled_from([1, 20, 30]))),
        enhet_hsaid=draw(st.sampled_from([UNIT, OTHER_UNIT, THIRD_UNIT])),
        kanal=draw(st.sampled_from(["TEL", "TEL", "TEL", "CHATT"])),
    )


def drawn_units(draw: st.DrawFn, period: str) -> list[Row]:
    """A register: units that move at some time, leave it, come into it, or stand in it twice the same days."""
    moved = draw(st.sampled_from([date(2024, 4, 15), date(2024, 5, 1), date(2024, 6, 30), date(2030, 1, 1)]))
    rows = [
        unit(period, giltig_tom=moved - timedelta(days=1)),
        unit(period, giltig_from=moved, klinik_hsaid=OTHER_CLINIC, klinik_namn="Den andra kliniken"),
    ]
    if draw(st.booleans()):
        rows.append(unit(period, OTHER_UNIT, klinik_hsaid=draw(st.sampled_from([CLINIC, OTHER_CLINIC]))))
    if draw(st.integers(0, 3)) == 0:
        rows.append(unit(period, OTHER_UNIT, giltig_from=date(2024, 5, 10), sjukhus_namn="Ett annat lasarett"))
    return rows


class Sequence:
    """A world in which drawn steps are taken, one after the other."""

    def __init__(self, world: World, draw: st.DrawFn) -> None:
        self.world = world
        self.draw = draw
        self.earlier: list[tuple[str, str, list[Row]]] = []

    def deliver(self) -> None:
        """Both care files of a month, first or again, early or late."""
        period = self.draw(st.sampled_from(PERIODS))
        for entity, make in ((CONTACTS, drawn_contact), (WAITING, drawn_entry)):
            names = self.draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=5, unique=True))
            self._load(entity, period, [make(self.draw, period, name) for name in sorted(names)])
        if self.draw(st.booleans()):
            self.world.deliver_registers(period, drawn_units(self.draw, period))

    def _load(self, entity: str, period: str, rows: list[Row]) -> None:
        self.earlier.append((entity, period, rows))
        self.world.deliver(entity, period, rows, self.world.held_back.get((entity, period), ()))

    def _correct(self, entity: str, period: str) -> None:
        """One row is exchanged, goes or comes; all others stand as they did."""
        rows = [dict(row) for row in self.world.standing.get((entity, period), [])]
        make = drawn_contact if entity == CONTACTS else drawn_entry
        name = self.draw(st.sampled_from(NAMES))
        kept = [row for row in rows if row["vardkontakt_id"] != name]
        if len(kept) == len(rows) or len(kept) < 2 or self.draw(st.booleans()):
            kept.append(make(self.draw, period, name))
        self._load(entity, period, kept)

    def calls(self) -> None:
        """Both files of the telephone of a month, with care or without, first or again."""
        period = self.draw(st.sampled_from(("2024-02", *PERIODS)))
        names = self.draw(st.lists(st.sampled_from(NAMES), max_size=5, unique=True))
        self.world.deliver_calls(period, [drawn_call(self.draw, period, name) for name in sorted(names)])

    def correct_calls(self) -> None:
        """The file of calls alone comes again; without the other its group is not whole."""
        period = self.draw(st.sampled_from(PERIODS))
        names = self.draw(st.lists(st.sampled_from(NAMES), max_size=5, unique=True))
        self._load(CALLS, period, [drawn_call(self.draw, period, name) for name in sorted(names)])

    def correct(self) -> None:
        self._correct(CONTACTS, self.draw(st.sampled_from(PERIODS)))

    def correct_far_back(self) -> None:
        self._correct(CONTACTS, PERIODS[0])

    def correct_list(self) -> None:
        self._correct(WAITING, self.draw(st.sampled_from(PERIODS)))

    def registers(self) -> None:
        """A register of the last month, which is the one in force, or sometimes of an earlier one (CM10)."""
        period = self.draw(st.sampled_from([PERIODS[-1], PERIODS[-1], PERIODS[-1], *PERIODS[:-1]]))
        self.world.deliver_registers(period, drawn_units(self.draw, period))

    def repeat(self) -> None:
        """An old file comes again and takes over."""
        if self.earlier:
            self._load(*self.draw(st.sampled_from(self.earlier)))

    def withdraw(self) -> None:
        """A file counts no more, and its group is not whole; the run is of another month."""
        standing = [one for one in sorted(self.world.standing) if one[0] in (CONTACTS, WAITING, CALLS)]
        if standing:
            self.world.withdraw(*self.draw(st.sampled_from(standing)))

    def quarantine(self) -> None:
        """A row of a file is held back instead of loaded."""
        standing = [one for one in sorted(self.world.standing) if one[0] in (CONTACTS, WAITING)]
        if standing:
            entity, period = self.draw(st.sampled_from(standing))
            held_back = {"source_line": 99, "unit_id": self.draw(st.sampled_from([UNIT, OTHER_UNIT, None]))}
            self.world.deliver(entity, period, self.world.standing[entity, period], [held_back])

    def break_off(self) -> None:
        """A build is killed somewhere, after which other files may come and go."""
        self.world.player.breaks_after = self.draw(st.integers(0, len(self.world.player.order) - 1))
        with pytest.raises(BrokenOffError):
            self._build()
        self.world.player.breaks_after = None

    def fail(self) -> None:
        """A test of the build fails."""
        self.world.player.fails = True
        with pytest.raises(StoppedError):
            self._build()
        self.world.player.fails = False

    def forget(self) -> None:
        """What was replaced is cleared from the lake."""
        self.world.forget_replaced()

    def settings(self) -> None:
        limit = self.draw(st.integers(0, 2))
        self.world.region = self.world.region.model_copy(update={"left_out_limit_rows": limit})

    def delivered(self) -> None:
        """What stands in the build is delivered to the nation."""
        rows = self.world.query("select period, content_hash from delivery.delivery_content order by period")
        if rows:
            period, content_hash = self.draw(st.sampled_from(rows))
            with open_state(self.world.home.state_file) as state:
                version = 1 + len(state.rows("select * from delivery where period = ?", [period]))
                state.insert("delivery", [{
                    "receiver": "skr", "period": period, "version": version, "created_at": "2024-08-02 10:00:00",
                    "run_id": "r", "inputs": "i", "content_hash": content_hash, "contacts_completed": 1,
                    "contacts_waiting": 1, "left_out_count": 0, "status": "delivered",
                }])  # fmt: skip

    def _build(self) -> str:
        own = self.draw(st.sampled_from(self.world.complete() or [PERIODS[0]]))
        self.world.build(own)
        return own

    def take(self, step: str) -> None:
        """A step, a build of some month, and the comparison with a build from nothing."""
        if step in ("break_off", "fail") and not self.world.complete():
            return
        getattr(self, step)()
        own = self._build()
        note(f"{step}; {own}; {self.world.said[-2:]}")
        with pytest.MonkeyPatch.context() as at_once:
            at_once.setattr(ROWS_AT_A_TIME, ROWS_PER_MEGABYTE)
            rebuilt = self.world.rebuilt(own)
        assert self.world.contents() == rebuilt.contents()


@given(st.data())
@settings(max_examples=3, phases=[Phase.generate], deadline=None)
def test_any_sequence_of_files_gives_what_a_build_from_nothing_gives(player: Player, data: st.DataObject) -> None:
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr("orchestration.warehouse.stage.run_dbt", player.run_dbt)
        # What is touched is computed month by month, and the build from nothing all at once.
        patch.setattr(ROWS_AT_A_TIME, 0)
        player.breaks_after, player.fails = None, False
        sequence = Sequence(World(Path(folder) / "home", player), data.draw)
        sequence.world.deliver_registers(PERIODS[0], drawn_units(data.draw, PERIODS[0]))
        for period in PERIODS[1:]:
            for entity, make in ((CONTACTS, drawn_contact), (WAITING, drawn_entry)):
                names = data.draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=5, unique=True))
                sequence._load(entity, period, [make(data.draw, period, name) for name in sorted(names)])
        sequence.world.deliver_calls(PERIODS[1], [drawn_call(data.draw, PERIODS[1], name) for name in NAMES])
        sequence.world.build(PERIODS[1])
        for step in data.draw(st.lists(st.sampled_from(STEPS), min_size=STEPS_AN_EXAMPLE, max_size=STEPS_AN_EXAMPLE)):
            sequence.take(step)
