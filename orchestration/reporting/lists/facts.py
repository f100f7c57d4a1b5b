"""What the lists tell, read from a review's Parquet files: every figure is one that SQL has made."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb

from orchestration.errors import VardlagerError
from orchestration.reporting.lists.words import Row, is_of_contacts

DOCUMENT_NAME: Final = "review.json"
TABLES: Final = (
    "clinic",
    "rule",
    "deviation",
    "figure",
    "left_out",
    "work_list",
    "work_list_sum",
    "no_show",
    "no_show_row",
    "period",
)
_AGAIN: Final = "Kör valideringen av månaden igen, så görs underlaget om."

# Most harmful first: what stops the delivery, what is counted nowhere, what is not delivered, then the rest.
_HARM: Final = """
    case
        when rule.severity = 'block' then 0
        when rule.severity = 'info' then 4
        when rule.effect = 'D' then 1
        when rule.effect = 'L' then 2
        else 3
    end
"""

_CLINICS: Final = "select * from clinic order by clinic_id = '*', clinic_name, clinic_id"

_RULES: Final = f"select * from rule where clinic_id = $clinic_id order by {_HARM}, sort_order, rule_id, effect_case"

# What is accepted comes last: it is done.
_DEVIATIONS: Final = f"""
    select
        deviation.*,
        rule.title,
        rule.what_to_do,
        rule.group_name,
        rule.accepted_reason
    from deviation
    inner join rule
        on
            deviation.clinic_id = rule.clinic_id
            and deviation.rule_id = rule.rule_id
            and deviation.effect_case = rule.effect_case
    where deviation.clinic_id = $clinic_id
    order by
        deviation.status = 'accepted',
        {_HARM},
        rule.sort_order,
        deviation.rule_id,
        deviation.effect_case,
        deviation.sort_order,
        deviation.contact_id,
        deviation.unit_id,
        deviation.detail
"""

# A share is a double; as DECIMAL it can be rounded half away from zero where it is printed.
_FIGURES: Final = """
    select
        * replace (
            cast(share as decimal(18, 12)) as share,
            cast(target_share as decimal(18, 12)) as target_share,
            cast(previous_month_share as decimal(18, 12)) as previous_month_share,
            cast(previous_year_share as decimal(18, 12)) as previous_year_share
        )
    from figure
    where clinic_id = $clinic_id
    order by population, sort_order, measure_id
"""

_LEFT_OUT: Final = "select * from left_out where clinic_id = $clinic_id order by population, sort_order, rule_id"

_WORK_LIST: Final = """
    select *
    from work_list
    order by clinic_name, clinic_id, band = 'within_30', sort_order, contact_id, measure_id
"""

_WORK_LIST_SUM: Final = """
    with deviation_name as (
        select distinct deviation_code, deviation_name
        from work_list
    )

    select work_list_sum.*, deviation_name.deviation_name
    from work_list_sum
    left join deviation_name on work_list_sum.deviation_code = deviation_name.deviation_code
    order by
        clinic_name, clinic_id, measure_name, measure_id, mvo_code, activity_code, band = 'within_30', wait_band,
        is_booked, work_list_sum.deviation_code
"""

_WAITING_BY: Final = """
    select
        {columns},
        cast(coalesce(sum(rows_count), 0) as bigint) as rows_count,
        cast(coalesce(sum(rows_count) filter (where band = 'passed' and not is_booked), 0) as bigint)
            as passed_unbooked_count,
        cast(coalesce(sum(rows_count) filter (where band = 'passed' and is_booked), 0) as bigint)
            as passed_booked_count,
        cast(coalesce(sum(rows_count) filter (where band = 'within_30' and not is_booked), 0) as bigint)
            as soon_unbooked_count,
        cast(coalesce(sum(rows_count) filter (where band = 'within_30' and is_booked), 0) as bigint)
            as soon_booked_count
    from work_list_sum
    {grouping}
"""

_NO_SHOWS: Final = """
    with measure as (
        select measure_id, measure_name from work_list
        union
        select measure_id, measure_name from figure
    )

    select no_show.*, measure.measure_name
    from no_show
    left join measure on no_show.measure_id = measure.measure_id
    order by clinic_name, clinic_id, unit_name, unit_id, phase, mvo_code, activity_code, no_show.measure_id
"""

_NO_SHOW_ROWS: Final = """
    with clinic_name as (
        select distinct clinic_id, clinic_name
        from no_show
    )

    select no_show_row.*, clinic_name.clinic_name
    from no_show_row
    left join clinic_name on no_show_row.clinic_id = clinic_name.clinic_id
    order by clinic_name.clinic_name, no_show_row.clinic_id, unit_name, unit_id, start_date, contact_id
"""

_NO_SHOWS_BY_CLINIC: Final = """
    select clinic_id, clinic_name, cast(sum(rows_count) as bigint) as rows_count
    from no_show
    group by clinic_id, clinic_name
    order by clinic_name, clinic_id
"""

# A row of which no clinic or no rule is told would fall out of every list.
_ASTRAY: Final = """
    select
        (select count(*) from deviation anti join clinic using (clinic_id))
        + (select count(*) from deviation anti join rule using (clinic_id, rule_id, effect_case))
        + (select count(*) from rule anti join clinic using (clinic_id))
        + (select count(*) from figure anti join clinic using (clinic_id))
        + (select count(*) from left_out anti join clinic using (clinic_id))
