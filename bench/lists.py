"""All lists of a month beside a plain write of the same deviations as workbooks, row by row, without any look.

    python -m bench.lists [--quick]

A made-up review of 20,000 deviations over 60 clinics (or 2,000 over 6) is written once; both sides read it and
write a workbook a clinic, in the same process and by turns. The lists are also pages, other sheets, and the work
list; the ratio tells what all of that costs beside the rows alone.
"""

from __future__ import annotations

import csv
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb
import xlsxwriter

from bench.stages import markdown
from orchestration.reporting.lists import write_lists

PROJECT = Path(__file__).resolve().parents[1]
PERIOD = "2024-07"
ROUNDS = 3


@dataclass(frozen=True)
class Size:
    """How many clinics, and how many deviations and waiting rows there are in all."""

    clinics: int = 60
    deviations: int = 20_000
    waiting: int = 6_000


# What a clinic's rows break, of the seed: each clinic has every one of them.
_RULES_OF_A_CLINIC = ("A01", "A02", "A07", "A11", "A12", "A14", "A16", "A17", "A25", "A36")

_TABLES = {
    "period": """
        select
            '2024-07' as period, date '2024-07-01' as first_date, date '2024-07-31' as last_date,
            'Region Prov' as region_name, 'skr' as main_variant, '2024-06' as previous_period,
            true as previous_period_is_loaded, '2023-07' as previous_year_period,
            true as previous_year_period_is_loaded, date '2024-08-16' as approval_last_date,
            date '2024-08-20' as delivery_last_date, true as is_preliminary
    """,
    "deviation": """
        select
            'SE2321000131-K' || lpad(cast(i % $clinics as varchar), 4, '0') as clinic_id,
            seed.rule_id, seed.effect_case, seed.severity, seed.effect,
            ['new', 'remaining', 'remaining', 'remaining', 'fixed', 'accepted'][1 + (i // 7) % 6] as status,
            case i % 2 when 0 then 'cosmic_vantelista' else 'cosmic_vardkontakt' end as entity,
            'VK' || lpad(cast(i as varchar), 10, '0') as contact_id,
            'SE2321000131-E' || lpad(cast(i % 300 as varchar), 4, '0') as unit_id,
            'Mottagning ' || cast(i % 300 as varchar) as unit_name,
            'S' as care_level, cast(1 + i % 4 as varchar) as phase, 'Första kontakt' as phase_name,
            cast(100 + i % 60 as varchar) as mvo_code,
            cast(date '2024-01-01' + cast(i % 180 as integer) as date) as decision_date,
            case i % 2 when 1 then cast(date '2024-07-01' + cast(i % 31 as integer) as date) end as start_date,
            case when i % 4 = 0 then cast(date '2024-08-01' + cast(i % 31 as integer) as date) end as booked_date,
            case i % 2 when 0 then i % 4 = 0 end as is_booked,
            cast(null as date) as target_date, i % 400 as wait_days, seed.effect <> '-' as is_left_out,
            'Väntat ' || cast(i % 400 as varchar) || ' dagar; beslut och start stämmer inte.' as detail,
            i as sort_order
        from range($deviations) as number(i)
        inner join seed on seed.position = (i // $clinics) % 10
    """,
    "rule": """
        select
            clinic_id, seed.rule_id, seed.effect_case, 'care' as group_name, seed.title, seed.meaning, seed.what_to_do,
            'Raden levereras med felet i.' as consequence, seed.severity, seed.effect,
            count(*) filter (where status <> 'fixed') as deviations_count,
            count(*) filter (where status = 'new') as new_count,
            count(*) filter (where status = 'remaining') as remaining_count,
            count(*) filter (where status = 'fixed') as fixed_count,
            count(*) filter (where status = 'accepted') as accepted_count,
            cast(12 as bigint) as previous_month_count, cast(15 as bigint) as previous_year_count,
            'Granskat.' as accepted_reason, 'Prov Provsson' as accepted_by,
            timestamp '2024-08-07 15:00:00' as accepted_at, min(seed.position) as sort_order
        from deviation
        inner join seed using (rule_id, effect_case)
        group by clinic_id, seed.rule_id, seed.effect_case, seed.title, seed.meaning, seed.what_to_do, seed.severity,
            seed.effect
    """,
    "clinic": """
        select
            clinic_id, 'Klinik ' || right(clinic_id, 4) as clinic_name, 'Område' as area_name,
            cast(4000 as bigint) as completed_count, cast(1500 as bigint) as waiting_count,
            cast(3900 as bigint) as delivered_completed_count, cast(1450 as bigint) as delivered_waiting_count,
            cast(100 as bigint) as left_out_completed_count, cast(50 as bigint) as left_out_waiting_count,
            cast(sum(new_count) as bigint) as new_count, cast(sum(remaining_count) as bigint) as remaining_count,
            cast(sum(fixed_count) as bigint) as fixed_count, cast(sum(accepted_count) as bigint) as accepted_count,
            cast(0 as bigint) as info_count, cast(null as varchar) as approved_by,
            cast(null as timestamp) as approved_at, 'missing' as approval_state,
            cast(null as varchar) as withdrawn_reason
        from rule
        group by clinic_id
    """,
    "figure": """
        select
            clinic_id, 'first_contact_90' as measure_id, 'Första kontakt inom 90 dagar' as measure_name,
            population, cast(300 as bigint) as numerator, cast(400 as bigint) as denominator,
            cast(0.75 as double) as share, cast(450 as bigint) as contacts_count,
            cast(48.5 as double) as median_wait_days, cast(0.8 as double) as target_share,
            cast(300 as bigint) as previous_month_numerator, cast(400 as bigint) as previous_month_denominator,
            cast(0.75 as double) as previous_month_share, cast(450 as bigint) as previous_month_contacts_count,
            cast(300 as bigint) as previous_year_numerator, cast(400 as bigint) as previous_year_denominator,
            cast(0.75 as double) as previous_year_share, cast(450 as bigint) as previous_year_contacts_count,
            cast(1 as bigint) as sort_order
        from clinic
        cross join (select unnest(['completed', 'waiting']) as population)
    """,
    "left_out": """
        select
            clinic_id, 'completed' as population, rule_id, title, effect, deviations_count as rows_count, sort_order
        from rule
        where effect <> '-'
    """,
    "work_list": """
        select
            'SE2321000131-K' || lpad(cast(i % $clinics as varchar), 4, '0') as clinic_id,
            'Klinik ' || lpad(cast(i % $clinics as varchar), 4, '0') as clinic_name,
            'SE2321000131-E' || lpad(cast(i % 300 as varchar), 4, '0') as unit_id,
            'Mottagning ' || cast(i % 300 as varchar) as unit_name,
            'VK' || lpad(cast(i as varchar), 10, '0') as contact_id,
            'first_contact_90' as measure_id, 'Första kontakt inom 90 dagar' as measure_name, '1' as phase,
            cast(100 + i % 60 as varchar) as mvo_code, cast(null as varchar) as activity_code,
            case i % 9 when 0 then '1' end as deviation_code,
            case i % 9 when 0 then 'Patientvald väntan' end as deviation_name,
            date '2024-03-01' as decision_date, 60 + i % 120 as wait_days, cast(90 as bigint) as limit_days,
            date '2024-05-30' as limit_date, 30 - i % 120 as days_left,
            case when i % 120 > 30 then 'passed' else 'within_30' end as band, '61-90' as wait_band,
            i % 3 = 0 as is_booked, case i % 3 when 0 then date '2024-08-20' end as booked_date,
            case i % 3 when 0 then false end as is_booked_in_time, true as is_in_guarantee, i as sort_order
        from range($waiting) as number(i)
    """,
    "work_list_sum": """
        select
            clinic_id, clinic_name, measure_id, measure_name, mvo_code, activity_code, band, wait_band, is_booked,
            deviation_code, count(*) as rows_count
        from work_list
        group by clinic_id, clinic_name, measure_id, measure_name, mvo_code, activity_code, band, wait_band,
            is_booked, deviation_code
    """,
    "no_show_row": """
        select clinic_id, unit_id, unit_name, contact_id, phase, mvo_code, date '2024-07-09' as start_date,
            i % 2 = 0 as has_new_time
        from (select *, sort_order as i from work_list)
        where i % 10 = 0
    """,
    "no_show": """
        select clinic_id, min(clinic_name) as clinic_name, unit_id, unit_name, measure_id, phase, mvo_code,
            activity_code, count(*) as rows_count
        from work_list
        where sort_order % 10 = 0
        group by clinic_id, unit_id, unit_name, measure_id, phase, mvo_code, activity_code
    """,
}


