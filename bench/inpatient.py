"""Ten years of a region's wards: every model that is made whole, beside the same facts and marts in plain SQL.

    python -m bench.inpatient [--quick] [--rounds N]

350,000 episodes on 60 wards over 120 months (or 3,000 on 12 over 12) are made in the engine, as the months' files
would hold them: each stay in every month that it overlaps. Both sides read the same rows, in processes of their own
and by turns, and must come out equal.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import tempfile
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench import plain
from bench.stages import Cost, Home, cost_of, make_empty_home, markdown, median_cost, unlock
from orchestration.work import months

if TYPE_CHECKING:
    from orchestration.work import Work

LAST_PERIOD = "2024-12"
ROUNDS = 3


@dataclass(frozen=True)
class Size:
    """How many months up to the last, episodes and wards."""

    first_period: str = "2015-01"
    episodes: int = 350_000
    wards: int = 60

    def __str__(self) -> str:
        return f"{len(months(self.first_period, LAST_PERIOD))} months, {self.episodes:,} episodes, {self.wards} wards"


QUICK_SIZE = Size("2024-01", 3_000, 12)

# Days of a stay: most are short, every fortieth lasts weeks. One in ten changes ward, one in twenty has been away.
_STAY = """
    create or replace temporary table stay as
    with episode as (
        select
            i, hash(i) as h, hash(i, 1) % $patients as patient, hash(i, 2) % $wards as ward,
            $first::timestamp + to_minutes(cast(hash(i, 3) % $minutes as bigint)) as started,
            to_minutes(cast(60 + hash(i, 4) % case i % 40 when 0 then 60000 else 8000 end as bigint)) as lasting
        from range($episodes) as numbers(i)
    ),
    part as (
        select *, 1 as number, started as came, if(h % 10 = 0, started + lasting / 2, started + lasting) as gone
        from episode
        union all
        select *, 2, started + lasting / 2, started + lasting
        from episode
        where h % 10 = 0
    )
    select
        md5('e' || i) as episode_key, 'V' || i as episode_id, number, md5('p' || patient) as patient_key,
        cast(1925 + patient % 95 as integer) as born, printf('SE2321000131-A%04d', (ward + number) % $wards) as ward_id,
        if(h % 30 = 0, printf('SE2321000131-C%04d', h % 7), null) as responsible, came, gone,
        case h % 3 when 0 then 'P' else 'A' end as came_how,
        case when h % 25 = 0 then 'AVD' when h % 37 = 0 then 'AVLIDEN' else 'HEM' end as went_to,
        if(h % 12 = 0, gone - interval 2 days, null) as ready, h
    from part
"""
# What each file of each month holds, by the columns of its contract; what is not told is empty.
_FILES = {
    "cosmic_vardtillfalle": """
        select
            row_number() over () as _line, month.period as _period, 1 as _load_id, episode_id as vardtillfalle_id,
            episode_key, number as vistelse_nr, patient_key, born as patient_birth_year,
            cast(year(came) - born as integer) as age_at_admission_years, if(h % 2 = 0, 'K', 'M') as kon,
            'N' as skyddad_identitet, '1980' as lkf, ward_id as avdelning_hsaid, responsible as ansvarig_enhet_hsaid,
            came as in_tid, if(gone < month.ends, gone, null) as ut_tid, came_how as in_satt,
            if(gone < month.ends, went_to, null) as ut_till, ready as utskrivningsklar_tid,
            if(gone < month.ends, 0.7, null) as drg_vikt, if(h % 5 = 0, 'J', 'N') as kommunala_insatser
        from stay
        inner join month on came < month.ends and gone >= month.starts
    """,
    "cosmic_permission": """
        select
            row_number() over () as _line, month.period as _period, 1 as _load_id, episode_id as vardtillfalle_id,
            episode_key, number as vistelse_nr, came + interval 1 day as fran_tid, came + interval 4 days as till_tid
        from stay
        inner join month on came < month.ends and gone >= month.starts
        where h % 20 = 0 and gone > came + interval 5 days
    """,
    "cosmic_vardplats": """
        select
            row_number() over () as _line, month.period as _period, 1 as _load_id,
            printf('SE2321000131-A%04d', ward) as avdelning_hsaid, cast(day as date) as datum,
            22 as faststallda, cast(8 + (ward + month(day)) % 12 as integer) as disponibla
        from month, generate_series(starts, ends - interval 1 day, interval 1 day) as days(day),
            range($wards) as numbers(ward)
    """,
    "cosmic_riskbedomning": """
        select
            row_number() over () as _line, month.period as _period, 1 as _load_id, episode_id as vardtillfalle_id,
            episode_key, unnest(if(h % 4 = 0, ['FALL', 'NUTRITION'], ['FALL', 'TRYCKSAR', 'NUTRITION'])) as typ,
            came as bedomd_tid
        from stay
        inner join month on came >= month.starts and came < month.ends
        where number = 1
    """,
    "register_enhet": """
        select
            row_number() over () as _line, $last_period as _period, 1 as _load_id,
            printf('SE2321000131-A%04d', ward) as enhet_hsaid, 'Avdelning ' || ward as namn, 'AVDELNING' as enhetstyp,
            printf('SE2321000131-C%04d', ward % 12) as klinik_hsaid, 'Klinik ' || ward % 12 as klinik_namn,
            'SE2321000131-V1' as vardgivare_hsaid, 'Område ' || ward % 4 as omrade, 'REGION' as driftform,
            'S' as vardniva, ['SOM', 'SOM', 'SOM', 'PSY', 'BUP', 'RATT'][1 + ward % 6] as verksamhetstyp,
            date '2010-01-01' as giltig_from
        from range($wards) as numbers(ward)
    """,
}


def plant(work: Work, size: Size) -> None:
    """The build file as it stands before the models run, with the files' rows as tables of the lake."""
    from orchestration.state.store import open_state
    from orchestration.warehouse.inputs import write_inputs

    periods = months(size.first_period, LAST_PERIOD)
    facts = {
        "first": f"{size.first_period}-01", "minutes": len(periods) * 30 * 1440, "episodes": size.episodes,
        "patients": size.episodes // 3, "wards": size.wards, "last_period": LAST_PERIOD,
    }  # fmt: skip
    with open_state(work.home.state_file) as state, work.connect_build() as connection:
        write_inputs(connection, work.period, work.home, work.region, work.own_keys, work.contracts, state)
        connection.execute(_STAY, {name: facts[name] for name in ("first", "minutes", "episodes", "patients", "wards")})
        connection.execute(
            """
            create temporary table month as
            select period, cast(period || '-01' as timestamp) as starts,
                cast(period || '-01' as timestamp) + interval 1 month as ends
            from (select unnest($1) as period)
            """,
            [periods],
        )
        for entity, rows in _FILES.items():
            used = {name: value for name, value in facts.items() if f"${name}" in rows}
            connection.execute(f"create temporary table told as {rows}", used)
            connection.execute(f"create temporary table shape as from lake.{entity}")
            connection.execute("insert into shape by name from told")
            connection.execute(f"drop view lake.{entity}")
            connection.execute(f"create table lake.{entity} as from shape")
            connection.execute("drop table told")
            connection.execute("drop table shape")
        for period in periods:
            connection.execute("insert into control.loaded_period values (?, 'wards')", [period])


