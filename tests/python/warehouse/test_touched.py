"""Which periods a build computes, and why: each reason from both sides, on homes written by hand."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.errors import StoppedError, VardlagerError
from orchestration.privacy import Key
from orchestration.state.store import open_state
from orchestration.warehouse import look_back, stage, touched
from orchestration.warehouse.dbt_runner import NodeResult
from orchestration.warehouse.inputs import write_inputs
from orchestration.warehouse.stage import OF_THE_CODE
from tests.python.warehouse.planted import CLINIC, OTHER_CLINIC, UNIT, Row, contact, day, key_of, unit, waiting
from tests.python.warehouse.played import CONTACTS, WAITING, BrokenOffError, Player, World

MARCH, APRIL, MAY, JUNE = PERIODS = ("2024-03", "2024-04", "2024-05", "2024-06")
OTHER_UNIT, NEW_UNIT, SPARE_UNIT = (UNIT[:-1] + digit for digit in "287")
# The engine's file begins with three headers of this many bytes in all; its blocks follow.
HEADERS = 3 * 4096
READ_LOOK_BACK = look_back.read_look_back
UNITS = [unit(MARCH), unit(MARCH, OTHER_UNIT)]


def contacts_of(period: str) -> list[Row]:
    """`repeated` is carried out in March and May; the other unit is used on two days of April."""
    rows = {
        MARCH: [contact(MARCH, "repeated"), contact(MARCH, "awaited"), contact(MARCH, "single")],
        APRIL: [
            contact(APRIL, "first day", enhet_hsaid=OTHER_UNIT, start_tid=day("2024-04-10")),
            contact(APRIL, "last day", enhet_hsaid=OTHER_UNIT, start_tid=day("2024-04-20")),
        ],
        MAY: [contact(MAY, "repeated"), contact(MAY, "of a new unit", enhet_hsaid=NEW_UNIT)],
        JUNE: [contact(JUNE, "of june")],
    }
    return rows[period]


def entries_of(period: str) -> list[Row]:
    """`awaited` is carried out in March and waits still in June."""
    return [waiting(period, "awaited" if period == JUNE else f"entry of {period}")]


@pytest.fixture(scope="module")
def player(built: Path, manifest: dict[str, Any]) -> Player:
    return Player(manifest, built / "build.duckdb")


@pytest.fixture(scope="module")
def built_home(player: Player, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four months and their register, built whole."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage, "run_dbt", player.run_dbt)
        world = World(tmp_path_factory.mktemp("touched") / "home", player)
        for period in PERIODS:
            world.deliver(CONTACTS, period, contacts_of(period))
            world.deliver(WAITING, period, entries_of(period))
        world.deliver_registers(MARCH, UNITS)
        world.build(JUNE)
    return world.root


@pytest.fixture
def world(built_home: Path, player: Player, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A copy of the built home, in which a test changes what it likes; months look back where a test says so."""
    monkeypatch.setattr(stage, "run_dbt", player.run_dbt)
    monkeypatch.setattr(look_back, "read_look_back", lambda: look_back.LookBack(0, True))
    shutil.copytree(built_home, tmp_path / "home")
    copy = World(tmp_path / "home", player)
    copy.written = 100
    for period in PERIODS:
        copy.standing[CONTACTS, period], copy.standing[WAITING, period] = contacts_of(period), entries_of(period)
    yield copy
    player.breaks_after, player.fails = None, False


def plan(world: World, own: str = JUNE, full_refresh: bool = False) -> stage.Plan:
    with open_state(world.home.state_file) as state:
        return stage.plan_build(world.work(own, full_refresh), state)


def reasons_of(world: World, own: str = JUNE) -> dict[str, str]:
    return dict(plan(world, own).touched)


def test_a_run_without_any_change_computes_its_own_period_alone(world: World) -> None:
    assert reasons_of(world, APRIL) == {APRIL: touched.OWN}


def test_the_build_id_is_another_where_rows_were_computed_and_there_alone(world: World) -> None:
    before = dict(world.query("from control.built_period"))
    found = world.build(APRIL)
    after = dict(world.query("from control.built_period"))
    assert set(before) == set(after) == set(PERIODS)
    assert {period for period in PERIODS if before[period] != after[period]} == set(found.touched) == {APRIL}


