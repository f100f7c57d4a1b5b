"""The frame, the XML and the package: what leaves the house, byte for byte."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import hmac
import json
import re
import stat
from pathlib import Path
from typing import Any

import duckdb
import pytest
from delivery_rows import (
    COMPLETED_COLUMNS,
    DELIVERY_KEY,
    NATIONAL_DIR,
    ONLY_COMPLETED,
    PERIOD,
    Row,
    at,
    completed_row,
    good_completed,
    good_waiting,
    make_database,
    waiting_row,
)
from lxml import etree

from orchestration.delivery import kept, package
from orchestration.delivery.delivered_rows import remove_rows, rows_folder
from orchestration.delivery.id_map import map_path, read_map, remove_map
from orchestration.delivery.kept import Keeper
from orchestration.delivery.package import (
    Approval,
    ExtractFile,
    PackageManifest,
    PackageRequest,
    ReplacedCall,
    package_folder,
    remove_package,
)
from orchestration.delivery.xml_writer import leverans_referens, write_contacts
from orchestration.errors import StoppedError, VardlagerError
from orchestration.national.contract import COMPLETED, RECORD_TYPES, WAITING, RecordType, read_attributes
from orchestration.national.frame import open_frame
from orchestration.privacy import Key
from orchestration.validation.results import ExpectationResult

REGION_KEY = Key(b"r" * 32)
CREATED_AT = datetime.datetime(2024, 8, 18, 9, 30)
GOOD_RESULTS = [
    ExpectationResult(
        record_type.suite,
        f"{subject}.{kind}",
        "block",
        True,
        False,
        "0 av 7 rader avviker",
        f"{subject} stämmer.",
    )
    for record_type in RECORD_TYPES
    for subject, kind in (("Fas", "required"), ("Fas", "code_list"), ("A13", "activity_given"))
]


def request_for(**changes: Any) -> PackageRequest:
    base = PackageRequest(
        region_code=56,
        region_name="Region Västmanland",
        period=PERIOD,
        version=1,
        delivery_key=DELIVERY_KEY,
        created_at=CREATED_AT,
        code_version="0.1.0",
        results=GOOD_RESULTS,
    )
    return dataclasses.replace(base, **changes)


def build_package(connection: duckdb.DuckDBPyConnection, target_dir: Path, request: PackageRequest) -> PackageManifest:
    """The package under `target_dir`; what the state keeps lies in a folder beside it."""
    return package.build_package(
        connection, target_dir, request, Keeper(target_dir.with_name(f"{target_dir.name}-state"), REGION_KEY)
    )


def keyed(namespace: str, source_id: str, key: bytes = DELIVERY_KEY) -> str:
    return hmac.new(key, f"{namespace}:{source_id}".encode(), hashlib.sha256).hexdigest()[:32]


def write(connection: duckdb.DuckDBPyConnection, record_type: RecordType, path: Path, **options: Any) -> Path:
    with open_frame(connection, record_type, PERIOD, DELIVERY_KEY) as frame:
        write_contacts(frame, path, leverans_referens(56, PERIOD, 1, record_type.call), **options)
    return path


def visits(path: Path) -> list[dict[str, str]]:
    return [dict(element.attrib) for element in etree.parse(str(path)).getroot().iter("{*}Besok")]


@pytest.fixture
def database() -> duckdb.DuckDBPyConnection:
    return make_database(
        good_completed(),
        good_waiting(),
        [("completed", "SE1", "A02", 12), ("completed", "SE2", "A02", 3), ("completed", "SE1", "A36", 0)],
    )


def test_dl02_ids_are_keyed_with_the_delivery_key_in_namespaces_of_their_own(tmp_path: Path) -> None:
    connection = make_database([completed_row(1, vardkontakt_id="Kå-7", remiss_id="Kå-7")], [])
    (visit,) = visits(write(connection, COMPLETED, tmp_path / "a.xml"))
    assert visit["VardkontaktId"] == keyed("contact", "Kå-7")
    assert visit["RemissId"] == keyed("referral", "Kå-7")
    assert visit["VardkontaktId"] != visit["RemissId"]


def test_dl02_the_keys_length_does_not_matter() -> None:
    """HMAC hashes keys over 64 bytes first."""
    connection = make_database([completed_row(1)], [])
    for key in (b"k", b"k" * 64, b"k" * 65):
        with open_frame(connection, COMPLETED, PERIOD, key) as frame:
            (row,) = next(frame.wire_slices(10))
        assert row[COMPLETED_COLUMNS.index("vardkontakt_id")] == keyed("contact", "KONTAKT-1", key)


def test_r27_the_same_id_gives_the_same_keyed_id_in_both_records_and_all_periods(tmp_path: Path) -> None:
    connection = make_database([completed_row(1)], [waiting_row(1), {**waiting_row(1), "period": "2024-06"}])
    (done,) = visits(write(connection, COMPLETED, tmp_path / "a.xml"))
    (waits,) = visits(write(connection, WAITING, tmp_path / "b.xml"))
    with open_frame(connection, WAITING, "2024-06", DELIVERY_KEY) as frame:
        earlier = next(frame.wire_slices(1))[0]
    assert done["VardkontaktId"] == waits["VardkontaktId"]
    assert waits["VardkontaktId"] in earlier


def test_no_source_id_key_or_pseudonym_stands_in_the_xml(database: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    text = "".join(write(database, kind, tmp_path / kind.call).read_text("utf-8") for kind in RECORD_TYPES)
    assert not re.search(r"KONTAKT-|REMISS-|pseudonym|" + DELIVERY_KEY.hex(), text)


def test_the_delivery_key_stands_in_no_temporary_table_and_nothing_is_left_behind(
    database: duckdb.DuckDBPyConnection,
) -> None:
    before = database.execute("select table_name from duckdb_tables() order by all").fetchall()
    with open_frame(database, COMPLETED, PERIOD, DELIVERY_KEY) as frame:
        (sql,) = database.execute(
            "select sql from duckdb_tables() where table_name = $name", {"name": frame.table_name}
        ).fetchall()[0]
    assert DELIVERY_KEY.hex() not in sql.lower()
    assert database.execute("select table_name from duckdb_tables() order by all").fetchall() == before


def test_every_attribute_is_written_as_the_contract_says(tmp_path: Path) -> None:
    row = completed_row(
        1,
        fas=5,
        vardgaranti=2,
        typ_akutverksamhet=1,
        fodelse_ar=1901,
        lkf="0380",
        tid_start_akut=at("2024-07-03T00:00:00"),
        vard_avbruten=1,
        beslut_aktivitet=at("2024-07-03T00:00:00"),
        start_aktivitet=at("2024-07-03T00:00:05"),
        remiss_datum=at("1999-01-02T00:00:00"),
        hsaid_enhet="",
        remittent=None,
        sjukhus_namn='Å & "Ö" <sjuk\'hus>',
    )
    path = write(make_database([row], []), COMPLETED, tmp_path / "a.xml")
    (visit,) = visits(path)
    assert visit == {
        "Regionkod": "56",
        "HSAIdRegion": "SE2321000131-E000000000001",
        "Sjukhus": "11001",
        "SjukhusNamn": 'Å & "Ö" <sjuk\'hus>',
        "HSAIdVardgivare": "SE2321000131-E000000000002",
        "HSAIdVardenhet": "SE2321000131-E000000000100",
        "VardkontaktId": keyed("contact", "KONTAKT-1"),
        "Vardgaranti": "2",
        "Fas": "5",
        "Mvo": "511",
        "FodelseAr": "1901",
        "Kon": "2",
        "Lkf": "0380",
        "HSAIdPatientListning": "SE2321000131-E000000000900",
        "Bokningssatt": "3",
        "Vardkontakt": "0",
        "Yrkeskategori": "XS915",
        "BeslutAktivitet": "2024-07-03T00:00:00",
        "StartAktivitet": "2024-07-03T00:00:05",
        "TypAkutverksamhet": "1",
        "TidStartAkut": "2024-07-03T00:00:00",
        "VardAvbruten": "1",
        "Remittenttyp": "1",
        "RemissId": keyed("referral", "REMISS-1"),
        "RemissDatum": "1999-01-02T00:00:00",
        "AnkomstDatum": "2024-05-06T00:00:00",
    }
    assert 'SjukhusNamn="Å &amp; &quot;Ö&quot; &lt;sjuk\'hus&gt;"' in path.read_text("utf-8")


def test_attributes_stand_in_the_contracts_order(database: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    for record_type in RECORD_TYPES:
        order = [attribute.attribute for attribute in read_attributes(database, record_type)]
        for visit in visits(write(database, record_type, tmp_path / "a.xml")):
            assert list(visit) == [name for name in order if name in visit]


def test_root_names_the_call_the_month_and_what_it_replaces(
    database: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    root = etree.parse(str(write(database, WAITING, tmp_path / "a.xml", replaces="ERS-9"))).getroot()
    namespace = "urn:riv:skl:tillgangligVardSpeci:TillgangligVardSpeciVantandeResponder:1"
    assert root.tag == f"{{{namespace}}}TillgangligVardSpeciVantande"
    assert dict(root.attrib) == {
        "ErsattningsId": "ERS-9",
        "LeveransReferens": "56-2024-07-v1-vantande_kontakter",
    }
    (contacts,) = root
    assert (contacts.tag, dict(contacts.attrib)) == (
        f"{{{namespace}}}Kontakt",
        {"DatatGallerFor": "2024-07-01"},
    )
    assert len(contacts) == 4


def test_r31_waiting_xml_has_none_of_the_completed_ones_own_attributes(
    database: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    own = {"StartAktivitet", "TypAkutverksamhet", "TidStartAkut", "TidBedomning", "TidAvslut", "VardAvbruten"}
    written = {name for visit in visits(write(database, WAITING, tmp_path / "a.xml")) for name in visit}
    completed = {name for visit in visits(write(database, COMPLETED, tmp_path / "b.xml")) for name in visit}
    assert not written & own
    assert own <= completed and len(own) == len(ONLY_COMPLETED)


def test_r25_patients_from_other_regions_are_delivered(database: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    assert "0380" in {visit["Lkf"] for visit in visits(write(database, COMPLETED, tmp_path / "a.xml"))}


def test_only_the_rows_of_the_period_are_written(tmp_path: Path) -> None:
    connection = make_database([completed_row(1), {**completed_row(2), "period": "2024-06"}], [])
    assert len(visits(write(connection, COMPLETED, tmp_path / "a.xml"))) == 1


def test_the_bytes_depend_on_neither_row_order_nor_slices(tmp_path: Path) -> None:
    rows: list[Row] = good_completed()
    first = write(make_database(rows, []), COMPLETED, tmp_path / "a.xml").read_bytes()
    again = write(make_database(rows[::-1], []), COMPLETED, tmp_path / "b.xml", slice_rows=2).read_bytes()
    assert first == again
    ids = [visit["VardkontaktId"] for visit in visits(tmp_path / "a.xml")]
    assert ids == sorted(ids) and len(ids) == len(rows)


def test_an_empty_population_is_a_valid_root_without_kontakt(tmp_path: Path) -> None:
    for record_type in RECORD_TYPES:
        path = write(make_database([], []), record_type, tmp_path / "a.xml")
        root = etree.parse(str(path)).getroot()
        assert len(root) == 0 and root.get("LeveransReferens") == f"56-2024-07-v1-{record_type.call}"


def test_the_packages_xml_is_valid_against_the_official_schemas(tmp_path: Path) -> None:
    if not NATIONAL_DIR.is_dir():
        pytest.skip("de nationella schemana ligger inte bredvid projektet")
    for name, tables in (("full", (good_completed(), good_waiting())), ("empty", ([], []))):
        folder = build_package(make_database(*tables), tmp_path / name, request_for()).folder
        for part, call in (("Genomforda", "genomforda_kontakter"), ("Vantande", "vantande_kontakter")):
            schema = etree.XMLSchema(etree.parse(str(NATIONAL_DIR / f"TillgangligVardSpeci{part}Responder_1.0.xsd")))
            schema.assertValid(etree.parse(str(folder / f"{call}.xml")))


def test_a_package_holds_its_files_read_only_and_the_manifest_tells_of_each(
    database: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    manifest = build_package(database, tmp_path, request_for())
    folder = tmp_path / "skr" / "2024-07" / "v1"
    assert manifest.folder == folder == package_folder(tmp_path, "skr", PERIOD, 1)
    assert sorted(path.name for path in folder.iterdir()) == [
        "genomforda_kontakter.xml",
        "manifest.json",
        "protokoll.html",
        "vantande_kontakter.xml",
    ]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o500
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o400}
    document = json.loads((folder / "manifest.json").read_text("utf-8"))
    told = {file["name"]: (file["rows"], file["sha256"]) for file in document["files"]}
    assert {name: rows for name, (rows, _) in told.items()} == {
        "genomforda_kontakter.xml": 7,
        "vantande_kontakter.xml": 4,
        "protokoll.html": None,
    }
    for name, (_, checksum) in told.items():
        assert checksum == hashlib.sha256((folder / name).read_bytes()).hexdigest()
    assert [path.name for path in folder.parent.iterdir()] == ["v1"]


def test_the_manifest_tells_what_the_delivery_rests_on(database: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    request = request_for(
        version=2,
        replaced_version=1,
        replaced_calls=(ReplacedCall("genomforda_kontakter", "56-2024-07-v1-genomforda_kontakter", "ERS-77"),),
        extracts=(ExtractFile("cosmic_vardkontakt", PERIOD, "cosmic_vardkontakt_202407.csv", "ab" * 32, 22),),
        approvals=(Approval("SE1", "Kliniken", "Rapportör", CREATED_AT, ("A02: rättas i september",)),),
        override_reason="Sommarstängt",
        overridden=("A38: Ögonkliniken",),
    )
    folder = build_package(database, tmp_path, request).folder
    document = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert (document["period"], document["version"], document["replaced_version"]) == (PERIOD, 2, 1)
    assert document["replaced_calls"][0]["ersattnings_id"] == "ERS-77"
    assert document["extracts"][0]["sha256"] == "ab" * 32
    assert document["approvals"][0]["approved_by"] == "Rapportör"
    assert document["override_reason"] == "Sommarstängt"
    assert document["overridden"] == ["A38: Ögonkliniken"]
    assert document["code_version"] == "0.1.0"
    assert {p["name"]: p["value"] for p in document["parameters"]} == {
        "guarantee_limit_days": "90",
        "left_out_limit_rows": "5",
        "until_the_last_day": "62",
    }
    completed, waiting = document["populations"]
    assert (completed["staged"], completed["delivered"], completed["left_out"]) == (22, 7, 15)
    assert [(rule["rule_id"], rule["rows"]) for rule in completed["left_out_by_rule"]] == [("A02", 15)]
    assert (waiting["staged"], waiting["delivered"], waiting["left_out"]) == (4, 4, 0)
    root = etree.parse(str(folder / "genomforda_kontakter.xml")).getroot()
    assert root.get("ErsattningsId") == "ERS-77"
    assert etree.parse(str(folder / "vantande_kontakter.xml")).getroot().get("ErsattningsId") is None


def test_staged_is_delivered_and_left_out_for_each_population_and_clinic(tmp_path: Path) -> None:
    own, other = "SE2321000131-E000000000100", "SE2321000131-E000000000200"
    connection = make_database(
        [completed_row(1), completed_row(2), completed_row(3, clinic_id=other)],
        [waiting_row(4, clinic_id=other)],
        [
            ("completed", own, "A02", 5),
            ("completed", other, "A02", 1),
            ("completed", own, "A36", 2),
            ("completed", None, "E01", 3),
            ("waiting", None, "E01", 4),
            ("waiting", other, "DL01", 6),
        ],
    )
    document = build_package(connection, tmp_path, request_for()).document
    completed, waiting = document["populations"]

    def counts(account: dict[str, Any]) -> tuple[int, int, int]:
        return account["staged"], account["delivered"], account["left_out"]

    def rules(account: dict[str, Any]) -> list[tuple[str, int, int]]:
        return [(rule["rule_id"], rule["rows"], rule["rows_with_rule"]) for rule in account["left_out_by_rule"]]

    # Every rule applies to one row more a clinic, which is left out under another.
    assert (counts(completed), rules(completed)) == ((14, 3, 11), [("A02", 6, 8), ("A36", 2, 3), ("E01", 3, 4)])
    assert (counts(waiting), rules(waiting)) == ((11, 1, 10), [("DL01", 6, 7), ("E01", 4, 5)])
    assert [(clinic["clinic_id"], counts(clinic), rules(clinic)) for clinic in completed["clinics"]] == [
        (own, (9, 2, 7), [("A02", 5, 6), ("A36", 2, 3)]),
        (other, (2, 1, 1), [("A02", 1, 2)]),
        (None, (3, 0, 3), [("E01", 3, 4)]),
    ]
    for account in (completed, waiting):
        for part in (account, *account["clinics"]):
            assert part["staged"] == part["delivered"] + part["left_out"]
            assert part["left_out"] == sum(rule["rows"] for rule in part["left_out_by_rule"])
        for position in range(3):
            assert sum(counts(clinic)[position] for clinic in account["clinics"]) == counts(account)[position]
    assert {rule["title"] for rule in completed["left_out_by_rule"]} >= {"Negativ väntetid"}


@pytest.mark.parametrize(
    "fault",
    [
        "update delivery.delivery_staged set rows_count = rows_count + 1 where population = 'completed'",
        "update delivery.delivery_staged set rows_count = rows_count - 1 where population = 'waiting'",
        "update delivery.delivery_left_out set rows_count = rows_count - 1 where clinic_id = 'SE1'",
        "update delivery.delivery_left_out set clinic_id = 'SE3' where clinic_id = 'SE2'",
        "delete from delivery.delivery_waiting where vardkontakt_id = 'KONTAKT-11'",
        "delete from delivery.delivery_left_out where clinic_id = 'SE2'",
    ],
)
def test_an_account_that_does_not_sum_up_in_a_clinic_stops_the_package(
    fault: str, database: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    database.execute(fault)
    with pytest.raises(VardlagerError, match="inte summan av levererat och utelämnat"):
        build_package(database, tmp_path / "delivery", request_for())
    assert list((tmp_path / "delivery" / "skr" / PERIOD).iterdir()) == [] and kept_beside(tmp_path / "delivery") == []


def test_rows_of_other_periods_are_in_no_account(tmp_path: Path) -> None:
    connection = make_database([completed_row(1), {**completed_row(2), "period": "2024-06"}], [])
    completed = build_package(connection, tmp_path, request_for()).document["populations"][0]
    assert (completed["staged"], completed["delivered"], completed["left_out"]) == (1, 1, 0)


def test_a_replaced_call_that_was_never_answered_is_told_and_replaces_nothing_at_the_receiver(
    database: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    calls = (ReplacedCall("vantande_kontakter", "56-2024-07-v1-vantande_kontakter", None),)
    folder = build_package(database, tmp_path, request_for(version=2, replaced_calls=calls)).folder
    document = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert document["replaced_calls"] == [
        {
            "call": "vantande_kontakter",
            "ersattnings_id": None,
            "leverans_referens": "56-2024-07-v1-vantande_kontakter",
        }
    ]
    assert etree.parse(str(folder / "vantande_kontakter.xml")).getroot().get("ErsattningsId") is None


def test_r40_the_same_rows_and_request_give_the_same_bytes_and_the_time_only_moves_the_papers(
    database: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    def contents(name: str, request: PackageRequest) -> dict[str, bytes]:
        folder = build_package(database, tmp_path / name, request).folder
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    first = contents("a", request_for())
    assert contents("b", request_for()) == first
    later = contents("c", request_for(created_at=CREATED_AT + datetime.timedelta(days=1)))
    assert {name for name in first if first[name] != later[name]} == {"manifest.json", "protokoll.html"}


def test_the_manifest_is_canonical_json(database: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    text = (build_package(database, tmp_path, request_for()).folder / "manifest.json").read_text("utf-8")
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def test_the_delivery_key_stands_in_no_file_and_no_printed_request(
    database: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    folder = build_package(database, tmp_path, request_for()).folder
    assert DELIVERY_KEY.hex() not in "".join(path.read_text("utf-8") for path in folder.iterdir())
    assert repr(DELIVERY_KEY) not in repr(request_for())


def test_a_version_that_exists_is_never_rewritten(database: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    folder = build_package(database, tmp_path, request_for()).folder
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(StoppedError, match="v1 finns redan, skrivs ej om") as refused:
        build_package(database, tmp_path, request_for(override_reason="på nytt"))
    assert refused.value.exit_code == 3
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def kept_beside(target_dir: Path) -> list[str]:
    """Every file and finished folder that the state keeps for packages of `target_dir`."""
    state = target_dir.with_name(f"{target_dir.name}-state")
    names = [path.relative_to(state) for path in state.rglob("*") if path.is_file() or "version=" in path.name]
    return sorted(str(name) for name in names)


def test_a_package_comes_with_its_id_map_and_its_rows(database: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    folder = build_package(database, tmp_path / "delivery", request_for()).folder
    rows = f"delivered_rows/receiver=skr/period={PERIOD}/version=1"
    assert kept_beside(tmp_path / "delivery") == [
        f"delivered_ids/skr/{PERIOD}/v1.map",
        rows,
        f"{rows}/completed.parquet",
        f"{rows}/waiting.parquet",
    ]
    state = tmp_path / "delivery-state"
    told = {
        (contact.population, contact.origin.delivered_contact_id)
        for contact in read_map(map_path(state, "skr", PERIOD, 1), REGION_KEY, "skr", PERIOD, 1)
    }
    sent = {
        (record_type.name, visit["VardkontaktId"])
        for record_type in RECORD_TYPES
        for visit in visits(folder / f"{record_type.call}.xml")
    }
    assert told == sent and len(sent) == 11


class BreaksAt:
    """A function that fails at its n-th call, after having done its work when it is told so."""

    def __init__(self, real: Any, call: int, is_done_first: bool) -> None:
        self.real, self.left, self.is_done_first = real, call, is_done_first

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        self.left -= 1
        if self.left:
            return self.real(*arguments, **options)
        if self.is_done_first:
            self.real(*arguments, **options)
        raise KeyboardInterrupt("avbrott")


@pytest.mark.parametrize(
    ("module", "name", "call", "is_done_first"),
    [
        (package, "write_contacts", 1, False),
        (package, "write_contacts", 1, True),
        (package, "write_contacts", 2, True),
        (kept, "write_rows", 1, True),
        (kept, "write_rows", 2, False),
        (package, "render_protocol", 1, False),
        (package, "canonical_json", 1, True),
        (package, "_freeze", 1, True),
        (kept, "take_place_of_rows", 1, False),
        (kept, "take_place_of_rows", 1, True),
        (kept.IdMapWriter, "take_place", 1, False),
    ],
)
def test_a_build_that_was_cut_short_leaves_nothing_and_is_redone(
    module: Any,
    name: str,
    call: int,
    is_done_first: bool,
    database: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = tmp_path / "delivery"
    killed = target / "skr" / PERIOD / ".v1.building"
    killed.mkdir(parents=True)
    (killed / "half.xml").write_text("<half", encoding="utf-8")
    killed.chmod(0o500)
    with monkeypatch.context() as patch:
        patch.setattr(module, name, BreaksAt(getattr(module, name), call, is_done_first))
        with pytest.raises(KeyboardInterrupt):
            build_package(database, target, request_for())
    assert list((target / "skr" / PERIOD).iterdir()) == []
    assert kept_beside(target) == []
    folder = build_package(database, target, request_for()).folder
    assert not (folder / "half.xml").exists()
    assert len(kept_beside(target)) == 4


@pytest.mark.parametrize("left", ["package", "map", "rows"])
def test_whatever_is_left_of_a_version_it_is_never_written_again(
    left: str, database: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    target, state = tmp_path / "delivery", tmp_path / "delivery-state"
    folder = build_package(database, target, request_for()).folder
    if left != "package":
        remove_package(folder)
    if left != "map":
        remove_map(state, "skr", PERIOD, 1)
    if left != "rows":
        remove_rows(rows_folder(state, "skr", PERIOD, 1))
    before = (kept_beside(target), folder.exists())
    with pytest.raises(StoppedError, match="v1 finns redan"):
        build_package(database, target, request_for())
    assert (kept_beside(target), folder.exists()) == before


def test_two_versions_of_the_same_rows_differ_in_what_names_them_alone(
    database: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    first, second = (build_package(database, tmp_path / "d", request_for(version=version)).folder for version in (1, 2))
    for record_type in RECORD_TYPES:
        one, two = ((folder / f"{record_type.call}.xml").read_text("utf-8") for folder in (first, second))
        assert one.replace("2024-07-v1-", "2024-07-v2-") == two
    one, two = (json.loads((folder / "manifest.json").read_text("utf-8")) for folder in (first, second))
    # The names and sums of the files follow from the version; nothing else may.
    assert {key for key in one if one[key] != two[key]} == {"version", "files"}


def bad(result: ExpectationResult, **changes: Any) -> list[ExpectationResult]:
    return [*(other for other in GOOD_RESULTS if other is not result), dataclasses.replace(result, **changes)]


@pytest.mark.parametrize(
    "results",
    [
        [],
        [result for result in GOOD_RESULTS if result.suite == "delivery_completed"],
        bad(GOOD_RESULTS[0], is_success=False),
        bad(GOOD_RESULTS[0], is_success=False, has_crashed=True),
        bad(GOOD_RESULTS[0], is_success=True, has_crashed=True),
    ],
    ids=["none", "one suite missing", "failed", "crashed", "crashed but marked as passed"],
)
def test_without_passed_evidence_of_both_suites_nothing_is_built_even_when_overridden(
    database: duckdb.DuckDBPyConnection, tmp_path: Path, results: list[ExpectationResult]
) -> None:
    with pytest.raises(StoppedError):
        build_package(database, tmp_path, request_for(results=results, override_reason="brådskar"))
    assert list(tmp_path.iterdir()) == []


def test_the_packages_protocol_tells_the_outcome_the_counts_and_the_reason(
    database: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    request = request_for(override_reason="Kliniken <sommarstängd> & tom")
    html = (build_package(database, tmp_path, request).folder / "protokoll.html").read_text("utf-8")
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.split("</head>")[1]))
    assert "juli 2024" in text and "version 1" in text and "18 augusti 2024 kl. 09.30" in text
    assert "Alla 6 kontroller är godkända" in text and "Underkänd " not in text
    assert "Genomförda kontakter 22 15 7" in text
    assert "Genomförda kontakter A02" in text
    assert "Kliniken &lt;sommarstängd&gt; &amp; tom" in text
