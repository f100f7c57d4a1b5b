"""A home with a whole month in its state, and a build made by hand: what the gate and the approvals read."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import yaml

from orchestration.approval.approvals import Given, TakenBack, approve, take_back
from orchestration.approval.figures import Clinic, Renewed
from orchestration.approval.stage import renew_clinic_figures
from orchestration.contracts import load_contracts
from orchestration.privacy import Key
from orchestration.settings import Home, Region
from orchestration.state import evidence
from orchestration.state.current import current_inputs
from orchestration.state.lake import lake_path
from orchestration.state.store import Load, State, open_state
from orchestration.work import Work

PERIOD = "2024-07"
RUN = "r1"
EYE = Clinic("SE2321000131-E000000001000", "Ögonkliniken", "öga1")
EAR = Clinic("SE2321000131-E000000002000", "Öronkliniken", "öra1")
REGION = Region(
    region_code=56,
    region_name="Region Prov",
    region_hsa_id="SE2321000131-1",
    county_prefix="19",
    norm_hours_per_year=1725,
    receivers=("skr",),
    main_variant="skr",
)

_TABLES = """
create schema if not exists approval; create schema if not exists quality; create schema if not exists reference;
create schema if not exists delivery;
create or replace table delivery.delivery_content (period varchar, rows_count bigint, content_hash varchar);
create or replace table approval.approval_clinic (
    period varchar, clinic_id varchar, clinic_name varchar, figures_hash varchar);
create or replace table approval.approval_figure (
    period varchar, clinic_id varchar, figure_kind varchar, population varchar, subject_id varchar, case_id varchar,
    severity varchar, title varchar, rows_count bigint, numerator bigint, denominator bigint, share double);
create or replace table quality.deviations (
    period varchar, rule_id varchar, effect_case varchar, severity varchar, clinic_id varchar);
create or replace table reference.rules (
    rule_id varchar, effect_case varchar, title varchar, is_overridable boolean);
insert into reference.rules values
    ('A38', 'too_many', 'För många rader utelämnade', true), ('E02', 'overlap', 'Överlappande intervall', false);
"""
FIGURES: list[tuple[Any, ...]] = [
    ("delivered", "completed", "*", "*", None, None, 40, None, None, None),
    ("delivered", "waiting", "*", "*", None, None, 30, None, None, None),
    ("left_out", "completed", "*", "*", None, None, 2, None, None, None),
    ("left_out_by_rule", "completed", "A12", "*", None, "Okänt område", 2, None, None, None),
    ("deviation", "*", "A12", "unknown", "fix", "Okänt område", 2, None, None, None),
    ("measure", "completed", "first_contact_90", "skr", None, "Första kontakt", 42, 1, 16, 0.0625),
    ("measure", "completed", "first_contact_90", "all", None, "Första kontakt", 42, 2, 17, 2 / 17),
]
Deviation = tuple[str, str, str, str | None]


def block(rule_id: str, clinic: Clinic | None = None, period: str = PERIOD, severity: str = "block") -> Deviation:
    """A planted deviation that stops the delivery."""
    return (period, rule_id, severity, clinic.clinic_id if clinic else None)


@dataclass
class House:
    """The month under test; `deviations`, `clinics` and `content` are what the build of the next run finds."""

    root: Path
    clinics: Sequence[Clinic] = (EYE, EAR)
    deviations: Sequence[Deviation] = ()
    content: str = "c1"
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        home = Home(self.root / "home")
        home.make()
        home.region_file.write_text(yaml.safe_dump(REGION.model_dump(mode="json")), encoding="utf-8")
        self.work = Work(PERIOD, RUN, home, REGION, frozenset(), Key(b"k" * 32), load_contracts(), self.said.append)
        for contract in self.work.contracts.values():
            if contract.group in ("care", "registers"):
                self.load(contract.entity)
        with self.state() as state:
            for group in ("care", "registers"):
                state.set_group(PERIOD, group, "complete", None)

    @contextmanager
    def state(self) -> Iterator[State]:
        with open_state(self.work.home.state_file) as opened:
            yield opened

    def load(self, entity: str, version: int = 1) -> None:
        """One more load of an entity takes over."""
        contract = self.work.contracts[entity]
        with self.state() as state:
            number = state.add_load(
                Load(
                    period=PERIOD,
                    system=contract.system,
                    entity=entity,
                    group_name=contract.group,
                    file_name=f"{entity}_202407.csv",
                    sha256=f"{entity}{version}",
                    archive_path="archive/x",
                    lake_path=lake_path(entity, PERIOD, version),
                    rows_in_file=1,
                    rows_loaded=1,
                    rows_quarantined=0,
                    rows_duplicate=0,
                    rows_filtered=0,
                    loaded_at="2024-08-02 10:00:00",
                    outcome="held",
                )
            )
            state.make_current([number])

    @property
    def inputs(self) -> str:
        with self.state() as state:
            return current_inputs(state, self.work.contracts, self.work.region)

    def prove(self) -> None:
        """Every required check has passed, for this run and these inputs."""
        inputs = self.inputs
        with self.state() as state:
            for check_id in evidence.required_checks():
                evidence.record(state, check_id, self.work.run_id, inputs, PERIOD, True, "godkänd")

    def build(self) -> None:
        """Write the build as the models would have made it."""
        with duckdb.connect(str(self.work.home.build_file)) as connection:
            connection.execute(_TABLES)
            connection.execute("insert into delivery.delivery_content values (?, 7, ?)", [PERIOD, self.content])
            for clinic in self.clinics:
                connection.execute(
                    "insert into approval.approval_clinic values (?, ?, ?, ?)",
                    [PERIOD, clinic.clinic_id, clinic.clinic_name, clinic.figures_hash],
                )
                for figure in FIGURES:
                    marks = ", ".join("?" for _ in range(12))
                    connection.execute(
                        f"insert into approval.approval_figure values ({marks})", [PERIOD, clinic.clinic_id, *figure]
                    )
            for period, rule_id, severity, clinic_id in self.deviations:
                case = {"A38": "too_many", "E02": "overlap"}.get(rule_id, "other")
                connection.execute(
                    "insert into quality.deviations values (?, ?, ?, ?, ?)",
                    [period, rule_id, case, severity, clinic_id],
                )

    def run(self, **changes: Any) -> Renewed:
        """What a run does before its delivery: build, prove, renew the clinics' figures."""
        self.work = dataclasses.replace(self.work, **changes)
        self.build()
        self.prove()
        return renew_clinic_figures(self.work)

    def approve(self, clinic: Clinic, *accepted: tuple[str, str], by: str = "chefen") -> Given:
        work = self.work
        return approve(work.home, work.region, work.contracts, PERIOD, clinic.clinic_id, by, accepted, self.said.append)

    def take_back(self, clinic: Clinic, by: str = "chefen") -> TakenBack:
        return take_back(self.work.home, PERIOD, clinic.clinic_id, by, self.said.append)

    def change(self, clinic: Clinic) -> Clinic:
        """The clinic's rows are others from the next build on."""
        other = dataclasses.replace(clinic, figures_hash=clinic.figures_hash + "x")
        self.clinics = [other if known.clinic_id == clinic.clinic_id else known for known in self.clinics]
        return other

    def files(self) -> dict[str, bytes]:
        """Every delivered or published file."""
        home = self.work.home
        return {
            str(path): path.read_bytes()
            for folder in (home.delivery, home.published)
            for path in folder.rglob("*")
            if path.is_file()
        }
