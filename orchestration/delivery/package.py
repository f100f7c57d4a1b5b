"""The delivery package: XML, manifest and protocol in one folder that appears whole and never changes.

What the state keeps of the version, its id map and its rows as delivered, is written from the same frame.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from orchestration.delivery.kept import Keeper, KeptVersion, is_kept, keep_version, remove_kept
from orchestration.delivery.xml_writer import leverans_referens, write_contacts
from orchestration.errors import StoppedError, VardlagerError
from orchestration.national.contract import RECORD_TYPES, DeliveryAttribute, RecordType, read_attributes
from orchestration.national.frame import open_frame
from orchestration.reporting.facts import read_parameters
from orchestration.reporting.protocol import render_protocol
from orchestration.validation.results import ExpectationResult, failures

_FILE_MODE = 0o400
_FOLDER_MODE = 0o500


@dataclass(frozen=True)
class ExtractFile:
    """A received file the figures rest on."""

    entity: str
    period: str
    file_name: str
    sha256: str
    rows_loaded: int


@dataclass(frozen=True)
class Approval:
    """A clinic's approval of exactly these figures; `accepted` holds 'rule: reason' texts."""

    clinic_id: str
    clinic_name: str
    approved_by: str
    approved_at: datetime.datetime
    accepted: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReplacedCall:
    """A call of an earlier version that this one replaces: `call` is the file's name without '.xml'.

    `ersattnings_id` is what the receiver's answer to it gave, None when no answer is recorded.
    """

    call: str
    leverans_referens: str
    ersattnings_id: str | None


@dataclass(frozen=True)
class PackageRequest:
    """What the caller knows of a delivery and the package cannot find out by itself.

    `results` is the evidence: the expectation results of exactly these rows. `version` counts from 1 per
    receiver and period ('YYYY-MM'). `overridden` tells, a line each in Swedish, what `override_reason` covers.
    """

    region_code: int
    region_name: str
    period: str
    version: int
    delivery_key: bytes = field(repr=False)
    created_at: datetime.datetime
    code_version: str
    results: Sequence[ExpectationResult] = field(repr=False)
    extracts: tuple[ExtractFile, ...] = ()
    approvals: tuple[Approval, ...] = ()
    override_reason: str | None = None
    overridden: tuple[str, ...] = ()
    replaced_version: int | None = None
    replaced_calls: tuple[ReplacedCall, ...] = ()
    receiver: str = "skr"


@dataclass(frozen=True)
class PackageFile:
    """A file of the package; `rows` and the call's names are None for what is no call."""

    name: str
    sha256: str
    rows: int | None = None
    call: str | None = None
    leverans_referens: str | None = None
    ersattnings_id: str | None = None


@dataclass(frozen=True)
class LeftOutRule:
    """Rows left out of the delivery under one rule.

    `rows` counts each row once, under its first rule, so that the rules sum up to what is left out;
    `rows_with_rule` counts every row that the rule applies to.
    """

    rule_id: str
    title: str
    rows: int
    rows_with_rule: int


@dataclass(frozen=True)
class ClinicAccount:
    """staged = delivered + left_out of one clinic's rows; `clinic_id` is None for rows of an unknown unit."""

    clinic_id: str | None
    staged: int
    delivered: int
    left_out: int
    left_out_by_rule: tuple[LeftOutRule, ...]


@dataclass(frozen=True)
class PopulationAccount:
    """staged = delivered + left_out, in rows; `staged` is counted for itself. The clinics sum up to it."""

    population: str
    staged: int
    delivered: int
    left_out: int
    left_out_by_rule: tuple[LeftOutRule, ...]
    clinics: tuple[ClinicAccount, ...]


@dataclass(frozen=True)
class PackageManifest:
    """What was built: `folder` is the finished package, `document` what stands in manifest.json."""

    folder: Path
    files: tuple[PackageFile, ...]
    populations: tuple[PopulationAccount, ...]
    document: dict[str, Any] = field(repr=False)


def package_folder(target_dir: Path, receiver: str, period: str, version: int) -> Path:
    """Where a package lies under `target_dir` (the home's `delivery/`)."""
    return target_dir / receiver / period / f"v{version}"


