"""EXTRACTS.md: "wrong encoding, NUL bytes, BOM where none is expected": decoded when certain, else refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from .house import House
from .samples import BY_ENTITY, SAMPLES, Sample
from .test_faults import account, assert_quarantined, assert_refused

EVERY_DIALECT = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.entity)
CP1252 = [sample for sample in SAMPLES if sample.contract.dialect.encoding == "cp1252"]
UTF8 = [sample for sample in SAMPLES if sample.contract.dialect.encoding == "utf-8"]
# The bytes that Windows-1252 leaves undefined.
UNDEFINED = [b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d"]
TEXT = "Åsa Öberg, näs–hals € ‰ ž"


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "home")


def with_text(sample: Sample, text: str, rows: int = 4, **options: object) -> bytes:
    return sample.file([{**sample.row(n), sample.free_text: text} for n in range(rows)], **options)


def texts(house: House, sample: Sample) -> set[str]:
    return {row[sample.free_text] for row in house.rows(sample.entity)}


@EVERY_DIALECT
def test_the_dialects_own_encoding_keeps_every_letter(house: House, sample: Sample) -> None:
    house.deliver(sample.entity, with_text(sample, TEXT))
    landing = house.land(sample.entity)
    assert account(house, sample) == (4, 4, 0, 0)
    assert texts(house, sample) == {TEXT}
    assert not [line for line in landing.reports if "UTF-8" in line or "BOM" in line]


@pytest.mark.parametrize("sample", CP1252, ids=lambda sample: sample.entity)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_another_certain_encoding_is_decoded_and_told(house: House, sample: Sample, encoding: str) -> None:
    house.deliver(sample.entity, with_text(sample, TEXT, encoding=encoding))
    landing = house.land(sample.entity)
    assert account(house, sample) == (4, 4, 0, 0)
    assert texts(house, sample) == {TEXT}
    assert any(sample.file_name in line for line in landing.reports)


@pytest.mark.parametrize("sample", UTF8, ids=lambda sample: sample.entity)
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"], ids=["without", "with"])
def test_utf8_is_read_with_and_without_a_bom(house: House, sample: Sample, bom: bytes) -> None:
    data = with_text(sample, TEXT, encoding="utf-8")
    house.deliver(sample.entity, bom + data)
    landing = house.land(sample.entity)
    assert account(house, sample) == (4, 4, 0, 0)
    assert texts(house, sample) == {TEXT}
    told = any("BOM" in line for line in landing.reports)
    assert told is (bool(bom) and not sample.contract.dialect.has_bom)


@pytest.mark.parametrize("sample", UTF8, ids=lambda sample: sample.entity)
def test_windows_1252_in_a_utf8_dialect_is_refused_with_the_byte_offset(house: House, sample: Sample) -> None:
    data = with_text(sample, "brådska", encoding="cp1252")
    house.deliver(sample.entity, data)
    first = next(at for at, byte in enumerate(data) if byte > 127)
    assert_refused(house, house.land(sample.entity), sample, sample.file_name, f"byte {first}")


@pytest.mark.parametrize("sample", CP1252, ids=lambda sample: sample.entity)
@pytest.mark.parametrize("wrong", UNDEFINED, ids=lambda wrong: wrong.hex())
def test_a_byte_that_windows_1252_lacks_refuses_the_file_with_its_offset(
    house: House, sample: Sample, wrong: bytes
) -> None:
    data = with_text(sample, "MÄRKE")
    at = data.rindex("MÄRKE".encode("cp1252")) + 2
    house.deliver(sample.entity, data[:at] + wrong + data[at + 1 :])
    assert_refused(house, house.land(sample.entity), sample, sample.file_name, f"byte {at}")


@pytest.mark.parametrize("sample", CP1252, ids=lambda sample: sample.entity)
def test_utf8_mixed_into_windows_1252_is_refused_with_its_offset(house: House, sample: Sample) -> None:
    data = with_text(sample, "hälsa ensam")
    at = data.rindex(b"ensam")
    house.deliver(sample.entity, data[:at] + "å".encode() + data[at:])
    assert_refused(house, house.land(sample.entity), sample, sample.file_name, f"byte {at}")


@EVERY_DIALECT
def test_a_nul_byte_refuses_the_file_with_its_offset(house: House, sample: Sample) -> None:
    data = with_text(sample, "ensam")
    at = data.rindex(b"ensam")
    house.deliver(sample.entity, data[:at] + b"\0" + data[at:])
    assert_refused(house, house.land(sample.entity), sample, sample.file_name, f"byte {at}")


@EVERY_DIALECT
def test_utf16_without_a_bom_is_refused(house: House, sample: Sample) -> None:
    house.deliver(sample.entity, with_text(sample, "ensam", encoding="utf-16-le"))
    assert_refused(house, house.land(sample.entity), sample, "byte 1")


@EVERY_DIALECT
def test_a_utf16_file_that_ends_within_a_character_never_loads_its_last_line(house: House, sample: Sample) -> None:
    data = with_text(sample, "ensam", encoding="utf-16").rstrip(b"\r\n\0")
    house.deliver(sample.entity, data)
    landing = house.land(sample.entity)
    assert len(data) % 2 == 1
    assert landing.refused or account(house, sample) == (4, 3, 1, 0)


@pytest.mark.parametrize("sample", CP1252, ids=lambda sample: sample.entity)
def test_a_bom_before_windows_1252_is_refused_not_read_as_letters(house: House, sample: Sample) -> None:
    house.deliver(sample.entity, b"\xef\xbb\xbf" + with_text(sample, "hälsa"))
    assert_refused(house, house.land(sample.entity), sample, "byte")


@EVERY_DIALECT
def test_control_characters_and_lost_letters_never_reach_the_lake(tmp_path: Path, sample: Sample) -> None:
    """The replacement sign says that the export itself has lost a letter: mojibake."""
    house = House(tmp_path / "home", {"quarantine_limit_rows": 50})
    signs = ["\x01", "\x0b", "\x0c", "\x1b", "\x1f", "\x7f", "\ufffe", "\uffff", "\ufffd"]
    rows = sample.rows(20)
    for n, sign in enumerate(signs):
        rows[2 * n][sample.free_text] = f"a{sign}b"
    house.deliver(sample.entity, sample.file(rows, encoding="utf-8"))
    landing = house.land(sample.entity)
    if not landing.refused:
        kept = "".join(texts(house, sample))
        assert [sign for sign in signs if sign in kept] == []
        assert account(house, sample) == (20, 20 - len(signs), len(signs), 0)
        for n in range(len(signs)):
            assert_quarantined(house, sample, 2 * n + 2)


@EVERY_DIALECT
def test_a_lone_carriage_return_in_a_line_quarantines_it(house: House, sample: Sample) -> None:
    rows = sample.rows(6)
    rows[2][sample.free_text] = "a\rb"
    house.deliver(sample.entity, sample.file(rows))
    house.land(sample.entity)
    assert account(house, sample) == (6, 5, 1, 0)
    assert_quarantined(house, sample, 4)


@EVERY_DIALECT
def test_a_line_break_inside_quotes_breaks_only_those_lines(house: House, sample: Sample) -> None:
    rows = sample.rows(9)
    end = sample.contract.dialect.line_end
    rows[3][sample.free_text] = f'före{end}efter;"'
    house.deliver(sample.entity, sample.file(rows))
    house.land(sample.entity)
    assert account(house, sample) == (10, 8, 2, 0)
    for line in (5, 6):
        assert_quarantined(house, sample, line)


def test_a_very_long_line_is_one_fault_and_the_others_load(house: House) -> None:
    sample = BY_ENTITY["cosmic_vardkontakt"]
    rows = sample.rows(6)
    rows[2][sample.free_text] = "x" * (3 << 20)
    house.deliver(sample.entity, sample.file(rows))
    landing = house.land(sample.entity)
    if landing.refused:
        assert_refused(house, landing, sample, sample.file_name)
    else:
        in_file, loaded, bad, _ = account(house, sample)
        assert (in_file, loaded + bad) == (6, 6)
        assert loaded >= 5


def test_letters_across_the_reading_blocks_stay_whole(house: House) -> None:
    """A file larger than several read blocks, every row full of two- and three-byte letters."""
    sample = BY_ENTITY["produktionsplan"]
    text = "åäö€" * 250
    rows = [{**sample.row(n), "produkt": f"{n} {text}"} for n in range(6_000)]
    house.deliver(sample.entity, sample.file(rows))
    house.land(sample.entity)
    assert account(house, sample) == (6_000, 6_000, 0, 0)
    assert all(row["produkt"] == f"{n} {text}" for n, row in enumerate(house.rows(sample.entity)))
