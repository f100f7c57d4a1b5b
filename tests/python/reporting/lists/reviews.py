"""Reviews made by hand: Parquet files with the columns that the lists read, of rows that a test writes."""

from __future__ import annotations

import csv
import datetime
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

PROJECT = Path(__file__).resolve().parents[4]
PERIOD = "2024-07"
REGION = "Region Prov"
CLINIC = "SE2321000131-K0001"
UNIT = "SE2321000131-E0001"
NO_CLINIC = "*"

Row = dict[str, Any]

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "clinic": {
        "clinic_id": "varchar",
        "clinic_name": "varchar",
        "area_name": "varchar",
        "completed_count": "bigint",
        "waiting_count": "bigint",
        "delivered_completed_count": "bigint",
        "delivered_waiting_count": "bigint",
        "left_out_completed_count": "bigint",
        "left_out_waiting_count": "bigint",
        "new_count": "bigint",
        "remaining_count": "bigint",
        "fixed_count": "bigint",
        "accepted_count": "bigint",
        "info_count": "bigint",
        "approved_by": "varchar",
        "approved_at": "timestamp",
        "approval_state": "varchar",
        "withdrawn_reason": "varchar",
    },
    "rule": {
        "clinic_id": "varchar",
        "rule_id": "varchar",
        "effect_case": "varchar",
        "title": "varchar",
        "meaning": "varchar",
        "what_to_do": "varchar",
        "consequence": "varchar",
        "severity": "varchar",
        "effect": "varchar",
        "group_name": "varchar",
        "deviations_count": "bigint",
        "new_count": "bigint",
        "remaining_count": "bigint",
        "fixed_count": "bigint",
        "accepted_count": "bigint",
        "previous_month_count": "bigint",
        "previous_year_count": "bigint",
        "accepted_reason": "varchar",
        "accepted_by": "varchar",
        "accepted_at": "timestamp",
        "sort_order": "bigint",
    },
    "deviation": {
        "clinic_id": "varchar",
        "rule_id": "varchar",
        "effect_case": "varchar",
        "severity": "varchar",
        "effect": "varchar",
        "status": "varchar",
        "entity": "varchar",
        "contact_id": "varchar",
        "unit_id": "varchar",
        "unit_name": "varchar",
        "care_level": "varchar",
        "phase": "varchar",
        "phase_name": "varchar",
        "mvo_code": "varchar",
        "decision_date": "date",
        "start_date": "date",
        "booked_date": "date",
        "is_booked": "boolean",
        "target_date": "date",
        "wait_days": "bigint",
        "is_left_out": "boolean",
        "stay_number": "integer",
        "admitted_at": "timestamp",
        "discharged_at": "timestamp",
        "event_date": "date",
        "detail": "varchar",
        "sort_order": "bigint",
    },
    "figure": {
        "clinic_id": "varchar",
        "measure_id": "varchar",
        "measure_name": "varchar",
        "population": "varchar",
        "numerator": "bigint",
        "denominator": "bigint",
        "share": "double",
        "contacts_count": "bigint",
        "median_wait_days": "double",
        "target_share": "double",
        "previous_month_numerator": "bigint",
        "previous_month_denominator": "bigint",
        "previous_month_share": "double",
        "previous_month_contacts_count": "bigint",
        "previous_year_numerator": "bigint",
        "previous_year_denominator": "bigint",
        "previous_year_share": "double",
        "previous_year_contacts_count": "bigint",
        "sort_order": "bigint",
    },
    "left_out": {
        "clinic_id": "varchar",
        "population": "varchar",
        "rule_id": "varchar",
        "title": "varchar",
        "effect": "varchar",
        "rows_count": "bigint",
        "sort_order": "bigint",
    },
    "work_list": {
        "clinic_id": "varchar",
        "clinic_name": "varchar",
        "unit_id": "varchar",
        "unit_name": "varchar",
        "contact_id": "varchar",
        "measure_id": "varchar",
        "measure_name": "varchar",
        "phase": "varchar",
        "mvo_code": "varchar",
        "activity_code": "varchar",
        "deviation_code": "varchar",
        "deviation_name": "varchar",
        "decision_date": "date",
        "wait_days": "bigint",
        "limit_days": "bigint",
        "limit_date": "date",
        "days_left": "bigint",
        "band": "varchar",
        "wait_band": "varchar",
        "is_booked": "boolean",
        "booked_date": "date",
        "is_booked_in_time": "boolean",
        "is_in_guarantee": "boolean",
        "sort_order": "bigint",
    },
    "work_list_sum": {
        "clinic_id": "varchar",
        "clinic_name": "varchar",
        "measure_id": "varchar",
        "measure_name": "varchar",
        "mvo_code": "varchar",
        "activity_code": "varchar",
        "band": "varchar",
        "wait_band": "varchar",
        "is_booked": "boolean",
        "deviation_code": "varchar",
        "rows_count": "bigint",
    },
    "no_show": {
        "clinic_id": "varchar",
        "clinic_name": "varchar",
        "unit_id": "varchar",
        "unit_name": "varchar",
        "measure_id": "varchar",
        "phase": "varchar",
        "mvo_code": "varchar",
        "activity_code": "varchar",
        "rows_count": "bigint",
    },
    "no_show_row": {
        "clinic_id": "varchar",
        "unit_id": "varchar",
        "unit_name": "varchar",
        "contact_id": "varchar",
        "phase": "varchar",
        "mvo_code": "varchar",
        "start_date": "date",
        "has_new_time": "boolean",
    },
    "period": {
        "period": "varchar",
        "first_date": "date",
        "last_date": "date",
        "region_name": "varchar",
        "main_variant": "varchar",
        "previous_period": "varchar",
        "previous_period_is_loaded": "boolean",
        "previous_year_period": "varchar",
        "previous_year_period_is_loaded": "boolean",
        "approval_last_date": "date",
        "delivery_last_date": "date",
        "is_preliminary": "boolean",
    },
}
STATUSES = ("new", "remaining", "fixed", "accepted")
CONSEQUENCES = {
    "D": "Raden räknas inte i något mått och levereras inte.",
    "L": "Raden räknas i måtten men levereras inte.",
    "-": "Raden räknas och levereras med felet i.",
}
PHASE_NAMES = {"1": "Första kontakt", "2": "Operation eller åtgärd", "3": "Undersökning", "4": "Återbesök"}


