"""The protocol of a validation: the right verdict, what stops it, and what is known, whatever is missing."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.reporting import wording
from orchestration.reporting.facts import read_facts
from orchestration.reporting.protocol import render_validation_protocol, sections_of
from orchestration.state.store import open_state
from orchestration.validation.results import ExpectationResult
from orchestration.work import Work
from tests.python.reporting.reading import block, verdict, words
from tests.python.reporting.samples import (
    CHECKS,
    OF_THE_DELIVERY,
    PERIOD,
    RUN,
    add_load,
    changed,
    deviation,
    figure,
    fingerprint,
    good_results,
    insert,
    make_build,
    make_work,
    parameter,
    record,
    result,
    whole,
)

STOPS = "Det här stoppar leveransen"
REVIEW = "Det här bör granskas"
SHARES = "Måluppfyllelse i regionen"
LEFT_OUT = "Rader som inte kan levereras"
DEVIATIONS = "Avvikelser, per regel"
APPROVALS = "Klinikernas godkännanden"
FILES = "Filer som siffrorna vilar på"


def page(work: Work, results: list[ExpectationResult] | None = None) -> str:
    found = good_results() if results is None else results
    return render_validation_protocol(read_facts(work), found, 1, "2024-08-18 09:30:00")


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return make_work(tmp_path)


def test_a_validation_without_remarks_is_passed_and_names_nothing_that_stops(work: Work) -> None:
    html = page(whole(work))
    assert verdict(html) == "Godkänd"
    assert "Alla 5 kontroller är godkända" in words(html)
    assert "Region Prov (regionkod 56) · juli 2024 · version 1 · kontrollerat 18 augusti 2024 kl. 09.30" in words(html)
    assert f"<h2>{STOPS}" not in html and f"<h2>{REVIEW}" not in html


def test_a_warning_stops_nothing_and_is_shown_apart_from_what_is_failed(work: Work) -> None:
    results = changed(
        "operation_90.share", "waiting_times", severity="warn", passed=False, observed="från 0,66 till 0,48"
    )
    html = page(whole(work), results)
    assert verdict(html) == "Godkänd, med något att granska"
    assert f"<h2>{STOPS}" not in html
    told = block(html, REVIEW)
    assert "Väntetidernas rimlighet Att granska" in told
    assert "Operation eller åtgärd inom 90 dagar : operation_90.share stämmer. från 0,66 till 0,48" in told
    assert "Jämför med tidigare månader" in told
    assert "Underkänd" not in re.sub("Underkända", "", words(html))


def test_a_failed_check_stops_and_says_what_to_do_in_the_rules_own_words(work: Work) -> None:
    results = changed("A13.activity_given", "delivery_completed", passed=False, observed="3 av 7 rader avviker")
    html = page(whole(work), results)
    assert verdict(html) == "Underkänd"
    told = block(html, STOPS)
    assert "Leveransen: genomförda kontakter Underkänd" in told
    assert "3 av 7 rader avviker" in told
    # The seed's words for what is to be mended; its other case asks for nothing and is not told.
    assert "Fyll i aktivitet i Cosmic." in told and "Ingen åtgärd krävs" not in told


def test_a_crashed_check_is_told_apart_from_bad_data(work: Work) -> None:
    results = changed(
        "Fas.required",
        "delivery_waiting",
        passed=False,
        crashed=True,
        observed="kontrollen kunde inte köras (KeyError)",
    )
    html = page(whole(work), results)
    assert verdict(html) == "Kunde inte köras"
    told = block(html, STOPS)
    assert "Leveransen: väntande kontakter Kunde inte köras" in told
    assert "Underkänd" not in told
    assert "vardlager doctor" in told


def test_a_crashed_check_that_says_success_is_no_pass(work: Work) -> None:
    results = changed("Fas.required", "delivery_waiting", passed=True, crashed=True)
    assert verdict(page(whole(work), results)) == "Kunde inte köras"


def test_a_crash_leads_the_verdict_and_the_failure_beside_it_is_told(work: Work) -> None:
    results = changed("Fas.required", "delivery_waiting", passed=False, crashed=True)
    results += [result("landing", "cosmic_vantelista.rows", passed=False)]
    html = page(whole(work), results)
    assert verdict(html) == "Kunde inte köras"
    assert "Dessutom är något underkänt" in words(html)
    assert "Mottagna filer Underkänd" in block(html, STOPS)


def test_a_validation_without_any_result_is_no_pass(work: Work) -> None:
    html = page(whole(work), [])
    assert verdict(html) == "Kunde inte köras"
    assert "Ingen kontroll av uppgifterna har gjorts" in words(html)


def test_suites_stand_in_order_and_an_unknown_one_under_its_own_name(work: Work) -> None:
    results = [result("my_suite", "something.odd"), result("delivery_causes", "Orsak.required"), *good_results()]
    sections = sections_of(results, {}, {})
    assert [section.title for section in sections] == [
        "Mottagna filer",
        "Väntetidernas rimlighet",
        "Leveransen: genomförda kontakter",
        "Leveransen: väntande kontakter",
        "delivery_causes",
        "my_suite",
    ]
    summary = block(page(whole(work), results), "Kontroller som krävs")
    assert "my_suite 1 1 0 0 0 Godkänd" in summary


def test_attributes_stand_in_the_contracts_order_after_the_rules(work: Work) -> None:
    results = [
        result("delivery_completed", name) for name in ("Mvo.length", "A13.given", "Regionkod.required", "A02.x")
    ]
    (section,) = sections_of(results, read_facts(whole(work)).attributes, {})
    assert [[subject.name for subject in group.subjects] for group in section.groups] == [
        ["A02", "A13"],
        ["Regionkod", "Mvo"],
    ]


@pytest.mark.parametrize("check", OF_THE_DELIVERY)
def test_a_required_check_that_is_missing_is_no_pass(check: str, work: Work) -> None:
    make_build(work)
    record(work, *(other for other in CHECKS if other != check))
    html = page(work)
    assert verdict(html) == "Kunde inte köras"
    assert "Har inte körts i den här körningen." in block(html, STOPS)


@pytest.mark.parametrize("check", OF_THE_DELIVERY)
def test_a_required_check_of_other_inputs_is_no_pass(check: str, work: Work) -> None:
    make_build(work)
    record(work, *(other for other in CHECKS if other != check))
    record(work, check, inputs="other")
    html = page(work)
    assert verdict(html) == "Kunde inte köras"
    assert "Gäller andra filer" in block(html, "Kontroller som krävs")


@pytest.mark.parametrize("check", OF_THE_DELIVERY)
def test_a_required_check_that_failed_stops(check: str, work: Work) -> None:
    make_build(work)
    record(work, *CHECKS)
    record(work, check, passed=False)
    html = page(work)
    assert verdict(html) == "Underkänd"
    assert "3 rader saknas" in block(html, STOPS)


def test_a_suite_that_failed_is_told_once(work: Work) -> None:
    make_build(work)
    record(work, *CHECKS)
    record(work, "delivery_completed_suite", passed=False)
    html = page(work, changed("Fas.required", "delivery_completed", passed=False))
    assert "3 rader saknas" not in block(html, STOPS)


def test_e02_a_blocking_deviation_stops_though_every_check_passed(work: Work) -> None:
    html = page(whole(work, ("quality.deviations", deviation("E02", "overlap", "block", "-", None))))
    assert verdict(html) == "Underkänd"
    told = block(html, STOPS)
    assert "E02 : Överlappande intervall i enhetsregistret 1 avvikelser" in told
    assert "Rätta intervallen i enhetsregistret och läs in det igen." in told


def test_a_group_that_did_not_come_in_is_to_be_looked_at(work: Work) -> None:
    whole(work)
    with open_state(work.home.state_file) as state:
        state.set_group(PERIOD, "economy", "refused", "fil.csv: rad 12 har 9 fält")
        state.set_group(PERIOD, "care", "complete", None)
    html = page(work)
    assert verdict(html) == "Godkänd, med något att granska"
    assert "economy : Det senast lämnade är inte inläst. fil.csv: rad 12 har 9 fält" in block(html, REVIEW)
    assert "care :" not in block(html, REVIEW)


def test_the_regions_shares_are_printed_by_measure_and_variant_and_no_others(work: Work) -> None:
    rows = [
        figure("all", 4, 7),
        figure("skr", 3, 5),
        figure("socialstyrelsen", 3, 4),
        figure("pvv_over_limit", 4, 6),
        figure("skr", 91, 92, level="unit", unit_id="E1"),
        figure("skr", 93, 94, sex="K"),
        figure("skr", 95, 96, specialty_group="BUP"),
        figure("skr", 97, 98, period="2024-06"),
        figure("skr", 1, 3, population="waiting"),
    ]
    html = page(whole(work, *[("marts.mart_waiting_times", row) for row in rows]))
    told = block(html, SHARES)
    assert "Genomförda kontakter Mått SKR Socialstyrelsen Utan patientvald väntan över gränsen Alla kontakter" in told
    assert "Operation eller åtgärd inom 90 dagar 60,0 % 3 av 5 75,0 % 3 av 4 66,7 % 4 av 6 57,1 % 4 av 7" in told
    assert "Väntande kontakter Mått SKR Operation eller åtgärd inom 90 dagar 33,3 % 1 av 3" in told
    assert not re.search(r"9\d av 9\d", told)


def test_the_regions_main_variant_comes_first(tmp_path: Path) -> None:
    work = make_work(tmp_path, main_variant="all")
    rows = [figure("skr", 3, 5), figure("all", 4, 7)]
    told = block(page(whole(work, *[("marts.mart_waiting_times", row) for row in rows])), SHARES)
    assert "Mått Alla kontakter SKR" in told and "57,1 % 4 av 7 60,0 % 3 av 5" in told


@pytest.mark.parametrize(
    ("numerator", "denominator", "printed"),
    [(1, 16, "6,3 %"), (1091, 2000, "54,6 %"), (1090, 2000, "54,5 %"), (0, 5, "0,0 %"), (5, 5, "100,0 %"), (0, 0, "–")],
    ids=["half is rounded up", "a half that no double holds", "below it", "none", "all", "nothing to count"],
)
def test_a_share_is_rounded_half_away_from_zero_on_decimals(
    numerator: int, denominator: int, printed: str, work: Work
) -> None:
    row = figure("skr", numerator, denominator)
    told = block(page(whole(work, ("marts.mart_waiting_times", row))), SHARES)
    # 1 091 of 2 000 is 0.5455, which as a double lies below its half.
    shown = f"{wording.spaced(numerator)} av {wording.spaced(denominator)}".replace("\u00a0", " ")
    assert f"{printed} {shown}" in told


def test_what_is_left_out_of_the_delivery_is_told_by_rule_and_population(work: Work) -> None:
    def left_out(
        population: str, clinic: str | None, rule: str, rows: int, period: str = PERIOD
    ) -> tuple[str, dict[str, object]]:
        row = {"period": period, "population": population, "clinic_id": clinic, "rule_id": rule, "rows_count": rows}
        return "delivery.delivery_left_out", row

    html = page(
        whole(
            work,
            left_out("completed", "K1", "A02", 12),
            left_out("completed", "K2", "A02", 3),
            left_out("completed", "K1", "A36", 0),
            left_out("waiting", None, "DL01", 5),
            left_out("completed", "K1", "A02", 100, "2024-06"),
        )
    )
    told = block(html, LEFT_OUT)
    assert "Genomförda kontakter 22 15 7" in told
    assert "Väntande kontakter 9 5 4" in told
    assert "A02 Negativ väntetid Genomförda kontakter Rätta beslutsdatum eller starttid i Cosmic. 15" in told
    assert "DL01 Akut kontakt på väntelistan Väntande kontakter Inget fel" in told
    assert "A36" not in told


def test_deviations_are_counted_by_rule_in_the_words_of_the_seed(work: Work) -> None:
    rows = [
        deviation("A24", "unknown", "info", "-", None),
        deviation("A02", "negative", "fix", "D", "K1"),
        deviation("A02", "negative", "fix", "D", "K1"),
        deviation("A02", "negative", "fix", "D", "K2"),
        deviation("A24", "malformed", "fix", "L", "K1"),
        {**deviation("A01", "missing", "fix", "D"), "period": "2024-06"},
    ]
    told = block(page(whole(work, *[("quality.deviations", row) for row in rows])), DEVIATIONS)
    assert (
        "A02 Negativ väntetid Kontakten började före dagen för beslutet. "
        "Rättas av kliniken Räknas inte i måtten och levereras inte 3 2" in told
    )
    assert "Felaktig folkbokföring" in told and "Rättas av kliniken Levereras inte 1 1" in told
    assert "För kännedom Räknas; levereras om vården är specialiserad 1 0" in told
    assert "A01" not in told
    assert told.index("A02") < told.index("Felaktig folkbokföring") < told.index("Okänd folkbokföring")


def test_every_file_the_figures_rest_on_is_accounted_for(work: Work) -> None:
    add_load(work, "cosmic_vardkontakt", "kontakter.csv", (1000, 20, 3, 4))
    add_load(work, "cosmic_vantelista", "vantelista.csv", (9, 0, 0, 0))
    add_load(work, "cosmic_vardkontakt", "juni.csv", (7, 0, 0, 0), period="2024-06")
    add_load(work, "cosmic_vantelista", "juni_v.csv", (7, 0, 0, 0), period="2024-06")
    add_load(work, "register_enhet", "enheter.csv", (143, 0, 0, 0), period="2024-05")
    told = block(page(whole(work)), FILES)
    assert f"kontakter.csv {'ab' * 32} 2024-07 1 027 1 000 20 3 4" in told
    assert "enheter.csv" in told and "juni.csv" not in told
    assert "2 filer från andra perioder" in told


def approve(work: Work, clinic: str, figures: str, approval: int, withdrawn: str | None = None) -> None:
    row = {
        "approval_id": approval,
        "period": PERIOD,
        "clinic_id": clinic,
        "clinic_name": f"Klinik {clinic}",
        "approved_by": "Rapportören",
        "approved_at": "2024-08-15 09:12:00",
        "figures_hash": figures,
        "figures": "{}",
        "loads": "[]",
        "withdrawn_at": withdrawn,
        "withdrawn_reason": None,
    }
    with open_state(work.home.state_file) as state:
        state.insert("approval", [row])


def clinic_figure(work: Work, clinic: str, figures: str, inputs: str = "") -> None:
    row = {
        "period": PERIOD,
        "clinic_id": clinic,
        "clinic_name": f"Klinik {clinic}",
        "run_id": RUN,
        "inputs": inputs or fingerprint(work),
        "figures_hash": figures,
        "figures": "{}",
        "recorded_at": "2024-08-14 10:00:00",
    }
    with open_state(work.home.state_file) as state:
        state.insert("clinic_figure", [row])


def test_each_clinics_approval_is_of_exactly_its_figures(work: Work) -> None:
    whole(work)
    for clinic in ("A", "B", "C", "D"):
        clinic_figure(work, clinic, f"figures of {clinic}")
    approve(work, "A", "figures of A", 1)
    approve(work, "B", "earlier figures", 2)
    approve(work, "C", "figures of C", 3, withdrawn="2024-08-16 10:00:00")
    approve(work, "E", "figures of E", 4)
    with open_state(work.home.state_file) as state:
        state.insert("acceptance", [{"approval_id": 1, "rule_id": "A12", "reason": "rättas i september"}])
    told = block(page(work), APPROVALS)
    assert "1 av 5 kliniker har godkänt" in told
    assert "Klinik A A Rapportören, 15 augusti 2024 kl. 09.12 A12: rättas i september Godkänd" in told
    assert re.search(r"Klinik B B Rapportören, [^K]+ – Siffrorna har ändrats", told)
    assert "Klinik C C – – Inte godkänd" in told
    assert "Klinik D D – – Inte godkänd" in told
    assert re.search(r"Klinik E E Rapportören, [^K]+ – Saknar siffror", told)
    assert "tidigare körning" not in told


def test_clinic_figures_of_other_files_are_told_as_such(work: Work) -> None:
    whole(work)
    clinic_figure(work, "A", "f", inputs="other")
    assert "från en tidigare körning" in block(page(work), APPROVALS)


def test_no_clinic_has_figures_yet(work: Work) -> None:
    assert "Inga kliniker har fått siffror att godkänna än." in block(page(whole(work)), APPROVALS)


def test_the_parameters_in_force_on_the_periods_last_day_are_shown(work: Work) -> None:
    day = datetime.date
    rows = [
        parameter("always", "90"),
        parameter("until_last_day", "1", last=day(2024, 7, 31)),
        parameter("until_day_before", "2", last=day(2024, 7, 30)),
        parameter("from_last_day", "3", first=day(2024, 7, 31)),
        parameter("from_next_month", "4", first=day(2024, 8, 1)),
    ]
    told = block(page(whole(work, *[("meta.parameters", row) for row in rows])), "Gränser och inställningar")
    assert "Betydelsen av always. always 90 dagar HSF" in told
    assert "until_last_day" in told and "from_last_day" in told
    assert "until_day_before" not in told and "from_next_month" not in told


def test_without_a_build_the_page_says_so_and_shows_what_is_known(work: Work) -> None:
    add_load(work, "register_enhet", "enheter.csv", (143, 0, 0, 0))
    record(work, "landing_account_balances")
    html = page(work, [])
    assert verdict(html) == "Kunde inte köras"
    for heading in (SHARES, LEFT_OUT, DEVIATIONS, "Gränser och inställningar"):
        assert "kan inte visas: lagret är inte byggt än." in block(html, heading)
    assert "enheter.csv" in block(html, FILES)
    assert "Inläsning" in block(html, "Kontroller som krävs")


def test_a_build_of_other_files_shows_no_figures(work: Work) -> None:
    make_build(work, ("marts.mart_waiting_times", figure("skr", 3, 5)))
    record(work, *CHECKS, inputs="other")
    html = page(work)
    assert "3 av 5" not in html
    assert "kan inte visas: lagret är inte byggt, med godkända tester, på just de filer" in block(html, SHARES)


def test_a_build_that_did_not_pass_its_tests_shows_no_figures(work: Work) -> None:
    make_build(work, ("marts.mart_waiting_times", figure("skr", 3, 5)))
    record(work, *CHECKS)
    record(work, "dbt_tests_pass", passed=False)
    assert "3 av 5" not in page(work)


def test_a_build_of_the_same_files_in_another_run_shows_its_figures_and_proves_nothing(work: Work) -> None:
    make_build(work, ("marts.mart_waiting_times", figure("skr", 3, 5)))
    record(work, *CHECKS, run="an earlier run")
    html = page(work)
    assert "60,0 % 3 av 5" in block(html, SHARES)
    assert verdict(html) == "Kunde inte köras"


def test_a_missing_table_is_told_and_the_other_parts_stand(work: Work) -> None:
    whole(work, ("marts.mart_waiting_times", figure("skr", 3, 5)))
    with duckdb.connect(str(work.home.build_file)) as connection:
        connection.execute("drop table quality.deviations")
        connection.execute("drop table reference.delivery_attributes")
    html = page(work)
    assert "Avvikelserna kan inte visas: tabellen gick inte att läsa i bygget (CatalogException)." in block(
        html, DEVIATIONS
    )
    assert "3 av 5" in block(html, SHARES)


def test_a_build_that_cannot_be_opened_is_told(work: Work) -> None:
    whole(work)
    work.home.build_file.write_bytes(b"no database at all" * 1000)
    assert "bygget gick inte att öppna" in block(page(work), SHARES)


def test_texts_are_escaped_and_identities_masked(work: Work) -> None:
    born = "19121212"
    results = [
        result(
            "my_suite",
            "<b>odd</b>.x",
            passed=False,
            meaning=f"<script>alert(1)</script> {born}-1212",
            observed=f"raden {born}1212 & fler",
        )
    ]
    whole(work)
    with open_state(work.home.state_file) as state:
        state.set_group(PERIOD, "care", "refused", f"<i>fil {born}-1212</i>")
    html = page(work, results)
    assert "<script" not in html and "<b>odd" not in html and "<i>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html and "&amp; fler" in html
    assert born not in html


def test_the_page_asks_for_nothing_outside_itself_whatever_the_verdict(work: Work) -> None:
    whole(work, ("marts.mart_waiting_times", figure("skr", 3, 5)))
    pages = [
        page(work),
        page(work, []),
        page(work, changed("Fas.required", "delivery_waiting", passed=False)),
        page(work, changed("Fas.required", "delivery_waiting", crashed=True)),
    ]
    for html in pages:
        assert not re.search(r"https?:|src=|href=|<script|<link|<img|<iframe|@import|url\(", html)


def test_r40_the_same_state_and_build_give_the_same_page(tmp_path: Path) -> None:
    rows = [figure(variant, 3, 5) for variant in ("skr", "all", "socialstyrelsen")]
    deviations = [deviation("A02", "negative", "fix", "D"), deviation("A01", "missing", "fix", "D")]

    def made(name: str, is_reversed: bool) -> str:
        extra = [("marts.mart_waiting_times", row) for row in rows] + [
            ("quality.deviations", row) for row in deviations
        ]
        return page(whole(make_work(tmp_path / name), *(extra[::-1] if is_reversed else extra)))

    assert made("a", False) == made("b", True)


def test_many_failures_of_a_suite_are_shortened_above_and_all_told_below(work: Work) -> None:
    results = [result("landing", f"file_{number}.rows", passed=False) for number in range(14)]
    html = page(whole(work), results)
    assert "Och 4 till." in block(html, STOPS)
    assert all(f"file_{number}.rows stämmer" in block(html, "Alla kontroller") for number in range(14))


def test_rows_of_another_period_are_not_counted_as_to_be_delivered(work: Work) -> None:
    whole(work)
    with duckdb.connect(str(work.home.build_file)) as connection:
        insert(connection, "delivery.delivery_completed", {"period": "2024-06", "contact_key": "x"})
    assert "Genomförda kontakter 7 0 7" in block(page(work), LEFT_OUT)


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        ("90", "dagar", "90\u00a0dagar"),
        ("0.950000", "andel", "95,0\u00a0%"),
        ("2010-01-01", "datum", "2010-01-01"),
        ('["skr", "sos"]', None, "skr, sos"),
        ("[]", None, "–"),
        ("null", None, "–"),
        (None, None, "–"),
        ("true", None, "ja"),
        ("false", None, "nej"),
    ],
)
def test_a_parameter_is_written_for_a_reader(value: str | None, unit: str | None, told: str) -> None:
    assert wording.parameter_value(value, unit) == told


def test_numbers_are_written_in_swedish() -> None:
    assert wording.spaced(1234567) == "1\u00a0234\u00a0567"
    assert wording.spaced(None) == "–"
    assert wording.percent(Decimal("0.0625")) == "6,3\u00a0%"
    assert wording.percent(Decimal("-0.0625")) == "-6,3\u00a0%"


HELD = "Det här hålls tillbaka"


def test_a_domain_that_is_held_back_stops_nothing_and_says_why_and_which_figures_stand(work: Work) -> None:
    whole(work)
    record(work, "production_suite", passed=False)
    bad = result("production", "PR06.x", passed=False, observed="2 rader avviker")
    html = page(work, [*good_results(), bad])
    assert verdict(html) == "Något hålls tillbaka"
    told = block(html, HELD)
    assert "production_suite: 3 rader saknas. Inga siffror är publicerade." in told
    assert "2 rader avviker" in told and "Det här stoppar leveransen" not in html
    demanded = block(html, "Kontroller som krävs före leverans")
    assert "Underkänd" in demanded.split("Kontroller som krävs före publicering av ett område")[1]


def test_a_month_without_care_waits_for_it_and_is_no_fault(work: Work) -> None:
    whole(work)
    with open_state(work.home.state_file) as state:
        state.execute("delete from load where group_name = 'care'")
        state.execute("delete from evidence where check_id in ('waiting_times_suite', 'delivery_completed_suite')")
    record(work, *(check for check in CHECKS if check not in OF_THE_DELIVERY))
    record(work, "landing_account_balances", "dbt_tests_pass", "landing_suite")
    html = page(work, [r for r in good_results() if r.suite == "landing"])
    assert verdict(html) == "Väntar på vården"
    assert "vården för 2024-07 är inte inläst" in block(html, HELD)
    assert "Inte inläst för perioden: care" in block(html, FILES)
    assert "Det här stoppar leveransen" not in html
