"""Each promise of a landed file broken in turn: the suite must find it, and find nothing in a sound file."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import duckdb
import pytest

from orchestration.contracts import PROJECT_ROOT, Contract, load_contracts
from orchestration.settings import Region
from orchestration.validation import landing
from orchestration.validation.results import ExpectationResult, failures, warnings
from orchestration.validation.run import run_aggregates

PERIOD, EARLIER, LATER = "2024-07", "2024-06", "2024-08"
CONTRACTS = {
    entity: contract for entity, contract in load_contracts().items() if contract.group in ("care", "registers")
}
CARE = [entity for entity, contract in CONTRACTS.items() if contract.group == "care"]
REGISTERS = [entity for entity, contract in CONTRACTS.items() if contract.group == "registers"]
ROWS = 60
REGION = Region(
    region_code=56,
    region_name="Region Prov",
    region_hsa_id="SE2321000131-1",
    county_prefix="19",
    norm_hours_per_year=1725,
    receivers=("skr",),
    main_variant="skr",
)
_SOUND_VALUES = {
    "date": "date '2024-07-10'",
    "timestamp": "timestamp '2024-07-10 10:00:00'",
    "integer": "1",
    "bigint": "1",
    "boolean": "true",
}


def lake_key(contract: Contract) -> list[str]:
    columns = (contract.column(name) for name in contract.key)
    return [f"{column.identity}_key" if column.identity else column.name for column in columns]


def _sound_value(contract: Contract, name: str, data_type: str) -> str:
    own = {column.name: column for column in contract.columns}.get(name)
    if name in contract.exactly_one_of[1:]:
        return "null"
    if own is not None and own.codes:
        return f"'{own.codes[-1]}'"
    if data_type == "varchar":
        return f"'{name} ' || line"
    return _SOUND_VALUES.get(data_type, "1")


def land(connection: duckdb.DuckDBPyConnection, contract: Contract, period: str, load_id: int) -> None:
    """A sound file of sixty rows, in the lake and in the account."""
    values = [
        "line" if name == "_line" else f"cast({_sound_value(contract, name, data_type)} as {data_type})"
        for name, data_type in contract.lake_columns()
    ]
    connection.execute(
        f"insert into lake.{contract.entity} select {', '.join(values)}, '{period}', {load_id} "
        f"from range(2, {ROWS + 2}) as lines (line)"
    )
    connection.execute(
        "insert into quality.load_account values (?, ?, ?, ?, ?, ?, 0, 0, 0, true)",
        [load_id, period, contract.entity, f"{contract.entity}.csv", ROWS, ROWS],
    )


def empty_house() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for schema in ("lake", "quality", "reference"):
        connection.execute(f"create schema {schema}")
    connection.execute(
        "create table quality.load_account (load_id integer, period varchar, entity varchar, file_name varchar, "
        "rows_in_file bigint, rows_loaded bigint, rows_quarantined bigint, rows_duplicate bigint, "
        "rows_filtered bigint, is_current boolean)"
    )
    seed = PROJECT_ROOT / "seeds" / "plausible_bands.csv"
    types = "{'lower': 'double', 'upper': 'double', 'valid_from': 'date', 'valid_to': 'date'}"
    connection.execute(f"create table reference.plausible_bands as from read_csv('{seed}', types = {types})")
    for contract in CONTRACTS.values():
        columns = ", ".join(f'"{name}" {data_type}' for name, data_type in contract.lake_columns())
        connection.execute(f"create table lake.{contract.entity} ({columns}, _period varchar, _load_id integer)")
    return connection


@pytest.fixture(scope="module")
def sound_house() -> duckdb.DuckDBPyConnection:
    connection = empty_house()
    for load_id, contract in enumerate(CONTRACTS.values(), start=1):
        land(connection, contract, PERIOD, load_id)
    return connection


@pytest.fixture
def house(sound_house: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """Sound files of the period; what a test does to them is undone after it."""
    sound_house.execute("begin")
    yield sound_house
    sound_house.execute("rollback")


def verdicts(connection: duckdb.DuckDBPyConnection, *identifiers: str, period: str = PERIOD) -> list[ExpectationResult]:
    """Results of these expectations alone, for speed: of their frames as the suite makes them."""
    chosen = [
        (frame, [expectation for expectation in expectations if expectation.meta["id"] in identifiers])
        for frame, expectations in landing.checks(connection, period, CONTRACTS, REGION)
    ]
    return run_aggregates(landing.SUITE, [(frame, kept) for frame, kept in chosen if kept])


def test_sound_files_pass_and_every_file_is_asked_for_what_its_contract_says(
    house: duckdb.DuckDBPyConnection,
) -> None:
    results = landing.validate_landing(house, PERIOD, CONTRACTS, REGION)
    assert failures(results) == [] and warnings(results) == []
    identifiers = [result.expectation for result in results]
    assert len(identifiers) == len(set(identifiers))
    assert set(identifiers) == set(FAULT_OF)


def _one(statement: str) -> Callable[[str], str]:
    """A statement on one row of an entity's file."""
    return lambda entity: statement.format(entity=entity, where="where _line = 2")


