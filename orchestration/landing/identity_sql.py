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


def _digit(position: int) -> str:
    """SQL for the digit at `position` (1 to 10) of the ten digits, by arithmetic: cheaper than text."""
    return f"(ten_digits // {10 ** (10 - position)} % 10)"


def _check_sum() -> str:
    doubled = "(2 * {0} - if({0} > 4, 9, 0))"
    return " + ".join(doubled.format(_digit(i)) if i % 2 else _digit(i) for i in range(1, 11))


def identity_select(source: str, column: str, who: str) -> str:
    """SQL that reads `source` and adds what its identity column says (RULES.md CM05), row by row.

    Adds {who}_key, {who}_id_type (person, coordination, reserve), {who}_has_valid_check_digit,
    {who}_birth_date, {who}_birth_year and {who}_short_id (the ten digits, else the reservnummer).
    All written forms of one person give one key. Projections only, so rows stay in order.
    """
    message = f"if(birth_date is null, '{who}|reserve|' || upper(raw_id), '{who}|person|' || digits)"
    return f"""
        select
            * exclude (raw_id, digits, written_day, birth_date, ten_digits),
            {hmac_sql(message)} as {who}_key,
            case
                when birth_date is null then 'reserve'
                when written_day > 60 then 'coordination'
                else 'person'
            end as {who}_id_type,
            case when birth_date is not null then ({_check_sum()}) % 10 = 0 end as {who}_has_valid_check_digit,
            birth_date as {who}_birth_date,
            cast(year(birth_date) as integer) as {who}_birth_year,
            if(birth_date is null, upper(raw_id), substr(digits, 3)) as {who}_short_id
        from (
            select
                *,
                case
                    when written_day is not null and substr(digits, 1, 4) <> '0000'
                        then try_cast(
                            substr(digits, 1, 4) || '-' || substr(digits, 5, 2) || '-'
                            || lpad(cast(written_day - if(written_day > 60, 60, 0) as varchar), 2, '0')
                            as date
                        )
                end as birth_date,
                try_cast(if(written_day is not null, substr(digits, 3), null) as bigint) as ten_digits
            from (
                select
                    *,
                    if(
                        regexp_full_match(digits, '[0-9]{{12}}'), cast(substr(digits, 7, 2) as integer), null
                    ) as written_day
                from (
                    select
                        *,
                        "{column}" as raw_id,
                        if(
                            length("{column}") = 13 and substr("{column}", 9, 1) in ('-', '+'),
                            substr("{column}", 1, 8) || substr("{column}", 10, 4),
                            "{column}"
                        ) as digits
                    from {source}
                ) as joined_{who}
            ) as dated_{who}
        ) as born_{who}
    """


def age_sql(birth_date: str, at: str) -> str:
    """SQL for the exact age in whole years on the day of `at`; NULL when either is unknown."""
    return (
        f"cast(year({at}) - year({birth_date}) - case when month({at}) * 100 + day({at}) "
        f"< month({birth_date}) * 100 + day({birth_date}) then 1 else 0 end as integer)"
    )
