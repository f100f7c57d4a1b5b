"""The check-up: each broken thing planted once, told with why and what to do; it touches nothing itself."""

from __future__ import annotations

import datetime
import hashlib
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from orchestration.cli import main
from orchestration.errors import VardlagerError
from orchestration.privacy import KEY_FILE_VARIABLE, read_key
from orchestration.settings import HOME_VARIABLE, SHARED_DIR, SHARED_FILE, Home
from orchestration.state.keys import delivery_key
from orchestration.state.lake import lake_path
from orchestration.state.lock import holder, writing
from orchestration.state.store import Load, open_state
from orchestration.workbench.checkup import files, machine, standing
from orchestration.workbench.checkup.finding import Finding, Level, listed, looked
from orchestration.workbench.doctor import examine
from tests.python.publishing.builds import build, publish_build
from tests.python.rights import another_group
from tests.python.workbench.conftest import REGION

AT = datetime.datetime(2030, 1, 15, 12)
PERIOD = "2029-12"


def load(home: Home, entity: str, name: str, outcome: str = "current", loaded_at: str = "2030-01-03 10:00:00") -> Load:
    rows = lake_path(entity, PERIOD, 1)
    return Load(
        period=PERIOD,
        system="cosmic",
        entity=entity,
        group_name="care",
        file_name=name,
        sha256="ab" * 32,
        archive_path=f"archive/{PERIOD}/{entity}.{'ab' * 6}.csv",
        lake_path=rows,
        rows_in_file=1,
        rows_loaded=1,
        rows_quarantined=0,
        rows_duplicate=0,
        rows_filtered=0,
        loaded_at=loaded_at,
        outcome=outcome,
    )


def plant(path: Path, text: str = "x", mode: int = 0o600) -> Path:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def entity_name() -> str:
    from orchestration.contracts import load_contracts

    return next(name for name, contract in sorted(load_contracts().items()) if contract.group == "care")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a home where all is well, and its key beside it. To be copied."""
    root = tmp_path_factory.mktemp("sound")
    before = os.umask(0o077)
    try:
        plant(root / "nyckel", "5a" * 32 + "\n")
        home = Home(root / "home")
        build(home, 3)
        plant(home.region_file, REGION)
        publish_build(home)
        entity = entity_name()
        with open_state(home.state_file) as state:
            state.check_key("pseudonymer", read_key(root / "nyckel").check_value)
            delivery_key(state, home)
            one = load(home, entity, f"{entity}_{PERIOD.replace('-', '')}.csv")
            state.add_load(one)
            state.insert(
                "run", [{"run_id": "r1", "command": "month", "period": PERIOD, "started_at": "x", "ended_at": "y"}]
            )
            state.execute("update publication set published_at = '2030-01-03 11:00:00'")
            state.execute("update run set started_at = '2030-01-03 10:00:00'")
        plant(home.root / one.archive_path, mode=0o400)
        plant(home.root / str(one.lake_path))
        inbox = plant(home.inbox / PERIOD / one.file_name, mode=0o644)
        os.utime(inbox, (AT.timestamp() - 20 * 86400,) * 2)
        plant(home.state / "writer.lock", "process 1, month 2029-12, sedan 2030-01-03 10:00:00")
    finally:
        os.umask(before)
    return root


@pytest.fixture
def home(sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    root = Path(shutil.copytree(sound, tmp_path / "sound", symlinks=True))
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(root / "nyckel"))
    monkeypatch.setenv("TZ", "Europe/Stockholm")
    time.tzset()
    return Home(root / "home")


@pytest.fixture(autouse=True)
def own_zone_back() -> Iterator[None]:
    yield
    time.tzset()


def found(home: Home, subject: str) -> Finding:
    [finding] = [finding for finding in examine(home, AT) if finding.subject == subject]
    return finding


def snapshot(root: Path) -> dict[str, tuple[int, int, int, bytes]]:
    """Everything in a folder: rights, size, time of writing and content."""
    seen = {}
    for path in sorted((root, *root.rglob("*"))):
        status = path.lstat()
        content = path.read_bytes() if stat.S_ISREG(status.st_mode) else b""
        # The probing of the lock touches no byte; a folder's own time tells whether something was made in it.
        seen[str(path)] = (status.st_mode, status.st_size, status.st_mtime_ns, content)
    return seen


def test_a_sound_home_has_nothing_to_tell(home: Home) -> None:
    assert [str(finding) for finding in examine(home, AT) if not finding.is_good and finding.subject != "Disk"] == []


# --- each broken thing ----------------------------------------------------------------------------


def _set(home: Home, statement: str) -> None:
    with sqlite3.connect(home.state_file) as state:
        state.execute(statement)


def _garbage(path: Path) -> None:
    path.chmod(0o600)
    path.write_bytes(b"skr\xe4p" * 2000)


def _future(home: Home) -> None:
    _set(home, "update run set started_at = '2031-01-01 00:00:00'")


def _stale(home: Home) -> None:
    _set(home, "update run set ended_at = null")


def _dagster(home: Home, status: str, has_slot: bool) -> None:
    """Dagster's files with one run, as its own tables have them."""
    folder = home.state / "dagster" / "history" / "runs"
    folder.mkdir(parents=True, mode=0o700)
    for path in (home.state / "dagster", folder.parent):
        path.chmod(0o700)
    with sqlite3.connect(folder.parent / "runs.db") as runs:
        runs.execute("create table runs (run_id text, status text)")
        runs.execute("insert into runs values ('0123456789ab', ?)", [status])
    with sqlite3.connect(folder / "index.db") as index:
        index.execute("create table concurrency_slots (concurrency_key text, run_id text, deleted integer)")
        index.execute("insert into concurrency_slots values ('writer', ?, 0)", ["0123456789ab" if has_slot else None])
    for path in (folder.parent / "runs.db", folder / "index.db"):
        with sqlite3.connect(path) as written_ahead:
            written_ahead.execute("pragma journal_mode = wal")
        written_ahead.close()
        path.chmod(0o600)


