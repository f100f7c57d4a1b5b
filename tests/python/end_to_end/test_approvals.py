"""A month with two clinics: one changes after it has approved, and only that one must approve again."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from .command import Done, Place
from .killing import Forge

PERIOD = "2026-10"
HSA = "SE2321000131-E"
EYE, EAR = HSA + "000000000100", HSA + "000000000200"
EYE_UNIT, EAR_UNIT = HSA + "000000000101", HSA + "000000000201"
CONTACTS, UNITS = "cosmic_vardkontakt_202610.csv", "register_enhet_202610.csv"


def lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


def write(path: Path, content: list[str]) -> None:
    path.write_bytes("".join(f"{line}\r\n" for line in content).encode("utf-8"))


def with_a_second_clinic(place: Place) -> None:
    """The worked example, with two of its contacts carried out at another clinic as well."""
    place.fixture("section8.py")
    inbox = place.home / "inbox" / PERIOD
    units, contacts = lines(inbox / UNITS), lines(inbox / CONTACTS)
    assert "Ögonkliniken" in units[1]
    second = units[1].replace(EYE_UNIT, EAR_UNIT).replace(EYE, EAR).replace("Ögonkliniken", "Öronkliniken")
    write(inbox / UNITS, [*units, second])
    copied = [line.replace(EYE_UNIT, EAR_UNIT).replace("G", "H", 1) for line in contacts[1:3]]
    assert all(line.startswith("H") and EAR_UNIT in line for line in copied)
    write(inbox / CONTACTS, [*contacts, *copied])


def approve(place: Place, clinic: str, by: str, *more: str) -> Done:
    return place.command("approve", "--period", PERIOD, "--clinic", clinic, "--by", by, *more)


def steps_to_a_delivery(place: Place) -> dict[str, Done]:
    """What each command said, from the first look at the figures to the delivery."""
    with_a_second_clinic(place)
    said = {"validated": place.command("validate", "--period", PERIOD)}
    said["eye"] = approve(place, EYE, "ögonchefen", "--accept", "A16", "känt")
    said["ear"] = approve(place, EAR, "öronchefen")
    # A new file in another order, in which one contact of the second clinic alone is another.
    path = place.home / "inbox" / PERIOD / CONTACTS
    header, *rows = lines(path)
    turned = [row.replace("2026-10-18", "2026-10-17") if row.startswith("H1;") else row for row in rows[::-1]]
    assert sorted(turned) != sorted(rows)
    write(path, [header, *turned])
    said["changed"] = place.command("run", "--period", PERIOD)
    said["status"] = place.command("status", "--period", PERIOD)
    said["ear again"] = approve(place, EAR, "öronchefen")
    said["delivered"] = place.command("run", "--period", PERIOD)
    return said


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory, forge: Forge) -> tuple[Place, dict[str, Done]]:
    place = Place(tmp_path_factory.mktemp("approvals"), forge=forge)
    return place, steps_to_a_delivery(place)


def test_every_command_of_the_month_ends_well(month: tuple[Place, dict[str, Done]]) -> None:
    assert {name: done.code for name, done in month[1].items()} == dict.fromkeys(month[1], 0)


def test_an_approval_tells_its_figures_and_who_remains(month: tuple[Place, dict[str, Done]]) -> None:
    said = month[1]["eye"].out
    assert "8 rader levereras, 0 utelämnas" in said
    assert "3 av 5 (60,0 %, variant skr)" in said
    assert "Öronkliniken" in said
    assert "Alla kliniker har godkänt" in month[1]["ear"].out


def test_one_changed_row_withdraws_that_clinics_approval_alone_and_holds_the_delivery(
    month: tuple[Place, dict[str, Done]],
) -> None:
    said = month[1]["changed"].said
    held = said[said.index("Ingen leverans") :]
    assert EAR in held
    assert EYE not in held
    assert CONTACTS in held, "inläsningen som ändrade raden"
    status = month[1]["status"].out
    assert "1 av 2 återstår" in status
    assert "ögonchefen" in status
    assert "öronchefen" not in status


def test_what_a_clinic_accepted_is_told_so_in_the_next_review_with_its_reason(
    month: tuple[Place, dict[str, Done]],
) -> None:
    folder = month[0].home / "review" / PERIOD / "current"
    with duckdb.connect() as connection:
        rules = connection.execute(
            "select clinic_id, deviations_count = accepted_count, accepted_reason, accepted_by from read_parquet($1) "
            "where accepted_count > 0",
            [str(folder / "rule.parquet")],
        ).fetchall()
    assert rules == [(EYE, True, "känt", "ögonchefen")]
    assert "Klinikernas avvikelselistor: " in month[1]["validated"].said
    assert f"{EYE}.html" in month[1]["eye"].out
    assert "Avvikelser att rätta: " in month[1]["status"].out


def test_when_both_have_approved_the_run_delivers_with_their_names(month: tuple[Place, dict[str, Done]]) -> None:
    place, said = month
    package = place.package(PERIOD)
    assert str(package) in said["delivered"].said
    manifest = json.loads((package / "manifest.json").read_text("utf-8"))
    assert manifest["override_reason"] is None
    assert [(entry["clinic_id"], entry["approved_by"], entry["accepted"]) for entry in manifest["approvals"]] == [
        (EYE, "ögonchefen", ["A16: känt"]),
        (EAR, "öronchefen", []),
    ]
    protocol = (package / "protokoll.html").read_text("utf-8")
    assert "ögonchefen" in protocol
    assert "A16: känt" in protocol
    assert place.rows("select version, contacts_completed from meta.deliveries") == [
        {"version": "1", "contacts_completed": "10"}
    ]


def test_the_log_tells_who_approved_what_was_withdrawn_and_what_was_delivered(
    month: tuple[Place, dict[str, Done]],
) -> None:
    (path,) = (month[0].home / "state" / "log").iterdir()
    events = [json.loads(line) for line in lines(path)]
    told = ("approved", "approval_withdrawn", "delivery_held_back", "delivered")
    assert [(event["event"], event.get("clinic_id")) for event in events if event["event"] in told] == [
        ("approved", EYE),
        ("approved", EAR),
        ("approval_withdrawn", EAR),
        ("delivery_held_back", None),
        ("approved", EAR),
        ("delivered", None),
    ]
    given = next(event for event in events if event["event"] == "approved")
    assert (given["command"], given["period"], given["approved_by"]) == ("approve", PERIOD, "ögonchefen")
    assert given["accepted"] == {"A16": "känt"}
