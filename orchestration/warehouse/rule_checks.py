"""The rules as Dagster asset checks: one a rule that has a model, on the model's own asset."""

from __future__ import annotations

import csv
import functools
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from orchestration.contracts import PROJECT_ROOT
from orchestration.markdown import table
from orchestration.warehouse.told import Finding

RULES_FILE = PROJECT_ROOT / "seeds" / "rules.csv"
RULE_SCHEMA = "intermediate"
_SHOWN_CLINICS = 20
_SEVERITIES = {"block": "stoppar leveransen", "fix": "rättas av kliniken", "info": "för kännedom"}


@dataclass(frozen=True)
class RuleCase:
    """One case of a rule, in the seed's words; `severity` is block, fix or info."""

    effect_case: str
    severity: str
    title: str
    meaning: str
    what_to_do: str


@dataclass(frozen=True)
class Rule:
    """A rule that has a model, with its cases in the seed's order."""

    rule_id: str
    cases: tuple[RuleCase, ...]

    @property
    def model(self) -> str:
        """Name of the model that finds what breaks the rule."""
        return f"rule_{self.rule_id.lower()}"

    @property
    def key(self) -> dg.AssetKey:
        """The model's asset."""
        return dg.AssetKey([RULE_SCHEMA, self.model])

    @property
    def check_name(self) -> str:
        """The rule's id and first title in the letters that Dagster takes: A05_dubbelt_utford."""
        plain = unicodedata.normalize("NFKD", self.cases[0].title.lower()).encode("ascii", "ignore").decode()
        return f"{self.rule_id}_{re.sub('[^a-z0-9]+', '_', plain).strip('_')}"

    def in_words(self) -> str:
        """What breaks the rule, how grave that is and what to do about it, case by case."""
        return "\n\n".join(
            f"{self.rule_id} {case.title}: {case.meaning} Allvar: {_SEVERITIES[case.severity]}. "
            f"Gör så här: {case.what_to_do}"
            for case in self.cases
        )


@functools.cache
def read_rules(path: Path = RULES_FILE) -> tuple[Rule, ...]:
    """The rules that have a model, in the seed's order."""
    cases: dict[str, list[RuleCase]] = {}
    with path.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            if row["has_model"] == "true":
                case = RuleCase(row["effect_case"], row["severity"], row["title"], row["meaning"], row["what_to_do"])
                cases.setdefault(row["rule_id"], []).append(case)
    return tuple(Rule(rule_id, tuple(own)) for rule_id, own in cases.items())


def rule_check_specs() -> list[dg.AssetCheckSpec]:
    """A check a rule. None blocks by itself: what a rule stops, the gate of the delivery stops."""
    return [
        dg.AssetCheckSpec(name=rule.check_name, asset=rule.key, description=rule.in_words()) for rule in read_rules()
    ]


def _findings_table(rule: Rule, found: Sequence[Finding]) -> str:
    titles = {case.effect_case: case.title for case in rule.cases}
    rows = [
        (
            finding.clinic_name,
            titles.get(finding.effect_case, finding.effect_case),
            _SEVERITIES.get(finding.severity, finding.severity),
            finding.findings_count,
        )
        for finding in found[:_SHOWN_CLINICS]
    ]
    told = table(("klinik", "avvikelse", "allvar", "antal"), rows)
    rest = len(found) - _SHOWN_CLINICS
    return told + (f"\n\n... och {rest} rader till i quality.deviations." if rest > 0 else "")


def _result(
    period: str, rule: Rule, found: Sequence[Finding], links: Mapping[str, dg.MetadataValue]
) -> dg.AssetCheckResult:
    severities = {finding.severity for finding in found}
    metadata: dict[str, dg.MetadataValue] = {
        "period": dg.MetadataValue.text(period),
        "findings": dg.MetadataValue.int(found[0].rule_count if found else 0),
    }
    if found:
        metadata["by_clinic"] = dg.MetadataValue.md(_findings_table(rule, found))
        metadata |= links
    return dg.AssetCheckResult(
        asset_key=rule.key,
        check_name=rule.check_name,
        # What only informs asks for nothing, and a warning that never goes away hides those that do.
        passed=severities <= {"info"},
        severity=dg.AssetCheckSeverity.ERROR if "block" in severities else dg.AssetCheckSeverity.WARN,
        metadata=metadata,
    )


def rule_check_results(
    period: str, found: Mapping[str, Sequence[Finding]], links: Mapping[str, dg.MetadataValue]
) -> Iterator[dg.AssetCheckResult]:
    """One result a rule: nothing found or only for notice passes, what is to be corrected warns, what blocks fails.

    `links` lead to where the findings are read in full.
    """
    for rule in read_rules():
        yield _result(period, rule, found.get(rule.rule_id, ()), links)
