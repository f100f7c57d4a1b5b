"""The command line as a user runs it: a process of its own and a home of its own.

A process that is newly begun spends many seconds on importing the libraries, and writes down every connection it
tries. One that is forked from a `Forge` does the same work without the imports: for what is not about the process.
"""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .killing import LONGEST_SECONDS, Forge

PROJECT = Path(__file__).resolve().parents[3]
FIXTURES = PROJECT / "tests" / "fixtures"
NATIONAL = PROJECT.parent / "shared" / "national"
PROGRAM = Path(sys.executable).with_name("vardlager")

SETTINGS: dict[str, Any] = {
    "region_code": 56,
    "region_name": "Region Prov",
    "region_hsa_id": "SE2321000131-0001",
    "county_prefix": '"19"',
    "norm_hours_per_year": 1725,
    "receivers": "[skr]",
    "main_variant": "skr",
}

# Loaded by every Python process of a run: writes down where anything tried to connect.
_WITNESS = """
import os, socket
_log = os.environ.get("CONNECTIONS_FILE")
if _log:
    def _note(what, where):
        with open(_log, "a", encoding="utf-8") as handle:
            handle.write(f"{what}\\t{where!r}\\n")
    def _wrapped(name):
        inner = getattr(socket.socket, name)
        def call(self, *arguments):
            if self.family != getattr(socket, "AF_UNIX", None):
                _note(name, arguments[-1])
            return inner(self, *arguments)
        return call
    for _name in ("connect", "connect_ex", "sendto"):
        setattr(socket.socket, _name, _wrapped(_name))
    for _name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
        def _lookup(*arguments, _inner=getattr(socket, _name), _name=_name, **named):
            _note(_name, arguments[:1])
            return _inner(*arguments, **named)
        setattr(socket, _name, _lookup)
    _note("loaded", os.getpid())
"""


@dataclass
class Done:
    """How a command ended. `said` is what stood on the screen."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


@dataclass
class Place:
    """A home with settings and a key, and commands run in it: forked from `forge`, newly begun when it is None."""

    root: Path
    settings: Mapping[str, Any] = field(default_factory=dict)
    key_text: str = "5a" * 32
    forge: Forge | None = None

    def __post_init__(self) -> None:
        self.home = self.root / "home"
        self.home.mkdir(parents=True, mode=0o700)
        self.key_file = self.root / "nyckel"
        self.key_file.touch(mode=0o600)
        self.key_file.write_text(self.key_text + "\n")
        self.connections = self.root / "connections"
        witness = self.root / "witness"
        witness.mkdir()
        (witness / "sitecustomize.py").write_text(_WITNESS)
        self.set()

    def set(self, **changed: Any) -> None:
        """Write region.yml; a value of None leaves the key out."""
        content = {**SETTINGS, **self.settings, **changed}
        lines = [f"{name}: {value}" for name, value in content.items() if value is not None]
        (self.home / "region.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def environment(self, **more: str) -> dict[str, str]:
        """What a process must know to work here, and nothing of the developer's own home."""
        variables = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("VARDLAGER", "PYTEST"))},
            "VARDLAGER_HOME": str(self.home),
            "VARDLAGER_KEY_FILE": str(self.key_file),
            "CONNECTIONS_FILE": str(self.connections),
            "PYTHONPATH": os.pathsep.join([str(self.root / "witness"), str(PROJECT)]),
            "COLUMNS": "200",
            "HOME": str(self.root),
            **more,
        }
        variables.pop("DBT_SEND_ANONYMOUS_USAGE_STATS", None)
        variables.pop("DAGSTER_DISABLE_TELEMETRY", None)
        return variables

    def command(self, *arguments: str, timeout: int = LONGEST_SECONDS, **environment: str) -> Done:
        """Run vardlager with these arguments, from a folder that is neither the home nor the project."""
        if self.forge is None:
            return self.process(*arguments, timeout=timeout, **environment)
        return Done(*self.forge.program(arguments, self.environment(**environment), timeout))

    def process(self, *arguments: str, timeout: int = LONGEST_SECONDS, **environment: str) -> Done:
        """As above, in a process that is newly begun."""
        done = subprocess.run(
            [str(PROGRAM), *arguments],
            cwd=self.root,
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Begin a program, by its path and arguments, and leave it running; what it says comes in one stream."""
        return subprocess.Popen(
            command,
            cwd=self.root,
            env=self.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def rows(self, query: str) -> list[dict[str, str]]:
        """Rows of a query on the published file, through the command, as text."""
        done = self.command("sql", query, "--format", "csv")
        assert done.code == 0, done.said
        return list(csv.DictReader(io.StringIO(done.out)))

    def package(self, period: str, version: int = 1) -> Path:
        return self.home / "delivery" / "skr" / period / f"v{version}"

    def fixture(self, script: str, *arguments: str) -> str:
        """Let a script that knows nothing of the project fill the inbox, for its owner alone as README asks."""
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(FIXTURES / script), str(self.home / "inbox"), *arguments],
            check=True,
            capture_output=True,
            text=True,
            umask=0o077,
        )
        return done.stdout


def elements(path: Path) -> list[dict[str, str]]:
    """The attributes of every Besok in a delivered file."""
    from lxml import etree

    tree = etree.parse(str(path))
    return [dict(node.attrib) for node in tree.iter() if etree.QName(node).localname == "Besok"]


def schema_errors(path: Path, name: str) -> Sequence[str]:
    """What the national schema has against a file."""
    from lxml import etree

    schema = etree.XMLSchema(etree.parse(str(NATIONAL / f"TillgangligVardSpeci{name}Responder_1.0.xsd")))
    schema.validate(etree.parse(str(path)))
    return [str(error) for error in schema.error_log]
