"""The publishing of a run: evidence first, and the deliveries that were made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.contracts import load_contracts
from orchestration.errors import StoppedError, VardlagerError
from orchestration.privacy import Key
from orchestration.publishing import stage
from orchestration.settings import Home
from orchestration.state import evidence
from orchestration.state.current import current_inputs
from orchestration.state.store import State, open_state
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


@pytest.mark.usefixtures("no_dbt")
def test_a_build_file_that_is_damaged_is_taken_away_and_the_version_in_force_stands(work: Work) -> None:
    stage.renew_published(work)
    build(work.home, 500_000)
    with duckdb.connect(str(work.home.build_file)) as connection:
        connection.execute("checkpoint")
        [(block,)] = connection.execute(
            "select max(block_id) from pragma_storage_info('marts.dim_unit') where block_id >= 0"
        ).fetchall()
        [(size,)] = connection.execute("select block_size from pragma_database_size()").fetchall()
    content = bytearray(work.home.build_file.read_bytes())
    # The engine's file begins with three headers of 4096 bytes; its blocks follow.
    content[3 * 4096 + block * size + 100] ^= 0xFF
    work.home.build_file.write_bytes(content)
    with pytest.raises(VardlagerError, match="skadad"):
        stage.renew_published(work)
    assert not work.home.build_file.exists()
    assert published_rows(work.home) == (3, 3)
