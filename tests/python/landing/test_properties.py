"""Random good files land with exactly their values; random broken ones never crash, and always add up."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from .house import CONTRACTS, House, assert_balanced
from .people import person_key, reserve_key
from .samples import BY_ENTITY, SAMPLES, Sample

TEXTS = st.text(alphabet=st.sampled_from("aZ09åäöÅÄÖéü€–|;,'\"\t .:=+-@#%&/\\()[]{}<>ß½"), max_size=20).map(str.strip)
MOMENTS = st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2100, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)
DATES = st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 12, 31))


@contextmanager
def house_of(**settings_: Any) -> Iterator[House]:
    with tempfile.TemporaryDirectory() as folder:
        yield House(Path(folder) / "home", settings_)


@st.composite
def good_row(
    draw: st.DrawFn, sample: Sample, number: int, birth: datetime.date
) -> tuple[dict[str, str], dict[str, Any]]:
    """(text of each column, value expected in the lake) by the contract's types alone."""
    contract, dialect = sample.contract, sample.contract.dialect
    text: dict[str, str] = {}
    lake: dict[str, Any] = {}
    for column in contract.columns:
        must = column.is_required or column.name in contract.key
        name, value, written = column.name, None, ""
        if column.identity is not None:
            year = birth.strftime("%Y%m%d")
            written = draw(st.sampled_from([f"{year}{number:04d}", f"{year}-{number:04d}", f"RES-{number:05d}"]))
            secret = bytes(range(1, 33))
            is_reserve = written.startswith("R")
            key = reserve_key if is_reserve else person_key
            lake[f"{column.identity}_key"] = key(
                secret, column.identity, written.replace("-", "") if not is_reserve else written
            )
            text[name] = written
            continue
        if not must and draw(st.booleans()):
            pass
        elif column.codes:
            written = value = draw(st.sampled_from(column.codes))
        elif column.value_format == "yyyymm":
            written = value = "202407"
        elif column.data_type == "timestamp":
            value = draw(MOMENTS)
            if name == contract.period_column:
                value = value.replace(year=2024, month=7)
            written = value.isoformat(sep=dialect.timestamp_separator)
        elif column.data_type == "date":
            value = draw(DATES)
            written = value.isoformat()
        elif column.data_type == "integer":
            value = draw(st.integers(-999_999_999, 999_999_999))
            written = str(value)
        elif column.data_type.startswith("decimal"):
            scale = int(column.data_type[:-1].split(",")[1])
            whole, part = draw(st.integers(-99_999, 99_999)), draw(st.integers(0, 10**scale - 1))
            sign = "-" if whole < 0 else ""
            value = Decimal(f"{sign}{abs(whole)}.{part:0{scale}d}")
            written = f"{sign}{abs(whole)}{dialect.decimal_separator}{part:0{scale}d}"
            if dialect.thousands_separators and abs(whole) >= 1000:
                blank = draw(st.sampled_from(dialect.thousands_separators))
                thousands = f"{abs(whole):,}".replace(",", blank)
                written = f"{sign}{thousands}{dialect.decimal_separator}{part:0{scale}d}"
        else:
            written = draw(TEXTS)
            value = written or None
            if must and value is None:
                written = value = "x"
        if name == contract.key[-1] if contract.key else False:
            # Keys of different rows differ; what the value is does not matter.
            if column.data_type == "integer":
                value = number
            elif column.data_type == "varchar":
                value = f"{value}{number}"
            written = str(value)
        text[name] = written
        if column.is_loaded:
            lake[name] = value
    return text, lake


@st.composite
def good_files(draw: st.DrawFn) -> tuple[Sample, bytes, list[dict[str, Any]]]:
    sample = draw(st.sampled_from([s for s in SAMPLES if s.entity != "register_enhet"]))
    birth = draw(st.dates(datetime.date(1900, 1, 1), datetime.date(2024, 12, 31)))
    rows = [draw(good_row(sample, 100 + n, birth)) for n in range(draw(st.integers(1, 5)))]
    columns = draw(st.permutations([column.name for column in sample.contract.columns]))
    data = sample.file(
        [text for text, _ in rows],
        columns=columns,
        quote_all=draw(st.booleans()),
        line_end=draw(st.sampled_from(["\n", "\r\n"])),
    )
    return sample, data, [lake for _, lake in rows]


@given(good_files())
def test_any_good_file_lands_with_exactly_its_values(made: tuple[Sample, bytes, list[dict[str, Any]]]) -> None:
    sample, data, expected = made
    with house_of() as house:
        house.deliver(sample.entity, data)
        landing = house.land(sample.entity)
        assert not landing.refused, (landing.refused, data)
        found = house.rows(sample.entity)
        assert [row["_line"] for row in found] == list(range(2, len(expected) + 2)), landing.reports
        for row, wanted in zip(found, expected, strict=True):
            assert {name: row[name] for name in wanted} == wanted


