"""EXTRACTS.md, "What can be wrong with a file, and what must happen": every row, on every dialect."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pytest

from orchestration.landing.land import Landing

from .house import House, assert_balanced
from .people import person
from .samples import BY_ENTITY, SAMPLES, Sample

EVERY_DIALECT = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.entity)
KEYED = [sample for sample in SAMPLES if sample.contract.key]
WITH_PERIOD = [sample for sample in SAMPLES if sample.contract.period_column]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "home")


def quarantined(house: House) -> list[dict[str, str]]:
    """Rows of every quarantine list."""
    rows: list[dict[str, str]] = []
    for path in sorted(house.home.quarantine.rglob("*.csv")):
        rows += csv.DictReader(io.StringIO(path.read_text("utf-8")), delimiter=";")
    return rows


def assert_quarantined(house: House, sample: Sample, line: int, column: str = "") -> None:
    found = [row for row in quarantined(house) if int(row["rad"]) == line]
    assert found, f"rad {line} finns inte i karantänen: {quarantined(house)}"
    assert all(row["fil"].startswith(sample.entity) for row in found)
    assert all(row["orsak"] for row in found)
    if column:
        assert column in {row["kolumn"] for row in found}


def assert_said(lines: list[str], *parts: str) -> None:
    assert any(all(part in line for part in parts) for line in lines), (parts, lines)


def account(house: House, sample: Sample) -> tuple[int, int, int, int]:
    """(in file, loaded, quarantined, duplicate) of the newest load that was taken in."""
    load = house.current(sample.entity)
    assert load is not None, house.loads()
    assert_balanced(load)
    assert load.rows_filtered == 0
    assert len(house.rows(sample.entity)) == load.rows_loaded
    return load.rows_in_file, load.rows_loaded, load.rows_quarantined, load.rows_duplicate


def assert_refused(house: House, landing: Landing, sample: Sample, *parts: str) -> None:
    assert landing.group_states[sample.contract.group] == "refused"
    assert_said(landing.refused, sample.entity, *parts)
    assert house.current(sample.entity) is None
    assert not list(house.home.lake.rglob("*.parquet"))
    for load in house.loads():
        assert load.outcome == "refused"
        assert_balanced(load)


@EVERY_DIALECT
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
def test_a_good_file_lands_with_exactly_its_values(house: House, sample: Sample, packed: bool) -> None:
    house.deliver(sample.entity, sample.file(sample.rows(30)), packed=packed)
    landing = house.land(sample.entity)
    assert landing.group_states == {sample.contract.group: "complete"}
    assert not landing.refused
    assert account(house, sample) == (30, 30, 0, 0)
    for n, row in enumerate(house.rows(sample.entity)):
        assert row["_line"] == n + 2
        assert {name: row[name] for name in sample.lake(n)} == sample.lake(n)


@EVERY_DIALECT
def test_the_lake_holds_the_columns_of_the_contract_in_order_and_no_identity(house: House, sample: Sample) -> None:
    house.deliver(sample.entity, sample.file(sample.rows(3)))
    house.land(sample.entity)
    first = house.rows(sample.entity)[0]
    assert list(first) == [name for name, _ in sample.contract.lake_columns()]
    assert not {"patient_id", "person_id", "text"} & set(first)


@EVERY_DIALECT
def test_quotes_column_order_and_other_line_ends_change_nothing(house: House, sample: Sample) -> None:
    columns = [column.name for column in sample.contract.columns][::-1]
    other_end = "\n" if sample.contract.dialect.line_end == "\r\n" else "\r\n"
    data = sample.file(sample.rows(8), columns=columns, quote_all=True, line_end=other_end)
    house.deliver(sample.entity, data)
    house.land(sample.entity)
    assert account(house, sample) == (8, 8, 0, 0)
    for n, row in enumerate(house.rows(sample.entity)):
        assert {name: row[name] for name in sample.lake(n)} == sample.lake(n)


def _damaged(sample: Sample, count: int, damage: dict[int, bytes]) -> bytes:
    """A file of `count` rows whose line numbers in `damage` are replaced by those bytes."""
    end = sample.contract.dialect.line_end.encode()
    lines = sample.file(sample.rows(count)).split(end)
    for line, content in damage.items():
        lines[line - 1] = content
    return end.join(lines)


def _line(sample: Sample, n: int) -> bytes:
    return sample.file([sample.row(n)], encoding=sample.contract.dialect.encoding).splitlines()[1]


@EVERY_DIALECT
@pytest.mark.parametrize("fault", ["too few fields", "too many fields", "unclosed quote", "text after quote"])
def test_a_line_that_is_no_row_is_quarantined_and_reading_goes_on_at_the_next_line(
    house: House, sample: Sample, fault: str
) -> None:
    separator = sample.contract.dialect.separator.encode()
    whole = _line(sample, 5)
    broken = {
        "too few fields": whole.rpartition(separator)[0],
        "too many fields": whole + separator + b"1",
        "unclosed quote": b'"' + whole,
        "text after quote": b'"' + whole.replace(separator, b'"x' + separator, 1),
    }[fault]
    house.deliver(sample.entity, _damaged(sample, 20, {7: broken}))
    landing = house.land(sample.entity)
    assert account(house, sample) == (20, 19, 1, 0)
    assert [row["_line"] for row in house.rows(sample.entity)] == [n for n in range(2, 22) if n != 7]
    assert_quarantined(house, sample, 7)
    assert_said(landing.reports, sample.file_name, "rad 7")


@EVERY_DIALECT
def test_a_truncated_last_line_is_quarantined_and_the_rest_loads(house: House, sample: Sample) -> None:
    whole = sample.file(sample.rows(12)).rstrip(b"\r\n")
    separator = sample.contract.dialect.separator.encode()
    cut = whole[: whole.rindex(b"\n")] + b"\n" + _line(sample, 11).split(separator)[0][:3]
    house.deliver(sample.entity, cut)
    landing = house.land(sample.entity)
    assert account(house, sample) == (12, 11, 1, 0)
    assert_quarantined(house, sample, 13)
    assert_said(landing.reports, sample.file_name, "rad 13")


@EVERY_DIALECT
def test_a_last_line_without_line_end_is_a_row_like_others(house: House, sample: Sample) -> None:
    house.deliver(sample.entity, sample.file(sample.rows(4)).rstrip(b"\r\n"))
    house.land(sample.entity)
    assert account(house, sample) == (4, 4, 0, 0)


@EVERY_DIALECT
def test_empty_lines_are_no_rows_but_keep_their_line_numbers(house: House, sample: Sample) -> None:
    end = sample.contract.dialect.line_end.encode()
    lines = sample.file(sample.rows(3)).split(end)
    house.deliver(sample.entity, end.join([lines[0], b"", lines[1], b"", b"", lines[2], lines[3], b"", b""]))
    house.land(sample.entity)
    assert account(house, sample) == (3, 3, 0, 0)
    assert [row["_line"] for row in house.rows(sample.entity)] == [3, 6, 7]


BAD_VALUES = [
    pytest.param(sample, column, value, id=f"{sample.entity}-{column}-{value}")
    for sample in SAMPLES
    for column, value in sample.bad_values
]


@pytest.mark.parametrize("sample,column,value", BAD_VALUES)
def test_a_value_of_the_wrong_type_quarantines_its_row_with_column_value_and_reason(
    house: House, sample: Sample, column: str, value: str
) -> None:
    rows = sample.rows(10)
    rows[3][column] = value
    house.deliver(sample.entity, sample.file(rows))
    landing = house.land(sample.entity)
    assert account(house, sample) == (10, 9, 1, 0)
    assert_quarantined(house, sample, 5, column)
    assert_said(landing.reports, sample.file_name, "rad 5", column)


@EVERY_DIALECT
def test_every_required_column_and_key_left_empty_quarantines_the_row(house: House, sample: Sample) -> None:
    required = [c.name for c in sample.contract.columns if c.is_required or c.name in sample.contract.key]
    for at in range(0, len(required), 5):
        rows = sample.rows(20)
        some = required[at : at + 5]
        for n, name in enumerate(some):
            rows[2 * n][name] = ""
        house.deliver(sample.entity, sample.file(rows))
        house.land(sample.entity)
        assert account(house, sample) == (20, 20 - len(some), len(some), 0)
        for n, name in enumerate(some):
            assert_quarantined(house, sample, 2 * n + 2, name)


@EVERY_DIALECT
def test_a_required_value_of_blanks_only_is_empty(house: House, sample: Sample) -> None:
    rows = sample.rows(4)
    rows[1][sample.required] = "   "
    house.deliver(sample.entity, sample.file(rows))
    house.land(sample.entity)
    assert account(house, sample) == (4, 3, 1, 0)


@EVERY_DIALECT
def test_a_rejected_value_shows_itself_but_never_an_identity(house: House, sample: Sample) -> None:
    column = next(
        name for name, _ in sample.bad_values if not sample.contract.column(name).data_type.startswith("decimal")
    )
    written = person("19460317", 42)
    rows = sample.rows(10)
    rows[0][column] = written
    rows[1][column] = f"{written[2:8]}-{written[8:]}"
    house.deliver(sample.entity, sample.file(rows))
    landing = house.land(sample.entity)
    assert account(house, sample) == (10, 8, 2, 0)
    told = house.quarantine_text() + "".join(landing.reports) + "".join(house.said)
    assert written not in told
    assert f"{written[2:8]}-{written[8:]}" not in told
    assert written[2:] not in told


@EVERY_DIALECT
def test_a_missing_required_column_refuses_the_file_and_is_named(house: House, sample: Sample) -> None:
    columns = [c.name for c in sample.contract.columns if c.name != sample.required]
    house.deliver(sample.entity, sample.file(sample.rows(5), columns=columns))
    landing = house.land(sample.entity)
    assert_refused(house, landing, sample, sample.required, sample.file_name)


@EVERY_DIALECT
def test_an_unknown_column_is_a_warning_that_names_it(house: House, sample: Sample) -> None:
    columns = ["egen_kolumn", *(c.name for c in sample.contract.columns)]
    rows = [{**row, "egen_kolumn": f"värde {n}"} for n, row in enumerate(sample.rows(5))]
    house.deliver(sample.entity, sample.file(rows, columns=columns))
    landing = house.land(sample.entity)
    assert account(house, sample) == (5, 5, 0, 0)
    assert_said(landing.reports, sample.file_name, "egen_kolumn")
    assert "egen_kolumn" not in house.rows(sample.entity)[0]


@EVERY_DIALECT
def test_a_missing_optional_column_is_empty_in_the_lake(house: House, sample: Sample) -> None:
    optional = [c.name for c in sample.contract.columns if c.name not in sample.contract.required_columns]
    columns = [c.name for c in sample.contract.columns if c.name not in optional]
    house.deliver(sample.entity, sample.file(sample.rows(5), columns=columns))
    house.land(sample.entity)
    assert account(house, sample) == (5, 5, 0, 0)
    loaded = [name for name in optional if sample.contract.column(name).is_loaded]
    assert all(row[name] is None for row in house.rows(sample.entity) for name in loaded)


@EVERY_DIALECT
def test_a_column_named_twice_refuses_the_file(house: House, sample: Sample) -> None:
    names = [c.name for c in sample.contract.columns]
    house.deliver(sample.entity, sample.file(sample.rows(5), columns=[*names, sample.required]))
    assert_refused(house, house.land(sample.entity), sample, sample.required)


@EVERY_DIALECT
def test_header_only_is_refused_or_empty_as_the_group_says(house: House, sample: Sample) -> None:
    house.deliver(sample.entity, sample.file([]))
    landing = house.land(sample.entity)
    refuses = sample.entity in {"cosmic_vardkontakt", "cosmic_vardtillfalle", "raindance_huvudbok", "register_enhet"}
    if refuses:
        assert_refused(house, landing, sample)
    else:
        assert account(house, sample) == (0, 0, 0, 0)


@EVERY_DIALECT
@pytest.mark.parametrize("content", [b"", b"\r\n", b"\n\n\n", b"\xef\xbb\xbf"], ids=["empty", "crlf", "lf", "bom"])
def test_a_file_without_a_header_is_refused(house: House, sample: Sample, content: bytes) -> None:
    house.deliver(sample.entity, content)
    assert_refused(house, house.land(sample.entity), sample)


@pytest.mark.parametrize("sample", KEYED, ids=lambda sample: sample.entity)
def test_identical_rows_of_one_key_are_kept_once_and_counted(house: House, sample: Sample) -> None:
    rows = sample.rows(10)
    house.deliver(sample.entity, sample.file([*rows, rows[2], rows[2], rows[7]]))
    house.land(sample.entity)
    assert account(house, sample) == (13, 10, 0, 3)
    assert [row["_line"] for row in house.rows(sample.entity)] == list(range(2, 12))


@pytest.mark.parametrize("sample", KEYED, ids=lambda sample: sample.entity)
def test_differing_rows_of_one_key_are_all_quarantined(house: House, sample: Sample) -> None:
    rows = sample.rows(10)
    other = {**rows[4], sample.free_text: "en annan text"}
    house.deliver(sample.entity, sample.file([*rows, other, rows[4]]))
    house.land(sample.entity)
    assert account(house, sample) == (12, 9, 3, 0)
    assert 6 not in [row["_line"] for row in house.rows(sample.entity)]
    for line in (6, 12, 13):
        assert_quarantined(house, sample, line)


@pytest.mark.parametrize("sample", KEYED, ids=lambda sample: sample.entity)
def test_rows_that_differ_only_by_an_empty_field_differ(house: House, sample: Sample) -> None:
    rows = sample.rows(6)
    rows[1][sample.free_text] = rows[1][sample.free_text] or "x"
    optional = (
        next(
            c.name
            for c in sample.contract.columns
            if c.name not in sample.contract.required_columns
            and c.data_type == "varchar"
            and c.is_loaded
            and not c.codes
        )
        if sample.entity != "telefoni_samtal"
        else "hanterat"
    )
    value = "2024-07-01T12:00:00" if optional == "hanterat" else "1"
    house.deliver(sample.entity, sample.file([*rows, {**rows[1], optional: "" if rows[1].get(optional) else value}]))
    house.land(sample.entity)
    assert account(house, sample) == (7, 5, 2, 0)


@pytest.mark.parametrize("entity", ["heroma_arbetadtid", "produktionsplan"])
def test_equal_rows_are_legitimate_where_the_entity_has_no_key(house: House, entity: str) -> None:
    sample = BY_ENTITY[entity]
    rows = sample.rows(3)
    house.deliver(entity, sample.file([*rows, *rows, rows[0]]))
    house.land(entity)
    assert account(house, sample) == (7, 7, 0, 0)


def test_a_key_of_two_columns_is_a_key_together(house: House) -> None:
    sample = BY_ENTITY["cosmic_vardtillfalle"]
    rows = sample.rows(4)
    assert rows[0]["vardtillfalle_id"] == rows[1]["vardtillfalle_id"]
    house.deliver(sample.entity, sample.file(rows))
    house.land(sample.entity)
    assert account(house, sample) == (4, 4, 0, 0)


def _outside(sample: Sample, row: dict[str, str]) -> dict[str, str]:
    column = sample.contract.period_column
    return {**row, column: row[column].replace("2024-07", "2024-06").replace("202407", "202406")}


@pytest.mark.parametrize("sample", WITH_PERIOD, ids=lambda sample: sample.entity)
@pytest.mark.parametrize("outside", [1, 5, 6, 10])
def test_a_file_is_of_another_month_when_over_half_its_rows_are(house: House, sample: Sample, outside: int) -> None:
    rows = sample.rows(10)
    rows = [_outside(sample, row) if n < outside else row for n, row in enumerate(rows)]
    house.deliver(sample.entity, sample.file(rows))
    landing = house.land(sample.entity)
    if outside <= 5:
        assert account(house, sample) == (10, 10, 0, 0)
    else:
        assert_refused(house, landing, sample, sample.file_name, sample.contract.period_column)


def test_a30_rows_outside_the_period_load_with_their_own_dates(house: House) -> None:
    sample = BY_ENTITY["cosmic_vardkontakt"]
    rows = sample.rows(4)
    rows[0]["start_tid"] = "2024-06-30 23:59:59"
    rows[1]["start_tid"] = "2024-08-01 00:00:00"
    house.deliver(sample.entity, sample.file(rows))
    house.land(sample.entity)
    assert [str(row["start_tid"]) for row in house.rows(sample.entity)][:2] == [
        "2024-06-30 23:59:59",
        "2024-08-01 00:00:00",
    ]


@EVERY_DIALECT
@pytest.mark.parametrize(
    "rows,bad,loads",
    [(5, 5, True), (6, 5, True), (6, 6, False), (599, 6, False), (600, 6, True), (600, 7, False), (700, 7, True)],
)
def test_more_than_one_percent_and_more_than_five_rows_refuse_the_file(
    house: House, sample: Sample, rows: int, bad: int, loads: bool
) -> None:
    content = sample.rows(rows)
    for n in range(bad):
        content[n] = {**content[n], sample.required: ""}
    house.deliver(sample.entity, sample.file(content))
    landing = house.land(sample.entity)
    if loads:
        assert account(house, sample) == (rows, rows - bad, bad, 0)
    else:
        assert_refused(house, landing, sample, sample.file_name, "rad 2", sample.required)
        load = house.loads("refused")[0]
        assert (load.rows_in_file, load.rows_loaded) == (rows, 0)


@pytest.mark.parametrize("share,limit,bad,loads", [(0.29, 0, 29, True), (0.29, 0, 30, False), (0.5, 60, 60, True)])
def test_the_limits_are_settings_of_the_region(tmp_path: Path, share: float, limit: int, bad: int, loads: bool) -> None:
    house = House(tmp_path / "home", {"quarantine_limit_share": share, "quarantine_limit_rows": limit})
    sample = BY_ENTITY["cosmic_vardkontakt"]
    content = sample.rows(100)
    for n in range(bad):
        content[n] = {**content[n], "kon": "X"}
    house.deliver(sample.entity, sample.file(content))
    house.land(sample.entity)
    assert (house.current(sample.entity) is not None) is loads


@EVERY_DIALECT
def test_line_faults_value_faults_and_differing_keys_count_towards_one_limit(house: House, sample: Sample) -> None:
    rows = sample.rows(20)
    rows[0][sample.required] = ""
    column, value = sample.bad_values[0]
    rows[1][column] = value
    end = sample.contract.dialect.line_end.encode()
    lines = sample.file(rows).split(end)
    for at in (5, 6, 7, 8):
        lines[at] = b'"' + lines[at]
    house.deliver(sample.entity, end.join(lines))
    assert_refused(house, house.land(sample.entity), sample)


@EVERY_DIALECT
def test_all_row_faults_together_leave_an_account_that_adds_up(house: House, sample: Sample) -> None:
    rows = sample.rows(1000)
    column, value = sample.bad_values[0]
    rows[10][column] = value
    rows[20][sample.required] = ""
    has_key = bool(sample.contract.key)
    if has_key:
        rows += [rows[30], rows[30], {**rows[40], sample.free_text: "en annan"}]
    if sample.contract.period_column:
        rows[50] = _outside(sample, rows[50])
    end = sample.contract.dialect.line_end.encode()
    separator = sample.contract.dialect.separator.encode()
    lines = sample.file(rows).rstrip(b"\r\n").split(end)
    lines[61] = lines[61].rpartition(separator)[0]
    lines[71] = lines[71] + separator + b"9"
    lines[81] = b'"' + lines[81]
    lines.append(lines[91][:2])
    assert len(lines) == len(rows) + 2
    house.deliver(sample.entity, end.join(lines), packed=True)
    landing = house.land(sample.entity)
    duplicate, differing = (2, 2) if has_key else (0, 0)
    in_file = len(rows) + 1
    bad = 2 + 3 + 1 + differing
    assert account(house, sample) == (in_file, in_file - bad - duplicate, bad, duplicate)
    for line in (12, 22, 62, 72, 82, in_file + 1, *((42, 1004) if has_key else ())):
        assert_quarantined(house, sample, line)
    assert {int(row["rad"]) for row in quarantined(house)}.isdisjoint(
        {row["_line"] for row in house.rows(sample.entity)}
    )
    assert_said(landing.reports, "karantän")


@pytest.mark.parametrize(
    "column,value",
    [
        ("fas", "9"),
        ("bup_steg", "7"),
        ("mvo", "XYZQ"),
        ("aktivitet", "?"),
        ("kva_huvud", "ABC"),
        ("icd_huvud", "Z"),
        ("icd_bi", "A01|B02||C"),
        ("bokningssatt", "X"),
        ("vardkontakttyp", "1000"),
        ("yrkeskategori", "läkare"),
        ("avvikelse", "4"),
        ("typ_akutverksamhet", "99"),
        ("remittenttyp", "R"),
        ("lkf", "Västerås"),
        ("enhet_hsaid", "enhet 1"),
        ("remittent_hsaid", "SE"),
    ],
)
def test_national_and_regional_codes_outside_their_lists_load_as_they_stand(
    house: House, column: str, value: str
) -> None:
    sample = BY_ENTITY["cosmic_vardkontakt"]
    rows = sample.rows(3)
    rows[1][column] = value
    house.deliver(sample.entity, sample.file(rows))
    house.land(sample.entity)
    assert account(house, sample) == (3, 3, 0, 0)
    assert house.rows(sample.entity)[1][column] == value


@pytest.mark.parametrize("written", ["", "9999-12-31", "99991231"])
def test_an_open_interval_end_is_empty_in_the_lake(house: House, written: str) -> None:
    unit, contact = BY_ENTITY["register_enhet"], BY_ENTITY["cosmic_vardkontakt"]
    house.deliver(unit.entity, unit.file([{**unit.row(0), "giltig_tom": written}]))
    house.deliver(contact.entity, contact.file([{**contact.row(0), "avvikelse_tom": written}]))
    house.land(unit.entity, contact.entity)
    assert house.rows(unit.entity)[0]["giltig_tom"] is None
    assert house.rows(contact.entity)[0]["avvikelse_tom"] is None


@pytest.mark.parametrize(
    "entity,column,values",
    [
        (
            "heroma_arbetadtid",
            "timmar",
            {"0": "0.00", "-0,5": "-0.50", "1234567,89": "1234567.89", "-12": "-12.00"},
        ),
        (
            "raindance_huvudbok",
            "belopp",
            {
                "-1 234 567,89": "-1234567.89",
                "1\u00a0234\u00a0567,89": "1234567.89",
                "1 234\u00a0567": "1234567.00",
                "-1234567,8": "-1234567.80",
                "0,01": "0.01",
                "-999 999 999 999,99": "-999999999999.99",
            },
        ),
    ],
)
def test_numbers_are_read_to_the_last_digit(house: House, entity: str, column: str, values: dict[str, str]) -> None:
    sample = BY_ENTITY[entity]
    rows = [{**sample.row(n), column: value} for n, value in enumerate(values)]
    house.deliver(entity, sample.file(rows))
    house.land(entity)
    assert [str(row[column]) for row in house.rows(entity)] == list(values.values())


def test_gz_gives_the_same_parquet_bytes_as_the_plain_file(tmp_path: Path) -> None:
    kept = []
    for packed in (False, True):
        house = House(tmp_path / f"home{packed}")
        for sample in SAMPLES:
            house.deliver(sample.entity, sample.file(sample.rows(200)), packed=packed)
        house.land(*(sample.entity for sample in SAMPLES))
        kept.append({p.relative_to(house.root): p.read_bytes() for p in house.home.lake.rglob("*.parquet")})
    assert len(kept[0]) == len(SAMPLES)
    assert kept[0] == kept[1]


@EVERY_DIALECT
def test_a_gzip_of_several_members_is_one_file(house: House, sample: Sample) -> None:
    data = sample.file(sample.rows(10))
    at = data.index(b"\n", len(data) // 2) - 3
    house.put(sample.file_name + ".gz", gzip.compress(data[:at]) + gzip.compress(data[at:]))
    house.land(sample.entity)
    assert account(house, sample) == (10, 10, 0, 0)