def _same_key(entity: str) -> str:
    keys = lake_key(CONTRACTS[entity])
    given = ", ".join(f"{key} = (select first.{key} from lake.{entity} as first where first._line = 2)" for key in keys)
    return f"update lake.{entity} set {given} where _line = 3"


def _emptied(entity: str) -> str:
    return f"update lake.{entity} set {CONTRACTS[entity].required_columns[-1]} = null where _line = 2"


def _unknown_code(entity: str) -> str:
    coded = [column.name for column in CONTRACTS[entity].columns if column.codes]
    return f"update lake.{entity} set {coded[-1]} = 'FEL' where _line = 2"


def _other_type(entity: str) -> str:
    contract = CONTRACTS[entity]
    texts = [c.name for c in contract.columns if c.data_type == "varchar" and c.name not in contract.required_columns]
    return f"alter table lake.{entity} alter {texts[-1]} type integer using 1"


def _second_link(entity: str) -> str:
    return f"update lake.{entity} set {CONTRACTS[entity].exactly_one_of[1]} = 'en till' where _line = 2"


def _outside(entity: str, last_line: int) -> str:
    column = CONTRACTS[entity].period_column
    return f"update lake.{entity} set {column} = timestamp '2024-08-01 00:00:00' where _line <= {last_line}"


# What breaks each promise of a file, by the last part of the expectation's id.
FAULTS: dict[str, Callable[[str], str]] = {
    "account_adds_up": _one("update quality.load_account set rows_in_file = 61 where entity = '{entity}'"),
    "rows_in_lake": _one("delete from lake.{entity} {where}"),
    "newest_load": _one("update lake.{entity} set _load_id = 99 {where}"),
    "quarantine_in_limit": _one(
        "update quality.load_account set rows_in_file = 66, rows_quarantined = 6 where entity = '{entity}'"
    ),
    "key_unique": _same_key,
    "exactly_one_link": _second_link,
    "belongs_to_month": lambda entity: _outside(entity, 32),
    "outside_period_share": lambda entity: _outside(entity, 2),
    "required_filled": _emptied,
    "codes_known": _unknown_code,
    "types": _other_type,
}


def _faults() -> dict[str, str]:
    found = {}
    for entity, contract in CONTRACTS.items():
        asked = set(FAULTS)
        if not contract.exactly_one_of:
            asked -= {"exactly_one_link"}
        if contract.period_column is None:
            asked -= {"belongs_to_month", "outside_period_share"}
        if not any(column.codes for column in contract.columns):
            asked -= {"codes_known"}
        found.update({f"{entity}.{what}": FAULTS[what](entity) for what in sorted(asked)})
    for group, entities in (("care", CARE), ("registers", REGISTERS)):
        found[f"{group}.entities_present"] = (
            f"update quality.load_account set is_current = false where entity = '{entities[-1]}'"
        )
    return found


FAULT_OF = _faults()


@pytest.mark.parametrize("identifier", FAULT_OF)
def test_each_expectation_finds_the_fault_planted_for_it(house: duckdb.DuckDBPyConnection, identifier: str) -> None:
    house.execute(FAULT_OF[identifier])
    (result,) = verdicts(house, identifier)
    assert (result.is_success, result.has_crashed) == (False, False)
    assert result.severity == ("warn" if identifier.endswith("outside_period_share") else "block")
    assert result.meaning.endswith(".")