def build_package(
    connection: duckdb.DuckDBPyConnection, target_dir: Path, request: PackageRequest, keeper: Keeper
) -> PackageManifest:
    """Builds one package under `target_dir`/<receiver>/<period>/v<version>/ and returns what it holds.

    It is written beside its place and moved there in one step, read-only; a build that was cut short is
    redone. Nothing is read from a clock: the same rows and request give the same bytes, and `created_at`
    stands in the manifest and the protocol only. With the package the `keeper`'s state gets the version's
    encrypted id map and its rows as delivered; when anything fails nothing of all this is left.

    Raises StoppedError when the version exists already, or when the evidence is missing, failed or crashed;
    VardlagerError when staged is not delivered + left out.
    """
    version = (request.receiver, request.period, request.version)
    folder = package_folder(target_dir, *version)
    if folder.exists() or is_kept(keeper.state_folder, *version):
        raise StoppedError(
            f"Leveransen {request.receiver} {request.period} v{request.version} finns redan, skrivs ej om.",
            "Bygg nästa version med vardlager deliver.",
        )
    _demand_evidence(request)
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = folder.parent / f".{folder.name}.building"
    remove_package(building)
    building.mkdir(mode=0o700)
    try:
        with keep_version(keeper, *version) as kept:
            manifest = _write_contents(connection, building, folder, request, kept)
            _freeze(building)
        building.rename(folder)
    except BaseException:
        remove_package(building)
        remove_kept(keeper.state_folder, *version)
        raise
    _sync(folder.parent)
    return manifest


def _demand_evidence(request: PackageRequest) -> None:
    """No evidence, no delivery: both suites ran, and nothing in them failed or crashed."""
    seen = {result.suite for result in request.results}
    missing = [record_type.suite for record_type in RECORD_TYPES if record_type.suite not in seen]
    if missing:
        raise StoppedError(
            f"Leveransen {request.period} saknar resultat från {', '.join(missing)}.",
            f"Kör vardlager validate --period {request.period} och leverera sedan.",
        )
    failed = failures(request.results)
    if failed:
        named = ", ".join(f"{result.suite}: {result.expectation}" for result in failed[:5])
        raise StoppedError(
            f"Leveransen {request.period} stoppas av {len(failed)} kontroller ({named}).",
            "Se kontrollernas resultat, rätta orsaken, läs in perioden igen och kör valideringen på nytt.",
        )


def _write_contents(
    connection: duckdb.DuckDBPyConnection, building: Path, folder: Path, request: PackageRequest, kept: KeptVersion
) -> PackageManifest:
    replaced = {entry.call: entry.ersattnings_id for entry in request.replaced_calls}
    calls: list[PackageFile] = []
    accounts: list[PopulationAccount] = []
    attributes: dict[str, tuple[DeliveryAttribute, ...]] = {}
    for record_type in RECORD_TYPES:
        account = _account(connection, record_type, request.period)
        path = building / f"{record_type.call}.xml"
        reference = leverans_referens(request.region_code, request.period, request.version, record_type.call)
        with open_frame(connection, record_type, request.period, request.delivery_key) as frame:
            rows = write_contacts(frame, path, reference, replaced.get(record_type.call))
            kept.add(frame)
        if rows != account.delivered:
            raise VardlagerError(
                f"{path.name} fick {rows} rader men modellen har {account.delivered}.",
                "Bygg om perioden och leverera igen; kvarstår felet, rapportera det.",
            )
        calls.append(
            PackageFile(path.name, _sha256(path), rows, record_type.call, reference, replaced.get(record_type.call))
        )
        accounts.append(account)
        attributes[record_type.name] = read_attributes(connection, record_type)
    document = _document(connection, request, calls, accounts)
    protocol = building / "protokoll.html"
    protocol.write_text(
        render_protocol(document, request.results, attributes, [*RECORD_TYPES]),
        encoding="utf-8",
        newline="\n",
    )
    files = (*calls, PackageFile(protocol.name, _sha256(protocol)))
    document["files"] = [asdict(file) for file in files]
    (building / "manifest.json").write_text(canonical_json(document), encoding="utf-8", newline="\n")
    return PackageManifest(folder, files, tuple(accounts), document)


