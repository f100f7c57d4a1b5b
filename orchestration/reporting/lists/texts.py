"""What the lists say in whole sentences, the same in workbook and page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from orchestration.privacy import mask_identities
from orchestration.reporting import wording
from orchestration.reporting.lists import words
from orchestration.reporting.lists.facts import ClinicFacts, Review
from orchestration.reporting.lists.words import NO_CLINIC, Row

NOTHING_TO_CORRECT: Final = "Inget att rätta. Tack!"
NOBODY_WAITS: Final = "Ingen väntar över gränsen, och ingen når den inom 30 dagar."
NOBODY_MISSED: Final = "Inga patienter uteblev."
NOTHING_LEFT_OUT: Final = "Inga rader utelämnas."
NOTHING_FOUND: Final = "Reglerna har inte funnit några avvikelser."
NO_FIGURES: Final = "Kliniken har inga kontakter som räknas i måtten."
A_ROW_A_DEVIATION: Final = (
    "En rad per avvikelse, det allvarligaste först. En vårdkontakt med flera fel står på flera rader."
)
FILTER: Final = "Filtrera med pilarna i rubriken."
FIXED_NOTE: Final = "Avvikelser som fanns vid förra inläsningen av månaden och som är borta nu."
LEFT_OUT_NOTE: Final = "Varje rad räknas en gång, under den första regel som utelämnar den."
LEFT_OUT_ROWS: Final = "Raderna står på bladet Att rätta: filtrera kolumnen Leveransen på Utelämnas."
NO_SHOW_NOTE: Final = (
    "Planerade kontakter i månaden dit patienten inte kom. Väntar på ny tid: samma vårdkontakt-id står på "
    "väntelistan vid månadens slut. Nej kan betyda att patienten har glömts bort."
)
SUM_NOTE: Final = "Hur många rader på arbetslistan som har just den kombinationen."

# What is counted on a clinic's first page, and the column that holds it.
COUNTS: Final = (
    ("Nya", "new_count"),
    ("Kvarstår", "remaining_count"),
    ("Åtgärdade", "fixed_count"),
    ("Godtagna", "accepted_count"),
    ("För kännedom", "info_count"),
)
OTHER_SHEET: Final = "Slutenvård"
OTHER_TITLE: Final = "Slutenvård, operationer och listning"
OTHER_NOTE: Final = (
    "En rad per vistelse, permission, avdelningsdygn, operation eller enhet, det allvarligaste först; det som är "
    "åtgärdat står sist. Inget av det går med i den nationella leveransen, men regionens egna siffror vilar på det."
)
SHEETS: Final = (
    ("Att rätta", "varje avvikelse på en rad, med vad som är fel och vad som ska göras"),
    ("Regler", "vad varje regel betyder, hur många, och jämfört med förra månaden och i fjol"),
    ("Åtgärdat", "det som är rättat sedan förra inläsningen"),
    ("Utelämnat", "varför rader inte går med i den nationella leveransen"),
    ("Mått", "klinikens väntetider, jämfört med förra månaden och i fjol"),
)


def made(review: Review) -> str:
    """When the list was made, which review of the month it is, and what it is compared with."""
    text = f"Framtagen {wording.moment(review.made_at.isoformat())}, genomgång {review.load} av månaden"
    if review.compared_with is None:
        return f"{text}. Månadens filer har inte lästs in förut, så det finns inget att jämföra med."
    return f"{text}, jämförd med genomgång {review.compared_with}: den senaste av andra filer än de här."


def has_rows(clinic: Row) -> bool:
    """Whether the clinic has rows that could be delivered."""
    return bool(clinic["completed_count"] or clinic["waiting_count"])


def must_approve(clinic: Row) -> bool:
    """Whether something of the clinic is delivered, which it then approves."""
    return bool(clinic["clinic_id"] != NO_CLINIC and clinic["approval_state"] != "not_needed")


def about_clinic(review: Review, region_name: str, clinic: Row) -> str:
    """Month, region, area and id of the clinic on one line."""
    month = wording.month(review.period)
    subject = f"Väntetider {month}" if clinic["clinic_id"] == NO_CLINIC or has_rows(clinic) else month.capitalize()
    parts = [subject, region_name, clinic["area_name"]]
    if clinic["clinic_id"] != NO_CLINIC:
        parts.append(clinic["clinic_id"])
    return " · ".join(part for part in parts if part)


def sheets(facts: ClinicFacts) -> list[tuple[str, str]]:
    """The workbook's sheets after the first, and what each holds."""
    first, *others = SHEETS
    of_wards = [(OTHER_SHEET, "det som ska rättas i vistelser, vårdplatser, operationer och listning")]
    return [first, *(of_wards if facts.other_deviations else []), *others]


