"""Suite for production: what must go together, and what would be implausible.

Every frame holds aggregates that the models under `models/validation/` made. The mart is made whole in every build,
so what must go together is asked of every period, and blocks; what is implausible is told of the run's own.
Importing this module imports Great Expectations (seconds): only `orchestration.validation` does, when it runs.
"""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations.pairs import Pair, figure_expectation, none_expectation, pair_expectation

__all__ = [
    "figure_expectation",
    "file_expectations",
    "inpatient_expectations",
    "operation_expectations",
    "product_expectations",
    "table_expectations",
]

_MART = "Bara martens egna rader mot varandra, så som en läsare summerar dem."
_RECOUNTED = "Räknat en andra gång, utan martens modeller."
_LINES = "Varje rad i marten, på alla nivåer."


def table_expectations() -> list[Expectation]:
    """On one line a table."""
    return [
        none_expectation(
            "CM09.loaded_periods_only",
            "Produktionen har inga rader av perioder som inte är inlästa.",
            "unloaded_rows_count",
            "rader av en period som inte är inläst",
            "Tabellerna mot de inlästa perioderna.",
        )
    ]


def file_expectations() -> list[Expectation]:
    """On one line a loaded file of operations or listed persons."""
    return [
        pair_expectation(
            Pair(
                "PRODUCTION.files_staged",
                "Varje inläst operation och rad om listade läses av modellerna.",
                "staged_count",
                "rader i modellerna",
                "rows_loaded_count",
                "inlästa rader",
                "Hela vägen från filens redovisning i ett steg.",
            )
        ),
        pair_expectation(
            Pair(
                "PRODUCTION.files_counted",
                "Regionens operationer och listade är så många som filerna säger.",
                "mart_amount_count",
                "i marten",
                "staged_amount_count",
                "enligt filerna",
                _RECOUNTED,
            )
        ),
    ]


def inpatient_expectations() -> list[Expectation]:
    """On one line a loaded period of the wards and a product that comes of them."""
    return [
        pair_expectation(
            Pair(
                "PR02.products_of_episodes",
                "Vårdtillfällen, vårddagar och DRG-poäng är de som fakta om slutenvården säger.",
                "actual",
                "i marten",
                "counted",
                "enligt fakta",
                _RECOUNTED,
                rules=("PR01",),
            )
        )
    ]


def product_expectations() -> list[Expectation]:
    """On one line a period and product."""
    pairs = []
    for prefix, words in (("", "månadens volym"), ("ytd_", "volymen hittills i år")):
        pairs += [
            *(
                Pair(
                    f"CM03.{prefix}{name}",
                    f"Summan av {part} är summan av enheternas ({words}).",
                    f"{prefix}actual_of_unit",
                    "enheternas summa",
                    f"{prefix}actual_of_{level}",
                    f"summan av {part}",
                    _MART,
                )
                for name, level, part in (
                    ("clinics", "clinic", "klinikernas rader"),
                    ("areas", "area", "områdenas rader"),
                )
            ),
            Pair(
                f"CM03.{prefix}units_within_region",
                f"Enheternas summa är inte större än regionens ({words}); det som skiljer är av okända enheter.",
                f"{prefix}actual_of_region",
                "regionens",
                f"{prefix}actual_of_unit",
                "enheternas summa",
                _MART,
                at_least=True,
            ),
        ]
    return [
        *(pair_expectation(pair) for pair in pairs),
        none_expectation(
            "PR06.previous_year_is_its_own_line",
            "Föregående års volym är den som den månadens egen rad säger.",
            "other_previous_year_count",
            "rader med en annan",
            _LINES,
        ),
        none_expectation(
            "PRODUCTION.not_negative",
            "Ingen volym är negativ.",
            "negative_count",
            "rader som är det",
            _LINES,
        ),
    ]


def operation_expectations() -> list[Expectation]:
    """On one line a period with operations."""
    return [
        pair_expectation(
            Pair(
                "PR06.operations_of_parts",
                "Operationerna är slutenvårdens, dagkirurgins, klinikernas egna och de oklassade tillsammans.",
                "operations_count",
                "operationer",
                "operations_of_parts_count",
                "delarnas summa",
                _MART,
            )
        ),
        none_expectation(
            "PR06.operations_of_parts_everywhere",
            "Operationerna är sina delars summa på varje nivå och hos varje enhet.",
            "unbalanced_lines_count",
            "rader där de inte är det",
            _LINES,
        ),
    ]
