"""The tables of the lists: which columns they have, in which order, and what a reader calls them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from orchestration.privacy import mask_identities
from orchestration.reporting import wording
from orchestration.reporting.lists import words
from orchestration.reporting.lists.words import Row
from orchestration.reporting.lists.workbook import Column, of


def _masked(key: str) -> Callable[[Row], object]:
    """A free text of that name, through the mask for identities."""
    return lambda row: None if row[key] is None else mask_identities(row[key])


_STATUS_MARKS: Final = {"Ny": "look", "Åtgärdad": "good", "Godtagen": "quiet"}
_LEFT_OUT_MARKS: Final = {"Utelämnas": "strong"}
_SEVERITY_MARKS: Final = {wording.SEVERITIES["block"]: "strong"}
_BAND_MARKS: Final = {"Gränsen passerad": "strong", "Inom 30 dagar": "look"}

DEVIATIONS: Final = (
    Column("Status", lambda row: words.named(words.STATUSES, row["status"]), width=10, marks=_STATUS_MARKS),
    Column("Regel", of("rule_id"), width=9),
    Column("Avvikelse", of("title"), "wrap", 26),
    Column("Vad som är fel", _masked("detail"), "wrap", 34),
    Column("Vårdkontakt-id", words.contact, width=17),
    Column("Enhet", lambda row: row["unit_name"] or row["unit_id"], "wrap", 22),
    Column("Lista", words.list_of, width=11),
    Column("Fas", lambda row: row["phase_name"] or row["phase"], "wrap", 17),
    Column("Beslutsdatum", of("decision_date"), "date", 12.5),
    Column("Genomförd", of("start_date"), "date", 11.5),
    Column("Bokad", words.booked, width=9.5),
    Column("Bokad tid", of("booked_date"), "date", 11.5),
    Column("Måldatum", of("target_date"), "date", 11.5),
    Column("Väntat, dagar", of("wait_days"), "days", 9.5),
    Column("Leveransen", words.left_out, width=12, marks=_LEFT_OUT_MARKS),
    Column("Gör så här", of("what_to_do"), "wrap", 34),
    Column("Allvar", lambda row: words.named(wording.SEVERITIES, row["severity"]), width=19, marks=_SEVERITY_MARKS),
    Column("Vårdnivå", lambda row: words.named(words.CARE_LEVELS, row["care_level"]), width=18),
    Column("MVO-kod", of("mvo_code"), width=9),
    Column("Enhetens HSA-id", of("unit_id"), width=22),
    Column(
        "Godtagen därför att",
        lambda row: mask_identities(row["accepted_reason"] or "") or None if row["status"] == "accepted" else None,
        "wrap",
        30,
    ),
)
# These go on paper; the rest is for filtering.
DEVIATIONS_PRINTED: Final = 16

# What is found in stays, permissions, beds, operations and listing.
OTHER_DEVIATIONS: Final = (
    Column("Status", lambda row: words.named(words.STATUSES, row["status"]), width=10, marks=_STATUS_MARKS),
    Column("Regel", of("rule_id"), width=9),
    Column("Avvikelse", of("title"), "wrap", 26),
    Column("Vad som är fel", _masked("detail"), "wrap", 40),
    Column("Avdelning eller enhet", lambda row: row["unit_name"] or row["unit_id"], "wrap", 24),
    Column("Vårdtillfälle eller operation", of("contact_id"), width=19),
    Column("Vistelse", of("stay_number"), "days", 9),
    Column("In", lambda row: words.minute(row["admitted_at"]), width=16),
    Column("Ut", words.discharged, width=16),
    Column("Dag", of("event_date"), "date", 11.5),
    Column("Uppgift", words.list_of, width=17),
    Column("Gör så här", of("what_to_do"), "wrap", 38),
    Column("Allvar", lambda row: words.named(wording.SEVERITIES, row["severity"]), width=19, marks=_SEVERITY_MARKS),
    Column("Enhetens HSA-id", of("unit_id"), width=22),
    Column(
        "Godtagen därför att",
        lambda row: mask_identities(row["accepted_reason"] or "") or None if row["status"] == "accepted" else None,
        "wrap",
        30,
    ),
)
OTHER_DEVIATIONS_PRINTED: Final = 12

RULES: Final = (
    Column("Regel", of("rule_id"), width=9),
    Column("Avvikelse", of("title"), "wrap", 24),
    Column("Allvar", lambda row: words.named(wording.SEVERITIES, row["severity"]), width=19, marks=_SEVERITY_MARKS),
    Column("Verkan", words.effect, "wrap", 18),
    Column("Vad det betyder", of("meaning"), "wrap", 30),
    Column("Gör så här", of("what_to_do"), "wrap", 30),
    Column("Om det lämnas", of("consequence"), "wrap", 30),
    Column("Nu", of("deviations_count"), "count", 11),
    Column("Nya", of("new_count"), "count", 11),
    Column("Kvarstår", of("remaining_count"), "count", 12),
    Column("Åtgärdade", of("fixed_count"), "count", 13),
    Column("Godtagna", of("accepted_count"), "count", 13),
    Column("Förra månaden", of("previous_month_count"), "count", 12),
    Column("Samma månad i fjol", of("previous_year_count"), "count", 15),
    Column("Godtagen därför att", _masked("accepted_reason"), "wrap", 28),
    Column("Godtagen av", of("accepted_by"), "wrap", 18),
    Column("Godtagen den", lambda row: row["accepted_at"] and row["accepted_at"].date(), "date", 13),
)
# Who accepted a rule and why stands on the page; on paper there is no room for it.
RULES_PRINTED: Final = 14

LEFT_OUT: Final = (
    Column("Lista", lambda row: words.named(wording.POPULATIONS, row["population"]), width=22),
    Column("Regel", of("rule_id"), width=9),
    Column("Avvikelse", words.left_out_title, "wrap", 44),
    Column("Verkan", words.left_out_effect, "wrap", 40),
    Column("Rader som utelämnas", of("rows_count"), "count", 14),
)

FIGURES: Final = (
    Column("Mått", of("measure_name"), "wrap", 40),
    Column("Lista", lambda row: words.named(wording.POPULATIONS, row["population"]), width=22),
    Column("Andel inom gränsen", of("share"), "share", 11),
    Column("Förra månaden, andel", of("previous_month_share"), "share", 11),
    Column("Samma månad i fjol, andel", of("previous_year_share"), "share", 13),
    Column("Regionens mål", of("target_share"), "share", 11),
    Column("Inom gränsen", of("numerator"), "count", 10),
    Column("Räknas i andelen", of("denominator"), "count", 10),
    Column("Alla kontakter i måttet", of("contacts_count"), "count", 13),
    Column("Median väntan, dagar", of("median_wait_days"), "number", 10),
    Column("Förra månaden, inom gränsen", of("previous_month_numerator"), "count", 13),
    Column("Förra månaden, räknas", of("previous_month_denominator"), "count", 11),
    Column("Förra månaden, alla kontakter", of("previous_month_contacts_count"), "count", 13),
    Column("Samma månad i fjol, inom gränsen", of("previous_year_numerator"), "count", 14),
    Column("Samma månad i fjol, räknas", of("previous_year_denominator"), "count", 13),
    Column("Samma månad i fjol, alla kontakter", of("previous_year_contacts_count"), "count", 14),
)

LOADS: Final = (
    Column("Fil", of("file_name"), width=34),
    Column("Innehåll", lambda row: words.source_name(row["entity"]), width=22),
    Column("Inläst", lambda row: wording.moment(row["loaded_at"]), width=30),
)

WORK_LIST: Final = (
    Column("Läge", lambda row: words.named(words.BANDS, row["band"]), width=17, marks=_BAND_MARKS),
    Column("Dagar kvar till gränsen", of("days_left"), "days", 9),
    Column("Klinik", words.clinic_name, "wrap", 20),
    Column("Enhet", lambda row: row["unit_name"] or row["unit_id"], "wrap", 20),
    Column("Vårdkontakt-id", of("contact_id"), width=17),
    Column("Mått", of("measure_name"), "wrap", 26),
    Column("MVO-kod", of("mvo_code"), width=9),
    Column("Aktivitet", of("activity_code"), width=10),
    Column("Beslutsdatum", of("decision_date"), "date", 12.5),
    Column("Väntat, dagar", of("wait_days"), "days", 9.5),
    Column("Gräns, dagar", of("limit_days"), "days", 8),
    Column("Sista dag inom gränsen", of("limit_date"), "date", 12.5),
    Column("Bokad", words.booked, width=9.5, marks={"Nej": "look"}),
    Column("Bokad tid", of("booked_date"), "date", 11.5),
    Column("Bokad inom gränsen", lambda row: words.yes_or_no(row["is_booked_in_time"]), width=10),
    Column("Orsak till väntan", of("deviation_name"), "wrap", 20),
    Column("Omfattas av vårdgarantin", lambda row: words.yes_or_no(row["is_in_guarantee"]), width=12),
    Column("Väntat, intervall i dagar", of("wait_band"), width=11),
    Column("Fas", lambda row: words.named(words.PHASES, row["phase"]), width=22),
    Column("Enhetens HSA-id", of("unit_id"), width=22),
    Column("Klinikens HSA-id", of("clinic_id"), width=22),
)
WORK_LIST_PRINTED: Final = 17

WORK_LIST_SUM: Final = (
    Column("Klinik", words.clinic_name, "wrap", 30),
    Column("Mått", of("measure_name"), "wrap", 40),
    Column("MVO-kod", of("mvo_code"), width=9),
    Column("Aktivitet", of("activity_code"), width=10),
    Column("Läge", lambda row: words.named(words.BANDS, row["band"]), width=17, marks=_BAND_MARKS),
    Column("Väntat, intervall i dagar", of("wait_band"), width=12),
    Column("Bokad", words.booked, width=8),
    Column("Orsak till väntan", of("deviation_name"), width=26),
    Column("Antal", of("rows_count"), "count", 9),
)


def _waiting_counts(first: Column) -> tuple[Column, ...]:
    return (
        first,
        Column("Gränsen passerad, inte bokade", of("passed_unbooked_count"), "count"),
        Column("Gränsen passerad, bokade", of("passed_booked_count"), "count"),
        Column("Inom 30 dagar, inte bokade", of("soon_unbooked_count"), "count"),
        Column("Inom 30 dagar, bokade", of("soon_booked_count"), "count"),
        Column("Alla", of("rows_count"), "count"),
    )


WAITING_BY_CLINIC: Final = _waiting_counts(Column("Klinik", words.clinic_name, "wrap"))
WAITING_BY_MEASURE: Final = _waiting_counts(Column("Mått", of("measure_name"), "wrap"))
WAITING_IN_ALL: Final = _waiting_counts(Column("Regionen", of("name"), "wrap"))

NO_SHOW_ROWS: Final = (
    Column("Klinik", words.clinic_name, "wrap", 30),
    Column("Enhet", lambda row: row["unit_name"] or row["unit_id"], "wrap", 30),
    Column("Vårdkontakt-id", of("contact_id"), width=18),
    Column("Fas", lambda row: words.named(words.PHASES, row["phase"]), width=24),
    Column("MVO-kod", of("mvo_code"), width=9),
    Column("Uteblev den", of("start_date"), "date", 12),
    Column("Väntar på ny tid", lambda row: words.yes_or_no(row["has_new_time"]), width=11, marks={"Nej": "look"}),
    Column("Enhetens HSA-id", of("unit_id"), width=22),
    Column("Klinikens HSA-id", of("clinic_id"), width=22),
)

NO_SHOWS: Final = (
    Column("Klinik", words.clinic_name, "wrap", 30),
    Column("Enhet", lambda row: row["unit_name"] or row["unit_id"], "wrap", 30),
    Column("Mått", of("measure_name"), "wrap", 36),
    Column("Fas", lambda row: words.named(words.PHASES, row["phase"]), width=24),
    Column("MVO-kod", of("mvo_code"), width=9),
    Column("Aktivitet", of("activity_code"), width=10),
    Column("Uteblivna", of("rows_count"), "count", 10),
)
NO_SHOWS_BY_CLINIC: Final = (
    Column("Klinik", words.clinic_name, "wrap"),
    Column("Uteblivna", of("rows_count"), "count"),
)
