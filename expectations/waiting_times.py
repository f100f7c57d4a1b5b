"""Suite for the waiting times of a period: what must go together, and what would be implausible.

Every frame holds aggregates that the models under `models/validation/` made. What must go together blocks; what
is merely implausible is severity `warn` and never stops, with its limits in the seed `plausible_bands`.
Importing this module imports Great Expectations (seconds): only `orchestration.validation` does, when it runs.
"""

from __future__ import annotations

import great_expectations.expectations as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.pairs import Pair, figure_expectation, pair_expectation
from expectations.wording import expectation_meta

__all__ = ["figure_expectation", "measure_expectations", "period_expectations", "population_expectations"]

_TABLES = "Tabellerna som de publiceras, varandra emellan; testerna av modellerna ser en tabell i taget."
_MART = "Bara martens egna rader mot varandra, så som en läsare summerar dem."


_POPULATION_PAIRS = (
    Pair(
        "POPULATION.all_rows_accounted",
        "Varje inläst rad står i fakta, eller utanför av ett känt skäl: utebliven, eller avförd under perioden.",
        "accounted_count",
        "rader i och utanför fakta",
        "rows_loaded_count",
        "inlästa rader",
        "Hela vägen från filens redovisning till fakta i ett steg.",
        rules=("CM06", "WT02"),
    ),
    Pair(
        "CM08.disqualified",
        "Lika många rader är diskvalificerade i fakta som avvikelserna säger.",
        "disqualified_count",
        "diskvalificerade i fakta",
        "disqualifying_count",
        "enligt avvikelserna",
        _TABLES,
    ),
    Pair(
        "CM08.undeliverable",
        "Lika många rader är märkta som inte leverbara i fakta som avvikelserna säger.",
        "undeliverable_count",
        "märkta i fakta",
        "withholding_count",
        "enligt avvikelserna",
        _TABLES,
    ),
)


def _sum_pairs() -> list[Pair]:
    quantities = (("contacts", "kontakter"), ("denominator", "nämnare"), ("numerator", "täljare"))
    parts = (
        ("by_sex", "by_sex", "könens rader"),
        ("by_specialty", "by_specialty", "verksamhetstypernas rader"),
        ("units_and_unknown", "of_known_and_unknown", "enheternas rader med de okända enheternas"),
    )
    below = (("clinics", "of_clinics", "klinikernas rader"), ("areas", "of_areas", "områdenas rader"))
    pairs = []
    for name, words in quantities:
        pairs += [
            Pair(
                f"CM03.{name}_{what}",
                f"Regionens {words} är summan av {part}.",
                f"{name}_of_region_count",
                f"regionens {words}",
                f"{name}_{column}_count",
                f"summan av {part}",
                _MART,
            )
            for what, column, part in parts
        ]
        pairs += [
            Pair(
                f"CM03.{name}_{what}",
                f"Summan av {part} är summan av enheternas ({words}).",
                f"{name}_of_units_count",
                "enheternas summa",
                f"{name}_{column}_count",
                f"summan av {part}",
                _MART,
            )
            for what, column, part in below
        ]
    return pairs


_MEASURE_PAIRS = (
    Pair(
        "WT33.bands_add_up",
        "Intervallen för väntan har tillsammans lika många kontakter som måttet.",
        "banded_of_lines_count",
        "kontakter i intervallen",
        "contacts_of_lines_count",
        "kontakter",
        "Summan över alla rader, som en läsare gör den.",
    ),
    Pair(
        "WT33.equal_in_all_variants",
        "Antalet kontakter är detsamma i alla varianter.",
        "most_contacts_count",
        "flest",
        "contacts_count",
        "minst",
        "Varianterna mot varandra.",
    ),
    Pair(
        "WT31.skr_in_all",
        "Varianten skr räknar inte fler än varianten all.",
        "denominator_all_count",
        "nämnare all",
        "denominator_skr_count",
        "nämnare skr",
        "Varianternas inbördes ordning.",
        at_least=True,
    ),
    Pair(
        "WT31.skr_in_pvv_over_limit",
        "Varianten skr räknar inte fler än varianten pvv_over_limit.",
        "denominator_pvv_over_limit_count",
        "nämnare pvv_over_limit",
        "denominator_skr_count",
        "nämnare skr",
        "Varianternas inbördes ordning.",
        at_least=True,
    ),
    Pair(
        "WT31.pvv_over_limit_in_all",
        "Varianten pvv_over_limit räknar inte fler än varianten all.",
        "denominator_all_count",
        "nämnare all",
        "denominator_pvv_over_limit_count",
        "nämnare pvv_over_limit",
        "Varianternas inbördes ordning.",
        at_least=True,
    ),
    Pair(
        "WT31.socialstyrelsen_in_skr",
        "Varianten socialstyrelsen räknar inte fler än varianten skr.",
        "denominator_skr_count",
        "nämnare skr",
        "denominator_socialstyrelsen_count",
        "nämnare socialstyrelsen",
        "Varianternas inbördes ordning.",
        at_least=True,
    ),
    Pair(
        "CM08.measure_within_fact",
        "Inget mått räknar fler kontakter än de rader i fakta som inget diskvalificerar.",
        "qualified_count",
        "rader i fakta",
        "contacts_count",
        "kontakter i måttet",
        _TABLES,
        at_least=True,
    ),
    *_sum_pairs(),
)


def period_expectations() -> list[Expectation]:
    """On one line a table and period: of the period itself, and of every period that is not loaded."""
    return [
        gxe.ExpectColumnValuesToBeInSet(
            column="unloaded_rows_count",
            value_set=[0],
            meta=expectation_meta(
                "CM09.loaded_periods_only",
                "Fakta, mart och avvikelser har inga rader av perioder som inte är inlästa.",
                {"unloaded_rows_count": "rader av en period som inte är inläst"},
                adds="Tabellerna mot de inlästa perioderna.",
            ),
        )
    ]


def population_expectations() -> list[Expectation]:
    """On one line a population of the period."""
    return [pair_expectation(pair) for pair in _POPULATION_PAIRS]


def measure_expectations() -> list[Expectation]:
    """On one line a measure and population of the period."""
    in_set = [
        gxe.ExpectColumnValuesToBeInSet(
            column="beyond_denominator_count",
            value_set=[0],
            meta=expectation_meta(
                "WT32.numerator_within_denominator",
                "Ingen täljare är negativ eller större än sin nämnare.",
                {"beyond_denominator_count": "rader där den är det"},
                adds="Varje rad i marten, på alla nivåer.",
            ),
        ),
        gxe.ExpectColumnValuesToBeInSet(
            column="beyond_contacts_count",
            value_set=[0],
            meta=expectation_meta(
                "WT33.counts_within_contacts",
                "Varken nämnaren eller antalet över 150 dagar är större än antalet kontakter.",
                {"beyond_contacts_count": "rader där något är det"},
                adds="Varje rad i marten, på alla nivåer.",
            ),
        ),
    ]
    shares = [
        gxe.ExpectColumnValuesToBeBetween(
            column=column,
            min_value=0,
            max_value=1,
            meta=expectation_meta(
                f"WT32.{column}",
                meaning,
                {column: words},
                adds="Andelen som den står, inte som den räknas ut.",
            ),
        )
        for column, words, meaning in (
            ("lowest_share", "lägsta andel", "Ingen andel är mindre än 0 eller större än 1, räknat på den lägsta."),
            ("highest_share", "högsta andel", "Ingen andel är mindre än 0 eller större än 1, räknat på den högsta."),
        )
    ]
    return [*in_set, *shares, *(pair_expectation(pair) for pair in _MEASURE_PAIRS)]