def date(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


@cache
def rules_of_the_seed() -> tuple[Mapping[str, str], ...]:
    """The rules of waiting times and registers, as the seed tells them."""
    with (PROJECT / "seeds" / "rules.csv").open(encoding="utf-8", newline="") as handle:
        return tuple(row for row in csv.DictReader(handle))


def clinic(clinic_id: str = CLINIC, name: str | None = "Ortopedkliniken", **values: Any) -> Row:
    counts = {key: 0 for key, kind in COLUMNS["clinic"].items() if kind == "bigint"}
    return {
        "clinic_id": clinic_id,
        "clinic_name": name,
        "area_name": "Kirurgi och medicin",
        **counts,
        "approval_state": "missing",
        **values,
    }


def rule(rule_id: str = "A11", clinic_id: str = CLINIC, case: str | None = None, **values: Any) -> Row:
    """A rule of the seed as it stands for a clinic; `case` chooses among several of the same id."""
    seed, order = next(
        (row, order)
        for order, row in enumerate(rules_of_the_seed())
        if row["rule_id"] == rule_id and case in (None, row["effect_case"])
    )
    told = {
        name: seed[name]
        for name in ("rule_id", "effect_case", "title", "meaning", "what_to_do", "severity", "effect", "group_name")
    }
    counts = dict.fromkeys(("deviations_count", "new_count", "remaining_count", "fixed_count", "accepted_count"), 0)
    return {
        "clinic_id": clinic_id,
        **told,
        "consequence": seed.get("consequence") or CONSEQUENCES[seed["effect"]],
        **counts,
        "sort_order": order,
        **values,
    }


def deviation(of: Row, status: str = "new", contact_id: str | None = "VK0000000001", **values: Any) -> Row:
    """A row that breaks the rule `of`, waiting since February unless `values` say otherwise."""
    phase = values.get("phase", "1")
    return {
        **{name: of[name] for name in ("clinic_id", "rule_id", "effect_case", "severity", "effect")},
        "status": status,
        "entity": "cosmic_vantelista",
        "contact_id": contact_id,
        "unit_id": UNIT,
        "unit_name": "Ortopedmottagningen",
        "care_level": "S",
        "phase": phase,
        "phase_name": PHASE_NAMES.get(phase),
        "mvo_code": "311",
        "decision_date": date("2024-02-01"),
        "is_booked": False,
        "wait_days": 181,
        "is_left_out": of["effect"] in ("D", "L"),
        "detail": "Väntat 181 dagar.",
        "sort_order": 1,
        **values,
    }


def figure(clinic_id: str = CLINIC, **values: Any) -> Row:
    return {
        "clinic_id": clinic_id,
        "measure_id": "first_contact_90",
        "measure_name": "Första kontakt i specialiserad vård inom 90 dagar",
        "population": "completed",
        "numerator": 45,
        "denominator": 60,
        "share": 0.75,
        "contacts_count": 71,
        "median_wait_days": 48.5,
        "target_share": 0.8,
        "previous_month_numerator": 50,
        "previous_month_denominator": 80,
        "previous_month_share": 0.625,
        "previous_month_contacts_count": 92,
        "sort_order": 1,
        **values,
    }


def waiting(contact_id: str = "VK0000000901", **values: Any) -> Row:
    """A row of the work list, past the limit by twelve days unless `values` say otherwise."""
    return {
        "clinic_id": CLINIC,
        "clinic_name": "Ortopedkliniken",
        "unit_id": UNIT,
        "unit_name": "Ortopedmottagningen",
        "contact_id": contact_id,
        "measure_id": "first_contact_90",
        "measure_name": "Första kontakt i specialiserad vård inom 90 dagar",
        "phase": "1",
        "mvo_code": "311",
        "decision_date": date("2024-04-20"),
        "wait_days": 102,
        "limit_days": 90,
        "limit_date": date("2024-07-19"),
        "days_left": -12,
        "band": "passed",
        "wait_band": "91-120",
        "is_booked": False,
        "is_in_guarantee": True,
        "sort_order": 1,
        **values,
    }


def waiting_sum(**values: Any) -> Row:
    names = COLUMNS["work_list_sum"]
    return {**{key: value for key, value in waiting().items() if key in names}, "rows_count": 1, **values}


def no_show(contact_id: str = "VK0000000701", **values: Any) -> Row:
    return {
        "clinic_id": CLINIC,
        "unit_id": UNIT,
        "unit_name": "Ortopedmottagningen",
        "contact_id": contact_id,
        "phase": "1",
        "mvo_code": "311",
        "start_date": date("2024-07-09"),
        "has_new_time": False,
        **values,
    }


def no_show_sum(**values: Any) -> Row:
    return {
        "clinic_id": CLINIC,
        "clinic_name": "Ortopedkliniken",
        "unit_id": UNIT,
        "unit_name": "Ortopedmottagningen",
        "measure_id": "first_contact_90",
        "phase": "1",
        "mvo_code": "311",
        "rows_count": 1,
        **values,
    }


def period(**values: Any) -> Row:
    return {
        "period": PERIOD,
        "first_date": date("2024-07-01"),
        "last_date": date("2024-07-31"),
        "region_name": REGION,
        "main_variant": "skr",
        "previous_period": "2024-06",
        "previous_period_is_loaded": True,
        "previous_year_period": "2023-07",
        "previous_year_period_is_loaded": False,
        "approval_last_date": date("2024-08-16"),
        "delivery_last_date": date("2024-08-20"),
        "is_preliminary": True,
        **values,
    }


def document(rows: Mapping[str, int], **values: Any) -> Row:
    """What review.json holds; `rows` are the rows of each file."""
    return {
        "period": PERIOD,
        "load": 3,
        "compared_with": 2,
        "made_at": "2024-08-08 09:15:00",
        "run_id": "run-1",
        "code_version": "0123456789ab",
        "inputs": "f" * 64,
        "files": {name: {"rows": count, "sha256": "0" * 64} for name, count in rows.items()},
        "loads": [
            {
                "entity": "cosmic_vardkontakt",
                "load_id": 11,
                "file_name": "cosmic_vardkontakt_2024-07.csv",
                "loaded_at": "2024-08-08 08:50:00",
            },
            {
                "entity": "cosmic_vantelista",
                "load_id": 12,
                "file_name": "cosmic_vantelista_2024-07.csv",
                "loaded_at": "2024-08-08 08:51:00",
            },
        ],
        **values,
    }


def counted(of: Row, rows: Sequence[Row]) -> Row:
    """The rule `of` with the counts of those `rows` that break it."""
    key = ("clinic_id", "rule_id", "effect_case")
    own = [row for row in rows if all(row[name] == of[name] for name in key)]
    counts = {f"{status}_count": sum(row["status"] == status for row in own) for status in STATUSES}
    return {**of, **counts, "deviations_count": sum(row["status"] != "fixed" for row in own)}


def write_review(folder: Path, tables: Mapping[str, Sequence[Row]], **values: Any) -> Path:
    """Write the review: a Parquet file a table, empty where `tables` has none, and review.json."""
    folder.mkdir(parents=True, exist_ok=True)
    every = {**dict.fromkeys(COLUMNS, ()), "period": (period(),), **tables}
    with duckdb.connect() as connection:
        for name, columns in COLUMNS.items():
            declared = ", ".join(f"{column} {kind}" for column, kind in columns.items())
            connection.execute(f"create table {name} ({declared})")
            for row in every[name]:
                assert set(row) <= set(columns), f"{name}: {sorted(set(row) - set(columns))}"
            if every[name]:
                places = ", ".join("?" for _ in columns)
                connection.executemany(
                    f"insert into {name} values ({places})",
                    [[row.get(column) for column in columns] for row in every[name]],
                )
            connection.execute(f"copy {name} to '{folder / name}.parquet' (format parquet)")
    counts = {name: len(every[name]) for name in COLUMNS}
    (folder / "review.json").write_text(json.dumps(document(counts, **values)), encoding="utf-8")
    return folder


def every_rule_review(folder: Path) -> Path:
    """A clinic with rows of every rule case of the seed that asks for correction, in every status, and all info."""
    rules: list[Row] = []
    deviations: list[Row] = []
    number = 0
    for seed in rules_of_the_seed():
        of = rule(seed["rule_id"], case=seed["effect_case"])
        of |= {"previous_month_count": 4, "previous_year_count": None}
        if seed["severity"] == "info":
            rules.append({**of, "deviations_count": 7})
            continue
        own = []
        for status in STATUSES:
            number += 1
            is_completed = seed["row_scope"] == "G"
            own.append(
                deviation(
                    of,
                    status,
                    f"VK{number:010d}",
                    entity="cosmic_vardkontakt" if is_completed else "cosmic_vantelista",
                    start_date=date("2024-07-11") if is_completed else None,
                    is_booked=None if is_completed else number % 2 == 0,
                    booked_date=date("2024-08-20") if number % 2 == 0 and not is_completed else None,
                    detail=f"{seed['title']}: förklaring av vad som är fel på just den här raden.",
                )
            )
        deviations += own
        accepted = {
            "accepted_reason": "Granskat; registreringen är riktig.",
            "accepted_by": "Prov Provsson",
            "accepted_at": datetime.datetime(2024, 8, 7, 15, 0),
        }
        rules.append({**counted(of, own), **accepted})
    counts = {f"{status}_count": sum(row["status"] == status for row in deviations) for status in STATUSES}
    tables = {
        "clinic": [
            clinic(
                completed_count=4210,
                waiting_count=1830,
                delivered_completed_count=4105,
                delivered_waiting_count=1811,
                left_out_completed_count=105,
                left_out_waiting_count=19,
                info_count=sum(row["deviations_count"] for row in rules if row["severity"] == "info"),
                **counts,
            )
        ],
        "rule": rules,
        "deviation": deviations,
        "figure": [
            figure(),
            figure(
                measure_id="operation_90",
                measure_name="Operation eller åtgärd inom 90 dagar",
                numerator=1201,
                denominator=1420,
                share=1201 / 1420,
                contacts_count=1533,
                previous_month_numerator=None,
                previous_month_denominator=None,
                previous_month_share=None,
                previous_month_contacts_count=None,
                sort_order=2,
            ),
            figure(population="waiting", numerator=301, denominator=402, share=301 / 402, contacts_count=455),
        ],
        "left_out": [
            {
                "clinic_id": CLINIC,
                "population": population,
                "rule_id": rule_id,
                "title": rule(rule_id)["title"] if rule_id != "DL01" else None,
                "effect": "D" if rule_id == "A01" else "L" if rule_id != "DL01" else "-",
                "rows_count": count,
                "sort_order": order,
            }
            for order, (population, rule_id, count) in enumerate(
                [("completed", "A01", 61), ("completed", "A12", 44), ("waiting", "A01", 12), ("waiting", "DL01", 7)]
            )
        ],
        **work_list_tables(),
    }
    return write_review(folder, tables)


def work_list_tables() -> dict[str, list[Row]]:
    """Five who wait at two clinics and three who did not come, each unlike the others."""
    other = {"clinic_id": "SE2321000131-K0002", "clinic_name": "Ögonkliniken", "unit_id": "SE2321000131-E0002"}
    soon = {
        "days_left": 9,
        "wait_days": 81,
        "limit_date": date("2024-08-09"),
        "band": "within_30",
        "wait_band": "61-90",
    }
    late = {"is_booked": True, "booked_date": date("2024-08-20"), "is_booked_in_time": False}
    chosen = {"deviation_code": "1", "deviation_name": "Patientvald väntan"}
    rows = [
        waiting("VK0000000901"),
        waiting("VK0000000902", **late, sort_order=2),
        waiting("VK0000000903", **soon, sort_order=3),
        waiting(
            "VK0000000904", **soon, is_booked=True, booked_date=date("2024-08-07"), is_booked_in_time=True, sort_order=4
        ),
        waiting("VK0000000905", **other, **chosen, unit_name="Ögonmottagningen", activity_code="CJC", phase="2"),
    ]
    names = COLUMNS["work_list_sum"]
    sums = [{**{key: value for key, value in row.items() if key in names}, "rows_count": 1} for row in rows]
    return {
        "work_list": rows,
        "work_list_sum": sums,
        "no_show": [no_show_sum(rows_count=2), no_show_sum(**other, unit_name="Ögonmottagningen")],
        "no_show_row": [
            no_show("VK0000000701"),
            no_show("VK0000000702", has_new_time=True, start_date=date("2024-07-23")),
            no_show(
                "VK0000000703", clinic_id=other["clinic_id"], unit_id=other["unit_id"], unit_name="Ögonmottagningen"
            ),
        ],
    }
