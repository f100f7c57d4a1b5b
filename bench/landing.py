"""Landing beside one bare read_csv: the same contacts file, the same types, in one run.

    python -m bench.landing make|land|read|copy FOLDER ROWS     one measured step
    python -m bench.landing                                     all of them, printed side by side

Each step is a process of its own, so that its peak memory is its own. The file is
Windows-1252 with å ä ö in it, CRLF, as EXTRACTS.md wants it.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from orchestration.contracts import Contract, load_contracts

PERIOD = "2024-07"
SIZES = (100_000, 2_000_000)
ROUNDS = 3
MEMORY_LIMIT_MB = 1024


def contract() -> Contract:
    return load_contracts()["cosmic_vardkontakt"]


def _moment(start: str, minutes: int) -> str:
    moment = f"timestamp '{start}' + to_minutes(cast(i % {minutes} as bigint))"
    return f"strftime({moment}, '%Y-%m-%d %H:%M:%S')"


_EMPTY = "''"
_VALUES = {
    "vardkontakt_id": "'VK' || lpad(cast(i as varchar), 10, '0')",
    "patient_id": "cast(1930 + i % 80 as varchar) || lpad(cast(1 + i % 12 as varchar), 2, '0') || "
    "lpad(cast(1 + i % 28 as varchar), 2, '0') || lpad(cast((i * 7919) % 3000 as varchar), 4, '0')",
    "kon": "case i % 2 when 0 then 'K' else 'M' end",
    "skyddad_identitet": "'N'",
    "lkf": "'1980'",
    "listad_enhet_hsaid": "'SE2321000131-E' || lpad(cast(i % 40 as varchar), 4, '0')",
    "vardniva": "case i % 3 when 0 then 'P' else 'S' end",
    "enhet_hsaid": "'SE2321000131-E' || lpad(cast(i % 300 as varchar), 4, '0')",
    "vardgaranti": "case i % 4 when 0 then 'N' else 'J' end",
    "fas": "cast(1 + i % 5 as varchar)",
    "mvo": "cast(100 + i % 60 as varchar)",
    "icd_huvud": "'M' || cast(10 + i % 80 as varchar) || '9'",
    "bokningssatt": "cast(1 + i % 5 as varchar)",
    "vardkontakttyp": "'0'",
    "yrkeskategori": "'XS9' || cast(10 + i % 17 as varchar)",
    "beslut_tid": _moment("2024-03-01 08:00:00", 150_000),
    "start_tid": _moment("2024-07-01 08:00:00", 44_000),
    "prioritet": "case i % 50 when 0 then 'återbesök, förtur' else 'normal' end",
    "typ_akutverksamhet": "'0'",
    "remiss_id": "case i % 2 when 0 then 'R' || lpad(cast(i as varchar), 9, '0') else '' end",
    "kontaktform": "case i % 6 when 0 then 'D' else 'B' end",
    "patientavgift": "cast(i % 4 as varchar) || '00,50'",
}


def make(folder: Path, rows: int) -> None:
    shape = contract()
    picked = ", ".join(f"{_VALUES.get(column.name, _EMPTY)} as {column.name}" for column in shape.columns)
    utf8 = folder / "utf8.csv"
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select {picked} from range({rows}) as t(i)) to '{utf8}' "
            "(format csv, delimiter ';', quote '', escape '')"
        )
    inbox = folder / "home" / "inbox" / PERIOD
    inbox.mkdir(parents=True)
    target = inbox / f"cosmic_vardkontakt_{PERIOD.replace('-', '')}.csv"
    with (
        utf8.open(encoding="utf-8", newline="\n") as reader,
        target.open("w", encoding="cp1252", newline="\r\n") as writer,
    ):
        shutil.copyfileobj(reader, writer, 1 << 22)
    utf8.unlink()


def land_it(folder: Path) -> None:
    from orchestration.landing.land import land
    from orchestration.privacy import read_key, write_new_key
    from orchestration.settings import Home, Region
    from orchestration.state.store import open_state

    home = Home(folder / "home")
    for part in ("lake", "state", "archive", "quarantine"):
        shutil.rmtree(home.root / part, ignore_errors=True)
    home.make()
    key_file = folder / "key"
    key = read_key(key_file) if key_file.exists() else write_new_key(key_file)
    region = Region(
        region_code=56,
        region_name="Mätregionen",
        region_hsa_id="SE2321000131-1",
        county_prefix="19",
        norm_hours_per_year=1725,
        receivers=("skr",),
        main_variant="skr",
        memory_limit_mb=MEMORY_LIMIT_MB,
    )
    with open_state(home.state_file) as state:
        result = land(PERIOD, home, region, key, load_contracts(), state, str)
    if not result.loaded or result.loaded[0].rows_quarantined:
        raise SystemExit(f"landing did not take the file: {result.refused} {result.reports}")


def _bare_read(folder: Path) -> str:
    shape = contract()
    types = {"varchar": "varchar", "date": "date", "timestamp": "timestamp", "integer": "integer"}
    columns = ", ".join(
        f"'{column.name}': '{types.get(column.data_type, column.data_type)}'" for column in shape.columns
    )
    path = next((folder / "home" / "inbox" / PERIOD).iterdir())
    return (
        f"select * from read_csv('{path}', delim = ';', header = true, auto_detect = false, quote = '\"', "
        f"escape = '\"', encoding = 'latin-1', decimal_separator = ',', columns = {{{columns}}})"
    )


def _connect() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 2, "memory_limit": "8GB"})


def read(folder: Path) -> None:
    with _connect() as connection:
        connection.execute(f"create table contact as {_bare_read(folder)}")


def copy(folder: Path) -> None:
    with _connect() as connection:
        connection.execute(
            f"copy ({_bare_read(folder)}) to '{folder / 'bare.parquet'}' (format parquet, compression zstd)"
        )


STEPS = {"land": land_it, "read": read, "copy": copy}


def step(name: str, folder: Path, rows: int) -> None:
    """Run one step and print seconds (after imports) and peak memory in MB."""
    if name == "make":
        make(folder, rows)
        return
    started = time.perf_counter()
    STEPS[name](folder)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{seconds:.3f} {peak:.0f}")


def _measure(name: str, folder: Path, rows: int) -> tuple[float, float]:
    command = [sys.executable, "-m", "bench.landing", name, str(folder), str(rows)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ).stdout.split()
    return (float(answer[0]), float(answer[1])) if answer else (0.0, 0.0)


def main() -> None:
    """Print, per size, the median seconds and peak memory of each step and their ratio to the bare read."""
    print(f"Landing, cosmic_vardkontakt, memory_limit_mb {MEMORY_LIMIT_MB}, median of {ROUNDS} rounds in turn")
    print(f"{'rows':>10} {'step':<28}{'seconds':>9}{'ratio':>7}{'peak MB':>9}")
    labels = {
        "read": "bare read_csv to a table",
        "copy": "bare read_csv to Parquet",
        "land": "landing, whole",
    }
    for rows in SIZES:
        with tempfile.TemporaryDirectory(prefix="vardlager-bench-") as name:
            folder = Path(name)
            _measure("make", folder, rows)
            found: dict[str, list[tuple[float, float]]] = {name: [] for name in labels}
            for _ in range(ROUNDS):
                for label in labels:
                    found[label].append(_measure(label, folder, rows))
            bare = sorted(found["read"])[ROUNDS // 2][0]
            for label, text in labels.items():
                seconds = sorted(found[label])[ROUNDS // 2][0]
                peak = max(memory for _, memory in found[label])
                print(f"{rows:>10,} {text:<28}{seconds:>9.2f}{seconds / bare:>7.2f}{peak:>9.0f}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        step(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