def test_kept_tables_are_told(world: World) -> None:
    assert set(world.query("from control.kept_table")) == {
        ("marts", "fct_completed_contact"), ("marts", "fct_waiting_contact"), ("marts", "mart_waiting_times"),
        ("intermediate", "int_waiting_times__flow_month"), ("marts", "mart_waiting_flow"),
        ("quality", "deviations"), ("delivery", "delivery_completed"), ("delivery", "delivery_waiting"),
        ("delivery", "delivery_left_out"), ("delivery", "delivery_staged"), ("delivery", "delivery_content"),
        ("intermediate", "int_production__month"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "later"),
    [("repeated", {MAY: touched.SAME_CONTACTS}), ("awaited", {JUNE: touched.SAME_CONTACTS}), ("single", {})],
)
@pytest.mark.parametrize("change", ["moved", "not carried out", "gone"])
def test_a05_a07_a_corrected_contact_touches_the_later_periods_that_hold_it(
    name: str, later: dict[str, str], change: str, world: World
) -> None:
    rows = [row for row in contacts_of(MARCH) if row["vardkontakt_id"] != name]
    if change == "moved":
        rows.append(contact(MARCH, name, start_tid=day("2024-03-11")))
    if change == "not carried out":
        rows.append(contact(MARCH, name, kontaktform="U"))
    world.deliver(CONTACTS, MARCH, rows)
    assert reasons_of(world, APRIL) == {APRIL: touched.OWN, MARCH: touched.NEW_FILES, **later}


def test_a_correction_that_no_other_period_may_ask_of_touches_its_own_alone(world: World) -> None:
    rows = [contact(MARCH, row["vardkontakt_id"], mvo="999") for row in reversed(contacts_of(MARCH))]
    world.deliver(CONTACTS, MARCH, rows)
    assert reasons_of(world, MARCH) == {MARCH: touched.NEW_FILES}


def test_a_corrected_waiting_list_touches_its_own_period_alone(world: World) -> None:
    world.deliver(WAITING, MARCH, [waiting(MARCH, "repeated"), waiting(MARCH, "awaited")])
    assert reasons_of(world, MARCH) == {MARCH: touched.NEW_FILES}


def test_a_contact_that_is_corrected_touches_no_earlier_period(world: World) -> None:
    world.deliver(CONTACTS, MAY, [contact(MAY, "repeated", kontaktform="U")])
    assert reasons_of(world, MAY) == {MAY: touched.NEW_FILES}


def test_a_new_newest_period_reads_no_rows_of_the_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("rows were compared")

    monkeypatch.setattr(touched, "_note_changed_contacts", refuse)
    world.deliver(CONTACTS, "2024-07", [contact("2024-07", "repeated")])
    world.deliver(WAITING, "2024-07", [waiting("2024-07", "awaited")])
    assert reasons_of(world, "2024-07") == {"2024-07": touched.NEW_FILES}


def test_a_late_period_touches_those_that_hold_its_contacts(world: World) -> None:
    world.deliver(CONTACTS, "2024-02", [contact("2024-02", "repeated")])
    assert reasons_of(world) == {JUNE: touched.OWN}, "half a group is not read"
    world.deliver(WAITING, "2024-02", [waiting("2024-02", "single")])
    expected = {"2024-02": touched.NEW_FILES, MARCH: touched.SAME_CONTACTS, MAY: touched.SAME_CONTACTS}
    assert reasons_of(world, "2024-02") == expected


def test_a_withdrawn_file_takes_its_period_out_and_touches_those_that_hold_its_contacts(world: World) -> None:
    world.withdraw(WAITING, MARCH)
    found = world.build(JUNE)
    assert dict(found.touched) == {MAY: touched.SAME_CONTACTS, JUNE: touched.SAME_CONTACTS}
    assert MARCH not in dict(world.query("from control.built_period"))
    for schema, table in world.query("from control.kept_table"):
        assert (MARCH,) not in world.query(f"select distinct period from {schema}.{table}"), table
    assert world.query("select rule_id from quality.deviations where rule_id in ('A05', 'A07')") == []


def test_without_the_earlier_rows_every_later_period_is_touched(world: World) -> None:
    world.deliver(CONTACTS, APRIL, contacts_of(APRIL))
    assert reasons_of(world) == {JUNE: touched.OWN, APRIL: touched.NEW_FILES}
    world.forget_replaced()
    later = dict.fromkeys((MAY, JUNE), touched.SAME_CONTACTS)
    assert reasons_of(world) == {APRIL: touched.NEW_FILES, **later}