def nothing_to_correct(facts: ClinicFacts) -> str:
    """What stands where there is no deviation of a contact."""
    if any(row["status"] != "fixed" for row in facts.other_deviations):
        return f"Inget att rätta bland kontakter och väntelista. Se bladet {OTHER_SHEET}."
    return NOTHING_TO_CORRECT


def nothing_fixed(review: Review, facts: ClinicFacts) -> str:
    """Why no deviation of a contact is told as fixed."""
    if review.compared_with is None:
        return "Månaden har inte lästs in förut, så det finns inget att jämföra med."
    if any(row["status"] == "fixed" for row in facts.other_deviations):
        return f"Inget bland kontakter och väntelista. Se bladet {OTHER_SHEET}."
    return "Inget har åtgärdats sedan förra inläsningen."


def verdict(facts: ClinicFacts, review: Review) -> tuple[str, str, str]:
    """('failed', 'warn' or 'passed', headline, explanation): what the reporter must know first."""
    clinic = facts.clinic
    last_day = words.day(review.period_row["approval_last_date"])
    counts = f"{wording.spaced(clinic['new_count'])} nya och {wording.spaced(clinic['remaining_count'])} kvarstående"
    if any(row["severity"] == "block" and row["deviations_count"] for row in facts.rules):
        return (
            "failed",
            "Leveransen stoppas",
            f"Något på listan stoppar hela regionens leverans och måste rättas först. Här finns {counts} avvikelser.",
        )
    if not clinic["new_count"] and not clinic["remaining_count"]:
        return "passed", "Inget att rätta", "Alla rader är utan anmärkning, rättade eller godtagna. Tack!"
    if clinic["clinic_id"] != NO_CLINIC and not must_approve(clinic):
        return (
            "warn",
            "Att rätta",
            f"Här finns {counts} avvikelser. Regionens egna siffror vilar på uppgifterna.",
        )
    return "warn", f"Att rätta senast {last_day}", f"Här finns {counts} avvikelser."


def steps(facts: ClinicFacts, review: Review) -> list[str]:
    """What the reporter does, in order."""
    last_day = words.day(review.period_row["approval_last_date"])
    if facts.clinic_id == NO_CLINIC:
        return [
            "Raderna hör inte till någon klinik: enheten är okänd, eller det gäller enhetsregistret eller regionen.",
            "Rätta enheten i Cosmic, eller komplettera enhetsregistret, och läs in månaden på nytt.",
            f"Rättningen ska vara inläst senast {last_day}. Ingen klinik godkänner de här raderna.",
        ]
    correct = [
        "Rätta avvikelserna i Cosmic, det som står överst först.",
        "När månaden har lästs in på nytt kommer en ny lista. Det som är rättat står då som åtgärdat.",
    ]
    if not must_approve(facts.clinic):
        return [
            *correct,
            "Kliniken har inget att godkänna: inga av dess rader går med i den nationella leveransen. Är något rätt "
            "registrerat fast en regel har slagit till? Låt det vara.",
        ]
    return [
        *correct,
        "Är något rätt registrerat fast en regel har slagit till? Låt det vara, och ange skälet när du godkänner.",
        f"Godkänn klinikens siffror senast {last_day}. Regionen levererar månaden senast "
        f"{words.day(review.period_row['delivery_last_date'])}.",
    ]


