"""The sensor starts a period's work when a group's files are whole, at rest and new, and says what it waits for."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import pytest
import yaml

from orchestration.contracts import CARE, REGISTERS, load_contracts
from orchestration.jobs import PUBLISH_JOB
from orchestration.services import inbox_watch
from orchestration.services.inbox_watch import read_memory, write_memory
from orchestration.services.sensors import GROUP_TAG, inbox_sensor
from orchestration.settings import Home
from orchestration.state.lock import writing
from orchestration.state.store import Load, open_state

PERIOD = "2024-07"
CONTRACTS = load_contracts()
CARE_FILES = ("cosmic_vardkontakt", "cosmic_vantelista")
REGISTER_FILES = ("register_enhet", "register_ansvar", "register_heroma_enhet", "register_konto")
ALL = CARE_FILES + REGISTER_FILES
SETTINGS = {
    "region_code": 56,
    "region_name": "Region Prov",
    "region_hsa_id": "SE2321000131-0001",
    "county_prefix": "19",
    "norm_hours_per_year": 1725,
    "receivers": ["skr"],
    "main_variant": "skr",
}


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass
class Desk:
    """A home, an instance of Dagster's, and the sensor looking again and again with the cursor it left."""

    home: Home
    instance: dg.DagsterInstance
    cursor: str | None = None
    ticks: int = field(default=0)

    def name(self, entity: str, period: str = PERIOD) -> str:
        return f"{entity}_{period.replace('-', '')}.csv"

    def put(self, entity: str, text: str = "a", period: str = PERIOD) -> Path:
        folder = self.home.inbox / period
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / self.name(entity, period)
        path.write_text(text)
        # Times of change a second apart: no test rests on the clock.
        self.ticks += 1
        os.utime(path, (self.ticks, self.ticks))
        return path

    def put_all(self, entities: Iterable[str] = ALL, text: str = "a", period: str = PERIOD) -> None:
        for entity in entities:
            self.put(entity, text, period)

    def control(self, rows: dict[str, str], header: str = "fil;rader;sha256") -> None:
        lines = [header, *(f"{name};1;{digest}" for name, digest in rows.items())]
        (self.home.inbox / PERIOD / "kontroll.csv").write_text("\n".join(lines) + "\n")

    def loaded(self, entities: Iterable[str], outcome: str = "current", text: str = "a", period: str = PERIOD) -> None:
        with open_state(self.home.state_file) as state:
            for entity in entities:
                contract = CONTRACTS[entity]
                refused = outcome == "refused"
                state.add_load(
                    Load(
                        period=period,
                        system=contract.system,
                        entity=entity,
                        group_name=contract.group,
                        file_name=self.name(entity, period),
                        sha256=sha(text),
                        archive_path="a",
                        lake_path=None if refused else "b",
                        rows_in_file=1,
                        rows_loaded=0 if refused else 1,
                        rows_quarantined=1 if refused else 0,
                        rows_duplicate=0,
                        rows_filtered=0,
                        loaded_at="2024-08-01 00:00:00",
                        outcome=outcome,
                        message="för många fel" if refused else None,
                    )
                )

    def look(self) -> tuple[list[dg.RunRequest], str]:
        """(runs asked for, what the tick said) of one tick."""
        context = dg.build_sensor_context(instance=self.instance, cursor=self.cursor)
        answer = inbox_sensor(context)
        if isinstance(answer, dg.SkipReason):
            return [], answer.skip_message or ""
        assert isinstance(answer, dg.SensorResult)
        self.cursor = answer.cursor
        said = answer.skip_reason.skip_message if isinstance(answer.skip_reason, dg.SkipReason) else answer.skip_reason
        return list(answer.run_requests or []), said or ""

    def rested(self) -> tuple[list[dg.RunRequest], str]:
        """The second of two ticks between which nothing changed."""
        self.look()
        return self.look()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterable[Desk]:
    home = Home(tmp_path / "home")
    home.make()
    home.region_file.write_text(yaml.safe_dump(SETTINGS))
    monkeypatch.setenv("VARDLAGER_HOME", str(home.root))
    with dg.DagsterInstance.ephemeral() as instance:
        yield Desk(home, instance)


def test_whole_groups_at_rest_start_one_run_of_their_period(desk: Desk) -> None:
    desk.put_all()
    (request,), _ = desk.rested()
    assert request.partition_key == PERIOD
    assert request.tags[GROUP_TAG] == f"{CARE},{REGISTERS}"
    assert request.run_key is not None and request.run_key.startswith(f"{PERIOD}:{CARE}+{REGISTERS}:")
    assert inbox_sensor.job_name == PUBLISH_JOB


def test_the_sensor_rests_until_the_region_turns_it_on() -> None:
    assert inbox_sensor.default_status == dg.DefaultSensorStatus.STOPPED


