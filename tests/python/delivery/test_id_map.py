"""DL02: the encrypted map leads back from a delivered id, for who has the region's key and for nobody else."""

from __future__ import annotations

import base64
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from delivery_rows import DELIVERY_KEY, PERIOD, completed_row, good_completed, good_waiting, make_database, waiting_row

from orchestration.delivery import id_map
from orchestration.delivery.id_map import DeliveredContact, IdMapWriter, look_up, map_path, read_map, remove_map
from orchestration.errors import VardlagerError
from orchestration.national.contract import RECORD_TYPES
from orchestration.national.frame import Origin, open_frame
from orchestration.privacy import Key
from orchestration.settings import Home
from orchestration.state.store import Load, State, open_state

KEY, OTHER_KEY = Key(b"r" * 32), Key(b"s" * 32)


def write_map(
    home: Home, connection: duckdb.DuckDBPyConnection, version: int = 1, slice_contacts: int = 10_000
) -> Path:
    with IdMapWriter(home.state, KEY, "skr", PERIOD, version) as writer:
        for record_type in RECORD_TYPES:
            with open_frame(connection, record_type, PERIOD, DELIVERY_KEY) as frame:
                writer.add(frame, slice_contacts)
    writer.take_place()
    return map_path(home.state, "skr", PERIOD, version)


def tell_state(state: State, version: int, status: str = "built", period: str = PERIOD) -> None:
    state.insert(
        "delivery",
        [
            {
                "receiver": "skr",
                "period": period,
                "version": version,
                "created_at": "2024-08-19 10:00:00",
                "run_id": "r",
                "inputs": "i",
                "content_hash": "c",
                "contacts_completed": 0,
                "contacts_waiting": 0,
                "left_out_count": 0,
                "status": status,
            }
        ],
    )


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.make()
    return made


@pytest.fixture
def state(home: Home) -> Iterator[State]:
    with open_state(home.state_file) as opened:
        yield opened


def contacts_of(path: Path, key: Key = KEY, version: int = 1) -> list[DeliveredContact]:
    return list(read_map(path, key, "skr", PERIOD, version))


def test_dl02_the_map_has_one_entry_for_each_delivered_contact_and_leads_back(home: Home) -> None:
    contacts = contacts_of(write_map(home, make_database(good_completed(), good_waiting())))
    rows = {("completed", row["vardkontakt_id"]): row for row in good_completed()} | {
        ("waiting", row["vardkontakt_id"]): row for row in good_waiting()
    }
    told = {(contact.population, contact.origin.source_contact_id): contact.origin for contact in contacts}
    assert len(contacts) == len(told) == 11 and set(told) == set(rows)
    for which, row in rows.items():
        origin = told[which]
        assert (
            origin.contact_key,
            origin.entity,
            origin.load_id,
            origin.source_line,
            origin.source_referral_id,
        ) == tuple(row[name] for name in ("contact_key", "entity", "load_id", "source_line", "remiss_id"))
        assert (origin.delivered_referral_id is None) == (row["remiss_id"] is None)
        assert len(origin.delivered_contact_id) == 32


def test_dl02_no_source_id_stands_in_clear_in_the_maps_bytes(home: Home) -> None:
    rows = [completed_row(1, vardkontakt_id="KÄLLA-ÄR-HÄR", remiss_id="REMISSEN-ÄR-HÄR")]
    path = write_map(home, make_database(rows, [waiting_row(2)]))
    data = path.read_bytes()
    (_, *tokens) = data.splitlines()
    tried = [data, data.lower(), *(base64.urlsafe_b64decode(token) for token in tokens)]
    hidden = ["KÄLLA-ÄR-HÄR", "REMISSEN-ÄR-HÄR", "KONTAKT-2", "pseudonym-1", "cosmic_vardkontakt"]
    for needle in hidden:
        forms = (needle.encode(), needle.encode("utf-16-le"), base64.b64encode(needle.encode())[:-2])
        assert not any(form in where for form in forms for where in tried)
    # The contents are there all the same: what is unlocked with the key holds every one of them.
    unlocked = b"".join(zlib.decompress(id_map._fernet(KEY).decrypt(token)) for token in tokens)
    assert all(needle.encode() in unlocked for needle in hidden)
    assert KEY.secret.hex().encode() not in data and DELIVERY_KEY.hex().encode() not in data


