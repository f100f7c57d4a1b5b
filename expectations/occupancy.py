"""Suite for wards, beds and episodes: what must go together, and what would be implausible.

Every frame holds aggregates that the models under `models/validation/` made. The tables are made whole in every
build, so what must go together is asked of every loaded period, and blocks; what is implausible is told of the run's
own. Importing this module imports Great Expectations (seconds): only `orchestration.validation` does, when it runs.
"""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations.pairs import Pair, figure_expectation, none_expectation, pair_expectation

__all__ = [
    "episode_expectations",
    "figure_expectation",
    "occupancy_expectations",
    "period_expectations",
    "readmission_expectations",
    "table_expectations",
]

_TABLES = "Tabellerna som de publiceras, varandra emellan; testerna av modellerna ser en tabell i taget."
_MART = "Bara martens egna rader mot varandra, så som en läsare summerar dem."
_RECOUNTED = "Räknat en andra gång ur fakta, utan martens modeller."

_PERIOD_PAIRS = (
    Pair(
        "CM10.stays_accounted",
        "Varje inläst vistelse står en gång i fakta, som den senaste filen säger den.",
        "stays_accounted_count",
        "i fakta eller sagda på nytt senare",
        "stays_loaded_count",
        "inlästa vistelser",
        "Hela vägen från filens redovisning till fakta i ett steg.",
        rules=("PR01",),
    ),
    Pair(
        "OC03.bed_rows_accounted",
        "Varje vårdplatsrad i filens månad är ett avdelningsdygn med vårdplatser.",
        "bed_days_count",
        "avdelningsdygn med vårdplatser",
        "bed_rows_count",
        "vårdplatsrader",
        "Från filen till fakta i ett steg.",
    ),
    Pair(
        "OC01.census_accounted",
        "Varje patient som räknades klockan 06 står på sin avdelnings dygn.",
        "patients_count",
        "patienter på avdelningsdygnen",
        "census_count",
        "räknade patienter",
        _TABLES,
    ),
)
# What the mart sums: column and words.
_QUANTITIES = (
    ("patient_days", "patientdygn"),
    ("bed_days_available", "vårdplatsdygn"),
    ("overcrowded_count", "överbelagda"),
    ("outlier_count", "utlokaliserade"),
    ("discharged_episodes_count", "utskrivna vårdtillfällen"),
    ("discharged_bed_days", "utskrivnas vårddagar"),
)


def table_expectations() -> list[Expectation]:
    """On one line a table."""
    return [
        none_expectation(
            "CM09.loaded_periods_only",
            "Fakta och marter om slutenvården har inga rader av perioder vars avdelningar inte är inlästa.",
            "unloaded_rows_count",
            "rader av en period som inte är inläst",
            "Tabellerna mot de inlästa perioderna.",
        )
    ]


def period_expectations() -> list[Expectation]:
    """On one line a loaded period."""
    return [
        *(pair_expectation(pair) for pair in _PERIOD_PAIRS),
        none_expectation(
            "OC02.within_patients",
            "Varken överbelagda eller utlokaliserade är fler än patienterna på avdelningen den dagen.",
            "beyond_patients_count",
            "avdelningsdygn där de är det",
            "Varje avdelningsdygn.",
        ),
    ]


def episode_expectations() -> list[Expectation]:
    """On the one line of all episodes."""
    return [
        pair_expectation(
            Pair(
                "PR01.every_stay_in_an_episode",
                "Vårdtillfällena är lika många i fakta om vårdtillfällen som i fakta om vistelser.",
                "episodes_count",
                "vårdtillfällen",
                "episodes_of_stays_count",
                "enligt vistelserna",
                _TABLES,
            )
        ),
        none_expectation(
            "PR02.possible_lengths",
            "Ingen vårdtid är negativ, ingen är av ett pågående vårdtillfälle, och vårddagarna är högst en fler.",
            "impossible_length_count",
            "vårdtillfällen där det inte stämmer",
            "Varje vårdtillfälle.",
        ),
        none_expectation(
            "PR03.possible_indexes",
            "Bara den som har skrivits ut levande, och inte flyttats vidare, kan återinskrivas.",
            "impossible_index_count",
            "vårdtillfällen där det inte stämmer",
            "Varje vårdtillfälle.",
        ),
    ]


