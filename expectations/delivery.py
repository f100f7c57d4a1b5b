"""Suites for the delivery frame: the national contract by attribute, and what its schema does not know.

Importing this module imports Great Expectations (seconds): only `orchestration.validation.run` does, when it
runs. Attribute expectations are built from the seeds `delivery_attributes` and `national_codes`. Each
expectation's meta holds `id`, `severity` and `meaning` (Swedish, for a reader who is no programmer).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation, Expectation
from great_expectations.expectations.metrics import ColumnMapMetricProvider, column_condition_partial
from great_expectations.expectations.row_conditions import Column

from expectations.personal_number import holds_personal_number
from expectations.wording import expectation_meta
from orchestration.national.contract import DeliveryAttribute, RecordType

_CONTROL_CHARACTERS = "[\x00-\x1f\ufffe\uffff]"
_SQL_TYPES = {
    "integer": ["TINYINT", "SMALLINT", "INTEGER", "BIGINT"],
    "year": ["TINYINT", "SMALLINT", "INTEGER", "BIGINT"],
    "text": ["VARCHAR"],
    "date_time": ["TIMESTAMP"],
}
_TYPE_NAMES = {"integer": "heltal", "year": "årtal", "text": "text", "date_time": "tidpunkt"}
_EMERGENCY_TIMES = (
    ("TidStartAkut", "tid_start_akut"),
    ("TidBedomning", "tid_bedomning"),
    ("TidAvslut", "tid_avslut"),
)
# Rules that leave a row out when the attribute breaks its contract (or the attribute itself, DL03): what is asked
# of the attribute is their effect.
ATTRIBUTE_RULES = {
    "BeslutAktivitet": ("A01", "A04"),
    "Mvo": ("A12",),
    "Aktivitet": ("A13",),
    "Lkf": ("A24",),
    "FodelseAr": ("A26",),
    "HSAIdVardenhet": ("E01",),
    "HSAIdEnhet": ("A27",),
    "HSAIdPatientListning": ("A27",),
    "Remittent": ("A27",),
    "Bokningssatt": ("A36",),
    "Vardkontakt": ("A36",),
    "Yrkeskategori": ("A36",),
    "Avvikelse": ("A36",),
    "Fas": ("A36",),
    "Remittenttyp": ("A36",),
    "TypAkutverksamhet": ("A36",),
    "AktivitetKVA": ("DL03",),
    "AktivitetICD": ("DL03",),
}


class NoPersonalNumber(ColumnMapMetricProvider):  # type: ignore[misc]  # the library is checked as untyped
    """Rows whose text holds no token that looks like a personal number."""

    condition_metric_name = "column_values.vardlager_no_personal_number"

    @column_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]  # as above
    def _pandas(cls, column: pd.Series[Any], **_: Any) -> pd.Series[bool]:  # noqa: N805 - GX makes it a classmethod
        found = [value for value in column.dropna().unique() if holds_personal_number(str(value))]
        return ~column.isin(found)


class ExpectColumnValuesToHoldNoPersonalNumber(ColumnMapExpectation):  # type: ignore[misc]  # the library is checked as untyped
    """No value of the column holds a token that looks like a personal number (DL05)."""

    map_metric: ClassVar[str] = "column_values.vardlager_no_personal_number"
    success_keys: ClassVar[tuple[str, ...]] = ("mostly",)


def _moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def _limit(attribute: DeliveryAttribute, text: str | None) -> Any:
    if text is None:
        return None
    return _moment(text) if attribute.value_type == "date_time" else int(text)


def _period_bounds(period: str) -> tuple[datetime.datetime, datetime.datetime]:
    """First moment of the period and of the next one."""
    first = _moment(f"{period}-01")
    return first, (first + datetime.timedelta(days=31)).replace(day=1)


def _length_text(attribute: DeliveryAttribute) -> str:
    low, high = attribute.min_length, attribute.max_length
    if low == high:
        return f"exakt {low} tecken"
    if high is None:
        return f"minst {low} tecken"
    return f"{low} till {high} tecken" if low is not None else f"högst {high} tecken"


def _range_text(attribute: DeliveryAttribute) -> str:
    low, high = attribute.min_value, attribute.max_value
    if low == high:
        return f"är {low} när den är ifylld"
    if high is None:
        return f"är tidigast {low}" if attribute.value_type != "integer" else f"är minst {low}"
    return f"ligger från {low} till {high}"


def _attribute_expectations(
    attribute: DeliveryAttribute, code_lists: Mapping[str, Sequence[str]]
) -> Iterator[Expectation]:
    name, column = attribute.attribute, attribute.column_name
    rules = ("R28", *ATTRIBUTE_RULES.get(name, ()))
    if attribute.is_required:
        yield gxe.ExpectColumnValuesToNotBeNull(
            column=column,
            meta=expectation_meta(f"{name}.required", f"{name} är ifylld på varje rad.", rules=rules),
        )
    if attribute.min_length is not None or attribute.max_length is not None:
        yield gxe.ExpectColumnValueLengthsToBeBetween(
            column=column,
            min_value=attribute.min_length,
            max_value=attribute.max_length,
            meta=expectation_meta(f"{name}.length", f"{name} är {_length_text(attribute)}.", rules=rules),
        )
    if attribute.pattern is not None:
        yield gxe.ExpectColumnValuesToMatchRegex(
            column=column,
            regex=f"^(?:{attribute.pattern})$",
            meta=expectation_meta(f"{name}.pattern", f"{name} har rätt form ({attribute.pattern}).", rules=rules),
        )
    if attribute.min_value is not None or attribute.max_value is not None:
        yield gxe.ExpectColumnValuesToBeBetween(
            column=column,
            min_value=_limit(attribute, attribute.min_value),
            max_value=_limit(attribute, attribute.max_value),
            meta=expectation_meta(f"{name}.range", f"{name} {_range_text(attribute)}.", rules=rules),
        )
    if attribute.code_list is not None:
        codes = code_lists[attribute.code_list]
        yield gxe.ExpectColumnValuesToBeInSet(
            column=column,
            value_set=[code if attribute.value_type == "text" else int(code) for code in codes],
            meta=expectation_meta(
                f"{name}.code_list",
                f"{name} är en kod i nationella listan {attribute.code_list}.",
                rules=rules,
            ),
        )
    elif attribute.value_type == "text":
        yield gxe.ExpectColumnValuesToNotMatchRegex(
            column=column,
            regex=_CONTROL_CHARACTERS,
            meta=expectation_meta(
                f"{name}.characters", f"{name} har inga styrtecken, som XML inte kan bära.", rules=rules
            ),
        )
    if attribute.value_type == "text":
        yield ExpectColumnValuesToHoldNoPersonalNumber(
            column=column,
            meta=expectation_meta(f"DL05.{column}", f"{name} innehåller inget som liknar ett personnummer."),
        )


def _common_rules(period: str, region_code: int, code_lists: Mapping[str, Sequence[str]]) -> Iterator[Expectation]:
    year = int(period[:4])
    yield gxe.ExpectColumnValuesToBeInSet(
        column="regionkod",
        value_set=[region_code],
        meta=expectation_meta("R28.own_region", f"Regionkod är den egna regionens kod, {region_code}."),
    )
    yield gxe.ExpectColumnValuesToNotBeNull(
        column="aktivitet",
        row_condition=Column("fas").is_in([2, 3]),
        meta=expectation_meta("A13.activity_given", "Aktivitet är ifylld för fas 2 (åtgärd) och fas 3 (undersökning)."),
    )
    yield gxe.ExpectColumnValuesToBeNull(
        column="aktivitet",
        row_condition=Column("fas").is_not_in([2, 3]),
        meta=expectation_meta("A13.activity_empty", "Aktivitet är tom för fas 1, 4 och 5."),
    )
    yield gxe.ExpectColumnValuesToBeInSet(
        column="fas",
        value_set=[2, 3],
        row_condition=Column("vardkontakt") == 91,
        meta=expectation_meta("A23.inpatient_phase", "Vårdtillfälle (vårdkontakt 91) förekommer bara för fas 2 och 3."),
    )
    counties = "|".join(code_lists["lan"])
    yield gxe.ExpectColumnValuesToMatchRegex(
        column="lkf",
        regex=f"^(?:0000|(?:{counties})[0-9]{{2}})$",
        meta=expectation_meta("A24.known_county", "Lkf börjar med ett känt län, eller är 0000."),
    )
    yield gxe.ExpectColumnValuesToBeBetween(
        column="fodelse_ar",
        max_value=year,
        meta=expectation_meta("A26.born_before_event", f"Ingen är född efter {year}, det år som leveransen gäller."),
    )


def _completed_rules(period: str) -> Iterator[Expectation]:
    first, next_first = _period_bounds(period)
    yield gxe.ExpectColumnValuesToBeBetween(
        column="start_aktivitet",
        min_value=first,
        max_value=next_first,
        strict_max=True,
        meta=expectation_meta("A30.start_in_period", f"StartAktivitet ligger i {period}."),
    )
    yield gxe.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A="start_date",
        column_B="decision_date",
        or_equal=True,
        ignore_row_if="either_value_is_missing",
        meta=expectation_meta("A02.no_negative_wait", "Kontakten startar inte före den dag då beslutet togs."),
    )
    yield gxe.ExpectColumnValuesToBeInSet(
        column="typ_akutverksamhet",
        value_set=[1, 2, 3, 4, 5],
        row_condition=Column("fas") == 5,
        meta=expectation_meta("A21.emergency_has_type", "En akut kontakt (fas 5) har typ av akutverksamhet 1 till 5."),
    )
    yield gxe.ExpectColumnValuesToBeInSet(
        column="typ_akutverksamhet",
        value_set=[0],
        row_condition=Column("fas") != 5,
        meta=expectation_meta(
            "A21.planned_has_none", "En planerad kontakt (fas 1 till 4) har typ av akutverksamhet 0."
        ),
    )
    for name, column in _EMERGENCY_TIMES:
        yield gxe.ExpectColumnValuesToBeNull(
            column=column,
            row_condition=Column("typ_akutverksamhet") != 1,
            meta=expectation_meta(f"A22.{column}_only_type_1", f"{name} är ifylld bara för typ av akutverksamhet 1."),
        )
    for position, (later_name, later) in enumerate(_EMERGENCY_TIMES):
        for earlier_name, earlier in _EMERGENCY_TIMES[:position]:
            yield gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=later,
                column_B=earlier,
                or_equal=True,
                ignore_row_if="either_value_is_missing",
                meta=expectation_meta(f"A22.{later}_after_{earlier}", f"{later_name} ligger inte före {earlier_name}."),
            )
    yield gxe.ExpectColumnValuesToBeNull(
        column="vard_avbruten",
        row_condition=Column("typ_akutverksamhet") != 1,
        meta=expectation_meta(
            "VardAvbruten.only_type_1", "VardAvbruten är ifylld bara för typ av akutverksamhet 1.", rules=("R28",)
        ),
    )


def _waiting_rules(period: str) -> Iterator[Expectation]:
    _, next_first = _period_bounds(period)
    yield gxe.ExpectColumnValuesToBeBetween(
        column="beslut_aktivitet",
        max_value=next_first,
        strict_max=True,
        meta=expectation_meta("A03.decision_by_snapshot", f"Beslutet är taget senast den sista dagen i {period}."),
    )
    yield gxe.ExpectColumnValuesToBeInSet(
        column="fas",
        value_set=[1, 2, 3, 4],
        meta=expectation_meta("DL01.no_emergency_waiting", "Ingen väntande kontakt är akut (fas 5)."),
    )


def row_expectations(
    record_type: RecordType,
    attributes: Sequence[DeliveryAttribute],
    code_lists: Mapping[str, Sequence[str]],
    period: str,
    region_code: int,
) -> list[Expectation]:
    """What holds for every row: run on each slice of the frame."""
    expectations = [
        expectation for attribute in attributes for expectation in _attribute_expectations(attribute, code_lists)
    ]
    expectations += _common_rules(period, region_code, code_lists)
    expectations += _completed_rules(period) if record_type.name == "completed" else _waiting_rules(period)
    return expectations


def frame_expectations(record_type: RecordType, attributes: Sequence[DeliveryAttribute]) -> list[Expectation]:
    """What holds for the frame as a whole: run on the one row of facts that SQL made."""
    expectations: list[Expectation] = [
        gxe.ExpectColumnValuesToBeInSet(
            column=f"{attribute.column_name}_type",
            value_set=_SQL_TYPES[attribute.value_type],
            meta=expectation_meta(
                f"{attribute.attribute}.type",
                f"{attribute.attribute} är lagrad som {_TYPE_NAMES[attribute.value_type]}.",
                {f"{attribute.column_name}_type": "lagrad som"},
                rules=("R28",),
            ),
        )
        for attribute in attributes
    ]
    expectations += [
        gxe.ExpectColumnPairValuesToBeEqual(
            column_A="rows_checked",
            column_B="rows_in_model",
            meta=expectation_meta(
                "ROWS.all_checked",
                "Varje rad i leveransens modell har kontrollerats, ingen är borta och ingen har tillkommit.",
                {"rows_checked": "kontrollerade rader", "rows_in_model": "rader i modellen"},
            ),
        ),
        gxe.ExpectColumnPairValuesToBeEqual(
            column_A="distinct_ids",
            column_B="rows_with_id",
            meta=expectation_meta(
                "A05.unique_id",
                "Varje VardkontaktId förekommer en enda gång i hela leveransen.",
                {"distinct_ids": "olika id", "rows_with_id": "rader med id"},
                rules=("R27",),
            ),
        ),
        gxe.ExpectColumnPairValuesToBeEqual(
            column_A="distinct_ids",
            column_B="distinct_source_ids",
            meta=expectation_meta(
                "DL02.keyed_one_to_one",
                "Varje kontakt har ett eget nycklat id: inga två har fått samma.",
                {"distinct_ids": "nycklade id", "distinct_source_ids": "källans id"},
            ),
        ),
    ]
    if record_type.name == "waiting":
        expectations.append(
            gxe.ExpectColumnValuesToBeInSet(
                column="ids_also_completed",
                value_set=[0],
                meta=expectation_meta(
                    "A07.not_also_completed",
                    "Ingen kontakt står både som väntande och som genomförd.",
                    {"ids_also_completed": "kontakter i båda"},
                ),
            )
        )
    return expectations