def test_dl02_the_map_is_for_the_owner_alone_and_is_finished_when_it_has_its_name(home: Home) -> None:
    connection = make_database(good_completed(), [])
    with IdMapWriter(home.state, KEY, "skr", PERIOD, 1) as writer:
        (building,) = map_path(home.state, "skr", PERIOD, 1).parent.iterdir()
        assert building.name == ".v1.map.building" and stat.S_IMODE(building.stat().st_mode) == 0o600
        with open_frame(connection, RECORD_TYPES[0], PERIOD, DELIVERY_KEY) as frame:
            writer.add(frame)
    writer.take_place()
    path = map_path(home.state, "skr", PERIOD, 1)
    assert list(path.parent.iterdir()) == [path]
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (path.parent, *path.parent.parents[:3])} == {0o700}


def test_dl02_slices_of_two_contacts_hold_what_one_slice_holds(home: Home) -> None:
    connection = make_database(good_completed(), good_waiting())
    whole = write_map(home, connection, 1)
    sliced = write_map(home, connection, 2, slice_contacts=2)
    # One token for each population and the last one; in twos 4 + 2 + the last one.
    assert [len(path.read_bytes().splitlines()) for path in (whole, sliced)] == [1 + 3, 1 + 7]
    assert [contact.origin for contact in contacts_of(sliced, version=2)] == [
        contact.origin for contact in contacts_of(whole)
    ]


def test_dl02_the_same_source_id_has_the_same_delivered_id_in_every_version_period_and_population(home: Home) -> None:
    connection = make_database([completed_row(1)], [waiting_row(1), {**waiting_row(1), "period": "2024-06"}])
    (done, waits) = contacts_of(write_map(home, connection))
    (again, _) = contacts_of(write_map(home, connection, 2), version=2)
    with open_frame(connection, RECORD_TYPES[1], "2024-06", DELIVERY_KEY) as frame:
        ((earlier,),) = frame.origins(10)
    told = {origin.delivered_contact_id for origin in (done.origin, waits.origin, again.origin, earlier)}
    # HMAC-SHA256 of "contact:KONTAKT-1" with the key of 32 bytes 0f, counted with openssl.
    assert told == {"c22c70dd3f167ad6c116c6efed5ca08e"}


def test_dl02_a_look_up_finds_every_delivery_of_a_contact_newest_first(home: Home, state: State) -> None:
    connection = make_database([completed_row(1), completed_row(2, remiss_id="REMISS-1")], [waiting_row(3)])
    for version in (1, 2):
        write_map(home, connection, version)
        tell_state(state, version)
    (one,) = [c.origin for c in contacts_of(map_path(home.state, "skr", PERIOD, 1)) if c.origin.source_line == 101]
    found = look_up(home, KEY, f" {one.delivered_contact_id.upper()} ")
    assert [(c.version, c.period, c.receiver, c.population) for c in found] == [
        (2, PERIOD, "skr", "completed"),
        (1, PERIOD, "skr", "completed"),
    ]
    assert {c.origin for c in found} == {one} and one.source_contact_id == "KONTAKT-1"
    assert {c.file_name for c in found} == {None}
    # Two contacts came of the same referral, in two versions.
    by_referral = look_up(home, KEY, str(one.delivered_referral_id))
    assert [c.version for c in by_referral] == [2, 2, 1, 1]
    assert {c.origin.source_contact_id for c in by_referral} == {"KONTAKT-1", "KONTAKT-2"}
    assert {c.origin.source_referral_id for c in by_referral} == {"REMISS-1"}
    assert look_up(home, KEY, "0" * 32) == []


def test_a_look_up_names_the_received_file(home: Home, state: State) -> None:
    load = Load(
        PERIOD, "cosmic", "cosmic_vardkontakt", "care", "kontakter.csv", "00", "a", None, 0, 0, 0, 0, 0, "t", "replaced"
    )
    load_id = state.add_load(load)
    path = write_map(home, make_database([completed_row(1, load_id=load_id)], []))
    tell_state(state, 1)
    (contact,) = contacts_of(path)
    (found,) = look_up(home, KEY, contact.origin.delivered_contact_id)
    assert (found.file_name, found.origin.source_line) == ("kontakter.csv", 101)


