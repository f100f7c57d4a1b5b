"""The state of an installation on one screen."""

from __future__ import annotations

import datetime
import io

import duckdb
from rich.table import Table

from orchestration.approval.approvals import clinic_states, known_clinics
from orchestration.contracts import load_contracts
from orchestration.publishing.versions import held_back_in_force, publications, version_in_force
from orchestration.reporting.stage import newest_lists
from orchestration.review.told import read_told, summary_lines
from orchestration.settings import Home, Region, read_region
from orchestration.state.current import current_inputs
from orchestration.state.published import NO_FIGURES
from orchestration.state.reviews import review_in_force
from orchestration.state.store import State, open_state
from orchestration.workbench.screen import plain_console
from orchestration.working_days import deadlines

_STATES = {"complete": "komplett", "incomplete": "ofullständig", "refused": "avvisad"}
_WIDTH = 120
_NO_FIGURES = "Godkännanden: inga siffror att godkänna ännu; vardlager validate räknar dem."


def _by(named: datetime.date, working_day: datetime.date) -> str:
    """A last day, and the working day before it when offices are shut on it (R30)."""
    return str(named) if named == working_day else f"{named} (helg: gör det {working_day})"


def _deadline(period: str, region: Region, today: datetime.date) -> str:
    last = deadlines(period, region.approval_day, region.delivery_day)
    days = (last.delivery_working_day - today).days
    left = f"{days} dagar kvar" if days >= 0 else f"{-days} dagar sedan"
    approve, deliver = _by(last.approval, last.approval_working_day), _by(last.delivery, last.delivery_working_day)
    return f"godkänn senast {approve}, leverera senast {deliver} ({left})"


def _groups_table(state: State, period: str | None) -> Table:
    table = Table(title="Grupper", title_justify="left")
    for column in (
        "Period",
        "Grupp",
        "Läge",
        "Inläsningar",
        "Inlästa rader",
        "I karantän",
        "Senast",
        "Anmärkning",
    ):
        table.add_column(column, overflow="fold")
    for row in state.rows(
        """
        select g.period, g.group_name, g.state, g.message, count(l.load_id) as loads,
            coalesce(sum(case when l.outcome = 'current' then l.rows_loaded end), 0) as loaded,
            coalesce(sum(case when l.outcome = 'current' then l.rows_quarantined end), 0) as quarantined,
            max(l.loaded_at) as last_loaded
        from period_group as g
        left join load as l on l.period = g.period and l.group_name = g.group_name and l.outcome <> 'refused'
        where ? is null or g.period = ?
        group by 1, 2, 3, 4 order by 1, 2
        """,
        [period, period],
    ):
        table.add_row(
            row["period"],
            row["group_name"],
            _STATES[row["state"]],
            str(row["loads"]),
            f"{row['loaded']:,}".replace(",", " "),
            str(row["quarantined"]),
            row["last_loaded"] or "",
            row["message"] or "",
        )
    return table


def _checks_table(state: State, period: str | None) -> Table:
    table = Table(title="Senaste kontroller", title_justify="left")
    for column in ("Period", "Kontroll", "Utfall", "Vad som sågs", "När"):
        table.add_column(column, overflow="fold")
    for row in state.rows(
        """
        select period, check_id, is_passed, detail, max(recorded_at) as recorded_at
        from evidence where ? is null or period = ? group by period, check_id order by period, check_id
        """,
        [period, period],
    ):
        outcome = "godkänd" if row["is_passed"] else "UNDERKÄND"
        table.add_row(row["period"], row["check_id"], outcome, row["detail"], row["recorded_at"])
    return table


def _deliveries_table(state: State, period: str | None) -> Table:
    table = Table(title="Leveranser", title_justify="left")
    for column in (
        "Mottagare",
        "Period",
        "Version",
        "Genomförda",
        "Väntande",
        "Utelämnade",
        "Läge",
        "Skapad",
    ):
        table.add_column(column, overflow="fold")
    for row in state.rows(
        "select * from delivery where ? is null or period = ? order by receiver, period, version",
        [period, period],
    ):
        table.add_row(
            row["receiver"],
            row["period"],
            str(row["version"]),
            str(row["contacts_completed"]),
            str(row["contacts_waiting"]),
            str(row["left_out_count"]),
            row["status"],
            row["created_at"],
        )
    return table


