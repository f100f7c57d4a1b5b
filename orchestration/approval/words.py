"""What a clinic approves, in Swedish words: figures that the models made, rounded only here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

from orchestration.approval.approvals import ClinicState, Given, TakenBack
from orchestration.approval.figures import Figure

_POPULATIONS = {"completed": "Genomförda", "waiting": "Väntande"}
# DL01: no rule finds these rows, they are outside the delivery by nature.
_OUTSIDE = {"DL01": "Akut kontakt på väntelistan"}
_SEVERITIES = {"block": "stoppar leveransen", "fix": "att rätta", "info": "för kännedom"}


def percent(share: float | None) -> str:
    """A share (0 to 1) as per cent with one decimal, half away from zero; a dash for none."""
    if share is None:
        return "-"
    value = (Decimal(repr(share)) * 100).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    return f"{value} %".replace(".", ",")


def _of(figures: Iterable[Figure], kind: str, **wanted: str) -> list[Figure]:
    return [
        figure
        for figure in figures
        if figure["figure_kind"] == kind and all(figure[name] == value for name, value in wanted.items())
    ]


def _rows(figures: Iterable[Figure], kind: str, population: str) -> int:
    found = _of(figures, kind, population=population)
    return int(found[0]["rows_count"]) if found else 0


def figure_lines(figures: Sequence[Figure], variant: str, accepted: Sequence[tuple[str, str]]) -> list[str]:
    """Rows delivered and left out, deviations, and the shares of one variant, a line each."""
    reasons = dict(accepted)
    lines = []
    for population, name in _POPULATIONS.items():
        delivered, left_out = (_rows(figures, kind, population) for kind in ("delivered", "left_out"))
        lines.append(f"  {name}: {delivered} rader levereras, {left_out} utelämnas")
        for figure in _of(figures, "left_out_by_rule", population=population):
            rule_id = figure["subject_id"]
            title = figure["title"] or _OUTSIDE.get(rule_id, "")
            lines.append(f"    utelämnas enligt {rule_id} {title}: {figure['rows_count']}")
    for severity, words in _SEVERITIES.items():
        for figure in _of(figures, "deviation", severity=severity):
            rule_id = figure["subject_id"]
            line = f"  Avvikelser {words}, {rule_id} {figure['title'] or ''}: {figure['rows_count']}"
            lines.append(line + (f" (godtas: {reasons[rule_id]})" if rule_id in reasons else ""))
    for figure in _of(figures, "measure", case_id=variant):
        lines.append(
            f"  {figure['title'] or figure['subject_id']}, {_POPULATIONS[figure['population']].lower()}: "
            f"{figure['numerator']} av {figure['denominator']} ({percent(figure['share'])}, variant {variant})"
        )
    return lines


def remaining_lines(period: str, remaining: Sequence[ClinicState]) -> list[str]:
    """The clinics that have not approved, a line each, or that nothing is lacking."""
    if not remaining:
        return [f"Alla kliniker har godkänt {period}. Leverera med vardlager run --period {period}."]
    return [f"Återstår ({len(remaining)}):", *(f"  {entry.in_words()}" for entry in remaining)]


def given_lines(given: Given, variant: str) -> list[str]:
    """Exactly what has been approved, and what comes next."""
    standing = given.standing
    found = {figure["subject_id"] for figure in _of(given.figures, "deviation")}
    return [
        f"Godkänt: {standing.clinic.clinic_name} ({standing.clinic.clinic_id}), {given.period}, "
        f"av {standing.approved_by} {standing.approved_at}",
        *figure_lines(given.figures, variant, standing.accepted),
        *(
            f"  {rule_id} godtas ({reason}), men kliniken har inga sådana avvikelser"
            for rule_id, reason in standing.accepted
            if rule_id not in found
        ),
        *(
            f'  {rule_id} godtogs förut ({reason}) men inte nu; godta igen med --accept {rule_id} "skäl"'
            for rule_id, reason in given.lapsed
        ),
        "En ny inläsning som ändrar klinikens rader återtar godkännandet. Det som är godtaget förblir godtaget för "
        "samma avvikelser, tills någon tar tillbaka det eller godkänner utan det.",
        *remaining_lines(given.period, given.remaining),
    ]


def taken_back_lines(taken: TakenBack) -> list[str]:
    """What taking back came to."""
    who = f"{taken.clinic.clinic_name} ({taken.clinic.clinic_id}), {taken.period}"
    told = f"Godkännandet är återtaget: {who}" if taken.had_one else f"Inget godkännande att återta: {who}"
    return [told, *remaining_lines(taken.period, taken.remaining)]
