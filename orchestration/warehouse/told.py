"""What Dagster shows of a build: rows by table and what each rule found, counted by SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from orchestration.sql_text import literal, quoted

# Clinics by how much a rule found there; the total of a case stands on each of its lines.
_FINDINGS = """
    with clinic as (
        select clinic_id, max(clinic_name) as clinic_name
        from marts.dim_unit
        group by clinic_id
    ),
    counted as (
        select rule_id, effect_case, severity, clinic_id, count(*) as findings_count
        from quality.deviations
        where period = $period
        group by rule_id, effect_case, severity, clinic_id
    )
    select
        counted.rule_id,
        counted.effect_case,
        counted.severity,
        coalesce(clinic.clinic_name, counted.clinic_id, 'Utan klinik') as clinic_name,
        counted.findings_count,
        cast(sum(counted.findings_count) over (partition by counted.rule_id) as bigint) as rule_count
    from counted
    left join clinic on clinic.clinic_id = counted.clinic_id
    order by counted.rule_id, counted.findings_count desc, clinic_name, counted.clinic_id, counted.effect_case
"""


@dataclass(frozen=True)
class Rows:
    """How many rows a table holds; `is_of_period` says whether only those of the run's period are counted."""

    count: int
    is_of_period: bool


@dataclass(frozen=True)
class Finding:
    """What a rule's case found at one clinic; `rule_count` is what the rule found in all, `severity` as the seed's."""

    rule_id: str
    effect_case: str
    severity: str
    clinic_name: str
    findings_count: int
    rule_count: int


def count_rows(connection: duckdb.DuckDBPyConnection, period: str) -> Mapping[tuple[str, str], Rows]:
    """Rows by (schema, table) of every stored table of the build, of the period where it has one. Views are not run."""
    tables = connection.execute(
        """
        select
            stored.table_schema,
            stored.table_name,
            count(case when columns.column_name = 'period' then 1 end) > 0 as has_period
        from information_schema.tables as stored
        inner join information_schema.columns as columns
            on columns.table_schema = stored.table_schema and columns.table_name = stored.table_name
        where stored.table_type = 'BASE TABLE'
        group by stored.table_schema, stored.table_name
        order by stored.table_schema, stored.table_name
        """
    ).fetchall()
    counts = " union all ".join(
        f"select {literal(schema)} as table_schema, {literal(name)} as table_name, count(*) as rows_count "
        f"from {quoted(schema)}.{quoted(name)}" + (" where period = $period" if has_period else "")
        for schema, name, has_period in tables
    )
    of_period = {(schema, name): bool(has_period) for schema, name, has_period in tables}
    if not counts:
        return {}
    parameters = {"period": period} if any(of_period.values()) else {}
    return {
        (schema, name): Rows(count, of_period[schema, name])
        for schema, name, count in connection.execute(counts, parameters).fetchall()
    }


def read_findings(connection: duckdb.DuckDBPyConnection, period: str) -> dict[str, list[Finding]]:
    """What the rules found in the period, by rule id, the clinics with most first."""
    found: dict[str, list[Finding]] = {}
    for row in connection.execute(_FINDINGS, {"period": period}).fetchall():
        finding = Finding(*row)
        found.setdefault(finding.rule_id, []).append(finding)
    return found
