"""The gate before a package: everything that stops it told at once, and nothing half left behind."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from orchestration.delivery import stage
from orchestration.delivery.package import PackageManifest, PackageRequest, PopulationAccount, package_folder
from orchestration.delivery.stage import HeldBack, deliver_period, deliver_when_open
from orchestration.errors import InputRefusedError, StoppedError
from orchestration.privacy import MASK
from orchestration.state.store import State
from tests.python.approval.house import EAR, EYE, PERIOD, Deviation, House, block

BORN = "19121212"


class Packages:
    """Stands in for the packing: notes what was asked for, and makes the folder."""

    def __init__(self) -> None:
        self.requests: list[PackageRequest] = []

    def __call__(self, _: object, target_dir: Path, request: PackageRequest, __: object) -> PackageManifest:
        self.requests.append(request)
        folder = package_folder(target_dir, request.receiver, request.period, request.version)
        folder.mkdir(parents=True)
        accounts = tuple(PopulationAccount(name, 3, 2, 1, (), ()) for name in ("completed", "waiting"))
        return PackageManifest(folder, (), accounts, {})


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch) -> Packages:
    noted = Packages()
    monkeypatch.setattr(stage, "build_package", noted)
    return noted


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture
def state(house: House) -> Iterator[State]:
    with house.state() as opened:
        yield opened


def ready(house: House, approved: Sequence[Any] = (EYE, EAR), **changes: Any) -> House:
    """A run up to its delivery, with these clinics' approvals of what it found."""
    house.run(**changes)
    for clinic in approved:
        house.approve(clinic)
    return house


def told_by(error: pytest.ExceptionInfo[Exception]) -> str:
    return str(error.value)


def a_version(house: House, version: int, status: str, content: str = "another") -> Path:
    with house.state() as state:
        row = {
            "receiver": stage.RECEIVER,
            "period": PERIOD,
            "version": version,
            "created_at": "2024-08-19 10:00:00",
            "run_id": "r0",
            "inputs": "i",
            "content_hash": content,
            "contacts_completed": 0,
            "contacts_waiting": 0,
            "left_out_count": 0,
            "replaced_version": None,
            "override_reason": "prov",
            "status": status,
        }
        state.insert("delivery", [row])
    folder = package_folder(house.work.home.delivery, stage.RECEIVER, PERIOD, version)
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{}")
    (folder / "manifest.json").chmod(0o400)
    folder.chmod(0o500)
    return folder


def test_what_an_interrupted_run_left_goes_and_its_number_is_free(house: House, packages: Packages) -> None:
    delivered = a_version(house, 1, "built")
    half = a_version(house, 2, "building")
    deliver_period(ready(house).work)
    assert delivered.exists()
    assert not (half / "manifest.json").exists()
    assert [(request.version, request.replaced_version) for request in packages.requests] == [(2, 1)]


def test_a_folder_that_the_state_does_not_know_keeps_its_number(house: House, packages: Packages) -> None:
    unknown = package_folder(house.work.home.delivery, stage.RECEIVER, PERIOD, 1)
    unknown.mkdir(parents=True)
    deliver_period(ready(house).work)
    assert unknown.exists()
    assert [(request.version, request.replaced_version) for request in packages.requests] == [(2, None)]


# --- Approvals. --------------------------------------------------------------------------------


def test_when_every_clinic_has_approved_these_figures_the_delivery_is_made(house: House, packages: Packages) -> None:
    house.run()
    house.approve(EYE, ("A16", "känt"), by="ögonchefen")
    house.approve(EAR, by="öronchefen")
    deliver_period(house.work)
    [request] = packages.requests
    assert request.override_reason is None
    assert [(entry.clinic_id, entry.clinic_name, entry.approved_by, entry.accepted) for entry in request.approvals] == [
        (EYE.clinic_id, EYE.clinic_name, "ögonchefen", ("A16: känt",)),
        (EAR.clinic_id, EAR.clinic_name, "öronchefen", ()),
    ]


@pytest.mark.parametrize("approved", [(), (EYE,), (EAR,)])
def test_one_clinic_that_has_not_approved_stops_the_delivery_and_is_named(
    approved: tuple[Any, ...], house: House, packages: Packages
) -> None:
    ready(house, approved)
    with pytest.raises(StoppedError) as caught:
        deliver_period(house.work)
    for clinic in (EYE, EAR):
        assert (clinic.clinic_id in told_by(caught)) == (clinic not in approved)
    assert packages.requests == []
    assert "vardlager approve" in told_by(caught)


def test_an_approval_taken_back_stops_the_delivery_with_its_reason(house: House, packages: Packages) -> None:
    ready(house)
    house.take_back(EAR, by="öronchefen")
    with pytest.raises(StoppedError, match="taget tillbaka av öronchefen"):
        deliver_period(house.work)


