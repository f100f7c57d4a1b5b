"""What is known of a period when it has been validated: read from the state and the build, computed by neither.

Every figure is one that SQL has made; a part that cannot be read says why, and the others stand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from orchestration.contracts import REGISTERS, period_groups
from orchestration.errors import VardlagerError
from orchestration.national.contract import RECORD_TYPES, DeliveryAttribute, read_attributes
from orchestration.state.current import code_version, complete_periods, current_inputs, readable_loads
from orchestration.state.domains import held_domains
from orchestration.state.evidence import OF_THE_DELIVERY, WAITING_TIMES, listed_checks, stands
from orchestration.state.published import NO_FIGURES, standing_since
from orchestration.state.store import Load, State, open_state
from orchestration.work import Work

_BUILD_STAGE = "warehouse"
_NO_BUILD = "lagret är inte byggt än"
_OTHER_BUILD = "lagret är inte byggt, med godkända tester, på just de filer och inställningar som gäller"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Part:
    """Rows of one part of the page; `missing` says why there are none to show, empty when they were read."""

    rows: tuple[Row, ...] = ()
    missing: str = ""


@dataclass(frozen=True)
class RequiredCheck:
    """A check that the gate demands; `outcome` is 'passed', 'failed', 'missing' or 'other_inputs'.

    `domain` is what it guards, `all` when that is everything that is published and delivered.
    """

    check_id: str
    stage: str
    domain: str
    meaning: str
    outcome: str
    detail: str

    @property
    def is_of_the_delivery(self) -> bool:
        """Whether the delivery demands it too."""
        return self.domain in OF_THE_DELIVERY


@dataclass(frozen=True)
class HeldFact:
    """A domain whose published tables stay as they were: why, which figures they are, and whether it waits for files.

    All in Swedish but `name`.
    """

    name: str
    title: str
    why: str
    figures: str
    is_waiting: bool


@dataclass(frozen=True)
class Facts:
    """What the page of a validation tells beside the results. Shares are DECIMAL from 0 to 1, counts are rows.

    `held` are the domains that are not published anew, `missing_groups` those that make periods and are not loaded in
    this one. `attributes` is the national contract by suite; `titles` are Swedish names by the id of a rule or measure,
    `next_steps` what a rule asks for, by rule id.
    """

    period: str
    run_id: str
    region_code: int
    region_name: str
    main_variant: str
    code_version: str
    checks: tuple[RequiredCheck, ...]
    loads: tuple[Load, ...]
    other_loads_count: int
    groups: Part
    clinics: Part
    are_clinics_of_these_inputs: bool
    populations: Part
    left_out: Part
    deviations: Part
    variants: Part
    shares: Part
    parameters: Part
    held: tuple[HeldFact, ...] = ()
    missing_groups: tuple[str, ...] = ()
    attributes: Mapping[str, Sequence[DeliveryAttribute]] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    next_steps: Mapping[str, str] = field(default_factory=dict)


_DELIVERED = " union all ".join(
    f"select {number} as position, '{record_type.name}' as population, count(*) as delivered_count "
    f"from {record_type.relation} where period = $period"
    for number, record_type in enumerate(RECORD_TYPES)
)

_POPULATIONS = f"""
    with delivered as (
        {_DELIVERED}
    ),
    left_out as (
        select population, cast(sum(rows_count) as bigint) as left_out_count
        from delivery.delivery_left_out
        where period = $period
        group by population
    )
    select
        delivered.population,
        delivered.delivered_count + coalesce(left_out.left_out_count, 0) as staged_count,
        coalesce(left_out.left_out_count, 0) as left_out_count,
        delivered.delivered_count
    from delivered
    left join left_out on left_out.population = delivered.population
    order by delivered.position
"""

# A rule may have several cases; those that leave a row out of the delivery are told together.
_LEFT_OUT = """
    with counted as (
        select population, rule_id, cast(sum(rows_count) as bigint) as left_out_count
        from delivery.delivery_left_out
        where period = $period
        group by population, rule_id
        having sum(rows_count) > 0
    ),
    rule as (
        select
            rule_id,
            string_agg(title, '; ' order by effect_case) as title,
            string_agg(what_to_do, ' ' order by effect_case) as what_to_do
        from reference.rules
        where effect in ('D', 'L')
        group by rule_id
    )
    select counted.population, counted.rule_id, rule.title, rule.what_to_do, counted.left_out_count
    from counted
    left join rule on rule.rule_id = counted.rule_id
    order by counted.population, counted.rule_id