def make_review(folder: Path, size: Size) -> Path:
    """Write a review of that size: Parquet files and review.json as the lists read them."""
    folder.mkdir(parents=True, exist_ok=True)
    with (PROJECT / "seeds" / "rules.csv").open(encoding="utf-8", newline="") as handle:
        seed = {row["rule_id"]: row for row in csv.DictReader(handle) if row["severity"] != "info"}
    with duckdb.connect() as connection:
        names = ("rule_id", "effect_case", "severity", "effect", "title", "meaning", "what_to_do")
        connection.execute(f"create table seed (position bigint, {', '.join(f'{name} varchar' for name in names)})")
        for position, rule_id in enumerate(_RULES_OF_A_CLINIC):
            row = [position, *(seed[rule_id][name] for name in names)]
            connection.execute(f"insert into seed values ({', '.join('?' * len(row))})", row)
        values = {"clinics": size.clinics, "deviations": size.deviations, "waiting": size.waiting}
        files = {}
        for name, query in _TABLES.items():
            used = {key: value for key, value in values.items() if f"${key}" in query}
            connection.execute(f"create table {name} as {query}", used or None)
            connection.execute(f"copy {name} to '{folder / name}.parquet' (format parquet)")
            (rows,) = connection.execute(f"select count(*) from {name}").fetchone() or (0,)
            files[name] = {"rows": rows, "sha256": ""}
    document = {
        "period": PERIOD,
        "load": 2,
        "compared_with": 1,
        "made_at": "2024-08-08 09:15:00",
        "run_id": "bench",
        "code_version": "bench",
        "inputs": "",
        "files": files,
        "loads": [],
    }
    (folder / "review.json").write_text(json.dumps(document), encoding="utf-8")
    return folder


