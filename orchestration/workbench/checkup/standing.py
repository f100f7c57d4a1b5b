"""What the house remembers and is in the middle of: the state, the lock, runs, the build and what is published."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from orchestration.contracts import load_contracts
from orchestration.publishing.contents import DATABASE_NAME, PARQUET_NAME, files_of, sha256_of
from orchestration.publishing.versions import (
    Publication,
    faults_of,
    publications,
    version_folder,
    version_in_force,
)
from orchestration.settings import Home, Region
from orchestration.state.current import current_inputs
from orchestration.state.published import NOTE_NAME
from orchestration.state.store import State, schema_faults
from orchestration.workbench.checkup.finding import Finding, fault, good, listed, looked, note

_PROCESS = re.compile(r"process (\d+)")
# Bytes of published versions that are read and hashed; the one in force first, then the newest.
HASHED_BYTES = 2 << 30
_UNENDED = ("STARTED", "STARTING", "CANCELING", "QUEUED", "NOT_STARTED")
_DUCKDB_MARK = b"DUCK"
# The trouble of a state whose writer was killed: sound, but only who writes may take the half back.
HALF_WRITTEN = "halv skrivning"


@looked("Läge")
def state_file(home: Home, state: State | None, trouble: str | None) -> Finding:
    """Whether state.sqlite is there, whole, and of this version; `trouble` is why it could not be opened."""
    restore = "Lägg tillbaka state/ ur säkerhetskopian, hela mappen på en gång, och kör vardlager doctor igen."
    why = "Inläsningar, godkännanden och leveranser finns bara där och kan inte byggas om."
    if trouble == HALF_WRITTEN:
        return note(
            "Läge",
            "en skrivning avbröts, och det som rör läget är inte granskat",
            "Det som inte blev klart räknas inte, och det tar den som skriver härnäst tillbaka.",
            "Kör samma kommando igen, och sedan vardlager doctor. Lägg inte tillbaka någon säkerhetskopia.",
        )
    if trouble is not None:
        return fault("Läge", f"{home.state_file} går inte att läsa ({trouble})", why, restore)
    if state is None:
        left = [path.name for path in (home.lake, home.delivery) if path.is_dir() and any(path.iterdir())]
        if left:
            return fault("Läge", f"{home.state_file} saknas fast {' och '.join(left)} har innehåll", why, restore)
        return good("Läge", "inget är inläst ännu")
    try:
        checked = [str(row[0]) for row in state.rows("pragma integrity_check(5)")]
    except sqlite3.DatabaseError as broken:
        checked = [str(broken)]
    if checked != ["ok"]:
        return fault("Läge", f"{home.state_file} är skadad: {listed(checked)}", why, restore)
    wrong = schema_faults(state)
    if wrong:
        return fault(
            "Läge",
            f"{home.state_file} hör till en annan version: {listed(wrong)}",
            "Den här versionen kan inte läsa eller skriva allt som står där.",
            "Kör den version av programmet som skrev den, eller lägg tillbaka en säkerhetskopia som passar.",
        )
    if home.state_file.with_name(f"{home.state_file.name}-journal").exists():
        return note(
            "Läge",
            "en skrivning pågår eller avbröts",
            "Det som inte blev klart räknas inte.",
            "Ingenting: nästa körning tar tillbaka den.",
        )
    return good("Läge", "hel, av denna version")


def _command_line(process: int) -> str | None:
    """What a process was started with; None when there is no such process."""
    path = Path("/proc") / str(process) / "cmdline"
    if Path("/proc/self").exists():
        try:
            return path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
        except OSError:
            return None
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return "okänt kommando"


@looked("Skrivlås")
def writer_lock(home: Home, holding: str | None) -> Finding:
    """Who writes, if anyone: `holding` is what the holder wrote of itself."""
    if holding is None:
        return good("Skrivlås", "ledigt")
    match = _PROCESS.search(holding)
    command = _command_line(int(match[1])) if match else None
    if command is None:
        return note(
            "Skrivlås",
            f"hålls av {holding}, men den processen finns inte",
            "En process som den startade lever kvar och håller låset; andra körningar väntar på den.",
            f"Ta reda på vem med: fuser {home.state / 'writer.lock'}, och avsluta den.",
        )
    return good("Skrivlås", f"hålls av {holding} ({command[:120]}); andra körningar väntar tills den är klar")


@contextmanager
def _dagster_database(path: Path) -> Iterator[sqlite3.Connection | None]:
    """One of Dagster's own files, for reading only; None when there is none.

    It is written ahead: without that log beside it nobody has it open, and it can be read as it lies, which
    makes no file.
    """
    if not path.is_file():
        yield None
        return
    is_open = path.with_name(f"{path.name}-wal").exists()
    uri = f"{path.absolute().as_uri()}?{'mode=ro' if is_open else 'immutable=1'}"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        yield connection


def _dagster_history(home: Home) -> Path:
    return home.state / "dagster" / "history"


def _unended_in_dagster(home: Home) -> list[str]:
    """Ids of runs that Dagster takes for going on."""
    with _dagster_database(_dagster_history(home) / "runs.db") as runs:
        if runs is None:
            return []
        marks = ", ".join("?" for _ in _UNENDED)
        return [row[0] for row in runs.execute(f"select run_id from runs where status in ({marks})", _UNENDED)]


@looked("Körningar")
def stale_runs(home: Home, state: State | None, is_held: bool) -> Finding:
    """Runs that stand as going on although nobody writes."""
    own = state.rows("select run_id, command, period from run where ended_at is null") if state is not None else []
    if is_held:
        return good("Körningar", "en pågår")
    known = {row["run_id"] for row in own}
    others = [run_id for run_id in _unended_in_dagster(home) if run_id not in known]
    if not own and not others:
        return good("Körningar", "ingen står kvar som pågående")
    told = [f"{row['command']} {row['period']}" for row in own] + [f"{run_id[:8]} i Dagster" for run_id in others]
    return note(
        "Körningar",
        f"{len(told)} avbröts utan slut: {listed(told)}",
        "De gör inget, men ser ut att pågå.",
        "Nästa vardlager run avslutar dem den känner"
        + ("; de andra: öppna vardlager ui, Runs, och välj Terminate." if others else "."),
    )


@looked("Dagsters plats")
def pool_slots(home: Home) -> Finding:
    """Places in Dagster's pools that are held by runs that have ended or are not there."""
    unended = set(_unended_in_dagster(home))
    with _dagster_database(_dagster_history(home) / "runs" / "index.db") as index:
        if index is None:
            return good("Dagsters plats", "ingen historik i state/dagster")
        tables = {row[0] for row in index.execute("select name from sqlite_master where type = 'table'")}
        query = "select concurrency_key, run_id from concurrency_slots where run_id is not null and not deleted"
        taken = index.execute(query).fetchall() if "concurrency_slots" in tables else []
    dead = [f"{pool} av {run_id[:8]}" for pool, run_id in taken if run_id not in unended]
    if not dead:
        return good("Dagsters plats", f"{len(taken)} upptagna")
    return fault(
        "Dagsters plats",
        f"{len(dead)} hålls av körningar som är slut: {listed(dead)}",
        "Körningar från Dagsters gränssnitt väntar på dem i all evighet; kommandoraden väntar inte.",
        "Öppna vardlager ui, Deployment, Concurrency, och välj Free slots för poolen.",
    )


