"""The delivery frame: the canonical rows of one period with keyed ids, in one fixed order.

Validation and the XML writer both read here, so that what was checked is what is sent.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from orchestration.errors import StoppedError
from orchestration.national.contract import DeliveryAttribute, RecordType, read_attributes
from orchestration.privacy import Key

if TYPE_CHECKING:
    import pandas as pd

WireRow = tuple[str | None, ...]

KEYED_COLUMNS = {"vardkontakt_id": "contact", "remiss_id": "referral"}
# Where a row comes from: never delivered, told only by the encrypted map of delivered ids.
_ORIGIN_COLUMNS = ("entity", "load_id", "source_line")
_KEYED_ID_CHARACTERS = 32


class Origin(NamedTuple):
    """What a delivered row was made from: the source's own ids, and the line of the load."""

    delivered_contact_id: str
    source_contact_id: str
    delivered_referral_id: str | None
    source_referral_id: str | None
    contact_key: str
    entity: str
    load_id: int
    source_line: int

    def __repr__(self) -> str:
        """Nothing that leads back: an origin must not reach a log by chance."""
        return f"Origin({self.entity}, ***)"


@dataclass(frozen=True)
class DeliveryFrame:
    """Rows of one record type and period in a temporary table, numbered 1.. in delivery order."""

    connection: duckdb.DuckDBPyConnection
    record_type: RecordType
    period: str
    attributes: tuple[DeliveryAttribute, ...]
    table_name: str
    rows_count: int

    def typed_slices(self, slice_rows: int) -> Iterator[pd.DataFrame]:
        """Frames of at most `slice_rows` rows; an empty population gives one empty frame.

        Columns: contact_key, the attribute columns, and the two ends of the wait as calendar dates
        (`decision_date`, `start_date`).
        """
        columns = [attribute.column_name for attribute in self.attributes]
        dates = [
            # What is no moment is refused by the attribute's type; it must not keep the other checks from running.
            f"try_cast({source} as date) as {name}"
            for source, name in (("beslut_aktivitet", "decision_date"), ("start_aktivitet", "start_date"))
            if source in columns
        ]
        query = f"select contact_key, {', '.join([*columns, *dates])} from {self.table_name}"
        for bounds in self._bounds(slice_rows) or [(0, 0)]:
            yield self._slice(query, bounds).df()

    def wire_slices(self, slice_rows: int) -> Iterator[list[WireRow]]:
        """Lists of at most `slice_rows` rows, each value the text that stands in the XML, None when empty."""
        values = ", ".join(_wire_text(attribute) for attribute in self.attributes)
        query = f"select {values} from {self.table_name}"
        for bounds in self._bounds(slice_rows):
            yield self._slice(query, bounds).fetchall()

    def origins(self, slice_rows: int) -> Iterator[list[Origin]]:
        """Lists of at most `slice_rows` origins in delivery order, source ids in clear: for the encrypted map only."""
        query = f"""
            select
                vardkontakt_id, source_vardkontakt_id, remiss_id, source_remiss_id, contact_key,
                {", ".join(_ORIGIN_COLUMNS)}
            from {self.table_name}
        """
        for bounds in self._bounds(slice_rows):
            yield [Origin(*row) for row in self._slice(query, bounds).fetchall()]

    def _bounds(self, slice_rows: int) -> list[tuple[int, int]]:
        firsts = range(0, self.rows_count, max(1, slice_rows))
        return [(first, min(first + slice_rows, self.rows_count)) for first in firsts]

    def _slice(self, query: str, bounds: tuple[int, int]) -> duckdb.DuckDBPyConnection:
        first, last = bounds
        return self.connection.execute(
            f"{query} where delivery_row > $first and delivery_row <= $last order by delivery_row",
            {"first": first, "last": last},
        )


def _wire_text(attribute: DeliveryAttribute) -> str:
    column = attribute.column_name
    if attribute.value_type == "date_time":
        return f"strftime({column}, '%Y-%m-%dT%H:%M:%S')"
    if attribute.value_type == "year":
        return f"lpad(cast({column} as varchar), 4, '0')"
    return f"cast({column} as varchar)"