"""

_DEVIATIONS = """
    with counted as (
        select
            rule_id,
            effect_case,
            severity,
            effect,
            count(*) as deviations_count,
            count(distinct clinic_id) as clinics_count
        from quality.deviations
        where period = $period
        group by rule_id, effect_case, severity, effect
    )
    select
        counted.rule_id,
        counted.severity,
        counted.effect,
        coalesce(rules.group_name, 'care') as group_name,
        coalesce(rules.title, counted.rule_id) as title,
        coalesce(rules.meaning, '') as meaning,
        coalesce(rules.what_to_do, '') as what_to_do,
        counted.deviations_count,
        counted.clinics_count
    from counted
    left join reference.rules
        on rules.rule_id = counted.rule_id and rules.effect_case = counted.effect_case
    order by
        case counted.severity when 'block' then 1 when 'fix' then 2 else 3 end, counted.rule_id, counted.effect_case
"""

_IN_FORCE = """
    valid_from <= last_day(cast($period || '-01' as date))
    and (valid_to is null or valid_to >= last_day(cast($period || '-01' as date)))
"""

_VARIANTS = f"""
    select variant, population, meaning
    from reference.variants
    where {_IN_FORCE}
    order by variant, population desc
"""

# The share is a double; as DECIMAL it can be rounded half away from zero, and twelve decimals keep any two
# shares of fewer than a hundred million contacts apart from each other and from every tenth of a per cent.
_SHARES = f"""
    with measure as (
        select measure_id, measure_name
        from reference.measures
        where {_IN_FORCE}
    )
    select
        figure.population,
        figure.measure_id,
        coalesce(measure.measure_name, figure.measure_id) as measure_name,
        figure.variant,
        figure.numerator,
        figure.denominator,
        cast(figure.share as decimal(18, 12)) as share
    from marts.mart_waiting_times as figure
    left join measure on measure.measure_id = figure.measure_id
    where
        figure.period = $period
        and figure.level = 'region'
        and figure.sex = 'all'
        and figure.specialty_group = 'all'
    order by figure.population desc, figure.measure_id, figure.variant
"""

_PARAMETERS = """
    select kind, name, value, unit, source, meaning
    from meta.parameters
    where
        (valid_from_date is null or valid_from_date <= last_day(cast($period || '-01' as date)))
        and (valid_to_date is null or valid_to_date >= last_day(cast($period || '-01' as date)))
    order by kind, name, value, source
"""

_TITLES = f"""
    select measure_id as id, measure_name as title, cast(null as varchar) as what_to_do
    from reference.measures
    where {_IN_FORCE}
    union all
    select
        rule_id as id,
        string_agg(title, '; ' order by effect_case) as title,
        string_agg(case when severity <> 'info' then what_to_do end, ' ' order by effect_case) as what_to_do
    from reference.rules
    group by rule_id
"""

# A clinic stands here when it has figures to approve, or an approval that nobody has withdrawn.
_CLINICS = """
    with standing as (
        select approval_id, clinic_id, clinic_name, approved_by, approved_at, figures_hash
        from approval
        where period = ?1 and withdrawn_at is null
    ),
    figure as (
        select clinic_id, clinic_name, figures_hash
        from clinic_figure
        where period = ?1
    ),
    clinic as (
        select clinic_id from figure
        union
        select clinic_id from standing
    ),
    accepted as (
        select approval_id, group_concat(rule_id || ': ' || reason, '; ') as accepted
        from (select approval_id, rule_id, reason from acceptance order by approval_id, rule_id)
        group by approval_id
    )
    select
        clinic.clinic_id,
        coalesce(figure.clinic_name, standing.clinic_name) as clinic_name,
        standing.approved_by,
        standing.approved_at,
        coalesce(accepted.accepted, '') as accepted,
        case
            when standing.approval_id is null then 'missing'
            when figure.clinic_id is null then 'without_figures'
            when figure.figures_hash = standing.figures_hash then 'approved'
            else 'changed'
        end as standing
    from clinic
    left join figure on figure.clinic_id = clinic.clinic_id
    left join standing on standing.clinic_id = clinic.clinic_id
    left join accepted on accepted.approval_id = standing.approval_id
    order by clinic_name, clinic.clinic_id
"""


def _required_checks(state: State, work: Work, inputs: str) -> tuple[RequiredCheck, ...]:
    """The seed's checks in its order, each with what this run has stored of it."""
    found = {
        row["check_id"]: row
        for row in state.rows("select * from evidence where run_id = ? and period = ?", [work.run_id, work.period])
    }

    def outcome(check_id: str) -> tuple[str, str]:
        row = found.get(check_id)
        if row is None:
            return "missing", "Har inte körts i den här körningen."
        if row["inputs"] != inputs:
            return "other_inputs", "Kördes på andra filer eller inställningar än de som gäller."
        return ("passed" if row["is_passed"] else "failed"), row["detail"]

    return tuple(
        RequiredCheck(check.check_id, check.stage, check.domain, check.meaning, *outcome(check.check_id))
        for check in listed_checks()
    )