@looked("Bygge")
def build(home: Home, region: Region | None, state: State | None, is_held: bool) -> Finding:
    """Whether the build file is one, and whether the next run builds on it or anew. It is not opened: that would
    shut a run out."""
    if not home.build_file.is_file():
        return good("Bygge", "inget än")
    with home.build_file.open("rb") as handle:
        mark = handle.read(12)[8:]
    if mark != _DUCKDB_MARK:
        return fault(
            "Bygge",
            f"{home.build_file} är ingen databas",
            "Körningen kan inte öppna den. Ingenting går förlorat: sjön har raderna.",
            f"Ta bort den och kör vardlager run igen, som bygger om allt: rm {home.build_file}*",
        )
    wal = home.build_file.with_name(f"{home.build_file.name}.wal")
    if wal.exists() and not is_held:
        return note(
            "Bygge",
            "ett bygge avbröts",
            "Det halva tas tillbaka; ingenting publiceras ur det.",
            "Kör vardlager run för samma månad igen.",
        )
    last = state.rows("select inputs from evidence order by recorded_at desc limit 1") if state is not None else []
    if region is None or state is None or not last:
        return good("Bygge", "hel")
    if last[0]["inputs"] != current_inputs(state, load_contracts(), region):
        return good(
            "Bygge", "gjort av andra filer, inställningar eller annan kod; nästa körning bygger om det som berörs"
        )
    return good("Bygge", "av det som gäller")


