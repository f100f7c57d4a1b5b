"""The two workbooks: a clinic's list of deviations, and the work list of the whole region."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from orchestration.reporting import wording
from orchestration.reporting.lists import columns, texts, words
from orchestration.reporting.lists.facts import ClinicFacts, Review, WorkListFacts
from orchestration.reporting.lists.words import Row
from orchestration.reporting.lists.workbook import Book, Column, Page, of, open_book, write_table_sheet

_PAGE_WIDTHS: Final = (34, 24, 30, 16, 16, 16)
_VERDICT_MARKS: Final = {"failed": "strong", "warn": "look", "passed": "good"}
_DELIVERY: Final = (
    Column("Lista", of("name")),
    Column("Rader", of("rows_count"), "count"),
    Column("Utelämnas ur leveransen", of("left_out_count"), "count"),
    Column("Levereras", of("delivered_count"), "count"),
)


def _delivery_rows(clinic: Row) -> list[Row]:
    return [
        {
            "name": wording.POPULATIONS[population],
            "rows_count": clinic[f"{population}_count"],
            "left_out_count": clinic[f"left_out_{population}_count"],
            "delivered_count": clinic[f"delivered_{population}_count"],
        }
        for population in ("completed", "waiting")
    ]


def _write_origin(page: Page, review: Review) -> None:
    page.heading("Filer som listan vilar på")
    page.table(columns.LOADS, review.loads)
    page.text(f"Programmets version: {review.code_version}")


def _write_clinic_overview(book: Book, review: Review, facts: ClinicFacts, region_name: str) -> None:
    clinic = facts.clinic
    page = Page(book, "Översikt", _PAGE_WIDTHS)
    page.title(f"Avvikelser att rätta: {words.clinic_name(clinic)}")
    page.text(texts.about_clinic(review, region_name, clinic))
    page.text(texts.made(review))
    page.heading("Vad ska göras?")
    kind, headline, explanation = texts.verdict(facts, review)
    page.text(f"{headline}. {explanation}", mark=_VERDICT_MARKS[kind])
    for number, step in enumerate(texts.steps(facts, review), start=1):
        page.text(f"{number}. {step}")
    page.pairs([("Godkännande", texts.approval(clinic))])
    page.heading("Hur många avvikelser?")
    page.pairs([(label, clinic[key]) for label, key in texts.COUNTS], "count")
    page.text(texts.what_is_new(review))
    page.heading("Vad går med i den nationella leveransen?")
    page.table(_DELIVERY, _delivery_rows(clinic))
    page.text("Varför rader utelämnas står på bladet Utelämnat.")
    page.heading("Bladen i arbetsboken")
    page.pairs(texts.sheets(facts))
    if texts.must_approve(facts.clinic):
        page.heading("Så godkänner du")
        for paragraph, command in texts.how_to_approve(facts, review):
            page.text(paragraph)
            if command:
                page.code(command)
    _write_origin(page, review)


def write_clinic_book(path: Path, review: Review, facts: ClinicFacts, region_name: str) -> int:
    """Write a clinic's workbook, and return how many deviations stand in it (fixed ones too)."""
    name, month = words.clinic_name(facts.clinic), wording.month(review.period)
    title = f"Avvikelser att rätta: {name}, {month}"
    standing = [row for row in facts.contact_deviations if row["status"] != "fixed"]
    fixed = [row for row in facts.contact_deviations if row["status"] == "fixed"]
    others = facts.other_deviations
    with open_book(path, title, f"Väntetider {month}, {region_name}", f"{name}, {month}", review.made_at) as book:
        _write_clinic_overview(book, review, facts, region_name)
        count = write_table_sheet(
            book,
            "Att rätta",
            f"Att rätta: {name}, {month}",
            [f"{texts.A_ROW_A_DEVIATION} {texts.FILTER}"],
            columns.DEVIATIONS,
            standing,
            when_empty=texts.nothing_to_correct(facts),
            frozen_columns=2,
            printed_columns=columns.DEVIATIONS_PRINTED,
        )
        if others:
            count += write_table_sheet(
                book,
                texts.OTHER_SHEET,
                f"{texts.OTHER_TITLE}: {name}, {month}",
                [texts.OTHER_NOTE, texts.FILTER],
                columns.OTHER_DEVIATIONS,
                others,
                when_empty=texts.NOTHING_TO_CORRECT,
                frozen_columns=2,
                printed_columns=columns.OTHER_DEVIATIONS_PRINTED,
            )
        write_table_sheet(
            book,
            "Regler",
            f"Regler med avvikelser: {name}, {month}",
            [texts.comparison(review)],
            columns.RULES,
            facts.rules,
            when_empty=texts.NOTHING_FOUND,
            frozen_columns=2,
            printed_columns=columns.RULES_PRINTED,
        )
        count += write_table_sheet(
            book,
            "Åtgärdat",
            f"Åtgärdat: {name}, {month}",
            [texts.FIXED_NOTE],
            columns.DEVIATIONS,
            fixed,
            when_empty=texts.nothing_fixed(review, facts),
            frozen_columns=2,
            printed_columns=columns.DEVIATIONS_PRINTED,
        )
        write_table_sheet(
            book,
            "Utelämnat",
            f"Rader som utelämnas ur leveransen: {name}, {month}",
            [texts.LEFT_OUT_NOTE, texts.LEFT_OUT_ROWS],
            columns.LEFT_OUT,
            facts.left_out,
            when_empty=texts.NOTHING_LEFT_OUT,
        )
        write_table_sheet(
            book,
            "Mått",
            f"Klinikens mått: {name}, {month}",
            [texts.figures_note(review), texts.comparison(review)],
            columns.FIGURES,
            facts.figures,
            when_empty=texts.NO_FIGURES,
            frozen_columns=1,
        )
    return count