def test_an_empty_inbox_starts_nothing(desk: Desk) -> None:
    assert desk.rested() == ([], "Inget nytt i inbox/.")


def test_files_that_were_just_seen_wait_one_tick(desk: Desk) -> None:
    desk.put_all()
    requests, said = desk.look()
    assert requests == [] and f"{PERIOD}: väntar tills filerna är färdigkopierade" in said
    assert len(desk.look()[0]) == 1


@pytest.mark.parametrize("change", ["size", "time", "name"])
def test_a_file_that_still_changes_never_starts_a_run(desk: Desk, change: str) -> None:
    desk.put_all()
    path = desk.put(CARE_FILES[0], "a" * 10)
    for number in range(3):
        if change == "size":
            path.write_text("a" * (11 + number))
            os.utime(path, (5, 5))
        elif change == "time":
            os.utime(path, (100 + number, 100 + number))
        else:
            (path.parent / f"del{number}.part").touch()
        requests, said = desk.look()
        assert requests == [] and "färdigkopierade" in said
    assert len(desk.look()[0]) == 1


def test_a_file_that_changes_while_it_is_hashed_waits_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.put_all()
    real = inbox_watch.sha256_of

    def growing(path: Path) -> str:
        digest = real(path)
        if path.name.startswith(CARE_FILES[0]):
            path.write_text("more than before")
        return digest

    desk.look()
    with monkeypatch.context() as patch:
        patch.setattr(inbox_watch, "sha256_of", growing)
        requests, said = desk.look()
    assert requests == [] and "färdigkopierade" in said
    desk.look()
    (request,), _ = desk.look()
    assert request.run_key is not None


@pytest.mark.parametrize("entity", ALL)
def test_a_group_that_lacks_a_file_waits_and_names_it(desk: Desk, entity: str) -> None:
    desk.put_all(name for name in ALL if name != entity)
    requests, said = desk.rested()
    assert requests == [] and f"väntar på {entity}" in said


def test_an_optional_file_is_not_waited_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    optional = dataclasses.replace(CONTRACTS[CARE_FILES[1]], is_optional=True)
    monkeypatch.setattr(
        "orchestration.services.sensors.load_contracts", lambda: {**CONTRACTS, optional.entity: optional}
    )
    desk.put_all(name for name in ALL if name != optional.entity)
    assert len(desk.rested()[0]) == 1


def test_cm10_registers_of_another_period_serve_and_are_not_waited_for(desk: Desk) -> None:
    desk.loaded(REGISTER_FILES, period="2024-06")
    desk.put_all(CARE_FILES)
    (request,), _ = desk.rested()
    assert request.tags[GROUP_TAG] == CARE


def test_care_of_another_period_does_not_serve(desk: Desk) -> None:
    desk.loaded(ALL, period="2024-06")
    desk.put(CARE_FILES[0])
    requests, said = desk.rested()
    assert requests == [] and f"väntar på {CARE_FILES[1]}" in said


def test_whole_care_waits_for_registers_that_were_never_loaded(desk: Desk) -> None:
    desk.put_all(CARE_FILES)
    requests, said = desk.rested()
    assert requests == [] and f"{PERIOD} {CARE}: komplett, väntar på {REGISTERS}" in said


def test_registers_alone_wait_for_care(desk: Desk) -> None:
    desk.put_all(REGISTER_FILES)
    requests, said = desk.rested()
    assert requests == [] and f"{REGISTERS}: komplett, väntar på {CARE}" in said


PHONE_FILES = tuple(name for name, contract in CONTRACTS.items() if contract.group == "phone")


def test_calls_that_arrive_after_care_start_a_run_of_their_own_group(desk: Desk) -> None:
    desk.loaded(ALL)
    desk.put_all((*ALL, PHONE_FILES[0]))
    requests, said = desk.rested()
    assert requests == [] and f"{PERIOD} phone: väntar på {PHONE_FILES[1]}" in said
    desk.put(PHONE_FILES[1])
    (request,), _ = desk.rested()
    assert request.tags[GROUP_TAG] == "phone"


def test_calls_that_arrive_before_care_wait_for_it(desk: Desk) -> None:
    desk.loaded(REGISTER_FILES)
    desk.put_all(PHONE_FILES)
    requests, said = desk.rested()
    assert requests == [] and f"{PERIOD} phone: komplett, väntar på {CARE}" in said


def test_a_refused_file_of_calls_does_not_keep_care_waiting(desk: Desk) -> None:
    desk.loaded(REGISTER_FILES)
    desk.loaded(PHONE_FILES[:1], outcome="refused")
    desk.put_all((*CARE_FILES, *PHONE_FILES))
    (request,), _ = desk.rested()
    assert request.tags[GROUP_TAG] == CARE


