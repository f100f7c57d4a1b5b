"""EXTRACTS.md, "Groups" and redelivery; RULES.md CM10: of one entity and period, the load made last."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from orchestration.contracts import load_contracts
from orchestration.errors import VardlagerError
from orchestration.landing.land import land
from orchestration.privacy import Key, key_from_environment, read_key, write_new_key
from orchestration.state.store import open_state

from .house import CONTRACTS, House, assert_balanced, file_bytes, parquet_rows
from .samples import BY_ENTITY, SAMPLES, UNIT

CONTACTS = BY_ENTITY["cosmic_vardkontakt"]
WAITING = "cosmic_vantelista"
CARE = ("cosmic_vardkontakt", WAITING)
REGISTERS = ("register_enhet", "register_ansvar", "register_heroma_enhet", "register_konto")


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "home")


def contacts(rows: int = 5, text: str = "a") -> bytes:
    return CONTACTS.file([{**row, "prioritet": text} for row in CONTACTS.rows(rows)])


def waiting(rows: int = 3, text: str = "a") -> bytes:
    made = []
    for n in range(rows):
        row = CONTACTS.row(n)
        made.append({**row, "prioritet": text, "skapad_tid": "2024-05-02 08:30:00", "status": "V"})
    return file_bytes(CONTRACTS[WAITING], made)


def registers() -> dict[str, bytes]:
    link = {"namn": "x", "enhet_hsaid": UNIT, "giltig_from": "2020-01-01"}
    account = {"konto": "4", "namn": "x", "resultatrad": "r", "kostnadsslag": "LON", "giltig_from": "2020-01-01"}
    rows = {
        "register_enhet": [BY_ENTITY["register_enhet"].row(1)],
        "register_ansvar": [{"ansvar": "100", **link}],
        "register_heroma_enhet": [{"heroma_enhet": "H1", **link}],
        "register_konto": [account],
    }
    return {entity: file_bytes(CONTRACTS[entity], made) for entity, made in rows.items()}


def test_the_projects_own_contracts_hold_care_and_registers() -> None:
    groups = {name: contract.group for name, contract in load_contracts().items()}
    assert {name for name, group in groups.items() if group == "care"} >= set(CARE)
    assert {name for name, group in groups.items() if group == "registers"} == set(REGISTERS)


def test_a_group_waits_for_all_of_its_entities(house: House) -> None:
    house.deliver("cosmic_vardkontakt", contacts())
    landing = house.land(*CARE)
    assert landing.group_states["care"] == "incomplete"
    assert house.rows("cosmic_vardkontakt") == []
    house.deliver(WAITING, waiting())
    landing = house.land(*CARE)
    assert landing.group_states["care"] == "complete"
    assert len(house.rows("cosmic_vardkontakt")) == 5
    assert len(house.rows(WAITING)) == 3
    assert landing.skipped == [CONTACTS.file_name], "filen som väntat läses inte om"


def test_an_incomplete_group_says_what_it_waits_for(house: House) -> None:
    house.deliver("cosmic_vardkontakt", contacts())
    house.land(*CARE)
    with open_state(house.home.state_file) as state:
        row = state.rows("select state, message from period_group where group_name = 'care'")[0]
    assert row["state"] == "incomplete"
    assert WAITING in row["message"]


def test_a_late_group_does_not_stop_another(house: House) -> None:
    house.deliver("cosmic_vardkontakt", contacts())
    house.deliver(WAITING, waiting())
    house.deliver("register_enhet", registers()["register_enhet"])
    landing = house.land(*CARE, *REGISTERS)
    assert landing.group_states == {"care": "complete", "registers": "incomplete"}
    for entity, data in registers().items():
        house.deliver(entity, data)
    landing = house.land(*CARE, *REGISTERS)
    assert landing.group_states == {"care": "complete", "registers": "complete"}
    assert [house.rows(entity)[0]["_line"] for entity in REGISTERS] == [2, 2, 2, 2]


def test_the_newest_register_of_any_period_serves_all_periods(house: House) -> None:
    for entity, data in registers().items():
        house.deliver(entity, data)
    house.land(*CARE, *REGISTERS)
    for period in ("2024-06", "2024-08"):
        house.deliver("cosmic_vardkontakt", contacts().replace(b"2024-07", period.encode()), period)
        house.deliver(WAITING, waiting(), period)
        landing = house.land(*CARE, *REGISTERS, period=period)
        assert landing.group_states["care"] == "complete"
        assert landing.group_states.get("registers") != "incomplete"


def test_one_register_renewed_in_a_later_month_needs_no_others(house: House) -> None:
    for entity, data in registers().items():
        house.deliver(entity, data)
    house.land(*REGISTERS)
    unit = BY_ENTITY["register_enhet"]
    house.deliver(unit.entity, unit.file(unit.rows(3)), "2024-08")
    assert house.land(*REGISTERS, period="2024-08").group_states == {"registers": "complete"}
    assert len(house.rows(unit.entity, "2024-08")) == 3
    assert len(house.rows(unit.entity, "2024-07")) == 1


def test_an_unchanged_file_is_skipped(house: House) -> None:
    house.deliver("cosmic_vardkontakt", contacts())
    house.land("cosmic_vardkontakt")
    before = {p: p.stat().st_mtime_ns for p in house.home.lake.rglob("*.parquet")}
    landing = house.land("cosmic_vardkontakt")
    assert landing.skipped == [CONTACTS.file_name]
    assert not landing.loaded
    assert len(house.loads()) == 1
    assert {p: p.stat().st_mtime_ns for p in house.home.lake.rglob("*.parquet")} == before


def test_a_redelivered_file_replaces_and_the_earlier_load_is_kept(house: House) -> None:
    house.deliver("cosmic_vardkontakt", contacts(5, "första"))
    house.land("cosmic_vardkontakt")
    house.deliver("cosmic_vardkontakt", contacts(7, "andra"))
    house.land("cosmic_vardkontakt")
    assert {row["prioritet"] for row in house.rows("cosmic_vardkontakt")} == {"andra"}
    [replaced] = house.loads("replaced")
    assert replaced.lake_path is not None
    assert [row["prioritet"] for row in parquet_rows(house.root / replaced.lake_path)] == ["första"] * 5
    assert len(house.loads("current")) == 1


def test_cm10_an_earlier_file_delivered_again_is_the_newest_load(house: House) -> None:
    for text in ("första", "andra", "första"):
        house.deliver("cosmic_vardkontakt", contacts(5, text))
        house.land("cosmic_vardkontakt")
    assert {row["prioritet"] for row in house.rows("cosmic_vardkontakt")} == {"första"}
    assert len(house.loads()) == 3
    assert len({load.lake_path for load in house.loads()}) == 3


def test_the_same_file_in_another_period_is_another_load(house: House) -> None:
    plan = BY_ENTITY["produktionsplan"]
    for period in ("2024-07", "2024-08"):
        house.deliver(plan.entity, plan.file(plan.rows(3)), period)
        assert not house.land(plan.entity, period=period).skipped
    assert len(house.loads("current")) == 2


def test_a_refused_file_holds_back_its_group_and_the_earlier_loads_stay(house: House) -> None:
    house.deliver("cosmic_vardkontakt", contacts(5, "första"))
    house.deliver(WAITING, waiting(3, "första"))
    house.land(*CARE)
    house.deliver("cosmic_vardkontakt", contacts(5, "andra"))
    house.deliver(WAITING, waiting(0))
    landing = house.land(*CARE)
    assert landing.group_states["care"] == "refused"
    assert {row["prioritet"] for row in house.rows("cosmic_vardkontakt")} == {"första"}
    assert {row["prioritet"] for row in house.rows(WAITING)} == {"första"}
    house.deliver(WAITING, waiting(3, "tredje"))
    assert house.land(*CARE).group_states["care"] == "complete"
    assert {row["prioritet"] for row in house.rows("cosmic_vardkontakt")} == {"andra"}
    assert {row["prioritet"] for row in house.rows(WAITING)} == {"tredje"}
    for load in house.loads():
        assert_balanced(load)


def test_a_held_file_that_lies_in_the_inbox_no_more_does_not_come_into_force(house: House) -> None:
    house.deliver("cosmic_vardkontakt", contacts(5, "första"))
    house.deliver(WAITING, waiting(3, "första"))
    house.land(*CARE)
    correction = house.deliver("cosmic_vardkontakt", contacts(5, "andra"))
    broken = house.deliver(WAITING, waiting(0))
    house.land(*CARE)
    assert len(house.loads("held")) == 1
    correction.unlink()
    broken.unlink()
    house.land(*CARE)
    assert not house.loads("held")
    assert {row["prioritet"] for row in house.rows("cosmic_vardkontakt")} == {"första"}


def test_a_held_file_waits_for_its_group_though_the_inbox_is_emptied_when_nothing_is_current(house: House) -> None:
    first = house.deliver("cosmic_vardkontakt", contacts(5, "första"))
    assert house.land(*CARE).group_states["care"] == "incomplete"
    first.unlink()
    house.deliver(WAITING, waiting(3, "första"))
    assert house.land(*CARE).group_states["care"] == "complete"
    assert len(house.loads("current")) == 2


def test_cm10_a_delivery_taken_back_before_it_was_whole_does_not_come_into_force(house: House) -> None:
    """The inbox holds the first files again: equal to the current loads, so nothing may change."""
    house.deliver("cosmic_vardkontakt", contacts(5, "första"))
    house.deliver(WAITING, waiting(3, "första"))
    house.land(*CARE)
    house.deliver("cosmic_vardkontakt", contacts(5, "andra"))
    house.deliver(WAITING, b"trasig")
    house.land(*CARE)
    house.deliver("cosmic_vardkontakt", contacts(5, "första"))
    house.deliver(WAITING, waiting(3, "första"))
    house.land(*CARE)
    assert {row["prioritet"] for row in house.rows("cosmic_vardkontakt")} == {"första"}


def test_a_file_still_refused_is_refused_again_and_counted_once(house: House) -> None:
    house.deliver("cosmic_vardkontakt", contacts(0))
    for _ in range(3):
        landing = house.land("cosmic_vardkontakt")
        assert landing.group_states["care"] == "refused"
        assert landing.refused
    assert len(house.loads()) == 1


def test_a_refused_redelivery_of_one_file_keeps_its_last_good_rows(house: House) -> None:
    house.deliver("cosmic_vardkontakt", contacts())
    house.land("cosmic_vardkontakt")
    house.deliver("cosmic_vardkontakt", b"\0" + contacts(9))
    assert house.land("cosmic_vardkontakt").group_states["care"] == "refused"
    assert len(house.rows("cosmic_vardkontakt")) == 5


def test_a_held_file_replaced_before_its_group_is_whole_gives_the_newest(house: House) -> None:
    for text in ("första", "andra"):
        house.deliver("cosmic_vardkontakt", contacts(5, text))
        house.land(*CARE)
    house.deliver(WAITING, waiting())
    house.land(*CARE)
    assert {row["prioritet"] for row in house.rows("cosmic_vardkontakt")} == {"andra"}
    assert len(house.loads("held")) == 0


def test_a_refused_file_tells_why_in_the_account(house: House) -> None:
    house.deliver("cosmic_vardkontakt", contacts(0))
    house.land("cosmic_vardkontakt")
    [load] = house.loads("refused")
    assert load.message and CONTACTS.file_name in load.message
    assert load.lake_path is None


def test_the_same_files_in_two_homes_give_the_same_parquet_bytes(tmp_path: Path) -> None:
    kept = []
    for name in ("ett", "två"):
        house = House(tmp_path / name)
        for sample in SAMPLES:
            house.deliver(sample.entity, sample.file(sample.rows(150)))
        house.land(*(sample.entity for sample in SAMPLES))
        kept.append({p.relative_to(house.root): p.read_bytes() for p in house.home.lake.rglob("*.parquet")})
    assert len(kept[0]) == len(SAMPLES)
    assert kept[0] == kept[1]


def test_a_wrong_key_is_refused_before_anything_is_read(house: House) -> None:
    house.deliver("cosmic_vardkontakt", contacts())
    house.land("cosmic_vardkontakt")
    house.deliver("cosmic_vardkontakt", contacts(9))
    with open_state(house.home.state_file) as state, pytest.raises(VardlagerError, match=r"[Nn]yckel"):
        land(
            "2024-07",
            house.home,
            house.region,
            Key(b"\7" * 32),
            {"cosmic_vardkontakt": CONTRACTS["cosmic_vardkontakt"]},
            state,
            house.said.append,
        )
    assert len(house.loads()) == 1
    assert len(house.rows("cosmic_vardkontakt")) == 5


def test_a_key_file_is_made_for_the_owner_alone_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "nyckel"
    key = write_new_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_text().strip()) == 64
    assert read_key(path).secret == key.secret
    with pytest.raises(FileExistsError):
        write_new_key(path)


def test_a_missing_key_file_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VARDLAGER_KEY_FILE", str(tmp_path / "borta"))
    with pytest.raises(VardlagerError, match="borta"):
        key_from_environment()
    monkeypatch.delenv("VARDLAGER_KEY_FILE")
    with pytest.raises(VardlagerError, match="VARDLAGER_KEY_FILE"):
        key_from_environment()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "nyckel"
    write_new_key(path)
    path.chmod(mode)
    with pytest.raises(VardlagerError, match="nyckel"):
        read_key(path)


@pytest.mark.parametrize("content", ["", "ab" * 31, "ab" * 33, "zz" * 32, ("ab" * 32 + "\n") * 2, "å" * 64])
def test_a_malformed_key_file_is_refused_and_never_shown(tmp_path: Path, content: str) -> None:
    path = tmp_path / "nyckel"
    path.write_text(content, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(VardlagerError) as refused:
        read_key(path)
    assert not content or content not in str(refused.value)
    assert "abababab" not in str(refused.value)


def test_the_key_is_nowhere_in_the_home(house: House) -> None:
    house.deliver("cosmic_vardkontakt", contacts())
    house.land("cosmic_vardkontakt")
    assert house.key.secret.hex() not in repr(house.key)
    for path in house.root.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert house.key.secret not in data
            assert house.key.secret.hex().encode() not in data.lower()
