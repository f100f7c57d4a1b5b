"""Suite for the landed files: each against its contract, on counts that SQL made of the lake and the account.

What is asked of a file follows from its contract in `models/sources/`; no entity is known here by name. Importing
this module imports Great Expectations (seconds): only `orchestration.validation` does, when it runs.
"""

from __future__ import annotations

from collections.abc import Sequence

import great_expectations.expectations as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.wording import WARN, Band, expectation_meta
from orchestration.contracts import Contract


def presence_expectation(group: str) -> Expectation:
    """On one line an entity that the group must have."""
    return gxe.ExpectColumnValuesToBeBetween(
        column="files_count",
        min_value=1,
        meta=expectation_meta(
            f"{group}.entities_present",
            f"Varje fil som gruppen {group} kräver är inläst och gällande.",
            {"files_count": "gällande filer"},
            adds="Byggda perioder mot kontraktens grupper; lagrets tester ser bara de rader som finns.",
        ),
    )


def file_expectations(contract: Contract, outside_band: Band | None) -> list[Expectation]:
    """On one line the file: its account, what lies in the lake, its key, and the month it belongs to."""
    entity = contract.entity
    expectations: list[Expectation] = [
        gxe.ExpectColumnPairValuesToBeEqual(
            column_A="accounted_count",
            column_B="in_file_count",
            meta=expectation_meta(
                f"{entity}.account_adds_up",
                "Varje rad i filen är inläst, i karantän, dubblett eller bortvald.",
                {"in_file_count": "rader i filen", "accounted_count": "redovisade"},
                adds="Redovisningen som den publiceras, fil för fil.",
            ),
        ),
        gxe.ExpectColumnPairValuesToBeEqual(
            column_A="in_lake_count",
            column_B="loaded_count",
            meta=expectation_meta(
                f"{entity}.rows_in_lake",
                "Lagret läser precis de rader som redovisningen säger är inlästa.",
                {"loaded_count": "inlästa rader", "in_lake_count": "rader i sjön"},
                adds="Vyn som modellerna läser mot redovisningen, inte bara filen på disken.",
            ),
        ),
        gxe.ExpectColumnValuesToBeInSet(
            column="of_other_loads_count",
            value_set=[0],
            meta=expectation_meta(
                f"{entity}.newest_load",
                "Alla rader kommer ur den senaste godtagna inläsningen av filen.",
                {"of_other_loads_count": "rader ur andra inläsningar"},
                adds="CM10 i det som modellerna läser.",
                rules=("CM10",),
            ),
        ),
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="allowed_quarantine_count",
            column_B="quarantined_count",
            or_equal=True,
            meta=expectation_meta(
                f"{entity}.quarantine_in_limit",
                "Så få rader ligger i karantän som regionens gräns tillåter.",
                {"quarantined_count": "rader i karantän", "allowed_quarantine_count": "tillåtna"},
                adds="Gränsen som den är inställd vid denna körning, också för filer inlästa före en ändring.",
            ),
        ),
    ]
    if contract.key:
        expectations.append(
            gxe.ExpectColumnPairValuesToBeEqual(
                column_A="distinct_keys_count",
                column_B="in_lake_count",
                meta=expectation_meta(
                    f"{entity}.key_unique",
                    f"Nyckeln ({', '.join(contract.key)}) förekommer en enda gång i filen.",
                    {"in_lake_count": "rader", "distinct_keys_count": "olika nycklar"},
                    adds="Källans egen nyckel; testerna av modellerna ser deras nycklar.",
                ),
            )
        )
    if contract.exactly_one_of:
        expectations.append(
            gxe.ExpectColumnValuesToBeInSet(
                column="not_exactly_one_count",
                value_set=[0],
                meta=expectation_meta(
                    f"{entity}.exactly_one_link",
                    f"Precis ett av fälten {', '.join(contract.exactly_one_of)} är ifyllt på varje rad.",
                    {"not_exactly_one_count": "rader med inget eller flera"},
                    adds="Kontraktets villkor, som ingen modell prövar.",
                ),
            )
        )
    if contract.period_column is not None:
        expectations.append(
            gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A="inside_period_count",
                column_B="outside_period_count",
                or_equal=True,
                meta=expectation_meta(
                    f"{entity}.belongs_to_month",
                    f"De flesta rader ligger i filens månad enligt {contract.period_column}.",
                    {"inside_period_count": "rader i månaden", "outside_period_count": "utanför"},
                    adds="Filen som helhet; enstaka rader finner A30.",
                    rules=("A30",),
                ),
            )
        )
        if outside_band is not None:
            expectations.append(
                gxe.ExpectColumnValuesToBeBetween(
                    column="outside_period_share",
                    min_value=outside_band.lower,
                    max_value=outside_band.upper,
                    meta=expectation_meta(
                        f"{entity}.{outside_band.name}",
                        outside_band.sentence,
                        {"outside_period_share": outside_band.unit, "outside_period_count": "rader utanför"},
                        severity=WARN,
                        adds="Hur många A30 finner, sett som ett fel i exportens urval.",
                        rules=("A30",),
                    ),
                )
            )
    return expectations


def required_expectation(contract: Contract) -> Expectation:
    """On one line a column that must be filled."""
    return gxe.ExpectColumnValuesToBeInSet(
        column="empty_count",
        value_set=[0],
        meta=expectation_meta(
            f"{contract.entity}.required_filled",
            "Varje fält som måste vara ifyllt är det på varje inläst rad.",
            {"empty_count": "tomma rader"},
            adds="Kontraktets krav på det som ligger i sjön, efter att inläsningen har sorterat.",
        ),
    )


def codes_expectation(contract: Contract) -> Expectation:
    """On one line a column with structural codes."""
    return gxe.ExpectColumnValuesToBeInSet(
        column="outside_codes_count",
        value_set=[0],
        meta=expectation_meta(
            f"{contract.entity}.codes_known",
            "Varje kod som siffrorna vilar på är en av kontraktets.",
            {"outside_codes_count": "rader med annan kod"},
            adds="Alla kodade kolumner i filen, också de som ingen modell använder.",
        ),
    )


def types_expectation(contract: Contract) -> Expectation:
    """On one line a column of the lake."""
    return gxe.ExpectColumnPairValuesToBeEqual(
        column_A="stored_type",
        column_B="contract_type",
        meta=expectation_meta(
            f"{contract.entity}.types",
            "Varje kolumn är lagrad med kontraktets typ.",
            {"stored_type": "lagrad som", "contract_type": "enligt kontraktet"},
            adds="Filen i sjön, före modellernas egna omvandlingar.",
        ),
    )


def coded_columns(contract: Contract) -> Sequence[str]:
    """Names of the loaded columns whose codes the contract lists."""
    return [column.name for column in contract.columns if column.is_loaded and column.codes]
