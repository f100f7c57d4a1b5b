"""How identities are read inside the engine (RULES.md CM05), in bulk and over distinct values.

The key never stands in SQL text: HMAC's two pads are session variables, bound as parameters.
"""

from __future__ import annotations

import duckdb

from orchestration.privacy import Key

SHORTEST, LONGEST = 8, 13
# 128 bits of the 256: no two patients of a country share them, and every table is half as large.
PSEUDONYM_DIGITS = 32


def bind_key(connection: duckdb.DuckDBPyConnection, key: Key) -> None:
    """Put the two pads of HMAC-SHA256 into the session; they are gone when it closes."""
    inner, outer = key.pads
    connection.execute("set variable inner_pad = $1", [inner])
    connection.execute("set variable outer_pad = $1", [outer])


def hmac_sql(message_sql: str) -> str:
    """SQL for HMAC-SHA256 of a text expression under the bound key: its first PSEUDONYM_DIGITS in hex."""
    return (
        "left(sha256(getvariable('outer_pad') || "
        f"unhex(sha256(getvariable('inner_pad') || encode({message_sql})))), {PSEUDONYM_DIGITS})"
    )


def pseudonym_sql(namespace: str, value_sql: str) -> str:
    """SQL for the keyed pseudonym of a value within its own namespace; NULL stays NULL."""
    keyed = hmac_sql(f"'{namespace}|' || {value_sql}")
    return f"case when {value_sql} is not null then {keyed} end"


def read_identities(connection: duckdb.DuckDBPyConnection, table: str, column: str, who: str) -> str:
    """Make a table of the distinct identities in `table`.`column`; returns its name.

    Columns: raw_id, key, id_type (person, coordination, reserve), has_valid_check_digit,
    birth_date, birth_year, short_id (the ten digits). One written form a row; all written
    forms of one person give one key.
    """
    name = f"identity_{who}"
    message = f"case when birth_date is null then '{who}|reserve|' || upper(raw_id) else '{who}|person|' || digits end"
    digit = "try_cast(substr(digits, {0} + 2, 1) as integer)"
    doubled = "(2 * {0} - case when {0} > 4 then 9 else 0 end)"
    luhn = " + ".join(doubled.format(digit.format(i)) if i % 2 else digit.format(i) for i in range(1, 11))
    connection.execute(f"""
        create or replace table {name} as
        with written as (
            select distinct "{column}" as raw_id
            from {table}
            where length("{column}") between {SHORTEST} and {LONGEST}
        ),
        joined as (
            select
                raw_id,
                case
                    when length(raw_id) = 13 and substr(raw_id, 9, 1) in ('-', '+')
                        then substr(raw_id, 1, 8) || substr(raw_id, 10, 4)
                    else raw_id
                end as digits
            from written
        ),
        dated as (
            select
                raw_id,
                digits,
                try_cast(substr(digits, 7, 2) as integer) as written_day,
                regexp_full_match(digits, '[0-9]{{12}}') as is_twelve_digits
            from joined
        ),
        born as (
            select
                raw_id,
                digits,
                case
                    when is_twelve_digits and substr(digits, 1, 4) <> '0000'
                        then try_cast(
                            substr(digits, 1, 4) || '-' || substr(digits, 5, 2) || '-'
                            || lpad(cast(written_day - if(written_day > 60, 60, 0) as varchar), 2, '0')
                            as date
                        )
                end as birth_date,
                written_day > 60 as is_coordination
            from dated
        )
        select
            raw_id,
            {hmac_sql(message)} as key,
            case
                when birth_date is null then 'reserve'
                when is_coordination then 'coordination'
                else 'person'
            end as id_type,
            case when birth_date is not null then ({luhn}) % 10 = 0 end as has_valid_check_digit,
            birth_date,
            cast(year(birth_date) as integer) as birth_year,
            case when birth_date is not null then substr(digits, 3) else upper(raw_id) end as short_id
        from born
    """)
    return name


def age_sql(birth_date: str, at: str) -> str:
    """SQL for the exact age in whole years on the day of `at`; NULL when either is unknown."""
    return (
        f"cast(year({at}) - year({birth_date}) - case when month({at}) * 100 + day({at}) "
        f"< month({birth_date}) * 100 + day({birth_date}) then 1 else 0 end as integer)"
    )