@pytest.mark.parametrize(
    ("from_date", "expected"),
    [
        (date(2024, 4, 10), {APRIL: touched.REGISTER}),
        (date(2024, 4, 20), {APRIL: touched.REGISTER}),
        (date(2024, 4, 21), {}),
    ],
)
def test_cm02_cm10_a_unit_that_changes_touches_the_periods_that_use_it_from_that_day(
    from_date: date, expected: dict[str, str], world: World
) -> None:
    before = unit(JUNE, OTHER_UNIT, giltig_tom=date.fromordinal(from_date.toordinal() - 1))
    world.deliver_registers(JUNE, [unit(JUNE), before, unit(JUNE, OTHER_UNIT, giltig_from=from_date, omrade="Södra")])
    assert reasons_of(world, MARCH) == {MARCH: touched.OWN, **expected}


def test_a_register_that_tells_the_same_touches_nothing(world: World) -> None:
    units = [unit(JUNE, OTHER_UNIT), unit(JUNE), unit(JUNE, UNIT[:-1] + "9")]
    world.deliver_registers(JUNE, units)
    assert reasons_of(world, MARCH) == {MARCH: touched.OWN}


def test_e01_a_unit_that_comes_into_the_register_touches_those_that_used_it_unknown(world: World) -> None:
    world.deliver_registers(JUNE, [unit(JUNE), unit(JUNE, OTHER_UNIT), unit(JUNE, NEW_UNIT)])
    assert reasons_of(world, MARCH) == {MARCH: touched.OWN, MAY: touched.REGISTER}


@pytest.mark.parametrize(("last_day", "expected"), [(29, {APRIL: touched.REGISTER}), (30, {})])
def test_a37_a_row_in_quarantine_uses_its_unit_on_the_periods_last_day(
    last_day: int, expected: dict[str, str], world: World
) -> None:
    world.deliver(CONTACTS, APRIL, contacts_of(APRIL), [{"source_line": 9, "unit_id": OTHER_UNIT}])
    world.build(APRIL)
    world.deliver_registers(JUNE, [unit(JUNE), unit(JUNE, OTHER_UNIT, giltig_tom=date(2024, 4, last_day))])
    assert reasons_of(world, MARCH) == {MARCH: touched.OWN, **expected}


def test_e02_other_overlaps_in_the_register_touch_every_period(world: World) -> None:
    twice = unit(JUNE, UNIT[:-1] + "9", giltig_from=date(2030, 1, 1))
    world.deliver_registers(JUNE, [unit(JUNE), unit(JUNE, OTHER_UNIT), twice, twice])
    assert reasons_of(world, MARCH) == {**dict.fromkeys(PERIODS, touched.OVERLAPS), MARCH: touched.OWN}


def test_e05_the_newest_register_that_moves_on_touches_its_period_and_the_one_it_left(world: World) -> None:
    both = [unit(APRIL), unit(APRIL, OTHER_UNIT)]
    world.deliver_registers(APRIL, [unit(APRIL), unit(APRIL, OTHER_UNIT), unit(APRIL, SPARE_UNIT)])
    assert reasons_of(world, MARCH) == {MARCH: touched.OWN}, "no unit is absent, before or after"
    world.build(MARCH)
    world.deliver_registers(MAY, [dict(row, _period=MAY) for row in both])
    assert reasons_of(world, MARCH) == {MARCH: touched.OWN, MAY: touched.REGISTER}
    world.build(MARCH)
    assert absences(world) == [(MAY, SPARE_UNIT)]
    world.deliver_registers(JUNE, [dict(row, _period=JUNE) for row in both])
    assert reasons_of(world, MARCH) == {MARCH: touched.OWN, **dict.fromkeys((MAY, JUNE), touched.REGISTER)}
    world.build(MARCH)
    assert absences(world) == [(JUNE, SPARE_UNIT)]


def test_e05_an_absent_unit_is_told_once_the_care_of_the_registers_period_is_loaded(world: World) -> None:
    world.withdraw(WAITING, JUNE)
    world.deliver_registers(JUNE, [unit(JUNE)])
    world.build(MARCH)
    assert absences(world) == []
    world.deliver(WAITING, JUNE, entries_of(JUNE))
    world.build(MARCH)
    assert absences(world) == [(JUNE, OTHER_UNIT)]