def _write_work_list_overview(book: Book, review: Review, facts: WorkListFacts, region_name: str) -> None:
    page = Page(book, "Översikt", (44, 18, 18, 18, 18, 12))
    page.title(words.WORK_LIST_TITLE)
    page.text(f"{region_name} · väntetider {wording.month(review.period)}")
    page.text(texts.made(review))
    for paragraph in texts.about_work_list(review):
        page.text(paragraph)
    for heading, table_columns, rows in _waiting_tables(facts):
        page.heading(heading)
        page.table(table_columns, rows)
    page.heading("Uteblivna patienter under månaden, klinik för klinik")
    if facts.no_shows_by_clinic:
        page.table(columns.NO_SHOWS_BY_CLINIC, facts.no_shows_by_clinic)
    else:
        page.text(texts.NOBODY_MISSED)
    _write_origin(page, review)


def _waiting_tables(facts: WorkListFacts) -> Sequence[tuple[str, Sequence[Column], Sequence[Row]]]:
    return (
        ("Alla på listan", columns.WAITING_IN_ALL, (facts.total,)),
        ("Klinik för klinik", columns.WAITING_BY_CLINIC, facts.by_clinic),
        ("Mått för mått", columns.WAITING_BY_MEASURE, facts.by_measure),
    )


def write_work_list_book(path: Path, review: Review, facts: WorkListFacts, region_name: str) -> int:
    """Write the work list's workbook, and return how many waiting rows stand in it."""
    month = wording.month(review.period)
    title = f"{words.WORK_LIST_TITLE}, {month}"
    with open_book(path, title, f"Väntetider {month}, {region_name}", title, review.made_at) as book:
        _write_work_list_overview(book, review, facts, region_name)
        count = write_table_sheet(
            book,
            "Arbetslista",
            title,
            [texts.days_counted_from(review)],
            columns.WORK_LIST,
            facts.rows,
            when_empty=texts.NOBODY_WAITS,
            frozen_columns=2,
            printed_columns=columns.WORK_LIST_PRINTED,
        )
        write_table_sheet(
            book,
            "Summering",
            f"Summering av arbetslistan, {month}",
            [f"{texts.SUM_NOTE} {texts.FILTER}"],
            columns.WORK_LIST_SUM,
            facts.sums,
            when_empty=texts.NOBODY_WAITS,
        )
        write_table_sheet(
            book,
            "Uteblivna",
            f"Uteblivna patienter, {month}",
            [texts.NO_SHOW_NOTE],
            columns.NO_SHOW_ROWS,
            facts.no_show_rows,
            when_empty=texts.NOBODY_MISSED,
        )
        write_table_sheet(
            book,
            "Uteblivna, antal",
            f"Uteblivna patienter, antal, {month}",
            [],
            columns.NO_SHOWS,
            facts.no_shows,
            when_empty=texts.NOBODY_MISSED,
        )
    return count