def _models(work: Work) -> None:
    from orchestration.warehouse.dbt_runner import run_dbt

    nodes = run_dbt(work.home, work.region, ["run", "--select", "tag:whole,config.materialized:table"])
    bad = [node.message for node in nodes if node.is_bad]
    if bad or not nodes:
        raise SystemExit(f"the models were not built: {bad}")


def _statements() -> dict[str, str]:
    every = plain.all_statements()
    return {"marts.dim_unit": every["marts.dim_unit"]} | plain.read_statements(plain.INPATIENT_FILE)


def _plain(work: Work) -> None:
    plain_file = work.home.build / "plain.duckdb"
    plain_file.unlink(missing_ok=True)
    connection = plain.open_plain(work.home.build_file, plain_file, work.region.memory_limit_mb)
    try:
        for name, sql in _statements().items():
            plain.calculate(connection, name, sql)
    finally:
        connection.close()


def compare(home: Home) -> None:
    """Stops when the models and plain SQL differ in any row."""
    with tempfile.TemporaryDirectory(prefix="vardlager-plain-") as folder:
        connection = plain.open_plain(home.root / "build" / "warehouse.duckdb", Path(folder) / "plain.duckdb")
        try:
            for name, sql in _statements().items():
                plain.calculate(connection, name, sql)
                found = plain.difference(connection, name)
                if found is not None:
                    raise SystemExit(f"plain SQL and the models differ:\n{found}")
        finally:
            connection.close()


def _prepare(work: Work) -> None:
    """The seeds, views and empty tables that the models read: made once, and no part of what a month costs."""
    from orchestration.warehouse.dbt_runner import run_dbt

    run_dbt(work.home, work.region, ["seed"])
    run_dbt(work.home, work.region, ["run", "--select", "+tag:whole", "+dim_unit"])


STEPS: dict[str, Callable[[Work], None]] = {"models": _models, "plain": _plain, "prepare": _prepare}
LABELS = {
    "models": "the models made whole (dbt, without tests)",
    "plain": "plain SQL, the same facts and marts",
}


def run_step(name: str, size: Size) -> Cost:
    """Do one step in this process."""
    from orchestration.work import open_work, silence_telemetry

    silence_telemetry()
    work = dataclasses.replace(open_work(LAST_PERIOD, lambda _: None, "mätning"), run_id=uuid.uuid4().hex)
    if name == "plant":
        return cost_of(lambda: plant(work, size))
    return cost_of(lambda: STEPS[name](work))


def main(arguments: Sequence[str] = ()) -> None:
    """Measure by turns and print what was found."""
    parser = argparse.ArgumentParser(prog="bench.inpatient")
    parser.add_argument("--quick", action="store_true", help="a year of a small region, one round")
    parser.add_argument("--rounds", type=int, help="rounds by turns")
    parser.add_argument("--step", help=argparse.SUPPRESS)
    chosen = parser.parse_args(list(arguments))
    size = QUICK_SIZE if chosen.quick else Size()
    if chosen.step:
        print(json.dumps(dataclasses.asdict(run_step(chosen.step, size))))
        return
    rounds = chosen.rounds or (1 if chosen.quick else ROUNDS)
    quick = ["--quick"] if chosen.quick else []
    with tempfile.TemporaryDirectory(prefix="vardlager-bench-") as name:
        home = make_empty_home(Path(name))
        costs: dict[str, list[Cost]] = {step: [] for step in LABELS}
        try:
            for step in ("plant", "prepare"):
                home.told_by("bench.inpatient", "--step", step, *quick)
            for _ in range(rounds):
                for step in LABELS:
                    costs[step].append(Cost(**home.told_by("bench.inpatient", "--step", step, *quick)))
            compare(home)
        finally:
            unlock(home.root)
    rows = []
    for step, label in LABELS.items():
        cost = median_cost(costs[step])
        rows.append((label, cost.wall, cost.cpu, round(cost.peak_mb)))
    print(f"\nInpatients: {size}; median of {rounds} rounds in turn, and equal in every row\n")
    print(markdown(("", "wall s", "CPU s", "peak MB"), rows))


if __name__ == "__main__":
    main(sys.argv[1:])
