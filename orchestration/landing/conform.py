"""From clean lines to the lake: every row typed and pseudonymised, or in quarantine with a reason.

The engine does the work in bulk, inside a scratch database that lies where identities may lie
and is removed afterwards. Its memory is bounded by a setting; what does not fit goes to disk.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.contracts import Column, Contract, Dialect
from orchestration.landing.identity_sql import (
    LONGEST,
    SHORTEST,
    age_sql,
    bind_key,
    identity_select,
    pseudonym_sql,
)
from orchestration.landing.lines import LISTED_FAULTS, UNIT_SEPARATOR
from orchestration.privacy import Key, mask_identities, shown_value
from orchestration.sql_text import literal, quoted

# A column of ids in which so many look like twelve-digit dates is numbered that way by its
# system; there only identities known from the file itself are taken for misplaced ones.
NUMBERING_SHARE = 0.5
NUMBERING_ROWS = 1_000
_UNIT_SEPARATOR_BYTE = UNIT_SEPARATOR.encode()
THREADS = 2
_ROW_GROUP_ROWS = 122_880

_TOKEN_SQL = "(^|[^0-9A-Za-z])([0-9]{8}|[0-9]{6})[-+]?[0-9]{4}([^0-9A-Za-z]|$)"

_HSA_ID = "SE[0-9]{10}-[0-9A-Za-z]+"

REASON_REQUIRED = "tomt fält som måste vara ifyllt"
REASON_MISPLACED_IDENTITY = "personlig identitet i fel kolumn"
REASON_DUPLICATE = "samma nyckel på rader med olika innehåll"


@dataclass(frozen=True)
class RowFault:
    """A quarantined row: line in the file, column (empty for the whole row), shown value, reason."""

    line: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class Conformed:
    """Rows of the clean file by what became of them; `faults` lists the first ones."""

    rows_loaded: int
    rows_quarantined: int
    rows_duplicate: int
    rows_outside_period: int
    faults: tuple[RowFault, ...]


@contextmanager
def scratch_database(folder: Path, memory_limit_mb: int, key: Key) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database of its own in `folder`, with the key bound and memory bounded."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{memory_limit_mb}MB",
        "threads": THREADS,
        "temp_directory": str(folder / "spill"),
        "preserve_insertion_order": "true",
    }
    connection = duckdb.connect(str(folder / "scratch.duckdb"), config=config)
    try:
        bind_key(connection, key)
        yield connection
    finally:
        connection.close()


def view_clean_file(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    columns: Sequence[str],
    contract: Contract,
    has_padding: bool,
) -> None:
    """Make view `lines`: _line and the contract's columns as text, empty as NULL, in file order.

    Columns of the contract that the file lacks are NULL; columns it does not know are left out.
    """
    in_file = {f"c{position}": "varchar" for position, _ in enumerate(columns)}
    declared = ", ".join(f"'{name}': '{kind}'" for name, kind in {"_line": "bigint", **in_file}.items())
    picked = []
    for column in contract.columns:
        if not column.is_loaded:
            continue
        if column.name not in columns:
            picked.append(f"cast(null as varchar) as {quoted(column.name)}")
            continue
        field = f"c{columns.index(column.name)}"
        value = f"nullif(trim({field}), '')" if has_padding else field
        picked.append(f"{value} as {quoted(column.name)}")
    connection.execute(f"""
        create or replace view lines as
        select _line, {", ".join(picked)}
        from read_csv(
            {literal(str(path))}, delim = {literal(UNIT_SEPARATOR)}, header = false, auto_detect = false, quote = '',
            escape = '', nullstr = '', new_line = '\\n', columns = {{{declared}}}, max_line_size = 4194304
        )
    """)


def _decimal_parts(data_type: str) -> tuple[int, int]:
    precision, scale = data_type.removeprefix("decimal(").removesuffix(")").split(",")
    return int(precision), int(scale)


def _number_sql(column: Column, dialect: Dialect) -> str:
    plain = quoted(column.name)
    for separator in dialect.thousands_separators:
        plain = f"replace({plain}, {literal(separator)}, '')"
    return f"try_cast(replace({plain}, {literal(dialect.decimal_separator)}, '.') as {column.data_type})"


def _number_pattern(column: Column, dialect: Dialect) -> str:
    _, scale = _decimal_parts(column.data_type)
    point = "\\." if dialect.decimal_separator == "." else dialect.decimal_separator
    whole = "[0-9]+"
    if dialect.thousands_separators:
        between = "|".join(dialect.thousands_separators)
        whole = f"([0-9]+|[0-9]{{1,3}}(({between})[0-9]{{3}})+)"
    fraction = f"({point}[0-9]{{1,{scale}}})?" if scale else ""
    return f"-?{whole}{fraction}"


def _open_end_sql(name: str) -> str:
    return f"nullif(nullif({name}, '9999-12-31'), '99991231')"


def value_sql(column: Column, dialect: Dialect) -> str:
    """SQL for the typed value of a text column; only meaningful for rows without a fault."""
    name = quoted(column.name)
    if column.data_type == "timestamp":
        return f"try_cast({name} as timestamp)"
    if column.data_type == "date":
        return f"try_cast({_open_end_sql(name) if column.is_open_end else name} as date)"
    if column.data_type == "integer":
        return f"try_cast({name} as integer)"
    if column.data_type.startswith("decimal"):
        return _number_sql(column, dialect)
    return name


def _type_fault(column: Column, dialect: Dialect) -> tuple[str, str] | None:
    """(SQL condition for a filled value of the wrong kind, reason in Swedish)."""
    name = quoted(column.name)
    if column.identity is not None:
        return (
            f"length({name}) not between {SHORTEST} and {LONGEST}",
            f"ingen identitet: ska vara {SHORTEST}-{LONGEST} tecken",
        )
    if column.data_type == "timestamp":
        shape = f"____-__-__{dialect.timestamp_separator}__:__:__"
        cast = f"try_cast({name} as timestamp)"
        return (
            f"{name} not like '{shape}' or {cast} is null or {cast} < timestamp '0001-01-01 00:00:00'"
            # The engine would also take a zone or a fraction, and 24:00:00 for the next day.
            f" or substr({name}, 12, 2) >= '24' or substr({name}, 18, 1) not between '0' and '5'"
            f" or substr({name}, 19, 1) not between '0' and '9'",
            f"ingen tidpunkt i formen ÅÅÅÅ-MM-DD{dialect.timestamp_separator}TT:MM:SS",
        )
    if column.data_type == "date":
        value = _open_end_sql(name) if column.is_open_end else name
        cast = f"try_cast({value} as date)"
        return (
            f"{value} is not null and ({value} not like '____-__-__' or {cast} is null or {cast} < date '0001-01-01')",
            "inget datum i formen ÅÅÅÅ-MM-DD",
        )
    if column.data_type == "integer":
        return f"not regexp_full_match({name}, '-?[0-9]{{1,9}}')", "inget heltal"
    if column.data_type.startswith("decimal"):
        return (
            f"not regexp_full_match({name}, '{_number_pattern(column, dialect)}')"
            f" or {_number_sql(column, dialect)} is null",
            f"inget tal med '{dialect.decimal_separator}' som decimaltecken",
        )
    if column.value_format == "yyyymm":
        return f"not regexp_full_match({name}, '[0-9]{{4}}(0[1-9]|1[0-2])')", "ingen period i formen ÅÅÅÅMM"
    if column.codes:
        listed = ", ".join(literal(code) for code in column.codes)
        return f"{name} not in ({listed})", f"okänd kod, ska vara {', '.join(column.codes)}"
    return None


def _faults(contract: Contract) -> list[tuple[str, str, str]]:
    """(column, SQL condition that is true for a faulty row, reason) of everything the contract demands."""
    found = []
    for column in contract.columns:
        if not column.is_loaded:
            continue
        name = quoted(column.name)
        if column.is_required or column.name in contract.key:
            found.append((column.name, f"{name} is null", REASON_REQUIRED))
        wrong = _type_fault(column, contract.dialect)
        if wrong is not None:
            found.append((column.name, f"({name} is not null and ({wrong[0]}))", wrong[1]))
    if contract.exactly_one_of:
        filled = " + ".join(f"case when {quoted(name)} is null then 0 else 1 end" for name in contract.exactly_one_of)
        reason = f"exakt en av {', '.join(contract.exactly_one_of)} ska vara ifylld"
        found.append((contract.exactly_one_of[0], f"{filled} <> 1", reason))
    return found


def _text_columns(contract: Contract) -> list[Column]:
    return [
        column
        for column in contract.columns
        if column.is_loaded and column.data_type == "varchar" and not column.codes and column.identity is None
    ]


def _token_condition(column: Column) -> str:
    name = quoted(column.name)
    return f"({name} is not null and length({name}) >= 10 and regexp_matches({name}, '{_TOKEN_SQL}'))"


def _identity_columns(contract: Contract) -> list[Column]:
    return [column for column in contract.columns if column.identity is not None]


def _token_mark(column: Column) -> str:
    """Name of the judged column that tells whether a text column holds something like an identity."""
    return f"token_{column.name}" if column.pseudonym is not None else "token_elsewhere"


def _judge(connection: duckdb.DuckDBPyConnection, contract: Contract, period: str) -> None:
    """Make table `judged`: one narrow row a line, with what the later steps need and nothing else.

    is_faulty: breaks the contract. is_outside: in another month. short_values: texts as long as
    an identity, for comparison with those of the file. token_*: looks like a person number.
    """
    conditions = [condition for _, condition, _ in _faults(contract)]
    text_columns = _text_columns(contract)
    kept = [quoted(name) for name in contract.key]
    kept += [quoted(column.name) for column in _identity_columns(contract) if column.name not in contract.key]
    own_marks = [f"{_token_condition(c)} as {_token_mark(c)}" for c in text_columns if c.pseudonym is not None]
    elsewhere = [_token_condition(column) for column in text_columns if column.pseudonym is None]
    short = [
        f"case when length({name}) between {SHORTEST} and {LONGEST} then upper({name}) end"
        for name in (quoted(column.name) for column in text_columns if column.name not in contract.key)
    ]
    connection.execute(f"""
        create or replace temp table judged as
        select
            {", ".join(["_line", *kept, *own_marks])},
            {" or ".join(elsewhere) or "false"} as token_elsewhere,
            nullif(concat_ws({literal(UNIT_SEPARATOR)}, {", ".join(["null", *short])}), '') as short_values,
            {" or ".join(conditions) or "false"} as is_faulty,
            {_outside_condition(contract, period)} as is_outside
        from lines
    """)


def _outside_condition(contract: Contract, period: str) -> str:
    if contract.period_column is None:
        return "false"
    column = contract.column(contract.period_column)
    name = quoted(column.name)
    if column.value_format == "yyyymm":
        return f"{name} <> {literal(period.replace('-', ''))}"
    return f"substr({name}, 1, 7) <> {literal(period)}"


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _is_numbering(connection: duckdb.DuckDBPyConnection, column: Column, rows: int) -> bool:
    """Whether a column of ids is numbered by dates throughout, so that the shape says nothing."""
    alike = _count(connection, f"select count(*) from judged where {_token_mark(column)}")
    return alike > NUMBERING_ROWS and alike > NUMBERING_SHARE * rows


def _find_suspects(connection: duckdb.DuckDBPyConnection, contract: Contract, rows: int) -> list[Column]:
    """Make table `suspect`: lines that break the contract or may carry an identity in a wrong column.

    Returns the text columns in which the shape of a person number means one.
    """
    connection.execute("create or replace temp table known (id varchar)")
    for column in _identity_columns(contract):
        who, name = str(column.identity), quoted(column.name)
        distinct = f"(select distinct {name} from judged where length({name}) between {SHORTEST} and {LONGEST})"
        connection.execute(f"""
            insert into known
            with read_id as ({identity_select(f"{distinct} as written", column.name, who)})
            select {who}_short_id from read_id
            union
            select upper({name}) from read_id
        """)
    telling = [
        column
        for column in _text_columns(contract)
        if column.pseudonym is None or not _is_numbering(connection, column, rows)
    ]
    marks = sorted({_token_mark(column) for column in telling})
    keys = [column.name for column in _text_columns(contract) if column.name in contract.key]
    marks += [f"upper({quoted(name)}) in (select id from known)" for name in keys]
    connection.execute(f"""
        create or replace table suspect as
        select _line from judged where {" or ".join(["is_faulty", *marks])}
        union
        select _line
        from (
            select _line, unnest(string_split(short_values, {literal(UNIT_SEPARATOR)})) as value
            from judged
            where short_values is not null
        ) as split_values
        where value in (select id from known)
    """)
    return telling


def _examine(connection: duckdb.DuckDBPyConnection, contract: Contract, telling: Sequence[Column]) -> None:
    """Fill table `fault` with each fault of each suspect line, by column."""
    connection.execute(
        "create or replace table fault (_line bigint, column_name varchar, value varchar, reason varchar)"
    )
    if not _count(connection, "select count(*) from suspect"):
        return
    connection.execute("create or replace table raw as select * from lines where _line in (select _line from suspect)")
    for name, condition, reason in _faults(contract):
        connection.execute(
            f"insert into fault select _line, $1, {quoted(name)}, $2 from raw where {condition}",
            [name, reason],
        )
    for column in _text_columns(contract):
        name = quoted(column.name)
        is_known = f"length({name}) between {SHORTEST} and {LONGEST} and upper({name}) in (select id from known)"
        connection.execute(
            f"insert into fault select _line, $1, {name}, $2 from raw where {is_known}",
            [column.name, REASON_MISPLACED_IDENTITY],
        )
        if column not in telling:
            continue
        values = connection.execute(f"select distinct {name} from raw where {_token_condition(column)}").fetchall()
        misplaced = [value for (value,) in values if mask_identities(value) != value]
        if misplaced:
            connection.execute(
                f"""
                insert into fault select _line, $1, {name}, $2 from raw
                where {name} in (select unnest(cast($3 as varchar[]))) and ({is_known}) is not true
                """,
                [column.name, REASON_MISPLACED_IDENTITY, misplaced],
            )


def _find_duplicates(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """Equal rows of one key: the first stays. Differing rows of one key: none can be believed."""
    connection.execute("create or replace table duplicate (_line bigint)")
    if not contract.key:
        return
    key = ", ".join(quoted(name) for name in contract.key)
    columns = ", ".join(quoted(column.name) for column in contract.columns if column.is_loaded)
    connection.execute(f"""
        create or replace table repeated as
        with sound as (select * from judged where _line not in (select _line from fault)),
        keys as (select {key} from sound group by {key} having count(*) > 1)
        select sound._line from sound inner join keys using ({key})
    """)
    if not _count(connection, "select count(*) from repeated"):
        return
    connection.execute(f"""
        create or replace table doubled as
        with rows_of_keys as (select * from lines where _line in (select _line from repeated)),
        judged_keys as (
            select {key}, count(distinct row({columns})) as contents, min(_line) as first_line
            from rows_of_keys
            group by {key}
        )
        select rows_of_keys._line, judged_keys.contents, judged_keys.first_line, concat_ws(' ', {key}) as key_value
        from rows_of_keys
        inner join judged_keys using ({key})
    """)
    connection.execute(
        "insert into fault select _line, $1, key_value, $2 from doubled where contents > 1",
        [", ".join(contract.key), REASON_DUPLICATE],
    )
    connection.execute("insert into duplicate select _line from doubled where contents = 1 and _line <> first_line")


def _lake_select(contract: Contract) -> str:
    """SQL for the lake's rows. Projections only: a join would be faster to write and lose the file's order."""
    source = "lines"
    for column in _identity_columns(contract):
        source = f"({identity_select(source, column.name, str(column.identity))}) as read_{column.identity}"
    parts = ["_line"]
    for column in contract.columns:
        if not column.is_loaded:
            continue
        if column.identity is not None:
            who = column.identity
            parts += [f"{who}_key", f"{who}_id_type", f"{who}_has_valid_check_digit", f"{who}_birth_year"]
            for age in (age for age in contract.ages if age.identity == who):
                at = value_sql(contract.column(age.at_column), contract.dialect)
                parts.append(f"{age_sql(f'{who}_birth_date', at)} as {age.name}")
            continue
        parts.append(f"{value_sql(column, contract.dialect)} as {quoted(column.name)}")
        if column.pseudonym is not None:
            parts.append(f"{pseudonym_sql(column.pseudonym, quoted(column.name))} as {column.pseudonym}")
    return f"select {', '.join(parts)} from {source}"


def _drop_lines(path: Path, excluded: set[int]) -> None:
    """Write the clean file again without the excluded lines."""
    kept = path.with_suffix(".kept")
    with path.open("rb") as reader, kept.open("wb") as writer:
        for line in reader:
            if int(line[: line.index(_UNIT_SEPARATOR_BYTE)]) not in excluded:
                writer.write(line)
    kept.replace(path)


def write_rows(connection: duckdb.DuckDBPyConnection, contract: Contract, lines: Path, target: Path) -> None:
    """Write the sound rows of a judged file to `target` as Parquet, in file order.

    The same clean file and key always give the same bytes.
    """
    excluded = {line for (line,) in connection.execute("select _line from excluded").fetchall()}
    if excluded:
        _drop_lines(lines, excluded)
    connection.execute(
        f"copy ({_lake_select(contract)}) to {literal(str(target))} "
        f"(format parquet, compression zstd, compression_level 1, row_group_size {_ROW_GROUP_ROWS})"
    )


def _readable_unit_sql(contract: Contract) -> str:
    """SQL for a quarantined row's unit: only what has the form of an HSA-id and can be no identity.

    An HSA-id is longer than any reservnummer, so only a person number could hide in it.
    """
    if contract.unit_column is None:
        return "cast(null as varchar)"
    column = contract.column(contract.unit_column)
    name = quoted(column.name)
    return f"case when regexp_full_match({name}, '{_HSA_ID}') and not {_token_condition(column)} then {name} end"


def write_quarantined(
    connection: duckdb.DuckDBPyConnection, contract: Contract, line_faults: Sequence[RowFault], target: Path
) -> None:
    """Write the faults of a judged file to `target` as Parquet; no file when there are none.

    One row a fault: source_line, column_name (empty for the whole row), reason (Swedish), unit_id (HSA-id,
    NULL when it cannot be read). No value of the row is written. Lies in no order but the file's.
    """
    connection.execute("create or replace table line_fault (_line bigint, reason varchar)")
    if line_faults:
        connection.execute(
            "insert into line_fault select unnest($1::bigint[]), unnest($2::varchar[])",
            [[fault.line for fault in line_faults], [fault.reason for fault in line_faults]],
        )
    if not line_faults and not _count(connection, "select count(*) from fault"):
        return
    connection.execute(f"""
        copy (
            with row_unit as (
                select _line, {_readable_unit_sql(contract)} as unit_id
                from lines
                where _line in (select _line from fault)
            ),
            found as (
                select fault._line, fault.column_name, fault.reason, row_unit.unit_id
                from fault
                inner join row_unit on fault._line = row_unit._line
                union all
                select _line, '', reason, null
                from line_fault
            )
            select distinct _line as source_line, column_name, reason, unit_id
            from found
            order by source_line, column_name, reason
        ) to {literal(str(target))} (format parquet, compression zstd, row_group_size {_ROW_GROUP_ROWS})
    """)


def _shown(value: str | None, reason: str) -> str:
    if value is None:
        return ""
    # Keys that are compared have passed the search for misplaced identities.
    return mask_identities(value) if reason == REASON_DUPLICATE else shown_value(value)


def judge(connection: duckdb.DuckDBPyConnection, contract: Contract, period: str, rows: int) -> Conformed:
    """Judge every row of view `lines`; `rows` is their number. `write_rows` then writes the sound ones."""
    _judge(connection, contract, period)
    telling = _find_suspects(connection, contract, rows)
    _examine(connection, contract, telling)
    _find_duplicates(connection, contract)
    connection.execute(
        "create or replace table excluded as select distinct _line from fault union select _line from duplicate"
    )
    first = connection.execute(
        f"select _line, column_name, value, reason from fault order by _line, column_name, reason limit {LISTED_FAULTS}"
    ).fetchall()
    quarantined = _count(connection, "select count(distinct _line) from fault")
    duplicate = _count(connection, "select count(*) from duplicate")
    return Conformed(
        rows_loaded=rows - quarantined - duplicate,
        rows_quarantined=quarantined,
        rows_duplicate=duplicate,
        rows_outside_period=_count(
            connection,
            "select count(*) from judged where is_outside and _line not in (select _line from excluded)",
        ),
        faults=tuple(RowFault(line, column, _shown(value, reason), reason) for line, column, value, reason in first),
    )
