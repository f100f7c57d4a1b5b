"""DL05 over a whole home: thirty planted identities after a month run from inbox to delivery, traces shown."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from landing.planted import planted_delivery
from landing.scan import Needles, contents, leaks

from orchestration.privacy import mask_identities

from .command import Done, Place, elements

PERIOD = "2024-07"
# E04: municipality and listed unit of persons with protected identity, in the right form and in a wrong one, and of
# one who is not protected. The municipalities are of another region, so that A40 speaks of them too.
PROTECTED = [
    {"skyddad_identitet": "J", "lkf": "0394", "listad_enhet_hsaid": "SE2321000131-EZQ77"},
    {"skyddad_identitet": "J", "lkf": "Q39Z", "listad_enhet_hsaid": "EZQ78"},
]
UNPROTECTED = {"skyddad_identitet": "N", "lkf": "0395", "listad_enhet_hsaid": "SE2321000131-EZQ79"}
DELIVERY = planted_delivery([*PROTECTED, UNPROTECTED])
# Typed by hand: only a written person number can be told from other words.
IN_REASON = next(needle for needle in sorted(DELIVERY.needles) if mask_identities(needle) != needle)


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, list[Done]]:
    place = Place(tmp_path_factory.mktemp("planted"), {"quarantine_limit_rows": 1000})
    folder = place.home / "inbox" / PERIOD
    folder.mkdir(parents=True)
    # As the house makes it: open to others it is a fault, whatever the shell's own habits.
    folder.parent.chmod(0o700)
    for name, data in DELIVERY.files.items():
        (folder / name).write_bytes(data)
    debug = {"VARDLAGER_DEBUG": "1"}
    done = [place.command("--debug", "run", "--period", PERIOD, "--approve-all", f"Anna, {IN_REASON}", **debug)]
    done.append(place.command("--debug", "status", **debug))
    done.append(place.command("--debug", "doctor", **debug))
    done.append(place.command("--debug", "sql", "select * from quality.deviations", "--format", "json", **debug))
    return place, done


def test_the_planted_month_is_delivered_all_the_same(ran: tuple[Place, list[Done]]) -> None:
    place, done = ran
    # What kontroll.csv names but is not there is told as refused; care and the registers are whole.
    assert done[0].code in {0, 4}, done[0].said
    assert len(elements(place.package(PERIOD) / "genomforda_kontakter.xml")) >= 40
    assert (place.home / "published" / "vardlager.duckdb").is_file()
    wrong = [line for one in done[1:] if one.code for line in one.said.splitlines() if not line.startswith("ok")]
    assert wrong == []


@pytest.fixture(scope="session")
def leaked(ran: tuple[Place, list[Done]]) -> dict[str, set[str]]:
    """Everything found, once: home, the folder around it, and what every command said."""
    place, done = ran
    needles = Needles(DELIVERY.needles)
    found = leaks(place.root, needles, (place.home / "inbox", place.home / "archive"))
    for one in done:
        if said := needles.found_in(one.said.encode()):
            found["sagt: " + " ".join(one.said.split())[:60]] = said
    return found


@pytest.mark.parametrize("place_of", sorted(DELIVERY.forms))
def test_dl05_no_planted_identity_and_no_hash_of_one_is_found(leaked: dict[str, set[str]], place_of: str) -> None:
    forms = DELIVERY.forms[place_of]
    mine = {
        where: {what for what in said if any(form in what or form.lower() in what for form in forms)}
        for where, said in leaked.items()
    }
    assert {where: said for where, said in mine.items() if said} == {}


# Where E04 lets such a value stand: in what was delivered to the house, and in the engine room behind what is shown.
BEHIND = ("inbox", "archive", "lake", "build")
PACKED = (".parquet", ".duckdb", ".sqlite", ".gz", ".zip", ".xlsx")


def told_of(values: dict[str, str], place: Place) -> dict[str, set[str]]:
    """file -> the municipality and listed unit that stand in it, as words of their own, in all that is shown."""
    wanted = {values["lkf"], values["listad_enhet_hsaid"].rpartition("-")[2]}
    found: dict[str, set[str]] = {}
    for path in sorted(place.home.rglob("*")):
        of_home = path.relative_to(place.home)
        if not path.is_file() or path.is_symlink() or of_home.parts[0] in BEHIND:
            continue
        # What is packed is read as the table it holds: four characters stand anywhere among packed bytes.
        for part in list(contents(path))[path.suffix in PACKED :]:
            said = {one for one in wanted if re.search(rb"(?<![0-9A-Za-z])%b(?![0-9A-Za-z])" % one.encode(), part)}
            if said:
                found.setdefault(of_home.as_posix(), set()).update(said)
    return found


@pytest.mark.parametrize("values", PROTECTED, ids=["in the right form", "malformed"])
def test_e04_what_is_told_of_a_protected_person_is_found_in_no_published_cell(
    values: dict[str, str], ran: tuple[Place, list[Done]]
) -> None:
    assert told_of(values, ran[0]) == {}
    said = "\n".join(one.said for one in ran[1])
    assert values["lkf"] not in said and values["listad_enhet_hsaid"] not in said


def test_e04_the_scan_finds_what_is_told_of_one_who_is_not_protected(ran: tuple[Place, list[Done]]) -> None:
    found = told_of(UNPROTECTED, ran[0])
    kinds = {Path(path).suffix for path, said in found.items() if UNPROTECTED["lkf"] in said}
    assert {".duckdb", ".parquet", ".xml"} <= kinds
    listed = {Path(path).name for path, said in found.items() if "EZQ79" in said}
    assert {"genomforda_kontakter.xml", "vantande_kontakter.xml"} <= listed


def test_e04_dl02_a_protected_person_is_delivered_without_municipality_and_listing(
    ran: tuple[Place, list[Done]],
) -> None:
    for name in ("genomforda_kontakter.xml", "vantande_kontakter.xml"):
        delivered = elements(ran[0].package(PERIOD) / name)
        assert ["HSAIdPatientListning" in row for row in delivered if row["Lkf"] == "0000"] == [False]


def test_the_scan_read_a_whole_home(ran: tuple[Place, list[Done]]) -> None:
    kinds = {path.suffix for path in ran[0].home.rglob("*") if path.is_file()}
    assert {".parquet", ".duckdb", ".sqlite", ".xml", ".json", ".jsonl", ".html", ".csv", ".xlsx"} <= kinds


def test_dl05_no_pseudonym_of_a_patient_or_contact_stands_in_reviews_and_lists(ran: tuple[Place, list[Done]]) -> None:
    home = ran[0].home
    with duckdb.connect() as connection:
        files = [str(path) for path in home.glob("lake/cosmic_*/*/*.parquet") if "quarantined" not in path.name]
        keys = connection.execute(
            "select distinct unnest([patient_key, contact_key]) from read_parquet($1, union_by_name = true)", [files]
        ).fetchall()
    pseudonyms = {key.encode() for (key,) in keys if key is not None}
    assert len(pseudonyms) > 40
    read = [*home.glob("review/*/load-*/*"), *home.glob("reports/*/*/avvikelser/*")]
    assert {path.suffix for path in read} == {".parquet", ".json", ".html", ".xlsx"}
    for path in read:
        for part in contents(path):
            assert not any(pseudonym in part for pseudonym in pseudonyms), path


def test_the_delivery_holds_birth_year_sex_and_municipality_of_a_patient_and_no_more(
    ran: tuple[Place, list[Done]],
) -> None:
    about_patients = {"FodelseAr", "Kon", "Lkf", "HSAIdPatientListning"}
    allowed = about_patients | {
        *[
            "Regionkod",
            "HSAIdRegion",
            "Sjukhus",
            "SjukhusNamn",
            "HSAIdVardgivare",
            "HSAIdVardenhet",
            "HSAIdEnhet",
            "VardkontaktId",
        ],
        *[
            "Vardgaranti",
            "Fas",
            "Mvo",
            "Aktivitet",
            "AktivitetKVA",
            "AktivitetICD",
            "Bokningssatt",
            "Vardkontakt",
            "Yrkeskategori",
        ],
        *["Avvikelse", "BeslutAktivitet", "StartAktivitet", "MedicinsktMaldatum", "TypAkutverksamhet", "TidStartAkut"],
        *[
            "TidBedomning",
            "TidAvslut",
            "VardAvbruten",
            "Remittenttyp",
            "Remittent",
            "RemissId",
            "RemissDatum",
            "AnkomstDatum",
        ],
    }
    for name in ("genomforda_kontakter.xml", "vantande_kontakter.xml"):
        for row in elements(ran[0].package(PERIOD) / name):
            assert set(row) <= allowed
            assert len(row["FodelseAr"]) == 4