def test_a_broken_group_does_not_stop_another(desk: Desk) -> None:
    desk.loaded(REGISTER_FILES, period="2024-06")
    desk.put_all((*CARE_FILES, REGISTER_FILES[0]))
    wrong = desk.home.inbox / PERIOD / f"{REGISTER_FILES[1]}_202406.csv"
    wrong.touch()
    (request,), _ = desk.rested()
    assert request.tags[GROUP_TAG] == CARE


def test_files_that_are_loaded_already_start_nothing(desk: Desk) -> None:
    desk.loaded(ALL)
    desk.put_all()
    assert desk.rested() == ([], "Inget nytt i inbox/.")


def test_one_corrected_file_starts_its_group_again(desk: Desk) -> None:
    desk.loaded(ALL)
    desk.put(CARE_FILES[0], "rättad")
    (request,), _ = desk.rested()
    assert request.tags[GROUP_TAG] == CARE


@pytest.mark.parametrize("text, starts", [("a", False), ("b", True)])
def test_content_that_was_refused_waits_for_another_file(desk: Desk, text: str, starts: bool) -> None:
    desk.loaded(REGISTER_FILES)
    desk.loaded(CARE_FILES[:1], outcome="refused")
    desk.put(CARE_FILES[0], text)
    desk.put(CARE_FILES[1], "b")
    requests, said = desk.rested()
    assert bool(requests) is starts
    assert starts or f"väntar på ny fil: {desk.name(CARE_FILES[0])} avvisades" in said


def test_a_refusal_of_another_period_says_nothing(desk: Desk) -> None:
    desk.loaded(REGISTER_FILES)
    desk.loaded(CARE_FILES, outcome="refused", period="2024-06")
    desk.put_all(CARE_FILES)
    assert len(desk.rested()[0]) == 1


@pytest.mark.parametrize("digest, starts", [(sha("a"), True), (sha("b"), False), ("x", False)])
def test_kontroll_csv_must_tell_the_files_sha256(desk: Desk, digest: str, starts: bool) -> None:
    desk.put_all()
    desk.control({desk.name(CARE_FILES[0]): digest})
    requests, said = desk.rested()
    assert bool(requests) is starts
    assert starts or "kontroll.csv" in said


def test_a_file_that_kontroll_csv_names_is_waited_for(desk: Desk) -> None:
    desk.put_all(name for name in ALL if name != CARE_FILES[1])
    desk.loaded(CARE_FILES[1:], text="förra")
    desk.control({desk.name(CARE_FILES[1]): sha("a")})
    requests, said = desk.rested()
    assert requests == [] and f"{desk.name(CARE_FILES[1])} står i kontroll.csv men finns inte" in said
    desk.put(CARE_FILES[1])
    assert len(desk.rested()[0]) == 1


def test_a_broken_kontroll_csv_stops_and_is_told(desk: Desk) -> None:
    desk.put_all()
    desk.control({}, header="namn;antal")
    requests, said = desk.rested()
    assert requests == [] and "väntar på en rätt kontroll.csv" in said


def test_a_tick_repeated_asks_for_the_same_run_and_other_content_for_another(desk: Desk) -> None:
    desk.put_all()
    (first,), _ = desk.rested()
    (again,), _ = desk.look()
    assert again.run_key == first.run_key
    desk.cursor = None
    (restarted,), _ = desk.rested()
    assert restarted.run_key == first.run_key
    desk.put(CARE_FILES[0], "rättad")
    (other,), _ = desk.rested()
    assert other.run_key != first.run_key


def test_a_correction_that_is_taken_back_is_work_again_each_time(desk: Desk) -> None:
    keys = []
    for text in ("a", "rättad", "a", "rättad"):
        desk.put_all(text=text)
        (asked,), _ = desk.rested()
        keys.append(asked.run_key)
        with open_state(desk.home.state_file) as state:
            state.execute("update load set outcome = 'replaced'")
        desk.loaded(ALL, text=text)
        assert desk.rested()[0] == []
    assert len(set(keys)) == 4


def test_a_corrected_kontroll_csv_is_other_content(desk: Desk) -> None:
    desk.put_all()
    desk.control({desk.name(CARE_FILES[0]): sha("a")})
    (first,), _ = desk.rested()
    folder = desk.home.inbox / PERIOD
    (folder / "kontroll.csv").write_text(f"fil;rader;sha256\n{desk.name(CARE_FILES[0])};22;{sha('a')}\n")
    (other,), _ = desk.rested()
    assert other.run_key != first.run_key


def test_files_at_rest_are_hashed_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.put_all()
    hashed: list[str] = []
    real = inbox_watch.sha256_of
    monkeypatch.setattr(inbox_watch, "sha256_of", lambda path: hashed.append(path.name) or real(path))
    desk.look()
    assert hashed == []
    desk.look()
    assert len(hashed) == len(ALL)
    desk.look()
    assert len(hashed) == len(ALL)