def _keyed_ids(column: str, namespace: str) -> str:
    """Two common table expressions that give each distinct id of a column its keyed id."""
    return f"""
        distinct_{column} as (
            select distinct {column} as source_id
            from canonical
            where {column} is not null
        ),
        keyed_{column} as (
            select
                source_id,
                substr(
                    sha256($opad || unhex(sha256($ipad || encode('{namespace}:' || source_id)))),
                    1, {_KEYED_ID_CHARACTERS}
                ) as keyed_id
            from distinct_{column}
        )"""


def _frame_query(record_type: RecordType, attributes: tuple[DeliveryAttribute, ...]) -> str:
    def canonical_value(attribute: DeliveryAttribute) -> str:
        name = attribute.column_name
        # A text stored as another type is refused by the attribute's type check, which needs a frame to run on.
        return f"nullif(cast({name} as varchar), '') as {name}" if attribute.value_type == "text" else name

    def keyed_value(attribute: DeliveryAttribute) -> str:
        name = attribute.column_name
        return f"keyed_{name}.keyed_id as {name}" if name in KEYED_COLUMNS else f"canonical.{name}"

    names = [attribute.column_name for attribute in attributes]
    # The keyed id leads the order, so the order tells nothing of the source; the rest breaks ties.
    order = ["vardkontakt_id", "contact_key", *(name for name in names if name != "vardkontakt_id")]
    origin = ", ".join(_ORIGIN_COLUMNS)
    sources = ", ".join(f"source_{name}" for name in KEYED_COLUMNS)
    joins = [f"left join keyed_{name} on keyed_{name}.source_id = canonical.{name}" for name in KEYED_COLUMNS]
    return f"""
        with canonical as (
            select contact_key, clinic_id, {origin}, {", ".join(canonical_value(attribute) for attribute in attributes)}
            from {record_type.relation}
            where period = $period
        ),
        {",".join(_keyed_ids(column, namespace) for column, namespace in KEYED_COLUMNS.items())},
        keyed as (
            select canonical.contact_key, canonical.clinic_id, {origin},
                {", ".join(f"canonical.{name} as source_{name}" for name in KEYED_COLUMNS)},
                {", ".join(keyed_value(attribute) for attribute in attributes)}
            from canonical
            {" ".join(joins)}
        )
        select
            row_number() over (order by {", ".join(f"{name} nulls first" for name in order)}) as delivery_row,
            contact_key, clinic_id, {origin}, {sources}, {", ".join(names)}
        from keyed
        order by delivery_row
    """


@contextlib.contextmanager
def open_frame(
    connection: duckdb.DuckDBPyConnection, record_type: RecordType, period: str, delivery_key: bytes
) -> Iterator[DeliveryFrame]:
    """The frame of one record type and period ('YYYY-MM'), gone again when the block ends.

    `vardkontakt_id` and `remiss_id` hold 32 hexadecimal characters of HMAC-SHA256 with the delivery key, in
    namespaces of their own: the same id gives the same keyed id in every period and record type (DL02, R27).
    Raises StoppedError when the canonical model is absent or lacks a column.
    """
    if not delivery_key:
        raise StoppedError("Leveransnyckeln saknas.", "Kontrollera nyckeln med vardlager doctor.")
    attributes = read_attributes(connection, record_type)
    table_name = f"delivery_frame_{record_type.name}"
    inner_pad, outer_pad = Key(delivery_key).pads
    try:
        connection.execute(
            f"create or replace temp table {table_name} as {_frame_query(record_type, attributes)}",
            {"period": period, "ipad": inner_pad, "opad": outer_pad},
        )
    except duckdb.Error as fault:
        # The engine's own text may quote a value; only the kind of fault passes on.
        raise StoppedError(
            f"{record_type.relation} för {period} gick inte att läsa ({type(fault).__name__}).",
            "Kontrollera att modellen är byggd och har kolumnerna i seeds/delivery_attributes.csv.",
        ) from None
    try:
        (rows_count,) = connection.execute(f"select count(*) from {table_name}").fetchall()[0]
        yield DeliveryFrame(connection, record_type, period, attributes, table_name, int(rows_count))
    finally:
        connection.execute(f"drop table if exists {table_name}")