def test_only_versions_that_were_delivered_are_searched(home: Home, state: State) -> None:
    path = write_map(home, make_database([completed_row(1)], []))
    (contact,) = contacts_of(path)
    tell_state(state, 1, "building")
    assert look_up(home, KEY, contact.origin.delivered_contact_id) == []


def test_an_id_that_is_nowhere_while_a_map_is_gone_is_told_as_such(home: Home, state: State) -> None:
    path = write_map(home, make_database([completed_row(1)], []))
    (contact,) = contacts_of(path)
    for version in (1, 2):
        tell_state(state, version)
    assert len(look_up(home, KEY, contact.origin.delivered_contact_id)) == 1
    with pytest.raises(VardlagerError, match=r"1 saknas \(skr 2024-07 v2\)"):
        look_up(home, KEY, "0" * 32)


def test_another_key_opens_nothing_and_says_so(home: Home, state: State) -> None:
    path = write_map(home, make_database([completed_row(1)], []))
    tell_state(state, 1)
    with pytest.raises(VardlagerError, match="låst med en annan nyckel"):
        contacts_of(path, OTHER_KEY)
    with pytest.raises(VardlagerError, match="låst med en annan nyckel"):
        look_up(home, OTHER_KEY, "0" * 32)
    # The delivery key lies under state/ as well: it must not open the map.
    with pytest.raises(VardlagerError, match="låst med en annan nyckel"):
        contacts_of(path, Key(DELIVERY_KEY))


def damaged(data: bytes, how: str) -> bytes:
    lines = data.splitlines(keepends=True)
    return {
        "a letter changed": data[:-20] + (b"A" if data[-20:-19] != b"A" else b"B") + data[-19:],
        "cut in a line": data[:-40],
        "last line gone": b"".join(lines[:-1]),
        "a slice gone": b"".join([lines[0], *lines[2:]]),
        "slices in another order": b"".join([lines[0], lines[2], lines[1], *lines[3:]]),
        "a slice twice": b"".join([lines[0], lines[1], *lines[1:]]),
        "more after the end": data + lines[1],
        "first line gone": b"".join(lines[1:]),
        "empty": b"",
    }[how]


@pytest.mark.parametrize(
    "how",
    [
        "a letter changed",
        "cut in a line",
        "last line gone",
        "a slice gone",
        "slices in another order",
        "a slice twice",
        "more after the end",
        "first line gone",
        "empty",
    ],
)
def test_a_damaged_map_is_told_as_damaged(how: str, home: Home) -> None:
    path = write_map(home, make_database(good_completed(), good_waiting()), slice_contacts=3)
    data = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(damaged(data, how))
    with pytest.raises(VardlagerError, match="är skadad") as told:
        contacts_of(path)
    assert "säkerhetskopian" in told.value.next_step
    path.write_bytes(data)
    assert len(contacts_of(path)) == 11


def test_the_map_of_another_version_in_its_place_is_told_as_damaged(home: Home) -> None:
    path = write_map(home, make_database(good_completed(), []))
    path.rename(map_path(home.state, "skr", PERIOD, 2))
    with pytest.raises(VardlagerError, match="hör till en annan leverans"):
        contacts_of(map_path(home.state, "skr", PERIOD, 2), version=2)


def test_what_is_half_made_is_removed_with_the_whole(home: Home) -> None:
    with pytest.raises(RuntimeError), IdMapWriter(home.state, KEY, "skr", PERIOD, 1):
        raise RuntimeError("avbrott")
    folder = map_path(home.state, "skr", PERIOD, 1).parent
    assert [path.name for path in folder.iterdir()] == [".v1.map.building"]
    remove_map(home.state, "skr", PERIOD, 1)
    assert list(folder.iterdir()) == []
    write_map(home, make_database([completed_row(1)], []))
    remove_map(home.state, "skr", PERIOD, 1)
    assert list(folder.iterdir()) == []


def test_an_origin_prints_nothing_that_leads_back() -> None:
    origin = Origin("levererat", "källa", "remiss", "källremiss", "pseudonym", "cosmic_vardkontakt", 7, 1234)
    assert repr(origin) == "Origin(cosmic_vardkontakt, ***)"