def write_plain(review: Path, target: Path) -> None:
    """The review's deviations as one workbook a clinic, each row as it stands."""
    target.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        source = str(review / "deviation.parquet")
        clinics = connection.execute("select distinct clinic_id from read_parquet($s) order by 1", {"s": source})
        for (clinic_id,) in clinics.fetchall():
            workbook = xlsxwriter.Workbook(str(target / f"{clinic_id}.xlsx"), {"constant_memory": True})
            day = workbook.add_format({"num_format": "yyyy-mm-dd"})
            workbook.formats[0].set_num_format(0)
            sheet = workbook.add_worksheet()
            sheet.set_column(0, 30, 14, day)
            rows = connection.execute(
                "select * from read_parquet($s) where clinic_id = $c", {"s": source, "c": clinic_id}
            ).fetchall()
            for position, row in enumerate(rows):
                sheet.write_row(position, 0, row)
            workbook.close()


def _cost(work: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def measure(size: Size, rounds: int) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """(wall, CPU) seconds of the lists and of the plain write, round by round, by turns."""
    lists: list[tuple[float, float]] = []
    plain: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        review = make_review(root / "review", size)
        for turn in range(rounds):
            lists.append(_cost(partial(write_lists, review, root / f"lists{turn}", "Region Prov")))
            plain.append(_cost(partial(write_plain, review, root / f"plain{turn}")))
    return lists, plain


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print a table in Markdown."""
    is_quick = "--quick" in (sys.argv[1:] if arguments is None else arguments)
    size = Size(clinics=6, deviations=2_000, waiting=600) if is_quick else Size()
    lists, plain = measure(size, 1 if is_quick else ROUNDS)
    ratio = statistics.median(one[1] / other[1] for one, other in zip(lists, plain, strict=True))
    told = [("workbooks and pages", lists), ("plain write of the deviations", plain)]
    medians = [(name, *(statistics.median(costs) for costs in zip(*rounds, strict=True))) for name, rounds in told]
    print(
        markdown(
            ("lists", "clinics", "deviations", "wall s", "CPU s"),
            [(name, size.clinics, size.deviations, wall, cpu) for name, wall, cpu in medians]
            + [("lists / plain (CPU)", "", "", "", ratio)],
        )
    )


if __name__ == "__main__":
    main()
