"""A37 and A38: what is said of a clinic's rows as a whole, and of rows that never came in."""

from __future__ import annotations

from pathlib import Path

from tests.python.warehouse.clinic_cases import (
    CLINIC_PERIOD,
    QUARANTINED,
    TOO_MANY,
    UNKNOWN_TOO_MANY,
    clinic_id,
)
from tests.python.warehouse.planted import query


def test_a38_more_than_two_percent_and_more_than_five_rows_of_a_clinic_and_population_block(database: Path) -> None:
    found = query(
        database,
        "select entity, clinic_id, detail from quality.deviations where rule_id = 'A38' and period = ?",
        [CLINIC_PERIOD],
    )
    wanted = {(entity, clinic_id(name), detail) for entity, name, detail in TOO_MANY} | {UNKNOWN_TOO_MANY}
    assert set(found) == wanted
    assert len(found) == len(wanted)


def test_a38_blocks_and_leaves_out_nothing_more(database: Path) -> None:
    kinds = query(
        database,
        "select distinct severity, effect, unit_id, contact_key, source_line from quality.deviations "
        "where rule_id = 'A38'",
    )
    assert kinds == [("block", "-", None, None, None)]


def test_a37_each_row_of_the_care_files_in_quarantine_is_one_deviation_of_its_clinic(database: Path) -> None:
    found = query(
        database,
        "select entity, source_line, unit_id, clinic_id, detail from quality.deviations "
        "where rule_id = 'A37' and period = ?",
        [CLINIC_PERIOD],
    )
    assert set(found) == QUARANTINED
    assert len(found) == len(QUARANTINED)


def test_a37_asks_for_correction_and_leaves_out_no_loaded_row(database: Path) -> None:
    kinds = query(
        database,
        "select distinct severity, effect, contact_key from quality.deviations where rule_id = 'A37'",
    )
    assert kinds == [("fix", "-", None)]
    flagged = query(database, "select count(*) from intermediate.int_quality__row_flag where fault_rules like '%A37%'")
    assert flagged == [(0,)]