def _intent(home: Home) -> None:
    with open_state(home.state_file) as state:
        state.add_purge("original", "archive/x.csv", None, None, None, "2020-01", "prov")


Plant = Callable[[Home], object]
FAULTS: list[tuple[str, Plant, str, str]] = [
    ("no settings", lambda h: h.region_file.unlink(), "Inställningar", "finns inte"),
    ("settings unknown", lambda h: h.region_file.write_text(REGION + "x: 1\n"), "Inställningar", "x är okänd"),
    ("settings garbage", lambda h: _garbage(h.region_file), "Inställningar", "går inte att läsa"),
    ("no key", lambda h: (h.root.parent / "nyckel").unlink(), "Nyckel", "finns inte"),
    ("open key", lambda h: (h.root.parent / "nyckel").chmod(0o644), "Nyckel", "kan läsas av andra"),
    ("wrong key", lambda h: (h.root.parent / "nyckel").write_text("77" * 32), "Nyckel", "inte den som tidigare"),
    ("garbage key", lambda h: (h.root.parent / "nyckel").write_text("hej"), "Nyckel", "64 hexadecimala"),
    ("no delivery key", lambda h: h.delivery_key_file.unlink(), "Leveransnyckel", "saknas"),
    ("other delivery key", lambda h: h.delivery_key_file.write_text("77" * 32), "Leveransnyckel", "en annan"),
    ("open folder", lambda h: h.lake.chmod(0o755), "Rättigheter", "lake (0755)"),
    ("open deep file", lambda h: next(h.lake.rglob("*.parquet")).chmod(0o604), "Rättigheter", "(0604)"),
    ("open home", lambda h: h.root.chmod(0o755), "Rättigheter", "(0755)"),
    ("open inbox", lambda h: h.inbox.chmod(0o750), "Rättigheter", "inbox (0750)"),
    ("published to all", lambda h: h.published.chmod(0o755), "Rättigheter", "published (0755)"),
    ("writable settings", lambda h: h.region_file.chmod(0o666), "Rättigheter", "region.yml (0666)"),
    ("broken pointer", lambda h: shutil.rmtree(h.published / "versions" / "0001"), "Länkar", "leder ingenstans"),
    ("foreign pointer", lambda h: _repoint(h), "Versioner", "leder inte till en version"),
    ("clock before the state", _future, "Klocka", "state/ har en rad från 2031"),
    ("too much memory", lambda h: h.region_file.write_text(f"{REGION}memory_limit_mb: 99999999\n"), "Minne", "999"),
    ("state garbage", lambda h: _garbage(h.state_file), "Läge", "går inte att läsa"),
    ("state gone", lambda h: h.state_file.unlink(), "Läge", "saknas fast lake"),
    ("state damaged", lambda h: _damage(h.state_file), "Läge", "skadad"),
    ("state lacks a column", lambda h: _set(h, "alter table load drop column message"), "Läge", "message saknas"),
    ("state of a later version", lambda h: _set(h, "create table ny (x)"), "Läge", "ny.x är okänd"),
    ("dead pool slot", lambda h: _dagster(h, "FAILURE", True), "Dagsters plats", "writer av 01234567"),
    ("rows of a load lost", lambda h: next(h.lake.rglob("*.parquet")).unlink(), "Sjön", "saknar sina rader"),
    ("build garbage", lambda h: _garbage(h.build_file), "Bygge", "är ingen databas"),
    ("build empty", lambda h: h.build_file.write_bytes(b""), "Bygge", "är ingen databas"),
    ("published changed", lambda h: _change_published(h), "Publicerat", "är ändrad"),
]  # fmt: skip
NOTES: list[tuple[str, Plant, str, str]] = [
    ("key in the home", lambda h: _key_inside(h), "Nyckel", "ligger i hemmet"),
    ("little memory left", lambda h: h.region_file.write_text(f"{REGION}memory_limit_mb: {_much()}\n"), "Minne", " MB"),
    ("write interrupted", lambda h: plant(h.state / "state.sqlite-journal", ""), "Läge", "avbröts"),
    ("run without an end", _stale, "Körningar", f"month {PERIOD}"),
    ("run of Dagster without an end", lambda h: _dagster(h, "STARTED", False), "Körningar", "01234567 i Dagster"),
    ("scratch", lambda h: plant(h.landing_scratch / "lines"), "Rester", "archive/.landing"),
    ("half copy", lambda h: plant(h.archive / PERIOD / ".a.csv.part"), "Rester", ".a.csv.part"),
    ("half version", lambda h: plant(h.published / "versions" / ".0002.building" / "x"), "Rester", ".0002.building"),
    ("half report", lambda h: plant(h.reports / PERIOD / ".v1.building" / "x"), "Rester", ".v1.building"),
    ("half delivery", lambda h: plant(h.delivery / "skr" / PERIOD / ".v1.building" / "x"), "Rester", ".v1.building"),
    ("unknown folder", lambda h: plant(h.inbox / "juli" / "x.csv"), "Inkorg", "juli"),
    ("unknown file", lambda h: plant(h.inbox / PERIOD / "hemligt.csv"), "Inkorg", "hemligt.csv"),
    ("file not loaded", lambda h: _unload(h), "Inkorg", "väntar på inläsning"),
    ("file refused", lambda h: _refuse(h, "x"), "Inkorg", "1 är avvisade: "),
    ("link in the archive", lambda h: (h.archive / "länk").symlink_to(h.root.parent), "Länkar", "archive/länk"),
    ("original gone", lambda h: next((h.archive / PERIOD).iterdir()).unlink(), "Arkiv", "utan att vara gallrade"),
    ("build interrupted", lambda h: plant(h.build / "warehouse.duckdb.wal"), "Bygge", "avbröts"),
    ("purge overdue", lambda h: _set(h, "update load set loaded_at = '2020-01-01'"), "Gallring", "väntar"),
    ("purge interrupted", _intent, "Gallring", "en gallring av 1 avbröts"),
]  # fmt: skip


