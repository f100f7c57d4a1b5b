from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from orchestration.synthetic_region import write_region

from .reading import PERIODS, SCALE, Row, contacts, file_of, waiting

LASTING = (
    "patient_id", "fodelsear", "kon", "skyddad_identitet", "vardniva", "fas", "bup_steg", "aktivitet",
    "kva_huvud", "bokningssatt", "vardkontakttyp", "yrkeskategori", "sokt_kontakt_tid", "beslut_tid",
    "medicinskt_maldatum", "prioritet", "remittenttyp", "remiss_id", "remiss_datum",
)  # fmt: skip
REDELIVERED, KNOWN = "2024-05", "2024-07"


def by_id(rows: list[Row]) -> dict[str, Row]:
    return {row["vardkontakt_id"]: row for row in rows}


def still_waiting(rows: list[Row]) -> dict[str, Row]:
    return by_id([row for row in rows if row["status"] == "V"])


def test_a_waiting_entry_is_next_month_carried_out_removed_or_still_waiting(region: Path) -> None:
    outcomes = {"carried out": 0, "A": 0, "V": 0}
    for period, following in pairwise(PERIODS):
        done, listed = by_id(contacts(region, following)), by_id(waiting(region, following))
        for contact_id in still_waiting(waiting(region, period)):
            assert (contact_id in done) != (contact_id in listed)
            outcomes["carried out" if contact_id in done else listed[contact_id]["status"]] += 1
    assert min(outcomes.values()) > 50


def test_an_entry_reads_the_same_in_every_file(region: Path) -> None:
    for period, following in pairwise(PERIODS):
        later = by_id(contacts(region, following)) | by_id(waiting(region, following))
        for contact_id, row in still_waiting(waiting(region, period)).items():
            assert {name: row[name] for name in LASTING} == {name: later[contact_id][name] for name in LASTING}


def test_an_entry_on_the_list_was_there_before_or_was_decided_in_the_month(region: Path) -> None:
    for period, following in pairwise(PERIODS):
        before = still_waiting(waiting(region, period))
        for contact_id, row in by_id(waiting(region, following)).items():
            assert contact_id in before or row["beslut_tid"][:7] == following
            assert row["skapad_tid"][:7] == row["beslut_tid"][:7]


def test_no_contact_is_carried_out_twice_or_waits_when_it_is_carried_out(region: Path) -> None:
    done: set[str] = set()
    for period in PERIODS:
        of_month = set(by_id(contacts(region, period)))
        assert not of_month & done
        done |= of_month
        assert not done & set(by_id(waiting(region, period)))


def test_a_removed_entry_has_a_time_in_the_month_and_a_reason_and_never_comes_back(region: Path) -> None:
    removed: set[str] = set()
    reasons = set()
    for period in PERIODS:
        rows = by_id(waiting(region, period))
        assert not removed & set(rows) and not removed & set(by_id(contacts(region, period)))
        for contact_id, row in rows.items():
            if row["status"] == "V":
                assert not row["avford_tid"] and not row["avford_orsak"]
                continue
            assert row["avford_tid"][:7] == period and row["avford_orsak"]
            assert row["avford_tid"] >= row["skapad_tid"][:10]
            removed.add(contact_id)
            reasons.add(row["avford_orsak"])
    assert reasons == {
        "ANNAN_VARDGIVARE", "PATIENTENS_ONSKAN", "EJ_BEHOV", "AVLIDEN", "UTEBLIVIT", "FELREGISTRERAD",
        "OVRIGT",
    }  # fmt: skip


def test_the_decision_comes_before_the_start_and_the_end_after(region: Path) -> None:
    for period in PERIODS:
        for row in contacts(region, period):
            assert not row["beslut_tid"] or row["beslut_tid"] <= row["start_tid"]
            assert row["start_tid"] < row["avslut_tid"]
            if row["sokt_kontakt_tid"]:
                assert row["sokt_kontakt_tid"] <= row["start_tid"]
        assert all(row["beslut_tid"][:7] <= period for row in waiting(region, period))


def test_most_booked_times_are_kept_and_none_ends_the_wait(region: Path) -> None:
    booked = kept = 0
    for period, following in pairwise(PERIODS):
        done = by_id(contacts(region, following))
        for contact_id, row in still_waiting(waiting(region, period)).items():
            if row["bokad_tid"][:7] == following:
                booked += 1
                kept += contact_id in done and done[contact_id]["start_tid"] == row["bokad_tid"]
    assert booked > 100 and kept / booked > 0.95


def test_a_deceased_patient_gets_no_care_and_leaves_the_list(region: Path) -> None:
    deceased_waiting = 0
    for period in PERIODS:
        for row in contacts(region, period):
            assert not row["avliden_datum"] or row["start_tid"][:10] <= row["avliden_datum"]
        rows = waiting(region, period)
        for row in rows:
            if row["avford_orsak"] == "AVLIDEN":
                assert row["avliden_datum"] and row["avliden_datum"] <= row["avford_tid"][:10]
        deceased_waiting += sum(row["status"] == "V" and row["avliden_datum"] != "" for row in rows)
    assert deceased_waiting < 10


