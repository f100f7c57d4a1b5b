"""What a delivery rests on and what is kept of it: files, keys, replaced calls, and nothing half left behind."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.contracts import load_contracts
from orchestration.delivery import stage
from orchestration.delivery.delivered_rows import remove_rows, rows_folder
from orchestration.delivery.grounds import demand_lasting_keys, extracts_of, replaced_calls
from orchestration.delivery.id_map import map_path
from orchestration.delivery.package import ReplacedCall, package_folder
from orchestration.errors import VardlagerError
from orchestration.privacy import Key, write_new_key
from orchestration.settings import Home, Region
from orchestration.state.store import Load, State, open_state
from orchestration.work import Work

PERIOD = "2024-07"


@pytest.fixture
def work(tmp_path: Path) -> Work:
    region = Region(
        region_code=56,
        region_name="Region Prov",
        region_hsa_id="SE2321000131-1",
        county_prefix="19",
        norm_hours_per_year=1725,
        receivers=("skr",),
        main_variant="skr",
    )
    home = Home(tmp_path / "home")
    home.make()
    return Work(PERIOD, "r1", home, region, frozenset(), Key(b"k" * 32), load_contracts(), print)


@pytest.fixture
def state(work: Work) -> Iterator[State]:
    with open_state(work.home.state_file) as opened:
        yield opened


def a_version(state: State, work: Work, version: int, status: str) -> Path:
    row = {
        "receiver": stage.RECEIVER,
        "period": PERIOD,
        "version": version,
        "created_at": "2024-08-19 10:00:00",
        "run_id": "r0",
        "inputs": "i",
        "content_hash": "c",
        "contacts_completed": 0,
        "contacts_waiting": 0,
        "left_out_count": 0,
        "replaced_version": None,
        "override_reason": "prov",
        "status": status,
    }
    state.insert("delivery", [row])
    folder = package_folder(work.home.delivery, stage.RECEIVER, PERIOD, version)
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{}")
    (folder / "manifest.json").chmod(0o400)
    folder.chmod(0o500)
    return folder


def keep(work: Work, version: int) -> list[Path]:
    """A map and rows of a version, whole; the map half-made beside it."""
    made = map_path(work.home.state, stage.RECEIVER, PERIOD, version)
    half = made.with_name(f".{made.name}.building")
    folder = rows_folder(work.home.state, stage.RECEIVER, PERIOD, version)
    for path in (made, half, folder / "completed.parquet"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
        path.chmod(0o400)
    folder.chmod(0o500)
    return [made, half, folder]


def test_what_an_interrupted_run_left_goes_and_its_number_is_free(state: State, work: Work) -> None:
    delivered = [a_version(state, work, 1, "built"), *keep(work, 1)]
    half = [a_version(state, work, 2, "building"), *keep(work, 2)]
    stage._clear_interrupted(state, work)
    assert all(path.exists() for path in delivered)
    assert not any(path.exists() for path in half)
    assert stage._next_version(state, work) == (2, 1)


def test_a_folder_that_the_state_does_not_know_keeps_its_number(state: State, work: Work) -> None:
    unknown = package_folder(work.home.delivery, stage.RECEIVER, PERIOD, 1)
    unknown.mkdir(parents=True)
    stage._clear_interrupted(state, work)
    assert unknown.exists()
    assert stage._next_version(state, work) == (2, None)


@pytest.mark.parametrize("left", ["map", "rows"])
def test_a_map_or_rows_that_the_state_does_not_know_keep_their_number(left: str, state: State, work: Work) -> None:
    made, half, folder = keep(work, 1)
    half.unlink()
    if left == "map":
        remove_rows(folder)
    else:
        made.unlink()
    stage._clear_interrupted(state, work)
    assert stage._next_version(state, work) == (2, None)


def load_of(period: str, entity: str, group: str, outcome: str = "current") -> Load:
    name = f"{entity}_{period}.csv"
    return Load(period, "s", entity, group, name, f"sha-{entity}-{period}", "a", None, 7, 7, 0, 0, 0, "t", outcome)


def test_the_manifest_names_every_file_that_the_figures_rest_on(state: State, work: Work) -> None:
    care = [name for name, contract in work.contracts.items() if contract.group == "care"]
    registers = [name for name, contract in work.contracts.items() if contract.group == "registers"]
    for period in ("2024-08", PERIOD, "2023-01"):
        for entity in care:
            state.add_load(load_of(period, entity, "care"))
    for period in ("2024-08", "2024-05"):
        for entity in registers:
            state.add_load(load_of(period, entity, "registers"))
    state.add_load(load_of("2024-06", care[0], "care"))
    state.add_load(load_of(PERIOD, care[0], "care", "replaced"))
    told = [(extract.period, extract.entity) for extract in extracts_of(state, work)]
    # A05 and A07 look back at every earlier month, CM10 takes registers of any; a half group is not read.
    assert told == [
        *(("2023-01", entity) for entity in sorted(care)),
        *(("2024-05", entity) for entity in sorted(registers)),
        *((PERIOD, entity) for entity in sorted(care)),
        *(("2024-08", entity) for entity in sorted(registers)),
    ]
    assert {extract.sha256 for extract in extracts_of(state, work)} == {
        f"sha-{entity}-{period}" for period, entity in told
    }


def a_call(state: State, version: int, call: str, answer: str | None) -> None:
    row = {
        "receiver": stage.RECEIVER,
        "period": PERIOD,
        "version": version,
        "call": call,
        "leverans_referens": f"{call}-v{version}",
        "ersattnings_id": answer,
        "rows": 1,
        "sha256": "00",
        "status": "built",
    }
    state.insert("delivery_call", [row])


def test_dl04_a_new_version_replaces_what_the_receiver_answered_last(state: State) -> None:
    assert replaced_calls(state, stage.RECEIVER, PERIOD) == ()
    for version, completed, waiting in ((1, "ERS-1", None), (2, "ERS-2", None), (3, None, None)):
        a_call(state, version, "genomforda_kontakter", completed)
        a_call(state, version, "vantande_kontakter", waiting)
    assert replaced_calls(state, stage.RECEIVER, PERIOD) == (
        ReplacedCall("genomforda_kontakter", "genomforda_kontakter-v2", "ERS-2"),
        ReplacedCall("vantande_kontakter", "vantande_kontakter-v3", None),
    )
    assert replaced_calls(state, stage.RECEIVER, "2024-06") == ()


def test_dl02_the_delivery_key_is_made_once_and_never_changed(state: State, work: Work) -> None:
    first = demand_lasting_keys(state, work)
    assert demand_lasting_keys(state, work) == first
    file = work.home.delivery_key_file
    kept = file.read_bytes()
    file.unlink()
    with pytest.raises(VardlagerError, match="saknas"):
        demand_lasting_keys(state, work)
    assert not file.exists()
    write_new_key(file)
    with pytest.raises(VardlagerError, match="är en annan"):
        demand_lasting_keys(state, work)
    file.write_bytes(kept)
    assert demand_lasting_keys(state, work) == first


def test_dl02_another_key_of_the_region_may_not_lock_a_map(state: State, work: Work) -> None:
    demand_lasting_keys(state, work)
    with pytest.raises(VardlagerError, match="pseudonymer"):
        demand_lasting_keys(state, dataclasses.replace(work, key=Key(b"x" * 32)))