def _repoint(home: Home) -> None:
    (home.published / "current").unlink()
    (home.published / "current").symlink_to("../lake")


def _damage(path: Path) -> None:
    """Spoil one page of an index: the database still opens and answers."""
    with sqlite3.connect(path) as state:
        [(page,)] = state.execute("select rootpage from sqlite_master where name = 'one_current_load'")
        [(size,)] = state.execute("pragma page_size")
    content = bytearray(path.read_bytes())
    content[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(content)


def _change_published(home: Home) -> None:
    path = home.published / "versions" / "0001" / "parquet" / "meta" / "periods.parquet"
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content + b"x")
    path.chmod(0o600)


def _key_inside(home: Home) -> None:
    inside = home.state / "nyckel"
    shutil.copy2(home.root.parent / "nyckel", inside)
    os.environ[KEY_FILE_VARIABLE] = str(inside)


def _much() -> int:
    return int(machine.machine_memory() * 0.9) >> 20


def _refuse(home: Home, text: str) -> None:
    _set(home, f"update load set outcome = 'refused', sha256 = '{hashlib.sha256(text.encode()).hexdigest()}'")


def test_a_file_in_place_of_one_that_was_refused_is_not_told_as_refused(home: Home) -> None:
    _refuse(home, "what was refused")
    assert found(home, "Inkorg").level is Level.GOOD