def test_the_next_step_in_child_psychiatry_is_decided_when_the_first_is_done(tmp_path: Path) -> None:
    periods = ("2024-02", "2024-03")
    write_region(tmp_path, periods[0], periods[-1], scale=0.1)
    first_done = {
        (row["patient_id"].replace("-", ""), row["start_tid"][:10])
        for period in periods
        for row in contacts(tmp_path, period)
        if row["bup_steg"] == "1"
    }
    rows = [row for period in periods for row in (*contacts(tmp_path, period), *waiting(tmp_path, period))]
    later_steps = {
        (row["patient_id"].replace("-", ""), row["beslut_tid"][:10])
        for row in rows
        if row["bup_steg"] in ("2", "3") and row["beslut_tid"] >= "2024-02-01"
    }
    assert len(later_steps) > 5 and later_steps <= first_done


def test_acute_contacts_have_times_in_order_for_type_1_only(region: Path) -> None:
    types = set()
    for period in PERIODS:
        for row in contacts(region, period):
            times = [row["tid_start_akut"], row["tid_bedomning"], row["tid_avslut_akut"]]
            assert (row["fas"] == "5") == (row["typ_akutverksamhet"] != "0")
            types.add(row["typ_akutverksamhet"])
            if row["typ_akutverksamhet"] == "1":
                assert all(times) and times == sorted(times) and times[0] == row["start_tid"]
            else:
                assert not any(times) and not row["vard_avbruten"]
    assert types == {"0", "1", "2", "3", "4"}


def test_every_kind_of_care_occurs(region: Path) -> None:
    rows = contacts(region, "2024-05")
    assert {row["kontaktform"] for row in rows} == {"B", "D", "H", "G", "V", "U"}
    assert {row["fas"] for row in rows} == {"1", "2", "3", "4", "5"}
    assert any(row["bokningssatt"] == "5" and not row["beslut_tid"] and row["fas"] == "4" for row in rows)
    assert any(row["prioritet"] == "TUR" and row["fas"] == "3" for row in rows)
    assert any(row["medicinsk_bedomning"] == "J" and row["sokt_kontakt_tid"] for row in rows)
    assert all(row["medicinskt_maldatum"] == "" for row in rows if row["fas"] != "4")
    assert any(row["vardkontakttyp"] == "91" for row in rows)


def test_a_deviation_has_an_interval_and_patient_choice_a_declined_offer(region: Path) -> None:
    seen = set()
    for period in PERIODS:
        for row in (*contacts(region, period), *waiting(region, period)):
            seen.add(row["avvikelse"])
            assert bool(row["avvikelse"]) == bool(row["avvikelse_from"])
            if row["avvikelse_tom"]:
                assert row["avvikelse_tom"] > row["avvikelse_from"]
            if row["avvikelse"]:
                assert row["avvikelse_from"] >= row["beslut_tid"][:10]
            if row["erbjuden_tid"]:
                assert row["avvikelse"] == "1" and row["vardgaranti_info"] == "J"
    assert {"", "1", "2"} <= seen


@pytest.fixture(scope="module")
def redelivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("redelivered")
    write_region(out, REDELIVERED, REDELIVERED, scale=SCALE, known_through=KNOWN)
    return out


def test_a_month_delivered_again_carries_later_removals(region: Path, redelivered: Path) -> None:
    first, again = by_id(waiting(region, REDELIVERED)), by_id(waiting(redelivered, REDELIVERED))
    assert list(first) == list(again)
    removed_later = {
        contact_id: row["avford_tid"]
        for period in ("2024-06", "2024-07")
        for contact_id, row in by_id(waiting(region, period)).items()
        if row["status"] == "A"
    }
    changed = {contact_id for contact_id in first if first[contact_id]["status"] != again[contact_id]["status"]}
    assert len(changed) > 20
    assert changed == {contact_id for contact_id in first if contact_id in removed_later}
    for contact_id in changed:
        assert first[contact_id]["status"] == "V" and again[contact_id]["avford_orsak"]
        assert again[contact_id]["avford_tid"] == removed_later[contact_id]


def test_a_month_delivered_again_is_otherwise_the_same_but_for_deaths(region: Path, redelivered: Path) -> None:
    may_change = {"status", "avford_tid", "avford_orsak", "avliden_datum"}
    pairs = zip(waiting(region, REDELIVERED), waiting(redelivered, REDELIVERED), strict=True)
    assert all(first[name] == again[name] for first, again in pairs for name in first if name not in may_change)
    pairs = zip(contacts(region, REDELIVERED), contacts(redelivered, REDELIVERED), strict=True)
    assert all(first[name] == again[name] for first, again in pairs for name in first if name != "avliden_datum")


def test_a_month_known_at_its_own_end_is_the_first_delivery(region: Path, tmp_path: Path) -> None:
    write_region(tmp_path, "2024-07", "2024-07", scale=SCALE, known_through="2024-07")
    entity = "cosmic_vantelista"
    assert file_of(tmp_path, "2024-07", entity).read_bytes() == file_of(region, "2024-07", entity).read_bytes()
