"""DL05 over a whole home: thirty planted identities after a month run from inbox to delivery, traces shown."""

from __future__ import annotations

import duckdb
import pytest
from landing.planted import planted_delivery
from landing.scan import Needles, contents, leaks

from orchestration.privacy import mask_identities

from .command import Done, Place, elements

PERIOD = "2024-07"
DELIVERY = planted_delivery()
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
