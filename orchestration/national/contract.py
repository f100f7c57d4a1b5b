"""What the national record types hold, read from the seeds `delivery_attributes` and `national_codes`."""

from __future__ import annotations

import re
from dataclasses import dataclass

import duckdb

from orchestration.errors import StoppedError

_PLAIN_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class RecordType:
    """A national record type: where its rows come from and how its call is named on the wire."""

    name: str
    relation: str
    suite: str
    call: str
    root_element: str
    namespace: str
    title: str


COMPLETED = RecordType(
    name="completed",
    relation="delivery.delivery_completed",
    suite="delivery_completed",
    call="genomforda_kontakter",
    root_element="TillgangligVardSpeciGenomforda",
    namespace="urn:riv:skl:tillgangligVardSpeci:TillgangligVardSpeciGenomfordaResponder:1",
    title="Genomförda kontakter",
)
WAITING = RecordType(
    name="waiting",
    relation="delivery.delivery_waiting",
    suite="delivery_waiting",
    call="vantande_kontakter",
    root_element="TillgangligVardSpeciVantande",
    namespace="urn:riv:skl:tillgangligVardSpeci:TillgangligVardSpeciVantandeResponder:1",
    title="Väntande kontakter",
)
RECORD_TYPES = (COMPLETED, WAITING)


@dataclass(frozen=True)
class DeliveryAttribute:
    """One attribute of a record type. Lengths are characters, limits inclusive and written as text."""

    position: int
    attribute: str
    column_name: str
    is_required: bool
    value_type: str
    min_length: int | None
    max_length: int | None
    min_value: str | None
    max_value: str | None
    code_list: str | None
    pattern: str | None
    meaning: str


def read_attributes(connection: duckdb.DuckDBPyConnection, record_type: RecordType) -> tuple[DeliveryAttribute, ...]:
    """The attributes of a record type in XML order, from `reference.delivery_attributes`.

    Raises StoppedError when the seed is absent, has no row for the record type or names an impossible column.
    """
    try:
        rows = connection.execute(
            """
            select
                cast(position as integer), attribute, column_name, cast(is_required as boolean), value_type,
                cast(nullif(cast(min_length as varchar), '') as integer),
                cast(nullif(cast(max_length as varchar), '') as integer),
                nullif(cast(min_value as varchar), ''), nullif(cast(max_value as varchar), ''),
                nullif(code_list, ''), nullif(pattern, ''), meaning
            from reference.delivery_attributes
            where record_type = $record_type
            order by cast(position as integer)
            """,
            {"record_type": record_type.name},
        ).fetchall()
    except duckdb.CatalogException:
        rows = []
    attributes = tuple(DeliveryAttribute(*row) for row in rows)
    if not attributes:
        raise StoppedError(
            f"Leveransens kontrakt för {record_type.name} saknas i reference.delivery_attributes.",
            "Bygg om lagret så att seeds laddas, och kör igen.",
        )
    for attribute in attributes:
        if not _PLAIN_NAME.fullmatch(attribute.column_name):
            raise StoppedError(
                f"Kolumnnamnet för {attribute.attribute} i delivery_attributes.csv går inte att använda.",
                "Skriv namnet med små bokstäver, siffror och understreck.",
            )
    return attributes


def read_code_lists(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, ...]]:
    """National codes by list, as text, from `reference.national_codes`."""
    lists: dict[str, list[str]] = {}
    for code_list, code in connection.execute(
        "select code_list, cast(code as varchar) from reference.national_codes order by code_list, code"
    ).fetchall():
        lists.setdefault(code_list, []).append(code)
    return {name: tuple(codes) for name, codes in lists.items()}
