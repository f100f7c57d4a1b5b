"""The Swedish words of the pages: titles, verdicts, what to do, and how numbers and days are written."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from orchestration.contracts import CARE, REGISTERS
from orchestration.national.contract import RECORD_TYPES

_HARD_SPACE: Final = "\u00a0"
_MONTHS: Final = (
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
)

# Suites in the order the pages show them; other delivery suites follow, then suites that have no title here.
SUITE_TITLES: Final = {
    "landing": "Mottagna filer",
    "waiting_times": "Väntetidernas rimlighet",
    "occupancy": "Beläggning och vårdtillfällen",
    "production": "Produktion",
    **{record_type.suite: f"Leveransen: {record_type.title.lower()}" for record_type in RECORD_TYPES},
}
_DELIVERY_SUITE_PREFIX: Final = "delivery_"
_SUITE_STEPS: Final = {
    "landing": "Be den som lämnar filen om en ny, rättad export. Lägg den i inkorgen och kör valideringen igen.",
    "waiting_times": "Jämför med tidigare månader. Hör med verksamheten om något har ändrats eller saknas.",
    "occupancy": "Jämför med tidigare månader. Hör med avdelningarna, och be om en ny export när rader saknas.",
    "production": "Jämför med tidigare månader och med planen. Be om en ny export eller plan när rader saknas.",
}
_DELIVERY_STEP: Final = "Rätta uppgifterna i Cosmic eller i enhetsregistret, läs in perioden igen och kör valideringen."
_OTHER_STEP: Final = "Läs vad kontrollen fann, rätta orsaken och kör valideringen igen."
CRASHED_STEP: Final = (
    "Kör valideringen igen. Händer det på nytt: kör vardlager doctor och hör av dig till den som sköter lagret."
)
REPEAT_STEP: Final = "Kör valideringen av perioden igen, så att alla kontroller görs på samma filer."
BLOCK_STEP: Final = "Rätta det som avviker och läs in perioden igen."
GROUP_STEP: Final = "Rätta filerna och läs in perioden igen. Vård och register måste vara hela före leverans."

OUTCOMES: Final = {
    "passed": "Godkänd",
    "warn": "Att granska",
    "failed": "Underkänd",
    "crashed": "Kunde inte köras",
    "missing": "Inte körd",
    "other_inputs": "Gäller andra filer",
}
OUTCOMES_COUNTED: Final = {
    "passed": "Godkända",
    "warn": "Att granska",
    "failed": "Underkända",
    "crashed": "Ej körda",
}
STAGES: Final = {
    "landing": "Inläsning",
    "warehouse": "Bygge av lagret",
    "validation": "Validering",
    "publishing": "Publicering",
    "delivery": "Leverans",
}
POPULATIONS: Final = {record_type.name: record_type.title for record_type in RECORD_TYPES}
VARIANTS: Final = {
    "skr": "SKR",
    "socialstyrelsen": "Socialstyrelsen",
    "pvv_over_limit": "Utan patientvald väntan över gränsen",
    "all": "Alla kontakter",
}
SEVERITIES: Final = {"block": "Stoppar leveransen", "fix": "Rättas av kliniken", "info": "För kännedom"}
EFFECTS: Final = {
    "D": "Räknas inte i måtten och levereras inte",
    "L": "Levereras inte",
    "-": "Räknas; levereras om vården är specialiserad",
}
# A37: the rule marks no row, for the row never came in; "counted and delivered" would be untrue of it.
EFFECTS_OF_RULES: Final = {"A37": "Finns inte i någon siffra och levereras inte"}
# What is found in files of which nothing is delivered.
OUTSIDE_THE_DELIVERY: Final = "Påverkar bara regionens egna siffror"
# Reasons to leave a row out that are no fault and therefore no rule of the seed.
LEFT_OUT_WITHOUT_FAULT: Final = {
    "DL01": ("Akut kontakt på väntelistan", "Inget fel: akuta kontakter ingår inte bland väntande. Ingen åtgärd krävs.")
}
APPROVALS: Final = {
    "approved": "Godkänd",
    "changed": "Siffrorna har ändrats",
    "without_figures": "Saknar siffror",
    "missing": "Inte godkänd",
}
PARAMETER_KINDS: Final = {
    "parameter": "Gränser och tröskelvärden",
    "target": "Regionens mål",
    "setting": "Regionens inställningar",
}
_EMPTY_VALUES: Final = ("[]", "{}", "null")
_YES_AND_NO: Final = {"true": "ja", "false": "nej"}
SOURCES: Final = {"default": "standardvärde"}


def effect_of_rule(rule: Mapping[str, Any]) -> str:
    """What happens to the rows that break a rule, of its rule_id, its effect and the group of files it speaks of."""
    if rule["group_name"] not in (CARE, REGISTERS):
        return OUTSIDE_THE_DELIVERY
    return EFFECTS_OF_RULES.get(rule["rule_id"]) or EFFECTS.get(rule["effect"], rule["effect"])


def suite_title(suite: str) -> str:
    """The suite's Swedish title; its own name when it has none."""
    return SUITE_TITLES.get(suite, suite)


def suite_order(suite: str) -> tuple[int, str]:
    """A sort key: the known suites in their order, other delivery suites, then unknown ones by name."""
    known = list(SUITE_TITLES)
    if suite in SUITE_TITLES:
        return known.index(suite), ""
    return len(known) + (0 if suite.startswith(_DELIVERY_SUITE_PREFIX) else 1), suite


def suite_step(suite: str) -> str:
    """What to do when a check of the suite fails."""
    if suite.startswith(_DELIVERY_SUITE_PREFIX):
        return _DELIVERY_STEP
    return _SUITE_STEPS.get(suite, _OTHER_STEP)


def spaced(number: int | None) -> str:
    """A count with its thousands apart; a dash when there is none."""
    return "–" if number is None else f"{number:,}".replace(",", _HARD_SPACE)


def percent(share: Decimal | None) -> str:
    """A share (0 to 1) as per cent with one decimal, rounded half away from zero; a dash when there is none."""
    if share is None:
        return "–"
    rounded = (share * 100).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    return f"{rounded}".replace(".", ",") + f"{_HARD_SPACE}%"


def decimal(number: float | None) -> str:
    """A number with one decimal, rounded half away from zero; a dash when there is none."""
    if number is None:
        return "–"
    rounded = Decimal(str(number)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    return f"{rounded:,}".replace(",", _HARD_SPACE).replace(".", ",")


def parameter_value(value: str | None, unit: str | None) -> str:
    """A setting or limit as it is read: a share as per cent, a list without brackets, a dash when it is empty.

    `value` is text; what was no text in region.yml stands as JSON.
    """
    if not value or value in _EMPTY_VALUES:
        return "–"
    if unit == "andel":
        return percent(Decimal(value))
    if value.startswith("["):
        return ", ".join(str(entry) for entry in json.loads(value))
    told = _YES_AND_NO.get(value, value)
    return told if unit in (None, "", "datum") else f"{told}{_HARD_SPACE}{unit}"


def month(period: str) -> str:
    """'2024-07' as 'juli 2024'."""
    year, number = period.split("-")
    return f"{_MONTHS[int(number) - 1]} {year}"


def moment(text: str) -> str:
    """An ISO 8601 time as '18 augusti 2024 kl. 09.30'."""
    at = datetime.datetime.fromisoformat(text)
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year} kl. {at:%H.%M}"