def test_more_than_a_tick_can_hash_waits_for_the_next(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for period in ("2024-06", PERIOD):
        desk.put_all(period=period)
    monkeypatch.setattr(inbox_watch.watch, "__defaults__", (len(ALL),))
    desk.look()
    requests, _ = desk.look()
    assert [request.partition_key for request in requests] == ["2024-06"]
    requests, _ = desk.look()
    assert [request.partition_key for request in requests] == ["2024-06", PERIOD]


def test_a_period_with_an_unfinished_run_waits(desk: Desk) -> None:
    desk.put_all()
    run = desk.instance.create_run_for_job(_nothing, tags={"dagster/partition": PERIOD})
    requests, said = desk.rested()
    assert requests == [] and f"{PERIOD}: väntar på en körning" in said
    desk.instance.report_run_failed(run)
    assert len(desk.look()[0]) == 1


@dg.op
def _pass() -> None:
    pass


@dg.job
def _nothing() -> None:
    _pass()


def test_a_writer_at_work_is_waited_for_and_named(desk: Desk) -> None:
    desk.put_all()
    desk.look()
    with writing(desk.home, "month 2024-06", print):
        requests, said = desk.look()
    assert requests == [] and "Väntar på en pågående körning" in said and "month 2024-06" in said
    assert len(desk.look()[0]) == 1


def test_the_cursor_holds_no_name_that_no_contract_knows(desk: Desk) -> None:
    desk.put_all()
    patient = "19121212" + "1212"
    (desk.home.inbox / PERIOD / f"journal {patient}.csv").touch()
    (desk.home.inbox / f"{patient}").mkdir()
    _, said = desk.rested()
    assert desk.cursor is not None
    assert patient not in desk.cursor and patient not in said
    assert len(desk.look()[0]) == 1


def test_broken_folders_are_told_and_never_crash_the_sensor(desk: Desk) -> None:
    inbox = desk.home.inbox
    (inbox / "2024-13").mkdir()
    (inbox / "lös fil.csv").touch()
    (inbox / "2024-05").symlink_to(inbox / "finns inte")
    (inbox / "2024-04").write_text("en fil")
    (inbox / "2014-01").mkdir()
    folder = inbox / "2024-03"
    folder.mkdir()
    (folder / f"{CARE_FILES[0]}_202403.csv").symlink_to("finns inte")
    (folder / f"{CARE_FILES[1]}_202403.csv").mkdir()
    (folder / "kontroll.csv").symlink_to("finns inte")
    (folder / os.fsdecode(b"\xff\xfe.csv")).touch()
    desk.put_all()
    (request,), _ = desk.rested()
    assert request.partition_key == PERIOD
    desk.loaded(ALL)
    requests, said = desk.look()
    assert requests == []
    for name in ("2024-13", "2024-05", "2024-04", "2014-01", "2024-03"):
        assert name in said, said


def test_dl05_a_folder_whose_name_is_no_text_is_told_as_text_without_its_identity(desk: Desk) -> None:
    born = "19121212"
    (desk.home.inbox / f"{os.fsdecode(bytes([0xF6]))}{born}-1212").mkdir()
    desk.put_all()
    (asked,), _ = desk.rested()
    assert asked.partition_key == PERIOD
    desk.put(CARE_FILES[0], "rättad")
    _, said = desk.look()
    assert said.encode("utf-8") and born not in said
    assert "inbox/\\udcf6[identitet]: är ingen period" in said


def test_a_folder_that_goes_while_it_is_read_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.put_all()

    def gone(folder: Path) -> str:
        raise FileNotFoundError(folder)

    monkeypatch.setattr(inbox_watch, "listing_of", gone)
    requests, said = desk.rested()
    assert requests == [] and f"{PERIOD}: mappen går inte att läsa" in said


def test_wrong_settings_are_told_and_never_crash_the_sensor(desk: Desk) -> None:
    desk.home.region_file.write_text("okänd: 1")
    requests, said = desk.look()
    assert requests == [] and "region.yml" in said


@pytest.mark.parametrize("cursor", ["", "{", "[]", "1", '{"2024-07": 1}', '{"2024-07": []}', '{"2024-07": ["x", 1]}'])
def test_a_cursor_that_cannot_be_read_only_waits_once_more(desk: Desk, cursor: str) -> None:
    desk.cursor = cursor
    desk.put_all()
    assert desk.look()[0] == []
    assert len(desk.look()[0]) == 1


def test_the_memory_reads_back_what_it_wrote() -> None:
    seen = {PERIOD: inbox_watch.Seen("x", {"fil.csv": "y"})}
    assert read_memory(write_memory(seen)) == seen
    assert json.loads(write_memory({})) == {}