def _level_pairs(column: str, words: str) -> list[Pair]:
    return [
        Pair(
            f"OCCUPANCY.{column}_of_fact",
            f"Regionens {words} är fakta summerade.",
            f"{column}_of_region",
            f"regionens {words}",
            f"{column}_of_fact",
            "enligt fakta",
            _RECOUNTED,
        ),
        Pair(
            f"CM03.{column}_units_and_unknown",
            f"Regionens {words} är enheternas summa med de okända avdelningarnas.",
            f"{column}_of_region",
            f"regionens {words}",
            f"{column}_of_known_and_unknown",
            "enheternas summa med de okändas",
            _MART,
        ),
        *(
            Pair(
                f"CM03.{column}_{name}",
                f"Summan av {part} är summan av enheternas ({words}).",
                f"{column}_of_unit",
                "enheternas summa",
                f"{column}_of_{level}",
                f"summan av {part}",
                _MART,
            )
            for name, level, part in (
                ("clinics", "clinic", "klinikernas rader"),
                ("areas", "area", "områdenas rader"),
            )
        ),
    ]


def occupancy_expectations() -> list[Expectation]:
    """On one line a loaded period and specialty group."""
    pairs = [pair for quantity in _QUANTITIES for pair in _level_pairs(*quantity)]
    return [
        *(pair_expectation(pair) for pair in pairs),
        none_expectation(
            "OC03.share_is_of_its_sums",
            "Varje beläggningsgrad är patientdygnen delade med vårdplatsdygnen bredvid den, och saknas utan platser.",
            "other_share_count",
            "rader med en annan",
            "Andelen som den står, inte som den räknas ut.",
        ),
        none_expectation(
            "OC04.within_wards",
            "Avdelningarna med minst 90 procents beläggning är inte fler än avdelningarna.",
            "beyond_wards_count",
            "rader där de är det",
            "Varje rad i marten, på alla nivåer.",
        ),
        none_expectation(
            "PR06.month_within_year",
            "Ingen månad är större än året till och med den, eller de tolv månader som slutar med den.",
            "beyond_to_date_count",
            "rader där den är det",
            "Varje rad i marten, på alla nivåer.",
        ),
    ]


def readmission_expectations() -> list[Expectation]:
    """On one line a loaded period and population."""
    pairs = []
    for column, words in (("numerator", "återinskrivna"), ("denominator", "utskrivna")):
        pairs += [
            Pair(
                f"PR03.{column}_sexes",
                f"Regionens {words} är könens rader summerade.",
                f"{column}_of_region",
                f"regionens {words}",
                f"{column}_of_sexes",
                "könens summa",
                _MART,
            ),
            *(
                Pair(
                    f"CM03.{column}_{name}",
                    f"Summan av {part} är summan av enheternas ({words}).",
                    f"{column}_of_unit",
                    "enheternas summa",
                    f"{column}_of_{level}",
                    f"summan av {part}",
                    _MART,
                )
                for name, level, part in (
                    ("clinics", "clinic", "klinikernas rader"),
                    ("areas", "area", "områdenas rader"),
                )
            ),
            Pair(
                f"CM03.{column}_units_within_region",
                f"Enheternas {words} är inte fler än regionens.",
                f"{column}_of_region",
                f"regionens {words}",
                f"{column}_of_unit",
                "enheternas summa",
                _MART,
                at_least=True,
            ),
        ]
    pairs += [
        Pair(
            "PR03.denominator_within_indexes",
            "Ingen population har fler utskrivna än fakta har vårdtillfällen som kan återinskrivas.",
            "index_count",
            "enligt fakta",
            "denominator_of_region",
            "utskrivna i marten",
            _TABLES,
            at_least=True,
        ),
        Pair(
            "PR03.numerator_within_readmitted",
            "Ingen population har fler återinskrivna än fakta har.",
            "readmitted_count",
            "enligt fakta",
            "numerator_of_region",
            "återinskrivna i marten",
            _TABLES,
            at_least=True,
        ),
    ]
    return [
        *(pair_expectation(pair) for pair in pairs),
        none_expectation(
            "PR03.numerator_within_denominator",
            "Ingen täljare är negativ eller större än sin nämnare.",
            "beyond_denominator_count",
            "rader där den är det",
            "Varje rad i marten, på alla nivåer.",
        ),
    ]
