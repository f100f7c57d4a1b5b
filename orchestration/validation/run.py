"""Runs expectations on frames: the delivery's rows in slices, and aggregates that SQL made."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import duckdb

from expectations.wording import shown
from orchestration.national.contract import COMPLETED, WAITING, RecordType, read_code_lists
from orchestration.national.frame import DeliveryFrame, open_frame
from orchestration.validation.results import ExpectationResult

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.expectations.expectation import Expectation

_EXAMPLES_SHOWN = 3
_LINES_SHOWN = 6
# What names a line: the pseudonym of a contact, or the subject of an aggregate.
ROW_NAME, LINE_NAME = "contact_key", "line"
NOTHING_TO_CHECK = "inget att kontrollera"


@dataclass
class _Tally:
    """What the slices of one expectation add up to."""

    meta: dict[str, Any]
    rows: int = 0
    deviating: int = 0
    is_success: bool = True
    crashes: list[str] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)
    facts: str = ""

    def add(self, outcome: ExpectationValidationResult, frame: pd.DataFrame, name_column: str) -> None:
        """Adds one frame. Values of single rows are never kept, only counts, pseudonyms and aggregates."""
        crash = _crash_of(outcome)
        if crash is not None:
            self.add_crash(crash)
            return
        self.is_success = self.is_success and bool(outcome.success)
        found = outcome.result.get("partial_unexpected_index_list") or []
        names = [str(entry[name_column]) for entry in found]
        if self.meta["facts"]:
            self.facts = self._told(frame, name_column, names, int(outcome.result.get("unexpected_count", 0)))
            return
        self.rows += int(outcome.result.get("element_count", 0))
        self.deviating += int(outcome.result.get("unexpected_count", 0))
        self.examples += names[: _EXAMPLES_SHOWN - len(self.examples)]

    def add_crash(self, kind: str) -> None:
        """The check did not run: no statement on the data, and no pass."""
        self.crashes.append(kind)
        self.is_success = False

    def _told(self, frame: pd.DataFrame, name_column: str, deviating: Sequence[str], count: int) -> str:
        """The aggregates in words: of the lines that deviate, or of all when they are few."""

        def told(line: Any) -> str:
            return ", ".join(f"{words} {shown(line[column])}" for column, words in self.meta["facts"].items())

        if len(frame) == 1:
            return told(frame.iloc[0])
        names = frame[name_column].astype(str)
        if deviating:
            lines = frame[names.isin(list(deviating))]
            rest = f"; och {count - len(lines)} till" if count > len(lines) else ""
            return "; ".join(f"{line[name_column]}: {told(line)}" for _, line in lines.iterrows()) + rest
        if len(frame) <= _LINES_SHOWN:
            return "; ".join(f"{line[name_column]}: {told(line)}" for _, line in frame.iterrows())
        return f"{shown(len(frame))} uppgifter, ingen avviker"

    def observed(self) -> str:
        """Swedish, without any value of a single row."""
        if self.crashes:
            return f"kontrollen kunde inte köras ({self.crashes[0]})"
        if self.meta["facts"]:
            return self.facts
        text = f"{shown(self.deviating)} av {shown(self.rows)} rader avviker"
        return f"{text}, bland dem {', '.join(self.examples)}" if self.examples else text

    def result(self, suite: str) -> ExpectationResult:
        return ExpectationResult(
            suite=suite,
            expectation=self.meta["id"],
            severity=self.meta["severity"],
            is_success=self.is_success,
            has_crashed=bool(self.crashes),
            observed=self.observed(),
            meaning=self.meta["meaning"],
        )


def _crash_of(outcome: ExpectationValidationResult) -> str | None:
    """The kind of exception that kept an expectation from running, None when it ran.

    The exception's text may quote a value of the data and is dropped.
    """
    info = outcome.exception_info or {}
    for entry in (info, *info.values()):
        if isinstance(entry, dict) and entry.get("raised_exception"):
            lines = str(entry.get("exception_traceback") or "").strip().splitlines()
            kind = lines[-1].split(":", 1)[0].rsplit(".", 1)[-1].strip() if lines else ""
            return kind if kind.isidentifier() else "okänt fel"
    # A map expectation that ran always counts its rows, a pair of facts as well.
    return None if outcome.result else "inget resultat"


@functools.cache
def _validator() -> Callable[[pd.DataFrame, Sequence[Expectation], str], list[ExpectationValidationResult]]:
    """Great Expectations on frames in memory: one context a process, no telemetry, no progress bars, no files.

    The context keeps the last frame it saw until it gets another.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.core import ExpectationSuite
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    batches = (
        context.data_sources.add_pandas("vardlager")
        .add_dataframe_asset("frame")
        .add_batch_definition_whole_dataframe("slice")
    )

    def validate(
        frame: pd.DataFrame, expectations: Sequence[Expectation], name_column: str
    ) -> list[ExpectationValidationResult]:
        outcome = batches.get_batch({"dataframe": frame}).validate(
            ExpectationSuite(name="slice", expectations=list(expectations)),
            result_format={
                "result_format": "SUMMARY",
                "unexpected_index_column_names": [name_column],
                "partial_unexpected_count": _EXAMPLES_SHOWN,
            },
        )
        return list(outcome.results)

    return validate


