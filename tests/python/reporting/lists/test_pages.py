"""The pages: in the order a reporter works, complete in themselves, and never more than a page can bear."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

import pytest

from orchestration.reporting.lists import write_lists
from orchestration.reporting.lists.pages import SHOWN_ROWS
from tests.python.reporting.lists.reviews import (
    CLINIC,
    NO_CLINIC,
    REGION,
    Row,
    clinic,
    counted,
    deviation,
    every_rule_review,
    figure,
    rule,
    rules_of_the_seed,
    work_list_tables,
    write_review,
)
from tests.python.reporting.reading import block, verdict, words


def page(folder: Path, tables: dict[str, list[Row]], stem: str = CLINIC, **values: Any) -> str:
    write_lists(write_review(folder / "review", tables, **values), folder / "lists", REGION)
    return (folder / "lists" / f"{stem}.html").read_text(encoding="utf-8")


def one_rule(*statuses: str, of: Row | None = None, **clinic_values: Any) -> dict[str, list[Row]]:
    of = of or rule("A11")
    rows = [
        deviation(of, status, f"VK{number:010d}", sort_order=number) for number, status in enumerate(statuses, start=1)
    ]
    counts = {f"{status}_count": statuses.count(status) for status in ("new", "remaining", "fixed", "accepted")}
    return {"clinic": [clinic(**{**counts, **clinic_values})], "rule": [counted(of, rows)], "deviation": rows}


@pytest.fixture(scope="module")
def every_rule(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("pages")
    write_lists(every_rule_review(folder / "review"), folder / "lists", REGION)
    return (folder / "lists" / f"{CLINIC}.html").read_text(encoding="utf-8")


def test_the_page_stands_in_the_order_of_the_reporters_work(every_rule: str) -> None:
    headings = re.findall(r"<h2>([^<]+)</h2>", every_rule)
    assert headings == [
        "Hur många avvikelser?",
        "Vad går med i den nationella leveransen?",
        "Att rätta, regel för regel",
        "För kännedom",
        "Åtgärdat sedan förra inläsningen",
        "Godtaget med skäl",
        "Klinikens mått",
        "Så godkänner du",
        "Filer som listan vilar på",
    ]
    told = words(every_rule)
    assert "Väntetider juli 2024 · Region Prov · Kirurgi och medicin · SE2321000131-K0001" in told
    assert "Framtagen 8 augusti 2024 kl. 09.15, genomgång 3 av månaden, jämförd med genomgång 2" in told
    assert "Godkänn klinikens siffror senast fredag 16 augusti 2024" in told
    assert told.index("Framtagen") < told.index("Leveransen stoppas") < told.index("Godkännande:")


def test_each_rule_to_correct_has_a_section_with_its_texts_counts_and_rows(every_rule: str) -> None:
    sections = re.findall(r'<section class="rule .*?</section>', every_rule, re.DOTALL)
    cases = [row for row in rules_of_the_seed() if row["severity"] != "info"]
    assert len(sections) == len(cases)
    by_title = {re.search(r"<h3[^>]*>([^<]+?) <span", section)[1]: section for section in sections}  # type: ignore[index]
    for seed in cases:
        section = words("<body>" + by_title[f"{seed['rule_id']} {seed['title']}"])
        for text in (
            seed["meaning"],
            seed["what_to_do"],
            "Nya: 1 Kvarstår: 1",
            "Juli 2024: 3 Juni 2024: 4 Juli 2023: –",
        ):
            assert text in section, (seed["rule_id"], text)
        # Stays, beds, operations and listing are told by ward before the id.
        beside = "VK" if seed["group_name"] in ("care", "registers") else "Ortopedmottagningen"
        assert re.findall(rf"(Ny|Kvarstår|Godtagen|Åtgärdad) {beside}", section) == ["Ny", "Kvarstår"]


def test_what_blocks_stands_first_then_d_then_l_then_the_rest(every_rule: str) -> None:
    order = re.findall(r'<section class="rule (\w+) (\w*)"', every_rule)
    rank = [0 if severity == "block" else {"D": 1, "L": 2, "": 3}[effect] for severity, effect in order]
    assert rank == sorted(rank) and set(rank) == {0, 1, 2, 3}


def test_rules_for_information_are_a_summary_without_rows(every_rule: str) -> None:
    told = block(every_rule, "För kännedom")
    for seed in rules_of_the_seed():
        assert (f"{seed['rule_id']} {seed['title']}" in told) == (seed["severity"] == "info")
    assert "VK0" not in told


def test_what_is_left_out_is_told_with_its_reason(every_rule: str) -> None:
    told = block(every_rule, "Vad går med i den nationella leveransen?")
    assert "Genomförda kontakter 4 210 105 4 105" in told.replace("\u00a0", " ")
    assert "A01 Beslutsdatum saknas Genomförda kontakter Räknas inte i måtten och levereras inte 61" in told
    assert "DL01 Akut kontakt på väntelistan Väntande kontakter Inget fel" in told


def test_shares_stand_beside_the_month_before_and_the_same_month_last_year(tmp_path: Path) -> None:
    told = block(page(tmp_path, {"clinic": [clinic()], "figure": [figure(share=0.6845)]}), "Klinikens mått")
    told = told.replace("\u00a0", " ")
    assert "juli 2024 juni 2024 juli 2023 Regionens mål" in told
    assert "68,5 % 45 av 60 71 kontakter i allt 62,5 % 50 av 80 92 kontakter i allt – 80,0 % 48,5" in told
    assert "Siffrorna är preliminära" in told and "Samma månad i fjol: juli 2023, som inte är inläst." in told


@pytest.mark.parametrize("extra, told", [(0, None), (1, "1 rad till"), (1200, "1 200 rader till")])
def test_a_rule_with_more_rows_than_a_page_bears_says_how_many_and_where_they_are(
    tmp_path: Path, extra: int, told: str | None
) -> None:
    html = page(tmp_path, one_rule(*["new"] * (SHOWN_ROWS + extra)))
    section = block(html, "Att rätta").replace("\u00a0", " ")
    assert section.count("VK0") == SHOWN_ROWS
    if told is None:
        assert " till står i Excel-filen" not in section
    else:
        assert f"{told} står i Excel-filen {CLINIC}.xlsx , bladet Att rätta" in section


@pytest.mark.parametrize(
    "statuses, severity, headline",
    [
        ((), "fix", "Inget att rätta"),
        (("accepted", "fixed"), "fix", "Inget att rätta"),
        (("new",), "fix", "Att rätta senast fredag 16 augusti 2024"),
        (("remaining",), "fix", "Att rätta senast fredag 16 augusti 2024"),
        (("new",), "block", "Leveransen stoppas"),
        (("fixed",), "block", "Inget att rätta"),
    ],
)
def test_the_first_thing_on_the_page_is_whether_there_is_something_to_correct(
    tmp_path: Path, statuses: tuple[str, ...], severity: str, headline: str
) -> None:
    html = page(tmp_path, one_rule(*statuses, of={**rule("A11"), "severity": severity}))
    assert verdict(html) == headline


@pytest.mark.parametrize(
    "values, told",
    [
        ({"approval_state": "missing"}, "Godkännande: Inte godkänd än ."),
        (
            {
                "approval_state": "approved",
                "approved_by": "Prov Provsson",
                "approved_at": datetime.datetime(2024, 8, 12, 10, 5),
            },
            "Godkännande: Godkänd av Prov Provsson 12 augusti 2024 kl. 10.05 .",
        ),
        (
            {"approval_state": "withdrawn", "withdrawn_reason": "två rader har ändrats"},
            "Godkännande: Godkännandet gäller inte längre: två rader har ändrats .",
        ),
        ({"approval_state": "not_needed"}, "Godkännande: Inget att godkänna: inga av klinikens rader ska levereras ."),
    ],
)
def test_the_page_tells_whether_the_clinic_is_approved(tmp_path: Path, values: Row, told: str) -> None:
    html = page(tmp_path, {"clinic": [clinic(**values)]})
    assert told.replace(" .", ".") in words(html).replace(" .", ".")


def test_the_command_to_approve_and_the_one_to_accept_a_rule_stand_on_the_page(tmp_path: Path) -> None:
    told = words(page(tmp_path, one_rule("new")))
    command = 'vardlager approve --period 2024-07 --clinic SE2321000131-K0001 --by "NAMN"'
    assert f"{command} Är raderna" in told
    assert f'{command} --accept A11 "SKÄL"' in told


def test_an_accepted_rule_tells_the_reason_and_by_whom(tmp_path: Path) -> None:
    of = rule(
        "A11",
        accepted_reason="patienten vill vänta",
        accepted_by="Prov Provsson",
        accepted_at=datetime.datetime(2024, 8, 7, 15),
    )
    told = block(page(tmp_path, one_rule("accepted", of=of)), "Godtaget med skäl")
    assert "”patienten vill vänta” – Prov Provsson, 7 augusti 2024 kl. 15.00" in told
    assert "Godtagen VK0000000001" in told


def test_the_first_load_of_a_month_says_that_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    told = words(page(tmp_path, one_rule("new"), compared_with=None))
    assert "Månadens filer har inte lästs in förut, så det finns inget att jämföra med." in told
    assert "Månaden har inte lästs in förut" in told


def test_a_negative_wait_stands_as_the_number_it_is(tmp_path: Path) -> None:
    of = rule("A02")
    tables = {"clinic": [clinic()], "rule": [], "deviation": [deviation(of, wait_days=-23)]}
    tables["rule"] = [counted(of, tables["deviation"])]
    made = page(tmp_path, tables)
    assert '<td class="number">-23</td>' in made
    assert "'-23" not in made and "&#39;-23" not in made


def test_a_row_in_quarantine_is_never_said_to_be_counted(tmp_path: Path) -> None:
    told = words(page(tmp_path, one_rule("new", of=rule("A37"))))
    assert "Finns inte i någon siffra och levereras inte" in told
    assert "Räknas och levereras" not in told


def test_the_work_list_says_that_a_row_of_two_measures_stands_once(tmp_path: Path) -> None:
    told = words(page(tmp_path, work_list_tables(), stem="vardgarantienheten"))
    assert "Varje väntande rad står en gång." in told


def test_rows_of_no_clinic_are_approved_by_nobody(tmp_path: Path) -> None:
    of = rule("E02", clinic_id=NO_CLINIC)
    row = deviation(of, contact_id=None, unit_id=None, unit_name=None)
    tables = {
        "clinic": [clinic(NO_CLINIC, None, approval_state="not_needed", new_count=1)],
        "rule": [counted(of, [row])],
        "deviation": [row],
    }
    html = page(tmp_path, tables, "utan_klinik")
    told = words(html)
    assert "Utan klinik: avvikelser att rätta" in told and "Ingen klinik godkänner de här raderna" in told
    assert "vardlager approve" not in told and "Hela kliniken" not in told


def test_text_of_a_source_is_never_markup(tmp_path: Path) -> None:
    attack = '<script>alert("x")</script><img src=x onerror=y>'
    of = rule("A11", accepted_reason=attack, accepted_by=attack, title=attack, meaning=attack)
    rows = [deviation(of, status, attack, detail=attack, unit_name=attack) for status in ("new", "fixed", "accepted")]
    tables = {
        "clinic": [clinic(name=attack, area_name=attack, approval_state="withdrawn", withdrawn_reason=attack)],
        "rule": [counted(of, rows)],
        "deviation": rows,
        "work_list": [{**work_list_tables()["work_list"][0], "contact_id": attack, "clinic_name": attack}],
    }
    write_lists(write_review(tmp_path / "review", tables), tmp_path / "lists", attack)
    for path in (tmp_path / "lists").glob("*.html"):
        html = path.read_text(encoding="utf-8")
        assert "<script" not in html and "<img" not in html and "&lt;script&gt;" in html


def test_a_page_stands_alone(every_rule: str) -> None:
    assert not re.search(r'(src|href)="(?!#)', every_rule)
    assert not re.search(r"<script|url\(|@import|https?://", every_rule)
    assert '<html lang="sv">' in every_rule


def test_the_work_list_tells_from_which_day_it_counts_and_who_waits(tmp_path: Path) -> None:
    told = words(page(tmp_path, work_list_tables(), "vardgarantienheten"))
    assert "räknade till månadens sista dag, onsdag 31 juli 2024, inte till i dag" in told
    assert "Ortopedkliniken 1 1 1 1 4 Ögonkliniken 1 0 0 0 1 Alla 2 1 1 1 5" in told
    for text in (
        "12 dagar över VK0000000901",
        "2024-08-20, för sent",
        "9 dagar kvar VK0000000904",
        "2024-08-07, i tid",
        "311, CJC",
        "Patientvald väntan",
    ):
        assert text in told, text
    assert "VK0000000702 Ortopedmottagningen Första kontakt 311 2024-07-23 Ja" in told


def test_a_work_list_without_rows_says_that_nobody_waits(tmp_path: Path) -> None:
    told = words(page(tmp_path, {}, "vardgarantienheten"))
    assert "Ingen väntar över gränsen" in told and "Inga patienter uteblev." in told
