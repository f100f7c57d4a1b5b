"""PRODUCT.md, Privacy, and RULES.md DL05: identities stop at the door, wherever they were written."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from .house import House
from .people import person, written_forms
from .planted import planted_delivery
from .samples import BY_ENTITY
from .scan import Needles, leaks

CARE_AND_REGISTERS = (
    "cosmic_vardkontakt",
    "cosmic_vantelista",
    "register_enhet",
    "register_ansvar",
    "register_heroma_enhet",
    "register_konto",
)
CONTACTS = BY_ENTITY["cosmic_vardkontakt"]


def landed(root: Path, limit_rows: int, packed: bool = False) -> tuple[House, dict[str, list[str]]]:
    house = House(root, {"quarantine_limit_rows": limit_rows})
    delivery = planted_delivery()
    for name, data in delivery.files.items():
        if packed and name.startswith("cosmic_vardkontakt_202407"):
            house.put(name + ".gz", gzip.compress(data))
        else:
            house.put(name, data)
    landing = house.land(*CARE_AND_REGISTERS)
    house.said += [*landing.reports, *landing.refused, *landing.skipped, repr(landing)]
    return house, delivery.forms


def found(house: House, forms: list[str]) -> dict[str, set[str]]:
    """Needles of these forms in the home outside inbox and archive, and in what was said."""
    needles = Needles(forms)
    everywhere = leaks(house.root, needles, (house.home.inbox, house.home.archive))
    said = needles.found_in("\n".join(house.said).encode())
    return {**everywhere, "sagt": said} if said else everywhere


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[House, dict[str, list[str]]]:
    return landed(tmp_path_factory.mktemp("loaded") / "home", limit_rows=1000)


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> tuple[House, dict[str, list[str]]]:
    return landed(tmp_path_factory.mktemp("refused") / "home", limit_rows=0, packed=True)


PLACES = sorted(planted_delivery().forms)


def test_thirty_identities_are_planted_and_stand_in_the_inbox() -> None:
    delivery = planted_delivery()
    assert len(PLACES) >= 30
    everything = b"\n".join([*delivery.files.values(), *(name.encode() for name in delivery.files)])
    for place, forms in delivery.forms.items():
        assert any(form.encode() in everything or form.lower().encode() in everything for form in forms), place


def test_the_scan_finds_what_is_planted_in_any_kind_of_file(tmp_path: Path) -> None:
    """The proof that a clean scan means something: the same scan over what is known to leak."""
    import hashlib
    import sqlite3

    import duckdb

    twelve = person("19460317", 42)
    forms = written_forms(twelve)
    (tmp_path / "a.csv").write_text(f"x;{forms[4]}\n")
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(forms[2].encode()))
    (tmp_path / "c.log").write_bytes(hashlib.md5(forms[1].encode()).digest())
    with duckdb.connect(str(tmp_path / "d.duckdb")) as connection:
        connection.execute("create schema s")
        connection.execute("create table s.t as select sha256($1) as h from range(3000)", [forms[0]])
        connection.execute(f"copy (select '{forms[3]}' as v from range(3000)) to '{tmp_path}/e.parquet' (codec zstd)")
    lite = sqlite3.connect(tmp_path / "f.sqlite")
    lite.execute("create table t (v text)")
    lite.execute("insert into t values (?)", [hashlib.sha1(forms[5].encode()).hexdigest().upper()])
    lite.commit()
    lite.close()
    (tmp_path / f"g_{forms[0]}.txt").write_text("inget")
    names = {name[0] for name in leaks(tmp_path, Needles(forms), ())}
    assert names == set("abcdefg")


@pytest.mark.parametrize("place", PLACES)
def test_dl05_no_planted_identity_is_found_after_landing(
    loaded: tuple[House, dict[str, list[str]]], place: str
) -> None:
    house, forms = loaded
    assert found(house, forms[place]) == {}


@pytest.mark.parametrize("place", PLACES)
def test_dl05_no_planted_identity_is_found_when_the_files_are_refused(
    refused: tuple[House, dict[str, list[str]]], place: str
) -> None:
    house, forms = refused
    assert found(house, forms[place]) == {}


def test_the_rows_with_identities_in_their_own_column_did_load(loaded: tuple[House, dict[str, list[str]]]) -> None:
    house, _ = loaded
    ids = {row["vardkontakt_id"] for row in house.rows("cosmic_vardkontakt")}
    assert {f"PK-{n}" for n in range(51) if n not in (40, 48)} <= ids
    types = [row["patient_id_type"] for row in house.rows("cosmic_vardkontakt")]
    assert {"person", "coordination", "reserve"} == set(types)


@pytest.mark.parametrize("text", ["XKJTESTAB", "Resnummer", "ÅÄÖÅÄÖÅÄÖ"])
def test_a_reservnummer_without_digits_is_not_shown_as_a_rejected_value(tmp_path: Path, text: str) -> None:
    """A reservnummer is any other string of 8 to 13 characters."""
    house = House(tmp_path / "home")
    rows = [CONTACTS.row(0), {**CONTACTS.row(1), "patient_id": text}, {**CONTACTS.row(2), "kon": text}]
    house.deliver(CONTACTS.entity, CONTACTS.file(rows))
    landing = house.land(CONTACTS.entity)
    house.said += [*landing.reports, *landing.refused]
    assert found(house, [text]) == {}


def test_an_identity_known_by_its_form_and_from_its_own_file_is_told_once(tmp_path: Path) -> None:
    house = House(tmp_path / "home", {"quarantine_limit_rows": 1000})
    written = person("19460317", 42)
    rows = [CONTACTS.row(0), {**CONTACTS.row(1), "remiss_id": written}, {**CONTACTS.row(2), "patient_id": written}]
    house.deliver(CONTACTS.entity, CONTACTS.file(rows))
    landing = house.land(CONTACTS.entity)
    [told] = [line for line in landing.reports if "fel kolumn" in line]
    assert "rad 3, kolumn remiss_id" in told


def test_a_reservnummer_known_from_its_own_file_is_found_in_another_column(tmp_path: Path) -> None:
    """Known limit: what one file may load does not depend on which others came before it."""
    house = House(tmp_path / "home", {"quarantine_limit_rows": 1000})
    written = "TF-8812-K7"
    rows = [CONTACTS.row(0), {**CONTACTS.row(1), "remiss_id": written}, {**CONTACTS.row(2), "patient_id": written}]
    house.deliver(CONTACTS.entity, CONTACTS.file(rows))
    house.land(CONTACTS.entity)
    assert len(house.rows(CONTACTS.entity)) == 2
    assert found(house, [written]) == {}


def test_a_file_without_its_header_never_says_its_first_row(tmp_path: Path) -> None:
    house = House(tmp_path / "home")
    twelve = person("19460317", 42)
    data = CONTACTS.file([{**CONTACTS.row(0), "patient_id": twelve}, {**CONTACTS.row(1), "patient_id": twelve}])
    house.deliver(CONTACTS.entity, data.split(b"\r\n", 1)[1])
    landing = house.land(CONTACTS.entity)
    house.said += [*landing.reports, *landing.refused]
    assert landing.refused
    assert found(house, written_forms(twelve)) == {}


def test_an_identity_twice_in_the_header_is_not_said(tmp_path: Path) -> None:
    house = House(tmp_path / "home")
    twelve = person("19460317", 42)
    names = [*(column.name for column in CONTACTS.contract.columns), twelve, twelve]
    house.deliver(CONTACTS.entity, CONTACTS.file(CONTACTS.rows(2), columns=names))
    landing = house.land(CONTACTS.entity)
    house.said += [*landing.reports, *landing.refused]
    assert found(house, written_forms(twelve)) == {}


def test_an_identity_as_the_name_of_a_folder_in_the_inbox_is_not_said(tmp_path: Path) -> None:
    house = House(tmp_path / "home")
    twelve = person("19460317", 42)
    (house.inbox() / f"journal {twelve}").mkdir()
    house.deliver(CONTACTS.entity, CONTACTS.file(CONTACTS.rows(2)))
    landing = house.land(CONTACTS.entity)
    house.said += [*landing.reports, *landing.refused]
    assert found(house, written_forms(twelve)) == {}


def test_a_landing_that_breaks_in_the_middle_leaves_and_says_no_identity(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The traceback is what a debugging user would be shown; the next landing cleans up after this one."""
    import traceback

    from orchestration.landing import land as module

    house = House(tmp_path / "home")
    twelve = person("19460317", 42)
    house.deliver(CONTACTS.entity, CONTACTS.file([{**CONTACTS.row(0), "patient_id": twelve}]))

    def broken(*_: object, **__: object) -> str:
        raise OSError("disken är full")

    with monkeypatch.context() as patch:
        patch.setattr(module, "_keep_rows", broken)
        with pytest.raises(OSError, match="disken") as caught:
            house.land(CONTACTS.entity)
    house.said.append("".join(traceback.format_exception(caught.value)))
    assert found(house, written_forms(twelve)) == {}
    assert house.loads() == []
    assert not house.land(CONTACTS.entity).refused
    assert len(house.rows(CONTACTS.entity)) == 1