def absences(world: World) -> list[tuple[str, str]]:
    """Period and unit of each unit that is told to be absent from the newest register."""
    found = world.query("select period, unit_id from quality.deviations where rule_id = 'E05' order by all")
    return [(period, unit_id) for period, unit_id in found]


RULES_HEADER = "rule_id,effect,look_back_periods,has_model\n"


def read_from(folder: Path, rules: str, windows: str = "") -> look_back.LookBack:
    (folder / "models" / "marts").mkdir(parents=True)
    (folder / "rules.csv").write_text(RULES_HEADER + rules, encoding="utf-8")
    (folder / "models" / "marts" / "m.yml").write_text(windows, encoding="utf-8")
    return look_back.read_look_back(folder / "rules.csv", folder / "models")


def test_the_look_back_is_that_of_rules_with_a_model_and_of_windows(tmp_path: Path) -> None:
    window = "models: [{name: a, config: {meta: {window_periods: 4}}}, {name: b}]"
    assert read_from(tmp_path / "1", "A01,D,0,true\nA20,-,12,false\nE05,-,,false\n") == look_back.LookBack(0, False)
    assert read_from(tmp_path / "2", "A01,-,2,true\nA20,-,1,true\nA05,D,,true\n") == look_back.LookBack(2, True)
    # A window of four periods is the own one and three before it.
    assert read_from(tmp_path / "3", "A01,-,2,true\n", window) == look_back.LookBack(3, False)
    assert read_from(tmp_path / "4", "A01,-,4,true\n", window) == look_back.LookBack(4, False)
    # What a mart counts of an earlier period rests on the rules that leave rows out there, and on nothing else.
    assert read_from(tmp_path / "5", "A01,D,2,true\nA20,-,1,true\n", window) == look_back.LookBack(5, False)
    assert read_from(tmp_path / "6", "A01,L,1,true\nA20,-,4,true\n", window) == look_back.LookBack(5, False)


def test_the_rules_and_marts_of_the_house_look_back_a_year_and_ask_all_earlier_periods_by_contact() -> None:
    assert look_back.read_look_back() == look_back.LookBack(12, True)


@pytest.mark.parametrize(("months", "later"), [(1, [APRIL]), (2, [APRIL, MAY]), (3, [APRIL, MAY, JUNE])])
def test_a_changed_period_touches_those_that_look_back_to_it_and_no_further(
    months: int, later: list[str], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look_back, "read_look_back", lambda: look_back.LookBack(months, True))
    world.deliver(WAITING, MARCH, [waiting(MARCH, "another")])
    assert reasons_of(world, MARCH) == {MARCH: touched.NEW_FILES, **dict.fromkeys(later, touched.LOOK_BACK)}


def test_the_own_period_is_no_change_for_those_that_look_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look_back, "read_look_back", lambda: look_back.LookBack(12, True))
    assert reasons_of(world, MARCH) == {MARCH: touched.OWN}


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_register_that_changes_the_own_period_touches_those_that_look_back_to_it(
    is_whole: bool, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look_back, "read_look_back", lambda: look_back.LookBack(1, True))
    if not is_whole:
        world.execute(f"delete from control.built_period where period = '{APRIL}'")
    world.deliver_registers(JUNE, [unit(JUNE), unit(JUNE, OTHER_UNIT, omrade="Södra")])
    own = touched.OWN if is_whole else touched.NOT_WHOLE
    assert reasons_of(world, APRIL) == {APRIL: own, MAY: touched.LOOK_BACK}