def _account(connection: duckdb.DuckDBPyConnection, record_type: RecordType, period: str) -> PopulationAccount:
    """The account of a population and of each of its clinics; VardlagerError when one does not sum up."""
    own = {"period": period, "population": record_type.name}
    counted = connection.execute(
        f"""
        with counted_clinic as (
            select clinic_id, rows_count as staged, 0 as delivered, 0 as left_out
            from delivery.delivery_staged
            where period = $period and population = $population
            union all
            select clinic_id, 0 as staged, 1 as delivered, 0 as left_out
            from {record_type.relation}
            where period = $period
            union all
            select clinic_id, 0 as staged, 0 as delivered, rows_count as left_out
            from delivery.delivery_left_out
            where period = $period and population = $population
        ),
        account as (
            select
                clinic_id,
                grouping(clinic_id) = 1 as is_population,
                cast(coalesce(sum(staged), 0) as bigint) as staged,
                cast(coalesce(sum(delivered), 0) as bigint) as delivered,
                cast(coalesce(sum(left_out), 0) as bigint) as left_out
            from counted_clinic
            group by grouping sets ((), (clinic_id))
        )
        select clinic_id, is_population, staged, delivered, left_out, staged = delivered + left_out as is_whole
        from account
        order by is_population desc, clinic_id nulls last
        """,
        own,
    ).fetchall()
    torn = [(clinic_id, is_population) for clinic_id, is_population, *_, is_whole in counted if not is_whole]
    if torn:
        clinics = ", ".join(clinic_id or "okänd enhet" for clinic_id, is_population in torn[:5] if not is_population)
        raise VardlagerError(
            f"{record_type.title} {period}: underlaget är inte summan av levererat och utelämnat ({clinics}).",
            "Bygg om perioden och leverera igen; kvarstår felet, rapportera det.",
        )
    left_out = _left_out_rules(connection, own)
    population, *clinics_counted = counted
    return PopulationAccount(
        population=record_type.name,
        staged=population[2],
        delivered=population[3],
        left_out=population[4],
        left_out_by_rule=left_out.get((None, True), ()),
        clinics=tuple(
            ClinicAccount(clinic_id, staged, delivered, out, left_out.get((clinic_id, False), ()))
            for clinic_id, _, staged, delivered, out, _ in clinics_counted
        ),
    )


def _left_out_rules(
    connection: duckdb.DuckDBPyConnection, own: dict[str, str]
) -> dict[tuple[str | None, bool], tuple[LeftOutRule, ...]]:
    """Rules that leave rows out, by (clinic, whether it is the whole population)."""
    titles = _rule_titles(connection)
    found: dict[tuple[str | None, bool], list[LeftOutRule]] = {}
    for clinic_id, is_population, rule_id, rows, rows_with_rule in connection.execute(
        """
        select
            clinic_id, grouping(clinic_id) = 1 as is_population, rule_id,
            cast(sum(rows_count) as bigint) as rows_count,
            cast(sum(rows_with_rule_count) as bigint) as rows_with_rule_count
        from delivery.delivery_left_out
        where period = $period and population = $population
        group by grouping sets ((rule_id), (clinic_id, rule_id))
        having sum(rows_count) > 0 or sum(rows_with_rule_count) > 0
        order by rule_id
        """,
        own,
    ).fetchall():
        rule = LeftOutRule(rule_id, titles.get(rule_id, ""), rows, rows_with_rule)
        found.setdefault((clinic_id, is_population), []).append(rule)
    return {whose: tuple(rules) for whose, rules in found.items()}


def _rule_titles(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Swedish titles by rule id, of the effects that leave a row out of the delivery."""
    return dict(
        connection.execute(
            """
            select rule_id, string_agg(title, '; ' order by title)
            from reference.rules
            where effect in ('D', 'L')
            group by rule_id
            """
        ).fetchall()
    )


def _document(
    connection: duckdb.DuckDBPyConnection,
    request: PackageRequest,
    calls: Sequence[PackageFile],
    accounts: Sequence[PopulationAccount],
) -> dict[str, Any]:
    return {
        "receiver": request.receiver,
        "region_code": request.region_code,
        "region_name": request.region_name,
        "period": request.period,
        "version": request.version,
        "created_at": request.created_at.isoformat(timespec="seconds"),
        "code_version": request.code_version,
        "replaced_version": request.replaced_version,
        "replaced_calls": [asdict(entry) for entry in request.replaced_calls],
        "files": [asdict(file) for file in calls],
        "populations": [asdict(account) for account in accounts],
        "extracts": [asdict(extract) for extract in request.extracts],
        "approvals": [
            {**asdict(approval), "approved_at": approval.approved_at.isoformat(timespec="seconds")}
            for approval in request.approvals
        ],
        "override_reason": request.override_reason,
        "overridden": list(request.overridden),
        "parameters": read_parameters(connection, request.period),
        "checks": {
            suite: _check_counts([result for result in request.results if result.suite == suite])
            for suite in sorted({result.suite for result in request.results})
        },
    }


def _check_counts(results: Sequence[ExpectationResult]) -> dict[str, int]:
    return {"run": len(results), "passed": len(results) - len(failures(results))}


def canonical_json(document: dict[str, Any]) -> str:
    """Sorted keys, two spaces, one line end at the end: the same document gives the same bytes."""
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _sha256(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _freeze(building: Path) -> None:
    """Read-only for everyone and safely on disk before the folder gets its name."""
    for path in sorted(building.iterdir()):
        path.chmod(_FILE_MODE)
        _sync(path)
    building.chmod(_FOLDER_MODE)
    _sync(building)


def remove_package(building: Path) -> None:
    """Remove a package folder that was never delivered, or a half-made one; nothing when it is not there."""
    if building.exists():
        building.chmod(0o700)
        shutil.rmtree(building)