def run_expectations(
    suite: str, frames: Iterable[pd.DataFrame], expectations: Sequence[Expectation], name_column: str = ROW_NAME
) -> list[ExpectationResult]:
    """One result per expectation, in the order given, merged over all frames.

    `name_column` names the rows of the frames in what is told. An expectation for which Great Expectations hands
    back nothing counts as crashed.
    """
    validate = _validator()
    tallies = {expectation.meta["id"]: _Tally(expectation.meta) for expectation in expectations}
    for frame in frames:
        unanswered = set(tallies)
        for outcome in validate(frame, expectations, name_column):
            identifier = outcome.expectation_config.meta["id"]
            unanswered.discard(identifier)
            tallies[identifier].add(outcome, frame, name_column)
        for identifier in unanswered:
            tallies[identifier].add_crash("inget resultat")
    return [tally.result(suite) for tally in tallies.values()]


def run_aggregates(suite: str, checks: Iterable[tuple[pd.DataFrame, Sequence[Expectation]]]) -> list[ExpectationResult]:
    """One result per expectation, each on its own frame of aggregates with a column `line` that names them.

    A frame without lines proves nothing: its expectations count as crashed.
    """
    results: list[ExpectationResult] = []
    for frame, expectations in checks:
        if frame.empty:
            tallies = [_Tally(expectation.meta) for expectation in expectations]
            for tally in tallies:
                tally.add_crash(NOTHING_TO_CHECK)
            results += [tally.result(suite) for tally in tallies]
        else:
            results += run_expectations(suite, [frame], expectations, LINE_NAME)
    return results


def loaded_groups(connection: duckdb.DuckDBPyConnection, groups: Sequence[str], period: str | None = None) -> list[str]:
    """Which of the groups are whole in the period ('YYYY-MM'), or in any when none is given, in the order given."""
    rows = connection.execute(
        """
        select distinct group_name from control.loaded_period
        where list_contains($groups, group_name) and coalesce(period = $period, true)
        """,
        {"groups": list(groups), "period": period},
    ).fetchall()
    found = {name for (name,) in rows}
    return [group for group in groups if group in found]


def _frame_facts(frame: DeliveryFrame, rows_checked: int, other: RecordType) -> pd.DataFrame:
    """One row: counts over the whole frame, and the type each attribute is stored with."""
    types = frame.connection.execute(f"describe select * from {frame.record_type.relation}").fetchall()
    stored = {row[0]: row[1] for row in types}
    columns = [attribute.column_name for attribute in frame.attributes]
    return frame.connection.execute(
        f"""
        with canonical as (
            select vardkontakt_id from {frame.record_type.relation} where period = $period
        ),
        other_population as (
            select distinct vardkontakt_id from {other.relation} where period = $period
        ),
        model_facts as (
            select
                count(*) as rows_in_model,
                count(distinct canonical.vardkontakt_id) as distinct_source_ids,
                count(other_population.vardkontakt_id) as ids_also_completed
            from canonical
            left join other_population on other_population.vardkontakt_id = canonical.vardkontakt_id
        ),
        keyed_facts as (
            select count(vardkontakt_id) as rows_with_id, count(distinct vardkontakt_id) as distinct_ids
            from {frame.table_name}
        )
        select
            'frame' as contact_key, cast($rows_checked as bigint) as rows_checked,
            model_facts.*, keyed_facts.*,
            {", ".join(f"'{stored.get(column, 'saknas')}' as {column}_type" for column in columns)}
        from model_facts cross join keyed_facts
        """,
        {"period": frame.period, "rows_checked": rows_checked},
    ).df()


def _validate_population(
    frame: DeliveryFrame,
    other: RecordType,
    code_lists: dict[str, tuple[str, ...]],
    region_code: int,
    slice_rows: int,
) -> list[ExpectationResult]:
    from expectations.delivery import frame_expectations, row_expectations

    rows_checked = 0

    def counted() -> Iterator[pd.DataFrame]:
        nonlocal rows_checked
        for rows in frame.typed_slices(slice_rows):
            rows_checked += len(rows)
            yield rows

    suite = frame.record_type.suite
    of_rows = run_expectations(
        suite,
        counted(),
        row_expectations(frame.record_type, frame.attributes, code_lists, frame.period, region_code),
    )
    facts = _frame_facts(frame, rows_checked, other)
    return of_rows + run_expectations(suite, iter([facts]), frame_expectations(frame.record_type, frame.attributes))


def validate_record_type(
    connection: duckdb.DuckDBPyConnection,
    record_type: RecordType,
    period: str,
    delivery_key: bytes,
    region_code: int,
    slice_rows: int = 200_000,
) -> list[ExpectationResult]:
    """The suite of one record type over the canonical rows of `period` ('YYYY-MM'), one result per expectation.

    `slice_rows` bounds the memory, not the verdict. Raises StoppedError when rows or contract cannot be read;
    what the rows hold is told by the results (`orchestration.validation.results.failures`).
    """
    other = WAITING if record_type is COMPLETED else COMPLETED
    code_lists = read_code_lists(connection)
    with open_frame(connection, record_type, period, delivery_key) as frame:
        return _validate_population(frame, other, code_lists, region_code, slice_rows)


def validate_delivery(
    connection: duckdb.DuckDBPyConnection,
    period: str,
    delivery_key: bytes,
    region_code: int,
    slice_rows: int = 200_000,
) -> list[ExpectationResult]:
    """Both delivery suites, as `validate_record_type`."""
    return [
        result
        for record_type in (COMPLETED, WAITING)
        for result in validate_record_type(connection, record_type, period, delivery_key, region_code, slice_rows)
    ]