@pytest.fixture
def looking_world(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The copy, whose rules look back as far as those of the house do."""
    monkeypatch.setattr(look_back, "read_look_back", READ_LOOK_BACK)
    return world


def returns_of(world: World) -> list[tuple[Any, ...]]:
    """Period and detail of each first contact that is found to be a follow-up."""
    return world.query("select period, detail from quality.deviations where rule_id = 'A20' order by all")


def test_a20_a_changed_earlier_contact_touches_the_year_of_periods_after_it(looking_world: World) -> None:
    returning = {"patient_key": key_of("patient of june"), "beslut_tid": day("2023-06-01")}
    later = dict.fromkeys(PERIODS, touched.LOOK_BACK)
    for start, found in ((11, [(JUNE, "Tidigare kontakt 2023-06-11.")]), (10, [])):
        before = contact("2023-06", "a year ago", start_tid=day(f"2023-06-{start}"), **returning)
        looking_world.deliver(CONTACTS, "2023-06", [before])
        looking_world.deliver(WAITING, "2023-06", [waiting("2023-06", "another")])
        built = looking_world.build("2023-06")
        assert dict(built.touched) == {"2023-06": touched.NEW_FILES, **later}
        assert returns_of(looking_world) == found
    looking_world.deliver(WAITING, "2023-05", [waiting("2023-05", "thirteen months before")])
    looking_world.deliver(CONTACTS, "2023-05", [contact("2023-05", "carried out thirteen months before")])
    seen = dict.fromkeys(("2023-06", MARCH, APRIL, MAY), touched.LOOK_BACK)
    assert reasons_of(looking_world, "2023-05") == {"2023-05": touched.NEW_FILES, **seen}


def test_a20_cm02_a_unit_that_moves_touches_the_year_of_periods_after_those_that_use_it(looking_world: World) -> None:
    looking_world.deliver_registers(JUNE, [unit(JUNE), unit(JUNE, OTHER_UNIT, klinik_hsaid=OTHER_CLINIC)])
    later = dict.fromkeys((MAY, JUNE), touched.LOOK_BACK)
    assert reasons_of(looking_world, MARCH) == {MARCH: touched.OWN, APRIL: touched.REGISTER, **later}


def test_the_earlier_contacts_are_those_that_a_touched_period_looks_back_to_and_no_others(looking_world: World) -> None:
    for period in ("2023-03", "2023-04", "2023-05"):
        looking_world.deliver(CONTACTS, period, [contact(period, f"of {period}")])
        looking_world.deliver(WAITING, period, [waiting(period, f"entry of {period}")])
    work = looking_world.work(APRIL)
    for computed, seen in (
        ({APRIL}, {"2023-04", "2023-05", MARCH, APRIL}),
        ({MARCH, JUNE}, {"2023-03", "2023-04", "2023-05", *PERIODS}),
        (set(), set()),
    ):
        with open_state(work.home.state_file) as state, work.connect_build() as connection:
            write_inputs(connection, APRIL, work.home, work.region, work.own_keys, work.contracts, state, computed)
        assert {period for (period,) in looking_world.query("select period from control.earlier_contact")} == seen
        everything = {"2023-03", "2023-04", "2023-05", *PERIODS}
        assert {period for (period,) in looking_world.query("select period from control.contact_history")} == everything


def test_months_are_counted_over_the_turn_of_the_year() -> None:
    assert look_back.looking_back({"2023-12"}, ["2023-12", "2024-01", "2024-02"], 1) == {"2024-01"}


def test_other_settings_build_everything(world: World) -> None:
    world.region = world.region.model_copy(update={"left_out_limit_rows": 7})
    assert plan(world).why_all == "ändrat: inställningarna"
    assert not world.home.build_file.exists()


def test_other_code_builds_everything(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestration.warehouse.basis.code_version", lambda: "another")
    assert plan(world).why_all == "ändrat: koden"


def test_another_key_builds_everything(world: World) -> None:
    world.key = Key(b"a" * 32)
    assert plan(world).why_all == "ändrat: nyckeln"


def test_another_engine_builds_everything(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestration.warehouse.basis.version", lambda name: f"another {name}")
    assert plan(world).why_all == "ändrat: motorerna"


def test_a_state_put_back_from_a_backup_builds_everything_when_it_does_not_know_what_was_built(world: World) -> None:
    backup = world.home.state_file.read_bytes()
    later, again = ([contact(MARCH, "repeated", kontaktform=form), *contacts_of(MARCH)[1:]] for form in "UB")
    world.deliver(CONTACTS, MARCH, later)
    world.build(JUNE)
    world.home.state_file.write_bytes(backup)
    world.written -= 1
    world.deliver(CONTACTS, MARCH, again)
    [(number,)] = world.query("select load_id from basis.load where period = ? and entity = ?", [MARCH, CONTACTS])
    with open_state(world.home.state_file) as state:
        assert state.loads("current")[-1].load_id == number, "the number, and the place in the lake, are given twice"
    assert dict(world.build(APRIL).touched) == dict.fromkeys(PERIODS, "läget känner inte de filer som bygget vilar på")
    assert world.contents() == world.rebuilt(APRIL).contents()


def test_full_refresh_builds_everything_from_an_empty_file(world: World) -> None:
    world.execute("create table marts.left_over as select 1")
    found = world.build(JUNE, full_refresh=True)
    assert set(found.touched) == set(PERIODS)
    assert "marts.left_over" not in world.contents()
    assert world.player.commands[-1] == ("build",)


def test_what_is_of_the_code_is_left_out_while_the_code_is_the_same(world: World) -> None:
    world.build(JUNE)
    assert world.player.commands[-1] == ("build", *OF_THE_CODE)


def no_file(file: Path) -> None:
    file.unlink()


def broken_file(file: Path) -> None:
    file.write_bytes(b"no database" * 500)


def half_a_file(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:5000])


def file_of_another_shape(file: Path) -> None:
    with duckdb.connect(str(file)) as connection:
        connection.execute("alter table basis.foundation rename column name to title")


@pytest.mark.parametrize("damage", [no_file, broken_file, half_a_file, file_of_another_shape])
def test_a_build_file_that_tells_no_basis_is_built_anew(damage: Callable[[Path], None], world: World) -> None:
    expected = world.contents()
    damage(world.home.build_file)
    found = world.build(JUNE)
    assert dict(found.touched) == dict.fromkeys(PERIODS, "inget helt bygge finns")
    assert world.contents() == expected


def hurt(file: Path) -> None:
    """Every block that holds rows is another than its checksum says; what tells where they lie is left."""
    with duckdb.connect(str(file)) as connection:
        connection.execute("checkpoint")
        blocks = connection.execute(
            "select distinct block_id from pragma_storage_info('reference.rules') where block_id >= 0"
        ).fetchall()
        [(size,)] = connection.execute("select block_size from pragma_database_size()").fetchall()
    content = bytearray(file.read_bytes())
    for (block,) in blocks:
        content[HEADERS + block * size + 100] ^= 0xFF
    assert blocks
    file.write_bytes(content)


def test_a_build_file_that_is_damaged_where_rows_lie_is_taken_away_and_the_same_command_builds_it(
    world: World,
) -> None:
    expected = world.contents()
    hurt(world.home.build_file)
    with pytest.raises(VardlagerError, match="skadad"):
        world.build(JUNE)
    assert not world.home.build_file.exists()
    world.build(JUNE)
    assert world.contents() == expected


def test_a_damage_that_dbt_meets_takes_the_build_file_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    node = NodeResult("test.vardlager.t", "test", "error", "IO Error: Corrupt database file: computed checksum 1")
    monkeypatch.setattr(stage, "run_dbt", lambda *_: [node])
    with pytest.raises(VardlagerError, match="skadad"):
        world.build(JUNE)
    assert not world.home.build_file.exists()


def test_a_file_that_another_program_holds_is_left_as_it_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def held(*_: object, **__: object) -> duckdb.DuckDBPyConnection:
        raise duckdb.IOException("IO Error: Could not set lock on file")

    monkeypatch.setattr("orchestration.work.Work.connect_build", held)
    with pytest.raises(VardlagerError, match="annat program"):
        plan(world)
    assert world.home.build_file.exists()


@pytest.mark.parametrize("built_models", [0, 30, 60])
def test_a_build_that_was_killed_is_built_again_whatever_the_next_run_is_of(built_models: int, world: World) -> None:
    world.player.breaks_after = built_models
    world.deliver(CONTACTS, MARCH, [contact(MARCH, "repeated", kontaktform="U")])
    with pytest.raises(BrokenOffError):
        world.build(MARCH)
    world.player.breaks_after = None
    assert set(dict(world.query("from control.built_period"))) == {APRIL}
    expected = {APRIL: touched.OWN, MARCH: touched.NEW_FILES, MAY: touched.SAME_CONTACTS, JUNE: touched.SAME_CONTACTS}
    assert reasons_of(world, APRIL) == expected


def test_a_correction_taken_back_after_a_killed_build_leaves_no_row_of_it(world: World) -> None:
    expected = world.contents()
    [(first,)] = world.query("select load_id from basis.load where period = ? and entity = ?", [MARCH, CONTACTS])
    world.deliver(CONTACTS, MARCH, [contact(MARCH, "repeated", kontaktform="U")])
    world.player.breaks_after = 60
    with pytest.raises(BrokenOffError):
        world.build(JUNE)
    world.player.breaks_after = None
    with open_state(world.home.state_file) as state:
        state.make_current([first])
    assert reasons_of(world, APRIL) == {APRIL: touched.OWN, **dict.fromkeys((MARCH, MAY, JUNE), touched.NOT_WHOLE)}
    world.build(JUNE)
    kept = {f"{schema}.{table}" for schema, table in world.query("from control.kept_table")} & expected.keys()
    assert {name: world.contents()[name] for name in kept} == {name: expected[name] for name in kept}


def test_a_build_whose_tests_fail_is_not_whole(world: World) -> None:
    world.player.fails = True
    with pytest.raises(StoppedError):
        world.build(APRIL)
    assert reasons_of(world, JUNE) == {APRIL: touched.NOT_WHOLE, JUNE: touched.OWN}


def test_the_progress_says_which_periods_are_built_and_why(world: World) -> None:
    world.deliver(CONTACTS, MARCH, [contact(MARCH, "repeated", kontaktform="U"), *contacts_of(MARCH)[1:]])
    world.build(MARCH)
    assert "Bygger modellerna: 2 av 4 perioder (2024-03: nya filer; 2024-05: samma kontakter) ..." in world.said


def test_many_periods_are_told_by_the_latest_and_their_number() -> None:
    all_touched = {f"2024-{month:02d}": touched.NEW_FILES for month in range(1, 10)}
    line = touched.told(all_touched, 12, None)
    assert line.startswith("9 av 12 perioder (2024-04: nya filer; ")
    assert line.endswith("2024-09: nya filer; och 3 tidigare)")
    assert touched.told(all_touched, 9, "--full-refresh") == "alla 9 perioder (--full-refresh)"


def test_a_register_that_cannot_be_built_stops_the_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    node = NodeResult("model.vardlager.int_core__unit", "model", "error", "fel")
    monkeypatch.setattr(stage, "run_dbt", lambda *_: [node])
    world.deliver_registers(JUNE, [unit(JUNE, klinik_hsaid=CLINIC), unit(JUNE, OTHER_UNIT, klinik_hsaid=OTHER_CLINIC)])
    with pytest.raises(VardlagerError, match="Enhetsregistret"):
        plan(world)


@pytest.mark.parametrize(
    "most_rows, parts",
    [
        (100, [["2024-01", "2024-02", "2024-03"]]),
        (99, [["2024-01", "2024-02"], ["2024-03"], ["2024-02"]]),
        (70, [["2024-01", "2024-02"], ["2024-03"], ["2024-02"]]),
        (69, [["2024-01"], ["2024-02", "2024-03"]]),
        (59, [["2024-01"], ["2024-02"], ["2024-03"], ["2024-02"]]),
        (0, [["2024-01"], ["2024-02"], ["2024-03"], ["2024-02"]]),
    ],
)
def test_many_rows_are_computed_a_part_at_a_time_in_order_and_the_runs_own_period_in_the_last(
    most_rows: int, parts: list[list[str]]
) -> None:
    rows = {"2024-01": 40, "2024-02": 30, "2024-03": 30}
    assert stage.in_parts(rows, "2024-02", rows, most_rows) == parts


def test_an_own_period_that_is_not_touched_is_in_no_part() -> None:
    rows = {"2024-01": 40, "2024-03": 30}
    assert stage.in_parts(rows, "2024-02", rows, 0) == [["2024-01"], ["2024-03"]]


def test_nothing_touched_is_one_part_without_periods() -> None:
    assert stage.in_parts([], "2024-02", {}, 0) == [[]]


def test_a_part_that_is_not_sound_ends_the_build_and_no_period_of_it_is_whole(
    world: World, player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    def builds() -> int:
        return [command[0] for command in player.commands].count("build")

    monkeypatch.setattr(stage, "ROWS_PER_MEGABYTE", 0)
    player.commands.clear()
    player.fails = True
    with pytest.raises(StoppedError):
        world.build(MARCH, full_refresh=True)
    assert builds() == 1
    assert world.query("from control.built_period") == []
    player.fails = False
    world.build(MARCH)
    # March, which is run, is computed in its turn and once more when all the others stand.
    assert builds() == 1 + len(PERIODS) + 1
    assert set(dict(world.query("from control.built_period"))) == set(PERIODS)
    # What is computed on the way to a figure stands for the run's own period, which is validated next.
    assert world.query("select distinct period from intermediate.int_waiting_times__row") == [(MARCH,)]
