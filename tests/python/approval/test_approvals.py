"""A clinic's approval: of exactly its figures, by someone, and gone when the rows are others."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from orchestration.approval import words
from orchestration.approval.approvals import REPLACED, known_clinics, remaining_clinics, standing_approvals
from orchestration.approval.rules import RULES_FILE, read_rules
from orchestration.approval.stage import renew_clinic_figures
from orchestration.errors import StoppedError, UsageError
from orchestration.privacy import MASK
from orchestration.state import evidence
from orchestration.workbench.status import status_text

from .house import EAR, EYE, PERIOD, REGION, House

BORN = "19121212"


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(tmp_path)
    made.run()
    return made


def standing(house: House) -> set[str]:
    with house.state() as state:
        return set(standing_approvals(state, PERIOD))


def withdrawn(house: House) -> list[tuple[str, str]]:
    with house.state() as state:
        return [
            (row["clinic_id"], row["withdrawn_reason"])
            for row in state.rows("select * from approval where withdrawn_at is not null order by approval_id")
        ]


def test_an_approval_is_kept_with_name_reasons_figures_and_loads(house: House) -> None:
    given = house.approve(EYE, ("A12", "känt fel"), by="klinikchefen")
    assert [entry.clinic.clinic_id for entry in given.remaining] == [EAR.clinic_id]
    with house.state() as state:
        kept = standing_approvals(state, PERIOD)[EYE.clinic_id]
        [row] = state.rows("select * from approval")
    assert (kept.approved_by, kept.accepted, kept.clinic) == ("klinikchefen", (("A12", "känt fel"),), EYE)
    assert row["figures"] != "[]"
    assert row["loads"].count(",") == 5, "sex filer"


def test_when_the_last_clinic_has_approved_none_remains(house: House) -> None:
    house.approve(EYE)
    assert house.approve(EAR).remaining == ()


def test_the_same_figures_in_a_new_run_of_a_new_load_keep_the_approval(house: House) -> None:
    house.approve(EYE)
    house.load("cosmic_vantelista", version=2)
    renewed = house.run(run_id="r2")
    assert (renewed.clinics, renewed.standing, renewed.withdrawn) == (2, 1, ())
    assert standing(house) == {EYE.clinic_id}


def test_other_figures_withdraw_the_clinics_approval_and_no_other_and_name_the_load(house: House) -> None:
    house.approve(EYE)
    house.approve(EAR)
    house.load("cosmic_vantelista", version=2)
    house.change(EAR)
    renewed = house.run(run_id="r2")
    assert (renewed.standing, len(renewed.withdrawn)) == (1, 1)
    assert standing(house) == {EYE.clinic_id}
    [(clinic_id, reason)] = withdrawn(house)
    assert clinic_id == EAR.clinic_id
    assert "cosmic_vantelista_202407.csv (inläst 2024-08-02 10:00:00)" in reason
    assert "vardkontakt" not in reason
    assert any(EAR.clinic_name in line and "återtaget" in line for line in house.said)


def test_other_figures_without_a_new_load_are_told_as_changed_rules_or_settings(house: House) -> None:
    house.approve(EYE)
    house.change(EYE)
    house.run(run_id="r2")
    [(_, reason)] = withdrawn(house)
    assert "regler, inställningar" in reason
    assert ".csv" not in reason


def test_a_clinic_that_has_vanished_loses_its_approval_and_its_figures(house: House) -> None:
    house.approve(EYE)
    house.clinics = [EAR]
    house.run(run_id="r2")
    assert standing(house) == set()
    assert "inga rader kvar" in withdrawn(house)[0][1]
    with house.state() as state:
        assert [clinic.clinic_id for clinic in known_clinics(state, PERIOD)] == [EAR.clinic_id]


def test_figures_and_withdrawals_come_together_or_not_at_all(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.approve(EYE)
    house.change(EYE)

    def break_down(*_: object, **__: object) -> str:
        raise RuntimeError

    monkeypatch.setattr("orchestration.approval.figures._why", break_down)
    with pytest.raises(RuntimeError):
        house.run(run_id="r2")
    assert standing(house) == {EYE.clinic_id}
    with house.state() as state:
        assert {clinic.figures_hash for clinic in known_clinics(state, PERIOD)} == {
            EYE.figures_hash,
            EAR.figures_hash,
        }


def test_figures_are_not_renewed_of_a_build_that_this_run_has_not_proved(house: House) -> None:
    """The stage started alone in Dagster, on what an interrupted run left: no approval is taken back for it."""
    house.approve(EAR)
    house.change(EAR)
    house.build()
    with pytest.raises(StoppedError, match="har inte körts i denna körning"):
        renew_clinic_figures(dataclasses.replace(house.work, run_id="r2"))
    assert standing(house) == {EAR.clinic_id}
    assert withdrawn(house) == []


def test_another_periods_figures_and_approvals_are_left_alone(house: House) -> None:
    house.approve(EYE)
    with house.state() as state:
        state.execute("update approval set period = '2024-06'")
        state.execute("insert into clinic_figure select '2024-06', clinic_id, clinic_name, run_id, inputs, "
                      "figures_hash, figures, recorded_at from clinic_figure")  # fmt: skip
    house.change(EYE)
    house.run(run_id="r2")
    with house.state() as state:
        assert set(standing_approvals(state, "2024-06")) == {EYE.clinic_id}
        assert len(known_clinics(state, "2024-06")) == 2


def test_approving_again_replaces_the_earlier_approval(house: House) -> None:
    house.approve(EYE, ("A12", "förr"), by="den förra")
    house.approve(EYE, by="den nya")
    assert withdrawn(house) == [(EYE.clinic_id, REPLACED)]
    with house.state() as state:
        kept = standing_approvals(state, PERIOD)[EYE.clinic_id]
    assert (kept.approved_by, kept.accepted) == ("den nya", ())


def test_taking_back_says_whether_there_was_one(house: House) -> None:
    assert not house.take_back(EYE).had_one
    house.approve(EYE)
    taken = house.take_back(EYE, by="klinikchefen")
    assert taken.had_one
    assert {entry.clinic.clinic_id for entry in taken.remaining} == {EYE.clinic_id, EAR.clinic_id}
    assert withdrawn(house) == [(EYE.clinic_id, "taget tillbaka av klinikchefen")]
    assert not house.take_back(EYE).had_one


def test_an_approval_of_a_clinic_can_be_taken_back_whatever_the_figures_are(house: House) -> None:
    house.approve(EYE)
    house.load("cosmic_vantelista", version=2)
    assert house.take_back(EYE).had_one


def stale_load(house: House) -> None:
    house.load("cosmic_vantelista", version=2)


def failed_check(house: House) -> None:
    with house.state() as state:
        state.execute("update evidence set is_passed = 0 where check_id = ?", [evidence.required_checks()[0]])


def missing_check(house: House) -> None:
    with house.state() as state:
        state.execute("delete from evidence where check_id = ?", [evidence.required_checks()[-1]])


@pytest.mark.parametrize("fault", [stale_load, failed_check, missing_check])
def test_figures_of_other_inputs_or_without_proof_cannot_be_approved(
    house: House, fault: Callable[[House], None]
) -> None:
    fault(house)
    with pytest.raises(StoppedError, match="vardlager validate"):
        house.approve(EYE)
    assert standing(house) == set()


def test_figures_that_change_while_the_approval_waits_for_a_run_are_not_approved(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    import contextlib
    from collections.abc import Iterator

    @contextlib.contextmanager
    def waiting(*_: object) -> Iterator[None]:
        house.change(EYE)
        house.run(run_id="r2")
        yield

    monkeypatch.setattr("orchestration.approval.approvals.writing", waiting)
    with pytest.raises(StoppedError, match="räknades om"):
        house.approve(EYE)
    assert standing(house) == set()


def test_an_approval_waits_for_the_writer_and_lets_go(house: House) -> None:
    from orchestration.state.lock import holder, writing

    with writing(house.work.home, "en körning", house.said.append):
        house.approve(EYE)
    assert holder(house.work.home) is None


def test_an_unknown_clinic_is_wrong_usage_and_those_with_rows_are_named(house: House) -> None:
    unknown = EYE.__class__("SE2321000131-E000000009999", "Finns ej", "x")
    for act in (house.approve, house.take_back):
        with pytest.raises(UsageError) as caught:
            act(unknown)  # type: ignore[operator]
        assert EYE.clinic_id in str(caught.value)
        assert EAR.clinic_id in str(caught.value)


@pytest.mark.parametrize("accepted", [("A99", "skäl"), ("A12", " "), ("DL01", "skäl")])
def test_an_unknown_rule_or_an_empty_reason_is_wrong_usage(house: House, accepted: tuple[str, str]) -> None:
    with pytest.raises(UsageError):
        house.approve(EYE, accepted)
    assert standing(house) == set()


def test_a_rule_named_twice_is_wrong_usage(house: House) -> None:
    with pytest.raises(UsageError, match="två gånger"):
        house.approve(EYE, ("A12", "ett"), ("a12", "två"))


def rules_that_block() -> list[str]:
    with RULES_FILE.open(encoding="utf-8", newline="") as handle:
        return sorted({row["rule_id"] for row in csv.DictReader(handle) if row["severity"] == "block"})


@pytest.mark.parametrize("rule_id", rules_that_block())
def test_e02_a38_a_rule_that_stops_the_delivery_is_not_a_clinics_to_accept(house: House, rule_id: str) -> None:
    with pytest.raises(UsageError, match="stoppar leveransen"):
        house.approve(EYE, (rule_id, "ändå"))
    assert standing(house) == set()


def test_every_other_rule_of_the_seed_can_be_accepted(house: House) -> None:
    rules = [rule.rule_id for rule in read_rules().values() if not rule.is_blocking]
    assert len(rules) > 15
    given = house.approve(EYE, *((rule_id, "känt") for rule_id in rules))
    assert len(given.standing.accepted) == len(rules)


def test_only_a38_may_be_overridden() -> None:
    with RULES_FILE.open(encoding="utf-8", newline="") as handle:
        overridable = {row["rule_id"] for row in csv.DictReader(handle) if row["is_overridable"] != "false"}
    assert overridable <= {"A38"}


@pytest.mark.parametrize("name", ["", "  ", "\n"])
def test_an_empty_name_is_wrong_usage(house: House, name: str) -> None:
    with pytest.raises(UsageError):
        house.approve(EYE, by=name)
    with pytest.raises(UsageError):
        house.take_back(EYE, by=name)


def test_a_period_without_figures_is_wrong_usage(tmp_path: Path) -> None:
    house = House(tmp_path)
    with pytest.raises(UsageError, match="vardlager validate"):
        house.approve(EYE)
    with pytest.raises(UsageError):
        house.take_back(EYE)


def test_an_identity_typed_by_mistake_is_never_stored(house: House) -> None:
    identity = f"{BORN}-1212"
    house.approve(EYE, ("A12", f"gäller {identity}"), by=f"chefen {identity}")
    house.take_back(EYE, by=f"chefen {identity}")
    with house.state() as state:
        stored = [tuple(row) for table in ("approval", "acceptance") for row in state.rows(f"select * from {table}")]
    assert identity not in str(stored)
    assert str(stored).count(MASK) == 3


# --- In words. ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0.6, "60,0 %"), (0.0625, "6,3 %"), (0.0005, "0,1 %"), (0.00049, "0,0 %"), (1.0, "100,0 %"), (None, "-")],
)
def test_a_share_is_rounded_half_away_from_zero_where_it_is_printed(share: float | None, shown: str) -> None:
    assert words.percent(share) == shown


def test_what_is_approved_is_told_exactly(house: House) -> None:
    text = "\n".join(words.given_lines(house.approve(EYE, ("A12", "känt fel"), ("A16", "väntar")), "skr"))
    for part in (
        EYE.clinic_name,
        "chefen",
        "Genomförda: 40 rader levereras, 2 utelämnas",
        "utelämnas enligt A12 Okänt område: 2",
        "Väntande: 30 rader levereras, 0 utelämnas",
        "A12 Okänt område: 2 (godtas: känt fel)",
        "A16 godtas (väntar), men kliniken har inga sådana avvikelser",
        "1 av 16 (6,3 %, variant skr)",
        "En ny inläsning som ändrar klinikens rader återtar godkännandet.",
        f"{EAR.clinic_name} ({EAR.clinic_id}): godkännande saknas",
    ):
        assert part in text
    assert "av 17" not in text, "bara huvudvarianten"


def test_when_all_have_approved_the_way_on_is_told(house: House) -> None:
    house.approve(EYE)
    text = "\n".join(words.given_lines(house.approve(EAR), "skr"))
    assert "Alla kliniker har godkänt" in text


def test_status_tells_who_has_approved_who_has_not_and_how_many_remain(house: House) -> None:
    import yaml

    house.work.home.region_file.write_text(yaml.safe_dump(REGION.model_dump(mode="json")), encoding="utf-8")
    house.approve(EYE, ("A12", "känt"), by="klinikchefen")
    text = status_text(house.work.home, PERIOD)
    assert "1 av 2 återstår" in text
    assert "klinikchefen" in text
    assert "A12: känt" in text
    assert "godkännande saknas" in text
    assert "något har ändrats" not in text
    assert text.index("återstår") < text.index("godkänn senast")
    house.change(EYE)
    house.load("cosmic_vantelista", version=2)
    assert "kör vardlager validate" in status_text(house.work.home, PERIOD)
    house.run(run_id="r2")
    text = status_text(house.work.home, PERIOD)
    assert "2 av 2 återstår" in text
    assert "godkännandet återtaget" in text
    assert "klinikchefen" not in text


def test_status_before_any_figures_says_how_to_get_them(tmp_path: Path) -> None:
    import yaml

    house = House(tmp_path)
    house.work.home.region_file.write_text(yaml.safe_dump(REGION.model_dump(mode="json")), encoding="utf-8")
    text = status_text(house.work.home, PERIOD)
    assert "inga siffror att godkänna ännu" in text
    assert "återstår" not in text


# --- As typed. ---------------------------------------------------------------------------------


def typed(house: House, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str]:
    import yaml

    from orchestration.cli import main

    house.work.home.region_file.write_text(yaml.safe_dump(REGION.model_dump(mode="json")), encoding="utf-8")
    monkeypatch.setenv("VARDLAGER_HOME", str(house.work.home.root))
    result = CliRunner().invoke(main, ["approve", "--period", PERIOD, *arguments])
    return result.exit_code, result.output


def test_the_command_approves_and_takes_back(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    who = ("--clinic", EYE.clinic_id, "--by", "chefen")
    code, said = typed(house, monkeypatch, *who, "--accept", "A12", "känt fel", "--accept", "A16", "känt")
    assert code == 0, said
    assert "Godkänt: Ögonkliniken" in said
    assert standing(house) == {EYE.clinic_id}
    code, said = typed(house, monkeypatch, *who, "--withdraw")
    assert code == 0
    assert "Godkännandet är återtaget" in said
    code, said = typed(house, monkeypatch, *who, "--withdraw")
    assert code == 0
    assert "Inget godkännande att återta" in said


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--clinic", "finns ej", "--by", "x"), 2),
        (("--clinic", EYE.clinic_id), 2),
        (("--by", "x"), 2),
        (("--clinic", EYE.clinic_id, "--by", "x", "--accept", "E02", "ja"), 2),
        (("--clinic", EYE.clinic_id, "--by", "x", "--accept", "A12", "ja", "--withdraw"), 2),
        (("--clinic", EYE.clinic_id, "--by", "x"), 0),
    ],
)
def test_wrong_usage_has_its_exit_code(
    house: House, arguments: tuple[str, ...], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert typed(house, monkeypatch, *arguments)[0] == code


def test_outdated_figures_stop_the_command_with_exit_3(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    stale_load(house)
    code, said = typed(house, monkeypatch, "--clinic", EYE.clinic_id, "--by", "x")
    assert code == 3
    assert "vardlager validate" in said


def test_all_clinics_remain_before_anyone_has_approved(house: House) -> None:
    with house.state() as state:
        assert [entry.lack for entry in remaining_clinics(state, PERIOD)] == ["godkännande saknas"] * 2