@pytest.mark.parametrize(
    ("in_file", "quarantined", "is_allowed"),
    [(60, 5, True), (60, 6, False), (1000, 10, True), (1000, 11, False), (999, 10, False), (999, 9, True)],
)
def test_a_file_may_have_five_rows_or_one_percent_in_quarantine(
    house: duckdb.DuckDBPyConnection, in_file: int, quarantined: int, is_allowed: bool
) -> None:
    house.execute(
        "update quality.load_account set rows_in_file = ?, rows_quarantined = ? where entity = 'cosmic_vantelista'",
        [in_file, quarantined],
    )
    (result,) = verdicts(house, "cosmic_vantelista.quarantine_in_limit")
    assert result.is_success is is_allowed


@pytest.mark.parametrize(("last_line", "is_success"), [(31, True), (32, False)])
def test_half_of_a_file_may_lie_outside_its_month_and_no_more(
    house: duckdb.DuckDBPyConnection, last_line: int, is_success: bool
) -> None:
    house.execute(_outside("cosmic_vardkontakt", last_line))
    (result,) = verdicts(house, "cosmic_vardkontakt.belongs_to_month")
    assert result.is_success is is_success


def test_a_small_file_is_not_judged_by_its_share_outside_the_month(house: duckdb.DuckDBPyConnection) -> None:
    house.execute(_outside("cosmic_vardkontakt", 2))
    house.execute("delete from lake.cosmic_vardkontakt where _line > 50")
    (result,) = verdicts(house, "cosmic_vardkontakt.outside_period_share")
    assert result.is_success
    assert "–" in result.observed


def test_what_deviates_is_named_by_column_and_count_and_never_by_value(house: duckdb.DuckDBPyConnection) -> None:
    house.execute("update lake.cosmic_vardkontakt set kontaktform = 'HEMLIG', kon = null where _line <= 4")
    empty, codes = verdicts(house, "cosmic_vardkontakt.required_filled", "cosmic_vardkontakt.codes_known")
    assert empty.observed == "kon: tomma rader 3"
    assert codes.observed == "kontaktform: rader med annan kod 3"


def test_a_missing_file_is_told_once_and_the_others_are_still_checked(house: duckdb.DuckDBPyConnection) -> None:
    house.execute("update quality.load_account set is_current = false where entity = 'cosmic_vantelista'")
    results = landing.validate_landing(house, PERIOD, CONTRACTS, REGION)
    assert [(r.expectation, r.has_crashed) for r in failures(results)] == [("care.entities_present", False)]
    assert "cosmic_vantelista: gällande filer 0" in failures(results)[0].observed
    assert any(result.expectation.startswith("cosmic_vardkontakt.") for result in results)


def test_a_column_that_the_lake_lacks_is_a_wrong_type_and_empty(house: duckdb.DuckDBPyConnection) -> None:
    house.execute("alter table lake.cosmic_vantelista drop column status")
    types, empty = verdicts(house, "cosmic_vantelista.types", "cosmic_vantelista.required_filled")
    assert not types.is_success or not empty.is_success
    told = {result.expectation: result.observed for result in (types, empty)}
    assert told["cosmic_vantelista.types"] == "status: lagrad som saknas, enligt kontraktet VARCHAR"
    assert told["cosmic_vantelista.required_filled"] == "status: tomma rader 60"


def test_cm10_the_registers_in_force_are_those_of_the_latest_period_that_holds_them() -> None:
    connection = empty_house()
    for load_id, (entity, period) in enumerate(
        [*((e, PERIOD) for e in CARE), *((e, EARLIER) for e in REGISTERS), ("register_enhet", LATER)], start=1
    ):
        land(connection, CONTRACTS[entity], period, load_id)
    results = landing.validate_landing(connection, PERIOD, CONTRACTS, REGION)
    assert failures(results) == []
    connection.execute("update lake.register_enhet set namn = null where _period = '2024-06'")
    assert failures(verdicts(connection, "register_enhet.required_filled")) == []
    connection.execute("update lake.register_enhet set namn = null where _period = '2024-08'")
    assert len(failures(verdicts(connection, "register_enhet.required_filled"))) == 1
    connection.execute("update lake.register_konto set namn = null where _period = '2024-06'")
    assert len(failures(verdicts(connection, "register_konto.required_filled"))) == 1


def test_files_of_other_months_of_care_are_not_this_periods_matter(house: duckdb.DuckDBPyConnection) -> None:
    land(house, CONTRACTS["cosmic_vantelista"], EARLIER, 90)
    house.execute("update lake.cosmic_vantelista set status = null where _period = '2024-06'")
    assert failures(verdicts(house, "cosmic_vantelista.required_filled")) == []