def _names_differ(home: Home, entry: Publication) -> list[str]:
    """What differs in a version's names and note, without reading its files."""
    folder = version_folder(home, entry.version)
    listing = folder / NOTE_NAME
    if not listing.is_file():
        return [f"{listing} saknas"]
    if sha256_of(listing) != entry.sha256:
        return [f"{listing} är ändrad"]
    noted = set(json.loads(listing.read_text(encoding="utf-8"))["files"])
    return [
        f"{folder / name} saknas eller hör inte dit" for name in sorted(noted ^ (set(files_of(folder)) - {NOTE_NAME}))
    ]


def published_faults(home: Home, state: State, hashed_bytes: int) -> tuple[list[str], int, int]:
    """(faults, versions read in whole, versions of which only the names were compared) of what is published."""
    in_force = version_in_force(home)
    folder = version_folder(home, in_force) if in_force is not None else None
    faults = [
        f"{home.published / name} hör inte till version {in_force}"
        for name in (DATABASE_NAME, PARQUET_NAME)
        if folder is not None and (home.published / name).resolve() != (folder / name).resolve()
    ]
    standing = publications(state, "current", "earlier")
    noted = next((entry.version for entry in standing if entry.status == "current"), None)
    if in_force != noted:
        faults.append(f"version {in_force or 'ingen'} gäller, men {noted or 'ingen'} är antecknad")
    standing.sort(key=lambda entry: (entry.version == in_force, entry.version), reverse=True)
    whole = 0
    for entry in standing:
        place = version_folder(home, entry.version)
        size = sum((place / name).stat().st_size for name in files_of(place)) if place.is_dir() else 0
        if size <= hashed_bytes:
            hashed_bytes -= size
            whole += 1
            faults += faults_of(home, entry)
        else:
            faults += _names_differ(home, entry)
    return faults, whole, len(standing) - whole


@looked("Publicerat")
def published(home: Home, state: State | None, hashed_bytes: int = HASHED_BYTES) -> Finding:
    """Whether what is published is what was published."""
    in_force = version_in_force(home)
    faults, whole, by_name = published_faults(home, state, hashed_bytes) if state is not None else ([], 0, 0)
    if faults:
        return fault(
            "Publicerat",
            "; ".join(faults),
            "Läsare får något annat än det som publicerades.",
            "Kör vardlager run, som publicerar på nytt, eller vardlager rollback till en hel version.",
        )
    if in_force is None:
        return good("Publicerat", "inget är publicerat")
    if by_name:
        return good(
            "Publicerat",
            f"version {in_force} gäller; {whole} versioner lästa och oförändrade, {by_name} granskade till namnen",
        )
    return good("Publicerat", f"version {in_force} gäller, alla sparade är oförändrade")
