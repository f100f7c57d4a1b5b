"""Shapes of expectations that the suites of aggregates share. Importing this module imports Great Expectations."""

from __future__ import annotations

from typing import NamedTuple

import great_expectations.expectations as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.wording import WARN, Band, expectation_meta


class Pair(NamedTuple):
    """Two columns of a frame: the first equals the second, or with `at_least` is no smaller."""

    identifier: str
    meaning: str
    first: str
    first_words: str
    second: str
    second_words: str
    adds: str
    at_least: bool = False
    rules: tuple[str, ...] = ()


def pair_expectation(pair: Pair) -> Expectation:
    """On every line of the frame."""
    meta = expectation_meta(
        pair.identifier,
        pair.meaning,
        {pair.first: pair.first_words, pair.second: pair.second_words},
        adds=pair.adds,
        rules=pair.rules,
    )
    if pair.at_least:
        return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A=pair.first, column_B=pair.second, or_equal=True, meta=meta
        )
    return gxe.ExpectColumnPairValuesToBeEqual(column_A=pair.first, column_B=pair.second, meta=meta)


def none_expectation(
    identifier: str, meaning: str, column: str, words: str, adds: str, rules: tuple[str, ...] = ()
) -> Expectation:
    """A count of what must not be is 0 on every line of the frame."""
    return gxe.ExpectColumnValuesToBeInSet(
        column=column,
        value_set=[0],
        meta=expectation_meta(identifier, meaning, {column: words}, adds=adds, rules=rules),
    )


def figure_expectation(band: Band) -> Expectation:
    """On one line a subject of the band's figure; a figure that rests on too few rows is empty and not judged."""
    return gxe.ExpectColumnValuesToBeBetween(
        column="figure_value",
        min_value=band.lower,
        max_value=band.upper,
        meta=expectation_meta(
            f"{band.name}.plausible",
            band.sentence,
            {"figure_value": band.unit, "rests_on_count": "vilar på rader"},
            severity=WARN,
            adds="Rimlighet för hela regionen: en siffra kan vara rätt räknad och ändå vila på fel underlag.",
        ),
    )