def _publication_line(home: Home, state: State) -> str:
    in_force = version_in_force(home)
    standing = {entry.version: entry for entry in publications(state, "building", "current", "earlier")}
    if in_force is None or in_force not in standing:
        return "Publicerat: inget" if in_force is None else f"Publicerat: version {in_force}"
    entry = standing[in_force]
    others = ", ".join(str(version) for version in standing if version != in_force and standing[version].sha256)
    saved = f"; även sparade: {others}" if others else ""
    return f"Publicerat: version {in_force}, {entry.published_at}, körd för {entry.period}{saved}"


def _held_lines(home: Home) -> list[str]:
    """What the version in force holds back, why, and which figures stand in its place."""
    return [
        f"Hålls tillbaka: {title}: {why}. {since.in_words() if since is not None else NO_FIGURES}"
        for title, why, since in held_back_in_force(home)
    ]


def _approvals_table(state: State, period: str) -> Table:
    """Each clinic with rows in the period's delivery: who approved what is kept of it, or why nobody has."""
    clinics = known_clinics(state, period)
    states = clinic_states(state, period, clinics)
    remaining = sum(not entry.is_approved for entry in states)
    table = Table(title=f"Godkännanden {period}: {remaining} av {len(states)} återstår", title_justify="left")
    for column in ("Klinik", "Id", "Godkänd av", "När", "Godtagna regler"):
        table.add_column(column, overflow="fold")
    for entry in states:
        clinic, standing = entry.clinic, entry.standing
        if standing is not None and entry.is_approved:
            table.add_row(
                clinic.clinic_name,
                clinic.clinic_id,
                standing.approved_by,
                str(standing.approved_at),
                "; ".join(f"{rule_id}: {reason}" for rule_id, reason in standing.accepted),
            )
            continue
        table.add_row(clinic.clinic_name, clinic.clinic_id, entry.lack, "", "")
    return table


def _review_lines(home: Home, period: str) -> list[str]:
    """Deviations left of the period, and where the clinics' lists lie; nothing before the first validation."""
    review = review_in_force(home, period)
    if review is None:
        return []
    try:
        lines = summary_lines(read_told(review))
    except duckdb.Error:
        return [f"Genomgången {review.folder} går inte att läsa; vardlager validate --period {period} gör en ny."]
    lists = newest_lists(home.reports / period)
    return lines if lists is None else [*lines, f"Klinikernas listor: {lists}"]


def _figures_age(state: State, region: Region, period: str) -> str | None:
    """A warning when the figures that the clinics would approve are not those of what is loaded."""
    kept = state.rows("select distinct inputs, recorded_at from clinic_figure where period = ?", [period])
    current = current_inputs(state, load_contracts(), region)
    if not kept or all(row["inputs"] == current for row in kept):
        return None
    return (
        f"Siffrorna räknades {kept[0]['recorded_at']} och något har ändrats sedan dess: "
        f"kör vardlager validate --period {period} innan någon godkänner."
    )


def status_text(home: Home, period: str | None, today: datetime.date | None = None) -> str:
    """Groups, loads, checks and deliveries of one period or of all; approvals and deadlines of one or the last."""
    region, _ = read_region(home)
    text = io.StringIO()
    console = plain_console(text, _WIDTH)
    console.print(f"{region.region_name} · {home.root}")
    if not home.state_file.exists():
        console.print("Inget är inläst ännu. Lägg filer i inbox/ÅÅÅÅ-MM och kör vardlager run --period ÅÅÅÅ-MM.")
        return text.getvalue()
    with open_state(home.state_file) as state:
        console.print(_groups_table(state, period))
        console.print(_checks_table(state, period))
        console.print(_deliveries_table(state, period))
        console.print(_publication_line(home, state))
        for line in _held_lines(home):
            console.print(line)
        periods = [period] if period else [row[0] for row in state.rows("select max(period) from period_group")]
        for month in periods:
            if month:
                console.print(_approvals_table(state, month) if known_clinics(state, month) else _NO_FIGURES)
                warning = _figures_age(state, region, month)
                if warning is not None:
                    console.print(warning)
                for line in _review_lines(home, month):
                    console.print(line)
                console.print(f"{month}: {_deadline(month, region, today or datetime.date.today())}")
    return text.getvalue()