def _held(state: State, work: Work, inputs: str) -> tuple[HeldFact, ...]:
    """The domains that this run's evidence holds back, each with the figures that stand published in their place."""
    told = []
    for held in held_domains(state, work.contracts, work.run_id, inputs, work.period):
        since = standing_since(work.home, state, held.domain.name)
        figures = since.in_words() if since is not None else NO_FIGURES
        is_waiting = held.domain.name == WAITING_TIMES
        told.append(HeldFact(held.domain.name, held.domain.title, held.why, figures, is_waiting))
    return tuple(told)


def _why_no_figures(state: State, work: Work, checks: Sequence[RequiredCheck], inputs: str) -> str:
    """Why the build's figures may not be shown, empty when they are those of the files in force.

    A build that stopped half-way holds earlier figures beside new ones; only one whose checks passed on
    these inputs, in whichever run, is known to be whole.
    """
    if not work.home.build_file.exists():
        return _NO_BUILD
    for check in checks:
        if check.stage != _BUILD_STAGE:
            continue
        if not stands(state, check.check_id, inputs):
            return _OTHER_BUILD
    return ""


def _part(connection: duckdb.DuckDBPyConnection, query: str, period: str) -> Part:
    try:
        cursor = connection.execute(query, {"period": period} if "$period" in query else {})
        names = [column[0] for column in cursor.description]
        return Part(tuple(dict(zip(names, row, strict=True)) for row in cursor.fetchall()))
    except duckdb.Error as fault:
        # The engine's own text may quote a value; only the kind of fault passes on.
        return Part(missing=f"tabellen gick inte att läsa i bygget ({type(fault).__name__})")


def _contract(connection: duckdb.DuckDBPyConnection) -> dict[str, Sequence[DeliveryAttribute]]:
    """The national contract by suite, empty when the build does not hold it."""
    try:
        return {record_type.suite: read_attributes(connection, record_type) for record_type in RECORD_TYPES}
    except (VardlagerError, duckdb.Error):
        return {}


def _build_facts(work: Work, why_not: str) -> dict[str, Any]:
    """The parts of `Facts` that the build holds; each says why it is missing when it is."""
    queries = {
        "populations": _POPULATIONS,
        "left_out": _LEFT_OUT,
        "deviations": _DEVIATIONS,
        "variants": _VARIANTS,
        "shares": _SHARES,
        "parameters": _PARAMETERS,
    }
    if why_not:
        return {name: Part(missing=why_not) for name in queries}
    try:
        connection = work.connect_build(read_only=True)
    except duckdb.Error as fault:
        return {name: Part(missing=f"bygget gick inte att öppna ({type(fault).__name__})") for name in queries}
    try:
        titles = _part(connection, _TITLES, work.period).rows
        return {
            **{name: _part(connection, query, work.period) for name, query in queries.items()},
            "attributes": _contract(connection),
            "titles": {row["id"]: row["title"] for row in titles},
            "next_steps": {row["id"]: row["what_to_do"] for row in titles if row["what_to_do"]},
        }
    finally:
        connection.close()


def read_parameters(connection: duckdb.DuckDBPyConnection, period: str) -> list[dict[str, str | None]]:
    """The settings and dated parameters in force on the period's last day, as text by column."""
    cursor = connection.execute(_PARAMETERS, {"period": period})
    names = [column[0] for column in cursor.description]
    return [
        {name: None if value is None else str(value) for name, value in zip(names, row, strict=True)}
        for row in cursor.fetchall()
    ]


def read_facts(work: Work) -> Facts:
    """What is known of the run's period now. Never raises for what is missing in the build."""
    with open_state(work.home.state_file) as state:
        inputs = current_inputs(state, work.contracts, work.region)
        checks = _required_checks(state, work, inputs)
        loads = readable_loads(work.contracts, state.loads("current"))
        shown = [load for load in loads if load.period == work.period or load.group_name == REGISTERS]
        groups = state.rows(
            """
            select group_name, coalesce(message, '') as message from period_group
            where period = ? and state <> 'complete' order by group_name
            """,
            [work.period],
        )
        clinics = state.rows(_CLINICS, [work.period])
        other_figures = state.rows(
            "select clinic_id from clinic_figure where period = ? and inputs <> ? limit 1", [work.period, inputs]
        )
        why_not = _why_no_figures(state, work, checks, inputs)
        held = _held(state, work, inputs)
        complete = complete_periods(work.contracts, state.loads("current"))
    missing = period_groups(work.contracts) - {group for period, group in complete if period == work.period}
    return Facts(
        period=work.period,
        run_id=work.run_id,
        region_code=work.region.region_code,
        region_name=work.region.region_name,
        main_variant=work.region.main_variant,
        code_version=code_version(),
        checks=checks,
        loads=tuple(sorted(shown, key=lambda load: (load.period != work.period, load.entity, load.period))),
        other_loads_count=len(loads) - len(shown),
        groups=Part(tuple(dict(row) for row in groups)),
        clinics=Part(tuple(dict(row) for row in clinics)),
        are_clinics_of_these_inputs=not other_figures,
        held=held,
        missing_groups=tuple(sorted(missing)),
        **_build_facts(work, why_not),
    )