def test_an_approval_of_other_figures_than_the_build_holds_stops_even_when_it_stands(
    house: House, packages: Packages
) -> None:
    """Defence in depth: the withdrawal of outdated approvals never ran, and the gate compares all the same."""
    ready(house)
    house.change(EAR)
    house.build()
    with pytest.raises(StoppedError) as caught:
        deliver_period(house.work)
    assert f"{EAR.clinic_id}): godkännandet gäller andra siffror" in told_by(caught)
    assert EYE.clinic_id not in told_by(caught)
    assert packages.requests == []


def test_a_new_clinic_in_the_build_must_approve_too(house: House, packages: Packages) -> None:
    ready(house)
    house.clinics = [*house.clinics, EYE.__class__("SE2321000131-E000000003000", "Hudkliniken", "hud1")]
    house.build()
    with pytest.raises(StoppedError, match="Hudkliniken"):
        deliver_period(house.work)


def test_a_delivery_without_any_clinic_is_nobodys_consent(house: House, packages: Packages) -> None:
    house.clinics = []
    ready(house, ())
    with pytest.raises(StoppedError, match="ingen klinik har rader"):
        deliver_period(house.work)
    assert isinstance(deliver_when_open(house.work), HeldBack)
    ready(house, (), override_reason="tom månad")
    deliver_period(house.work)
    assert len(packages.requests) == 1


def test_an_override_covers_approvals_and_those_that_stand_are_told_all_the_same(
    house: House, packages: Packages
) -> None:
    ready(house, (EYE,), override_reason=f"semester, fråga {BORN}-1212")
    deliver_period(house.work)
    [request] = packages.requests
    assert request.override_reason == f"semester, fråga {MASK}"
    assert [entry.clinic_id for entry in request.approvals] == [EYE.clinic_id]


# --- Deviations that stop. ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deviation", "stops"),
    [
        (block("E02"), True),
        (block("A38", EAR), True),
        (block("E02", severity="fix"), False),
        (block("E02", period="2024-06"), False),
    ],
)
def test_e02_a38_a_blocking_deviation_of_the_period_stops(
    deviation: Deviation, stops: bool, house: House, packages: Packages
) -> None:
    house.deviations = [deviation]
    ready(house)
    if stops:
        with pytest.raises(StoppedError, match=deviation[1]):
            deliver_period(house.work)
    else:
        deliver_period(house.work)
    assert len(packages.requests) == (not stops)


@pytest.mark.parametrize(
    ("deviations", "stops"),
    [
        ([block("A38", EAR)], False),
        ([block("E02")], True),
        ([block("A38", EAR), block("E02")], True),
        ([block("X99", EAR)], True),
    ],
)
def test_a38_is_covered_by_an_override_and_e02_or_an_unknown_rule_never(
    deviations: list[Deviation], stops: bool, house: House, packages: Packages
) -> None:
    house.deviations = deviations
    ready(house, (), override_reason="semester")
    if stops:
        with pytest.raises(StoppedError) as caught:
            deliver_period(house.work)
        assert "A38" not in told_by(caught)
    else:
        deliver_period(house.work)
    assert len(packages.requests) == (not stops)


def test_a38_is_told_by_clinic(house: House, packages: Packages) -> None:
    house.deviations = [block("A38", EAR), block("E02")]
    ready(house)
    with pytest.raises(StoppedError) as caught:
        deliver_period(house.work)
    assert f"A38 För många rader utelämnade: {EAR.clinic_name} ({EAR.clinic_id}), 1 st" in told_by(caught)
    assert "E02 Överlappande intervall: regionen, 1 st" in told_by(caught)


# --- Groups. -----------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", "semester"])
@pytest.mark.parametrize("group", ["care", "registers"])
@pytest.mark.parametrize("standing", ["refused", "incomplete"])
def test_a_needed_group_that_is_not_whole_holds_the_delivery(
    group: str, standing: str, reason: str, house: House, packages: Packages, state: State
) -> None:
    ready(house, override_reason=reason)
    state.set_group(PERIOD, group, standing, "fil.csv: trasig")
    with pytest.raises(InputRefusedError, match=r"fil\.csv: trasig"):
        deliver_period(house.work)
    assert packages.requests == []


@pytest.mark.parametrize(("entity", "group"), [("cosmic_vantelista", "care"), ("register_enhet", "registers")])
def test_a_needed_file_that_is_not_loaded_holds_the_delivery(
    entity: str, group: str, house: House, packages: Packages, state: State
) -> None:
    state.execute("update load set outcome = 'replaced' where entity = ?", [entity])
    ready(house, (), override_reason="semester")
    with pytest.raises(InputRefusedError, match=f"gruppen {group} är inte inläst"):
        deliver_period(house.work)


def test_whole_groups_and_other_groups_do_not_hold_the_delivery(house: House, packages: Packages, state: State) -> None:
    state.set_group(PERIOD, "economy", "refused", "fil.csv: trasig")
    deliver_period(ready(house).work)
    assert len(packages.requests) == 1


