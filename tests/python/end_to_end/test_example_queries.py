"""The example queries of docs/queries on a month that was run from inbox to delivery, as an analyst runs them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from orchestration.contracts import load_contracts
from orchestration.settings import Home
from tests.python.queries.reading import BY_NUMBER, FILES, asked

from .command import PROJECT, Place
from .workshop import Workshop


def _measures() -> set[str]:
    with (PROJECT / "seeds" / "measures.csv").open(encoding="utf-8", newline="") as handle:
        return {row["measure_id"] for row in csv.DictReader(handle)}


# What the made-up month must hold for a query to have an answer, where the project may lack it.
IS_THERE = {
    "04": "primary_assessment_3" in _measures(),
    "19": bool(list((PROJECT / "models").rglob("mart_waiting_flow.sql"))),
    "20": "telefoni_samtal" in load_contracts(),
}


@pytest.fixture(scope="module")
def place(workshop: Workshop) -> Place:
    """A made-up region whose month is loaded, published and delivered."""
    workshop.put(workshop.base())
    return workshop.place


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_query_gives_rows_on_a_published_month(path: Path, place: Place) -> None:
    if IS_THERE.get(path.name[:2], True):
        assert asked(Home(place.home), path.name[:2])


@pytest.mark.parametrize("number", ["01", "18"])
def test_a_query_is_put_to_the_command_as_its_file_stands(number: str, place: Place) -> None:
    told = place.rows(BY_NUMBER[number].read_text(encoding="utf-8"))
    assert told
    assert list(told[0]) == list(asked(Home(place.home), number)[0])