def _unload(home: Home) -> None:
    _set(home, "update load set file_name = 'annan.csv'")


@pytest.mark.parametrize(
    ("subject", "words", "broken"), [(s, w, b) for _, b, s, w in FAULTS], ids=[f[0] for f in FAULTS]
)
def test_a_fault_is_told_with_why_and_what_to_do(home: Home, subject: str, words: str, broken: Plant) -> None:
    broken(home)
    finding = found(home, subject)
    assert finding.level is Level.FAULT, str(finding)
    assert words in finding.detail
    assert "Gör så här" in str(finding)


@pytest.mark.parametrize(("subject", "words", "broken"), [(s, w, b) for _, b, s, w in NOTES], ids=[n[0] for n in NOTES])
def test_a_note_is_told_and_is_no_fault(home: Home, subject: str, words: str, broken: Plant) -> None:
    broken(home)
    finding = found(home, subject)
    assert finding.level is Level.NOTE, str(finding)
    assert words in finding.detail
    assert finding.why and finding.remedy


@pytest.mark.parametrize("broken", [case[1] for case in FAULTS + NOTES], ids=[case[0] for case in FAULTS + NOTES])
def test_the_check_up_changes_nothing_whatever_is_wrong(home: Home, broken: Plant) -> None:
    broken(home)
    before = snapshot(home.root.parent)
    examine(home, AT)
    assert snapshot(home.root.parent) == before


# --- half made homes ------------------------------------------------------------------------------