def approval(clinic: Row) -> str:
    """Whether the clinic has approved, who did, and why it no longer counts when it does not."""
    state = words.named(words.APPROVALS, clinic["approval_state"])
    if clinic["approval_state"] == "approved":
        when = wording.moment(clinic["approved_at"].isoformat())
        return f"{state} av {clinic['approved_by']} {when}"
    if clinic["approval_state"] == "withdrawn" and clinic["withdrawn_reason"]:
        return f"{state}: {mask_identities(clinic['withdrawn_reason'])}"
    if clinic["approval_state"] == "not_needed" and clinic["clinic_id"] != NO_CLINIC:
        return f"{state}: inga av klinikens rader ska levereras"
    return state


def what_is_new(review: Review) -> str:
    """What the words new, remaining, fixed and accepted mean on this list."""
    if review.compared_with is None:
        return "Ny: månaden har inte lästs in förut. Godtagen: rätt registrerad, med ett angivet skäl."
    return (
        "Ny: fanns inte vid förra inläsningen av månaden. Kvarstår: fanns då också. Åtgärdad: fanns då och är "
        "borta nu. Godtagen: rätt registrerad, med ett angivet skäl."
    )


def comparison(review: Review) -> str:
    """Which months the figures are compared with, and which of them are not loaded."""
    period = review.period_row
    told = []
    for name, key in (("Förra månaden", "previous_period"), ("Samma månad i fjol", "previous_year_period")):
        lacking = "" if period[f"{key}_is_loaded"] else ", som inte är inläst"
        told.append(f"{name}: {wording.month(period[key])}{lacking}.")
    return " ".join(told)


def figures_note(review: Review) -> str:
    """How the figures are counted, and whether they may still change."""
    variant = review.period_row["main_variant"]
    counted = f"Räknat som regionens huvudvariant, {wording.VARIANTS.get(variant, variant)}."
    if review.period_row["is_preliminary"]:
        return f"{counted} Siffrorna är preliminära tills månaden är levererad."
    return f"{counted} Månaden är levererad."


def how_to_approve(facts: ClinicFacts, review: Review) -> list[tuple[str, str]]:
    """(what to do, the command it takes or nothing) for approving a clinic's figures and accepting a rule."""
    acceptable = sorted((row for row in facts.rules if row["severity"] == "fix"), key=lambda row: row["effect"] != "-")
    first = acceptable[0]["rule_id"] if acceptable else "REGEL"
    return [
        (
            "När siffrorna stämmer: säg till den som ansvarar för regionens leverans att kliniken godkänner dem. "
            "Den personen skriver kommandot här under, med ditt namn i stället för NAMN.",
            words.approve_command(review.period, facts.clinic_id),
        ),
        (
            "Är raderna under en regel rätt registrerade ska skälet följa med godkännandet. Så här, med regelns "
            "beteckning och ditt skäl i stället för SKÄL. Gäller det flera regler upprepas kommandots slut för var och "
            "en. Det som stoppar leveransen kan inte godtas, och rader som utelämnas är utelämnade ändå.",
            words.approve_command(review.period, facts.clinic_id, first),
        ),
        (
            "Ett godkännande gäller exakt de här siffrorna. Ändras klinikens rader vid en ny inläsning måste de "
            "godkännas igen.",
            "",
        ),
    ]


def days_counted_from(review: Review) -> str:
    """From which day the waits are counted: never from today."""
    last_day = words.day(review.period_row["last_date"])
    return f"Väntan och dagar kvar är räknade till månadens sista dag, {last_day}, inte till i dag."


def about_work_list(review: Review) -> Sequence[str]:
    """What the work list holds, and how it is read."""
    return (
        "De som väntade vid månadens slut och hade passerat gränsen, eller når den inom 30 dagar. Fel som står på "
        "klinikernas listor och gör att väntan inte kan räknas är inte med.",
        days_counted_from(review),
        "Varje väntande rad står en gång. Räknas den i två mått, till exempel undersökning och radiologi, står den "
        "under det som har vårdgarantins gräns.",
    )