DAMAGE = st.one_of(
    st.tuples(st.just("set"), st.integers(0, 10**6), st.binary(min_size=1, max_size=3)),
    st.tuples(
        st.just("insert"),
        st.integers(0, 10**6),
        st.sampled_from([b'"', b'""', b";", b",", b"\n", b"\r", b"\x1f", b"\xc3", b"\0"]),
    ),
    st.tuples(st.just("cut"), st.integers(0, 10**6), st.integers(1, 30).map(bytes)),
)


def damaged(data: bytes, start: int, stop: int, damages: list[tuple[str, int, bytes]]) -> bytes:
    """`data` with bytes changed, put in or taken out between start and stop."""
    part = bytearray(data[start:stop])
    for how, at, what in damages:
        at %= max(len(part), 1)
        if how == "set":
            part[at : at + len(what)] = what
        elif how == "insert":
            part[at:at] = what
        else:
            del part[at : at + len(what)]
    return data[:start] + bytes(part) + data[stop:]


def assert_a_true_account(house: House, sample: Sample, data: bytes) -> None:
    """Every non-empty line after the header is somewhere, and no row is in two places."""
    for load in house.loads():
        assert_balanced(load)
    load = house.current(sample.entity)
    if load is None:
        assert not house.rows(sample.entity)
        return
    if not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        lines = [line.removesuffix(b"\r") for line in data.split(b"\n")[1:]]
        assert load.rows_in_file == sum(bool(line) for line in lines)
    rows = house.rows(sample.entity)
    assert len(rows) == load.rows_loaded == len({row["_line"] for row in rows})


@given(st.sampled_from(SAMPLES), st.lists(DAMAGE, min_size=1, max_size=6), st.booleans())
def test_a_file_broken_anywhere_never_crashes_and_always_adds_up(
    sample: Sample, damages: list[tuple[str, int, bytes]], packed: bool
) -> None:
    whole = sample.file(sample.rows(8))
    data = damaged(whole, 0, len(whole), damages)
    with house_of() as house:
        house.deliver(sample.entity, data, packed=packed)
        landing = house.land(sample.entity)
        assert landing.group_states[sample.contract.group] in {"complete", "refused"}
        assert_a_true_account(house, sample, data)


@given(st.sampled_from(SAMPLES), st.lists(DAMAGE, min_size=1, max_size=4))
def test_good_lines_far_from_the_damage_still_load_with_their_values(
    sample: Sample, damages: list[tuple[str, int, bytes]]
) -> None:
    """Damage within line 6 of 12 that leaves the file decodable touches no other row than its own lines."""
    end = sample.contract.dialect.line_end.encode()
    whole = sample.file(sample.rows(12))
    lines = whole.split(end)
    start = len(end.join(lines[:5])) + len(end)
    data = damaged(whole, start, start + len(lines[5]), damages)
    with house_of() as house:
        house.deliver(sample.entity, data)
        house.land(sample.entity)
        assert_a_true_account(house, sample, data)
        load = house.current(sample.entity)
        if load is None:
            return
        found = house.rows(sample.entity)
        for n in (0, 1, 2, 3):
            assert found[n]["_line"] == n + 2
            assert {name: found[n][name] for name in sample.lake(n)} == sample.lake(n)
        shift = data.count(b"\n") - whole.count(b"\n")
        by_line = {row["_line"]: row for row in found}
        for n in range(5, 12):
            row = by_line.get(n + 2 + shift)
            assert row is not None, (n, data)
            assert {name: row[name] for name in sample.lake(n)} == sample.lake(n)


@given(st.binary(max_size=400), st.sampled_from(["cosmic_vardkontakt", "telefoni_samtal"]), st.booleans())
def test_bytes_of_no_sense_are_refused_and_never_crash(content: bytes, entity: str, packed: bool) -> None:
    with house_of() as house:
        house.deliver(entity, content, packed=packed)
        landing = house.land(entity)
        assert landing.group_states[CONTRACTS[entity].group] == "refused"
        assert house.rows(entity) == []


@given(st.binary(max_size=200), st.booleans())
def test_a_kontroll_of_no_sense_never_crashes(content: bytes, has_header: bool) -> None:
    sample = BY_ENTITY["produktionsplan"]
    with house_of() as house:
        house.deliver(sample.entity, sample.file(sample.rows(2)))
        house.put("kontroll.csv", (b"fil;rader;sha256\n" if has_header else b"") + content)
        house.land(sample.entity)
        for load in house.loads():
            assert_balanced(load)