"""


@dataclass(frozen=True)
class Review:
    """What a review says of itself. `loads` are the files it rests on, `period` one row."""

    period: str
    load: int
    compared_with: int | None
    made_at: datetime.datetime
    code_version: str
    loads: tuple[Row, ...]
    period_row: Row


@dataclass(frozen=True)
class ClinicFacts:
    """All that one clinic's list tells, each part in the order it is shown."""

    clinic: Row
    rules: tuple[Row, ...]
    deviations: tuple[Row, ...]
    figures: tuple[Row, ...]
    left_out: tuple[Row, ...]

    @property
    def contact_deviations(self) -> tuple[Row, ...]:
        """The deviations in the care files and the registers."""
        return tuple(row for row in self.deviations if is_of_contacts(row))

    @property
    def other_deviations(self) -> tuple[Row, ...]:
        """The deviations in other files: stays, permissions, beds, operations and listing; fixed ones last."""
        others = [row for row in self.deviations if not is_of_contacts(row)]
        return tuple(sorted(others, key=lambda row: row["status"] == "fixed"))

    @property
    def clinic_id(self) -> str:
        """The clinic's HSA-id, '*' for rows of no clinic."""
        return str(self.clinic["clinic_id"])


@dataclass(frozen=True)
class WorkListFacts:
    """All that the work list tells: its rows, their counts, and the patients who did not come."""

    rows: tuple[Row, ...]
    sums: tuple[Row, ...]
    total: Row
    by_clinic: tuple[Row, ...]
    by_measure: tuple[Row, ...]
    no_shows: tuple[Row, ...]
    no_show_rows: tuple[Row, ...]
    no_shows_by_clinic: tuple[Row, ...]


class ReviewReader:
    """A review opened for reading. Rows are mappings by column name."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, document: Mapping[str, Any]) -> None:
        self._connection = connection
        self._document = document

    def _rows(self, query: str, **values: str) -> tuple[Row, ...]:
        cursor = self._connection.execute(query, values or None)
        names = [column[0] for column in cursor.description or ()]
        return tuple(dict(zip(names, row, strict=True)) for row in cursor.fetchall())

    def review(self) -> Review:
        """What the review says of itself."""
        document = self._document
        return Review(
            period=document["period"],
            load=document["load"],
            compared_with=document["compared_with"],
            made_at=datetime.datetime.fromisoformat(document["made_at"]),
            code_version=document["code_version"],
            loads=tuple(document["loads"]),
            period_row=self._rows("select * from period")[0],
        )

    def clinics(self) -> tuple[Row, ...]:
        """One row a clinic, by name; rows of no clinic last."""
        return self._rows(_CLINICS)

    def clinic_facts(self, clinic: Row) -> ClinicFacts:
        """Everything about one of `clinics()`."""
        own = {"clinic_id": str(clinic["clinic_id"])}
        return ClinicFacts(
            clinic=clinic,
            rules=self._rows(_RULES, **own),
            deviations=self._rows(_DEVIATIONS, **own),
            figures=self._rows(_FIGURES, **own),
            left_out=self._rows(_LEFT_OUT, **own),
        )

    def work_list_facts(self) -> WorkListFacts:
        """Everything about those who wait past the limit or soon will, and those who did not come."""
        by_clinic, by_measure = "clinic_id, clinic_name", "measure_id, measure_name"
        return WorkListFacts(
            rows=self._rows(_WORK_LIST),
            sums=self._rows(_WORK_LIST_SUM),
            total=self._rows(_WAITING_BY.format(columns="'Alla' as name", grouping=""))[0],
            by_clinic=self._rows(
                _WAITING_BY.format(columns=by_clinic, grouping=f"group by {by_clinic} order by clinic_name, clinic_id")
            ),
            by_measure=self._rows(
                _WAITING_BY.format(
                    columns=by_measure, grouping=f"group by {by_measure} order by measure_name, measure_id"
                )
            ),
            no_shows=self._rows(_NO_SHOWS),
            no_show_rows=self._rows(_NO_SHOW_ROWS),
            no_shows_by_clinic=self._rows(_NO_SHOWS_BY_CLINIC),
        )


def _check_whole(connection: duckdb.DuckDBPyConnection, document: Mapping[str, Any], folder: Path) -> None:
    for table in TABLES:
        (rows,) = connection.execute(f"select count(*) from {table}").fetchone() or (0,)
        expected = document["files"][table]["rows"]
        if rows != expected:
            raise VardlagerError(f"{folder / table}.parquet håller {rows} rader, inte {expected}.", _AGAIN)
    (astray,) = connection.execute(_ASTRAY).fetchone() or (0,)
    if astray:
        raise VardlagerError(
            f"{astray} rader i underlaget {folder} hör till en klinik eller en regel som det inte nämner.", _AGAIN
        )


@contextmanager
def open_review(folder: Path) -> Iterator[ReviewReader]:
    """The review in `folder`: review.json and one Parquet file a table of TABLES.

    Raises VardlagerError when a file is missing, does not hold the rows that review.json says, or has rows of a
    clinic or rule that the review does not name.
    """
    missing = [
        name for name in (DOCUMENT_NAME, *(f"{table}.parquet" for table in TABLES)) if not (folder / name).is_file()
    ]
    if missing:
        raise VardlagerError(f"Underlaget {folder} saknar {', '.join(missing)}.", _AGAIN)
    document = json.loads((folder / DOCUMENT_NAME).read_text(encoding="utf-8"))
    with duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    ) as connection:
        for table in TABLES:
            connection.execute(
                f"create temp table {table} as select * from read_parquet($path)",
                {"path": str(folder / f"{table}.parquet")},
            )
        _check_whole(connection, document, folder)
        yield ReviewReader(connection, document)
