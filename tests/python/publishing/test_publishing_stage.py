"""The publishing of a run: evidence first, the deliveries that were made, and what is preliminary."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.contracts import load_contracts
from orchestration.errors import StoppedError
from orchestration.privacy import Key
from orchestration.publishing import stage
from orchestration.settings import Home
from orchestration.state import evidence
from orchestration.state.current import current_inputs
from orchestration.state.store import Load, State, open_state
from orchestration.warehouse.inputs import _period_rows
from orchestration.work import Work

from .builds import PERIOD, build, kept_delivery, note_delivery, published_rows, region


@pytest.fixture
def work(tmp_path: Path) -> Work:
    home = Home(tmp_path / "home")
    build(home, 3)
    return Work(PERIOD, "r1", home, region(), frozenset(), Key(b"k" * 32), load_contracts(), lambda _: None)


@pytest.fixture
def state(work: Work) -> Iterator[State]:
    with open_state(work.home.state_file) as opened:
        yield opened


@pytest.fixture
def no_dbt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "refresh_state_copies", lambda _: None)


@pytest.mark.usefixtures("no_dbt")
def test_without_evidence_nothing_is_published(work: Work, state: State) -> None:
    with pytest.raises(StoppedError, match="har inte körts"):
        stage.publish_period(work)
    assert not work.home.published_file.exists()
    assert state.rows("select * from publication") == []


@pytest.mark.usefixtures("no_dbt")
def test_with_evidence_it_is_published_and_again_when_renewed(work: Work, state: State) -> None:
    inputs = current_inputs(state, work.contracts, work.region)
    for check_id in evidence.required_checks():
        evidence.record(state, check_id, work.run_id, inputs, PERIOD, True, "godkänd")
    stage.publish_period(work)
    stage.renew_published(work)
    rows = state.rows("select version, run_id, period, inputs, status from publication order by version")
    assert [tuple(row) for row in rows] == [
        (1, "r1", PERIOD, inputs, "earlier"),
        (2, "r1", PERIOD, inputs, "current"),
    ]
    assert published_rows(work.home) == (3, 3)


@pytest.mark.usefixtures("no_dbt")
def test_only_rows_of_deliveries_that_were_made_are_published(work: Work) -> None:
    made = kept_delivery(work.home, 1, 4)
    for version, status in ((2, "building"), (3, None)):
        kept_delivery(work.home, version, 4)
        if status:
            note_delivery(work.home, version, status)
    note_delivery(work.home, 1)
    # A delivery whose rows were not kept is told by meta.deliveries alone.
    note_delivery(work.home, 4)
    stage.renew_published(work)
    delivered = work.home.published / "parquet" / "delivered"
    assert {path.relative_to(delivered) for path in delivered.rglob("*.parquet")} == set(made)


# --- Preliminary or delivered ---------------------------------------------------------------------


def load(state: State, entity: str, group: str = "care", period: str = PERIOD, sha256: str = "a") -> int:
    """A load that takes over from the earlier one of its entity and period."""
    number = state.add_load(
        Load(
            period=period,
            system="cosmic",
            entity=entity,
            group_name=group,
            file_name=f"{entity}.csv",
            sha256=sha256,
            archive_path="archive/x",
            lake_path="lake/x",
            rows_in_file=1,
            rows_loaded=1,
            rows_quarantined=0,
            rows_duplicate=0,
            rows_filtered=0,
            loaded_at="2024-08-05 10:00:00",
            outcome="held",
        )
    )
    state.make_current([number])
    state.set_group(period, group, "complete", None)
    return number


def deliver(state: State, version: int, *load_ids: int, period: str = PERIOD, status: str = "built") -> None:
    state.insert(
        "delivery",
        [
            {
                "receiver": "skr",
                "period": period,
                "version": version,
                "created_at": "2024-08-19 10:00:00",
                "run_id": "r0",
                "inputs": "i",
                "contacts_completed": 0,
                "contacts_waiting": 0,
                "left_out_count": 0,
                "status": status,
            }
        ],
    )
    rows = [{"receiver": "skr", "period": period, "version": version, "load_id": load_id} for load_id in load_ids]
    state.insert("delivery_load", rows)


def told(state: State) -> dict[tuple[str, str], tuple[bool, bool]]:
    """(is_preliminary, is_delivered) by period and group."""
    return {(row[0], row[1]): (row[5], row[6]) for row in _period_rows(state)}


PRELIMINARY, DELIVERED = (True, False), (False, True)


def test_a_period_is_preliminary_until_it_is_delivered(state: State) -> None:
    contacts, entries = load(state, "cosmic_vardkontakt"), load(state, "cosmic_vantelista")
    assert told(state) == {(PERIOD, "care"): PRELIMINARY}
    deliver(state, 1, contacts, entries, status="building")
    assert told(state) == {(PERIOD, "care"): PRELIMINARY}
    state.execute("update delivery set status = 'built'")
    assert told(state) == {(PERIOD, "care"): DELIVERED}


def test_a_new_load_of_a_delivered_period_makes_it_preliminary_until_it_is_delivered_again(state: State) -> None:
    contacts, entries = load(state, "cosmic_vardkontakt"), load(state, "cosmic_vantelista")
    deliver(state, 1, contacts, entries)
    corrected = load(state, "cosmic_vantelista", sha256="b")
    assert told(state) == {(PERIOD, "care"): PRELIMINARY}
    deliver(state, 2, contacts, corrected)
    assert told(state) == {(PERIOD, "care"): DELIVERED}


def test_the_newest_delivery_is_the_one_that_counts(state: State) -> None:
    contacts, entries = load(state, "cosmic_vardkontakt"), load(state, "cosmic_vantelista")
    deliver(state, 9, contacts, entries)
    deliver(state, 10, contacts)
    assert told(state) == {(PERIOD, "care"): PRELIMINARY}


def test_a_delivery_that_rests_on_fewer_loads_than_are_current_leaves_the_period_preliminary(state: State) -> None:
    contacts = load(state, "cosmic_vardkontakt")
    deliver(state, 1, contacts)
    assert told(state) == {(PERIOD, "care"): DELIVERED}
    load(state, "cosmic_diagnos")
    assert told(state) == {(PERIOD, "care"): PRELIMINARY}


def test_a_delivery_of_which_it_is_not_known_what_it_rests_on_leaves_the_period_preliminary(state: State) -> None:
    load(state, "cosmic_vardkontakt")
    deliver(state, 1)
    assert told(state) == {(PERIOD, "care"): PRELIMINARY}


def test_a_load_of_another_period_or_of_the_registers_leaves_a_delivered_period_delivered(state: State) -> None:
    contacts = load(state, "cosmic_vardkontakt")
    deliver(state, 1, contacts)
    load(state, "register_enhet", group="registers")
    load(state, "cosmic_vardkontakt", period="2024-08")
    assert told(state) == {
        (PERIOD, "care"): DELIVERED,
        (PERIOD, "registers"): DELIVERED,
        ("2024-08", "care"): PRELIMINARY,
    }
