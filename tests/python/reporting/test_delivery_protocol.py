"""The protocol of a delivery: the outcome in words, every count, and nothing outside the page."""

from __future__ import annotations

import re
from typing import Any

import pytest

from orchestration.national.contract import RECORD_TYPES, DeliveryAttribute
from orchestration.reporting.protocol import render_protocol, verdict_of
from orchestration.validation.results import ExpectationResult
from tests.python.reporting.reading import block, verdict, words
from tests.python.reporting.samples import changed, good_results, result

DOCUMENT: dict[str, Any] = {
    "receiver": "skr",
    "region_code": 56,
    "region_name": "Region Prov",
    "period": "2024-07",
    "version": 2,
    "created_at": "2024-08-18T09:30:00",
    "code_version": "0.1.0",
    "replaced_version": 1,
    "override_reason": None,
    "overridden": [],
    "populations": [
        {
            "population": "completed",
            "staged": 1022,
            "left_out": 15,
            "delivered": 1007,
            "left_out_by_rule": [{"rule_id": "A02", "title": "Negativ väntetid", "rows": 15}],
        },
        {
            "population": "waiting",
            "staged": 9,
            "left_out": 5,
            "delivered": 4,
            "left_out_by_rule": [{"rule_id": "DL01", "title": "", "rows": 5}],
        },
    ],
    "approvals": [
        {
            "clinic_id": "SE1",
            "clinic_name": "Kliniken",
            "approved_by": "Rapportören",
            "approved_at": "2024-08-15T09:12:00",
            "accepted": ["A02: rättas i september"],
        }
    ],
    "files": [
        {
            "name": "genomforda_kontakter.xml",
            "rows": 1007,
            "leverans_referens": "56-x",
            "ersattnings_id": "E9",
            "sha256": "ab",
        }
    ],
    "extracts": [{"file_name": "kontakter.csv", "period": "2024-07", "rows_loaded": 1022, "sha256": "cd" * 32}],
    "parameters": [
        {"kind": "target", "name": "operation_90", "value": "0.900000", "unit": "andel", "source": "handlingsplan"}
    ],
}


def attribute(name: str, meaning: str, position: int) -> DeliveryAttribute:
    return DeliveryAttribute(position, name, name.lower(), True, "text", None, None, None, None, None, None, meaning)


CONTRACT = {
    record_type.name: (attribute("Regionkod", "Regionen som lämnar", 1), attribute("Fas", "Del av vårdförloppet", 10))
    for record_type in RECORD_TYPES
}


def page(results: list[ExpectationResult] | None = None, **changes: Any) -> str:
    return render_protocol(
        {**DOCUMENT, **changes}, good_results() if results is None else results, CONTRACT, RECORD_TYPES
    )


def test_a_passed_delivery_says_so_with_every_count() -> None:
    html = page()
    assert verdict(html) == "Godkänd"
    text = words(html)
    assert (
        "Region Prov (regionkod 56) · juli 2024 · mottagare SKR · version 2 · upprättat 18 augusti 2024 kl. 09.30"
        in text
    )
    assert "Alla 5 kontroller är godkända" in text and "ersätter version 1" in text
    told = block(html, "Rader i leveransen")
    assert "Genomförda kontakter 1 022 15 1 007" in told and "Väntande kontakter 9 5 4" in told
    assert "Genomförda kontakter A02 Negativ väntetid 15" in told
    assert "Väntande kontakter DL01 Akut kontakt på väntelistan 5" in told
    assert "Kliniken SE1 Rapportören 15 augusti 2024 kl. 09.12 A02: rättas i september" in block(html, "Klinikernas")
    assert "genomforda_kontakter.xml ab 1 007 56-x E9" in block(html, "Filer")
    assert "kontakter.csv" in block(html, "Underlag") and "90,0 %" in block(html, "Underlag")


def test_an_attribute_is_shown_with_its_meaning_and_a_rule_by_its_id() -> None:
    told = block(page(), "Alla kontroller")
    assert "Leveransen: genomförda kontakter: regler Regel Kontroll och utfall Resultat A13" in told
    assert "Attribut Kontroll och utfall Resultat Fas Del av vårdförloppet Fas.required stämmer." in told


@pytest.mark.parametrize(
    ("changes", "outcome", "headline"),
    [
        ({"passed": True}, "passed", "Godkänd"),
        ({"passed": False, "severity": "warn"}, "warn", "Godkänd, med något att granska"),
        ({"passed": False}, "failed", "Underkänd"),
        ({"passed": False, "crashed": True}, "crashed", "Kunde inte köras"),
        ({"passed": True, "crashed": True}, "crashed", "Kunde inte köras"),
        ({"passed": False, "crashed": True, "severity": "warn"}, "crashed", "Kunde inte köras"),
    ],
)
def test_each_outcome_has_a_verdict_of_its_own(changes: dict[str, Any], outcome: str, headline: str) -> None:
    results = changed("Fas.required", "delivery_completed", observed="3 av 7 rader avviker", **changes)
    assert verdict_of(results) == outcome
    html = page(results)
    assert verdict(html) == headline
    assert ("<h2>Det här stoppar leveransen" in html) == (outcome in ("failed", "crashed"))
    assert ("<h2>Det här bör granskas" in html) == (outcome == "warn")
    assert "3 av 7 rader avviker" in words(html)


def test_no_result_at_all_is_no_pass() -> None:
    assert verdict_of([]) == "crashed"
    assert verdict(page([])) == "Kunde inte köras"


def test_an_override_tells_line_by_line_what_it_went_before() -> None:
    lines = ["A38 För många rader utelämnade: Ögonkliniken, 1 st", "Öronkliniken: godkännande saknas"]
    text = page(override_reason="semester", overridden=lines)
    assert all(line in text for line in lines)
    assert "Inget behövde åsidosättas" not in text
    assert "Inget behövde åsidosättas" in page(override_reason="semester")
    assert "åsidosättas" not in page()


def test_an_override_is_told_with_its_reason_and_escaped() -> None:
    text = page(override_reason="Kliniken <sommarstängd> & tom", approvals=[])
    assert "Kliniken &lt;sommarstängd&gt; &amp; tom" in text
    assert "Ingen klinik har godkänt siffrorna; se skälet ovan." in words(text)


def test_a_suite_outside_the_contract_stands_under_its_own_name() -> None:
    html = page([*good_results(), result("my_suite", "odd.thing", meaning="Är <konstig>")])
    told = block(html, "Alla kontroller")
    assert "my_suite Gäller Kontroll och utfall Resultat odd Är <konstig>" in told
    assert "<konstig>" not in html


def test_the_protocol_asks_for_nothing_outside_itself() -> None:
    for results in (good_results(), [], changed("Fas.required", "delivery_completed", passed=False)):
        assert not re.search(r"https?:|src=|href=|<script|<link|<img|<iframe|@import|url\(", page(results))


def test_r40_the_same_content_gives_the_same_page() -> None:
    assert page() == page()