KILLED_WHILE_WRITING = """
import os, signal, sqlite3, sys
state = sqlite3.connect(sys.argv[1], isolation_level=None)
state.execute("pragma cache_size = 5")
state.execute("begin immediate")
for number in range(2000):
    state.execute("insert into key_check values (?, ?)", [f"{number}" * 50, "x"])
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_state_whose_writer_was_killed_is_sound_and_asks_for_no_backup(home: Home) -> None:
    subprocess.run([sys.executable, "-c", KILLED_WHILE_WRITING, str(home.state_file)], check=False)
    assert home.state_file.with_name("state.sqlite-journal").stat().st_size > 0
    before = snapshot(home.root)
    finding = found(home, "Läge")
    assert finding.level is Level.NOTE
    assert "Kör samma kommando igen" in finding.remedy and "Lägg inte tillbaka" in finding.remedy
    assert [str(each) for each in examine(home, AT) if each.level is Level.FAULT] == []
    assert snapshot(home.root) == before
    with open_state(home.state_file) as state:
        assert state.rows("select count(*) from load")[0][0] == 1
    assert found(home, "Läge").level is Level.GOOD


def test_a_home_that_is_not_there_is_a_fault_and_is_not_made(tmp_path: Path) -> None:
    missing = Home(tmp_path / "borta")
    told = {finding.subject: finding for finding in examine(missing, AT)}
    assert told["Hem"].level is Level.FAULT
    assert not missing.root.exists()


def test_an_empty_home_is_examined_to_the_end_and_stays_empty(tmp_path: Path) -> None:
    empty = Home(tmp_path / "home")
    empty.root.mkdir(mode=0o700)
    told = {finding.subject: finding for finding in examine(empty, AT)}
    assert told["Inställningar"].level is Level.FAULT
    assert told["Läge"].is_good
    assert told["Gallring"].is_good
    assert list(empty.root.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["inbox", "archive", "lake", "state", "build", "review", "published", "quarantine", "delivery", "reports"]
)
@pytest.mark.parametrize("instead", ["nothing", "a file", "a link to nothing"])
def test_a_home_without_one_of_its_folders_is_examined_to_the_end(home: Home, name: str, instead: str) -> None:
    shutil.rmtree(home.root / name)
    if instead == "a file":
        plant(home.root / name)
    elif instead == "a link to nothing":
        (home.root / name).symlink_to("finns-inte")
    before = snapshot(home.root)
    told = examine(home, AT)
    assert told[-1].subject == "Gallring"
    assert snapshot(home.root) == before


def test_a_home_whose_folders_cannot_be_read_is_examined_to_the_end(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    scandir = os.scandir

    def refuse(path: str | os.PathLike[str] = ".") -> object:
        if Path(path).name in ("lake", "archive", "inbox"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    told = {finding.subject: finding for finding in examine(home, AT)}
    assert told["Ägare"].level is Level.FAULT
    assert "3 går inte att läsa: archive, inbox, lake" in told["Ägare"].detail
    assert len(told) == len(examine(home, AT))


@pytest.mark.skipif(os.geteuid() != 0, reason="another owner can be given by the administrator only")
def test_another_owner_is_told_with_the_number_and_the_first_few(home: Home) -> None:
    for path in (home.lake, home.state_file, *list(home.published.rglob("*.parquet"))[:3]):
        os.chown(path, 12345, -1)
    finding = found(home, "Ägare")
    assert finding.level is Level.FAULT
    assert finding.detail.startswith("5 med annan ägare: lake, ")
    assert finding.detail.endswith("och 2 till")
    assert "chown" in finding.remedy


def test_what_the_delivering_side_owns_and_opens_in_the_inbox_is_its_own_business(home: Home) -> None:
    put = plant(home.inbox / PERIOD / "kontroll.csv", "fil;rader;sha256\n", mode=0o666)
    if os.geteuid() == 0:
        os.chown(put, 12345, -1)
    assert found(home, "Rättigheter").is_good
    assert found(home, "Ägare").is_good


def test_what_is_shared_with_the_regions_group_is_no_fault_and_with_another_it_is(home: Home) -> None:
    group = another_group()
    home.region_file.write_text(f"{REGION}shared_group: {group.gr_name}\n", encoding="utf-8")
    for path in (home.root, home.published, *home.published.rglob("*")):
        if not path.is_symlink():
            os.chown(path, -1, group.gr_gid)
            path.chmod(0o710 if path == home.root else SHARED_DIR if path.is_dir() else SHARED_FILE)
    assert found(home, "Rättigheter").is_good
    home.region_file.write_text(REGION, encoding="utf-8")
    finding = found(home, "Rättigheter")
    assert finding.level is Level.FAULT
    assert str(home.root) in finding.detail


# --- the lock -------------------------------------------------------------------------------------


def test_a_lock_file_that_nobody_holds_is_no_fault(home: Home) -> None:
    assert found(home, "Skrivlås").detail == "ledigt"


def test_who_holds_the_lock_is_told_with_its_command(home: Home) -> None:
    with writing(home, "prov", lambda _: None):
        finding = found(home, "Skrivlås")
    assert finding.is_good
    assert f"process {os.getpid()}, prov, sedan" in finding.detail
    assert "python" in finding.detail


def test_a_lock_that_outlives_the_one_who_took_it_is_told(home: Home) -> None:
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    with writing(home, "prov", lambda _: None):
        plant(home.state / "writer.lock", f"process {int(gone.stdout)}, prov, sedan 2030-01-01")
        finding = found(home, "Skrivlås")
    assert finding.level is Level.NOTE
    assert "processen finns inte" in finding.detail
    assert "fuser" in finding.remedy


def test_while_a_run_goes_on_its_own_traces_are_no_leftovers(home: Home) -> None:
    plant(home.landing_scratch / "lines")
    _stale(home)
    with writing(home, "prov", lambda _: None):
        assert found(home, "Rester").is_good
        assert found(home, "Körningar").is_good


def test_asking_who_holds_the_lock_lets_another_ask_at_the_same_time(home: Home) -> None:
    import fcntl

    with (home.state / "writer.lock").open() as asking:
        fcntl.flock(asking, fcntl.LOCK_SH)
        assert holder(home) is None


# --- the machine ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("free", "built", "level"),
    [
        (100 << 30, 0, Level.GOOD),
        ((5 << 30) - 1, 0, Level.NOTE),
        ((1 << 30) - 1, 0, Level.FAULT),
        (1 << 30, 0, Level.NOTE),
        (20 << 30, 5 << 30, Level.GOOD),
        ((20 << 30) - 1, 5 << 30, Level.NOTE),
        ((10 << 30) - 1, 5 << 30, Level.FAULT),
    ],
)
def test_the_disk_is_measured_against_what_the_next_run_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, built: int, level: Level
) -> None:
    home = Home(tmp_path)
    home.build.mkdir()
    with home.build_file.open("wb") as handle:
        handle.truncate(built)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: type("Usage", (), {"free": free})())
    assert machine.disk(home).level is level


def test_packages_other_than_those_of_the_lock_are_told_and_decisive_ones_are_faults(tmp_path: Path) -> None:
    def looked_at(name: str) -> Level:
        lock = plant(
            tmp_path / "lock", (machine.LOCK_FILE.read_text(encoding="utf-8")).replace(f"\n{name}==", f"\n{name}==9")
        )
        return machine.packages(lock).level

    assert machine.packages().is_good
    assert looked_at("duckdb") is Level.FAULT
    assert looked_at("click") is Level.NOTE


def test_a_pin_for_other_computers_may_lack_and_any_of_several_pins_will_do() -> None:
    wanted = machine.pins("a==1 \\\n    --hash=x\nb==1 ; sys_platform == 'win32' \\\nc==1 ; x < '3'\nc==2 ; x >= '3'\n")
    assert machine.unlike(wanted, {"a": "1", "b": None, "c": "2"}) == {}
    assert set(machine.unlike(wanted, {"a": None, "b": "2", "c": "3"})) == {"a", "b", "c"}


def test_another_time_zone_is_told_as_a_note(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    assert found(home, "Klocka").level is Level.NOTE


# --- published ------------------------------------------------------------------------------------


def test_versions_beyond_what_is_read_are_compared_by_name(home: Home) -> None:
    with open_state(home.state_file) as state:
        finding = standing.published(home, state, hashed_bytes=0)
        assert finding.is_good
        assert "0 versioner lästa och oförändrade, 1 granskade till namnen" in finding.detail
        _change_published(home)
        assert standing.published(home, state, hashed_bytes=0).is_good
        assert standing.published(home, state).level is Level.FAULT
        (home.published / "versions" / "0001" / "parquet" / "meta" / "periods.parquet").unlink()
        assert "saknas eller hör inte dit" in standing.published(home, state, hashed_bytes=0).detail


# --- Dagster's own files --------------------------------------------------------------------------


def test_what_is_read_of_dagster_is_what_dagster_writes(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    import dagster as dg
    from dagster._core.test_utils import create_run_for_test

    folder = home.state / "dagster"
    folder.mkdir(mode=0o700)
    plant(folder / "dagster.yaml", "telemetry:\n  enabled: false\n")
    monkeypatch.setenv("DAGSTER_HOME", str(folder))
    with dg.DagsterInstance.get() as instance:
        run = create_run_for_test(instance, status=dg.DagsterRunStatus.STARTED)
        instance.event_log_storage.set_concurrency_slots("writer", 1)
        instance.event_log_storage.claim_concurrency_slot("writer", run.run_id, "steg")
        assert f"{run.run_id[:8]} i Dagster" in found(home, "Körningar").detail
        assert found(home, "Dagsters plats").detail == "1 upptagna"
        instance.report_run_failed(run)
    finding = found(home, "Dagsters plats")
    assert (finding.level, found(home, "Körningar").is_good) == (Level.FAULT, True)


# --- how it is told -------------------------------------------------------------------------------


def test_a_finding_tells_what_why_and_what_to_do_and_masks_identities() -> None:
    born = "19121212"
    finding = Finding("Inkorg", Level.NOTE, f"{born}-1212.csv", "skäl", "gör")
    assert str(finding) == "obs  Inkorg: [identitet].csv\n       Varför: skäl\n       Gör så här: gör"
    assert str(Finding("Disk", Level.GOOD, "stor")) == "ok   Disk: stor"


def test_the_first_few_are_listed_and_the_rest_counted() -> None:
    assert listed(["a", "b", "c"]) == "a, b, c"
    assert listed(["a", "b", "c", "d", "e"]) == "a, b, c och 2 till"


@pytest.mark.parametrize(
    "error", [VardlagerError("prov", "gör"), PermissionError(13, "nekad", "fil"), RuntimeError("prov"), KeyError("x")]
)
def test_a_look_that_breaks_down_is_a_fault_of_its_own(error: Exception) -> None:
    @looked("Prov")
    def look() -> Finding:
        raise error

    finding = look()
    assert (finding.subject, finding.level) == ("Prov", Level.FAULT)
    assert finding.remedy


def test_the_command_fails_on_faults_and_not_on_notes(home: Home) -> None:
    environment = {HOME_VARIABLE: str(home.root)}
    plant(home.inbox / "juli" / "x.csv")
    # The rows of this home lie in 2030: the clock is the one fault, unless it is set back.
    _set(home, "update run set started_at = '2020-01-03 10:00:00'")
    _set(home, "update load set loaded_at = '2020-01-03 10:00:00'")
    done = CliRunner().invoke(main, ["doctor"], env=environment)
    assert done.exit_code == 0, done.output
    assert "obs  Inkorg" in done.output
    home.lake.chmod(0o755)
    done = CliRunner().invoke(main, ["doctor"], env=environment)
    assert done.exit_code == 1
    assert "FEL  Rättigheter" in done.output


def test_the_walk_counts_everything_once(home: Home) -> None:
    everything = [path for path in home.root.rglob("*") if not path.is_symlink()]
    assert files.walk(home, None).count == len(everything)


def test_a_purged_original_is_not_missing(home: Home) -> None:
    [original] = (home.archive / PERIOD).iterdir()
    with open_state(home.state_file) as state:
        purge_id = state.add_purge(
            "original", str(original.relative_to(home.root)), None, None, None, "2020-01", "prov"
        )
        state.execute("update purge set purged_at = 'x' where purge_id = ?", [purge_id])
    original.unlink()
    finding = found(home, "Arkiv")
    assert finding.is_good
    assert "0 original, 1 gallrade" in finding.detail