def test_every_reason_is_told_at_once(house: House, packages: Packages, state: State) -> None:
    house.deviations = [block("A38", EAR), block("E02")]
    ready(house, ())
    state.set_group(PERIOD, "care", "refused", "fil.csv: trasig")
    with pytest.raises(InputRefusedError) as caught:
        deliver_period(house.work)
    for part in ("fil.csv: trasig", "A38", "E02", EYE.clinic_id, EAR.clinic_id):
        assert part in told_by(caught)


# --- The month: deliver when the gate is open. --------------------------------------------------


def test_a_month_without_all_approvals_is_held_back_and_is_no_error(house: House, packages: Packages) -> None:
    house.deviations = [block("A38", EAR)]
    ready(house, (EYE,))
    outcome = deliver_when_open(house.work)
    assert isinstance(outcome, HeldBack)
    text = "\n".join(outcome.lines)
    assert f"{EAR.clinic_name} ({EAR.clinic_id}): godkännande saknas" in text
    assert EYE.clinic_id not in text
    assert "dessutom: A38" in text
    assert "vardlager approve" in text
    assert packages.requests == []


def test_a_month_with_all_approvals_is_delivered(house: House, packages: Packages) -> None:
    assert isinstance(deliver_when_open(ready(house).work), PackageManifest)
    assert len(packages.requests) == 1


@pytest.mark.parametrize("deviation", [block("E02"), block("A38", EYE)])
def test_once_all_have_approved_whatever_stops_the_month_is_an_error(
    deviation: Deviation, house: House, packages: Packages
) -> None:
    house.deviations = [deviation]
    ready(house)
    with pytest.raises(StoppedError, match=deviation[1]):
        deliver_when_open(house.work)


@pytest.mark.parametrize("reason", ["", "semester"])
def test_what_is_delivered_as_it_stands_is_not_delivered_again(reason: str, house: House, packages: Packages) -> None:
    deliver_when_open(ready(house, override_reason=reason).work)
    again = deliver_when_open(ready(house, (), run_id="r2").work)
    assert isinstance(again, HeldBack)
    assert "redan levererat, som v1" in again.lines[0]
    assert len(packages.requests) == 1


def test_deliver_makes_the_next_version_of_what_is_delivered_as_it_stands(house: House, packages: Packages) -> None:
    deliver_when_open(ready(house).work)
    deliver_period(house.work)
    assert [request.version for request in packages.requests] == [1, 2]


def test_other_rows_make_a_new_version_in_the_month(house: House, packages: Packages) -> None:
    deliver_when_open(ready(house).work)
    house.content = "c2"
    deliver_when_open(ready(house, (), run_id="r2").work)
    assert [request.version for request in packages.requests] == [1, 2]


def test_a_new_load_or_other_settings_with_the_same_rows_deliver_nothing_again(
    house: House, packages: Packages
) -> None:
    deliver_when_open(ready(house).work)
    house.load("cosmic_vantelista", version=2)
    region = house.work.region.model_copy(update={"published_versions": 3})
    again = deliver_when_open(ready(house, (), run_id="r2", region=region, override_reason="semester").work)
    assert isinstance(again, HeldBack)
    assert [request.version for request in packages.requests] == [1]


def test_what_an_earlier_version_held_is_delivered_again_when_the_newest_holds_something_else(
    house: House, packages: Packages
) -> None:
    ready(house)
    a_version(house, 1, "built", house.content)
    a_version(house, 2, "built", "andra")
    deliver_when_open(house.work)
    assert [request.version for request in packages.requests] == [3]


def test_without_evidence_what_is_delivered_is_not_even_asked(house: House, packages: Packages) -> None:
    deliver_when_open(ready(house).work)
    house.load("cosmic_vantelista", version=2)
    with pytest.raises(StoppedError, match="andra indata"):
        deliver_when_open(house.work)


def test_an_override_tells_what_it_covers(house: House, packages: Packages) -> None:
    house.deviations = [block("A38", EAR)]
    deliver_period(ready(house, (EYE,), override_reason="semester").work)
    [request] = packages.requests
    assert request.overridden == (
        f"A38 För många rader utelämnade: {EAR.clinic_name} ({EAR.clinic_id}), 1 st",
        f"{EAR.clinic_name} ({EAR.clinic_id}): godkännande saknas",
    )


def test_without_an_override_nothing_is_told_as_covered(house: House, packages: Packages) -> None:
    deliver_period(ready(house).work)
    assert packages.requests[0].overridden == ()


def test_a_version_whose_package_is_gone_or_half_made_is_delivered_again(house: House, packages: Packages) -> None:
    ready(house)
    a_version(house, 1, "building", house.content)
    deliver_when_open(house.work)
    assert [request.version for request in packages.requests] == [1]
    package_folder(house.work.home.delivery, stage.RECEIVER, PERIOD, 1).rmdir()
    deliver_when_open(house.work)
    assert [request.version for request in packages.requests] == [1, 2]


def test_the_approvals_that_stand_are_remembered_with_their_loads(house: House) -> None:
    ready(house, (EYE,))
    with house.state() as state:
        [row] = state.rows("select loads from approval")
        assert json.loads(row["loads"]) == sorted(load.load_id for load in state.loads("current"))
