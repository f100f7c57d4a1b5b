"""The calendar's schedules: working days in Sweden, and last days that fall on days off (R30)."""

from __future__ import annotations

import datetime
import os
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
import yaml

from orchestration.definitions import build_definitions
from orchestration.errors import UsageError
from orchestration.jobs import HOUSEKEEPING_JOB, MONTH_JOB, VALIDATION_JOB
from orchestration.services.schedules import delivery_schedule, validation_schedule
from orchestration.settings import Home
from orchestration.state.lock import is_running
from orchestration.workbench.status import status_text
from orchestration.working_days import deadlines, is_working_day, month_after, month_before, working_day_by

from .test_inbox_sensor import SETTINGS


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    made = Home(tmp_path / "home")
    made.make()
    made.region_file.write_text(yaml.safe_dump(SETTINGS))
    monkeypatch.setenv("VARDLAGER_HOME", str(made.root))
    return made


def arrive(home: Home, period: str) -> None:
    folder = home.inbox / period
    folder.mkdir()
    (folder / "fil.csv").touch()


def tick(schedule: dg.ScheduleDefinition, day: str, hour: int = 6) -> tuple[str | None, str]:
    """(the period of the run asked for, why none is) at a time of day in Sweden."""
    at = datetime.datetime.fromisoformat(day).replace(hour=hour, tzinfo=ZoneInfo("Europe/Stockholm"))
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_schedule_context(instance=instance, scheduled_execution_time=at.astimezone(datetime.UTC))
        answer = schedule(context)
    if isinstance(answer, dg.SkipReason):
        return None, answer.skip_message or ""
    assert isinstance(answer, dg.RunRequest)
    assert day in str(answer.run_key)
    return answer.partition_key, ""


@pytest.mark.parametrize(
    "day, works",
    [
        ("2026-12-18", True),  # a Friday
        ("2026-12-19", False),  # Saturday
        ("2026-12-20", False),  # Sunday
        ("2026-12-21", True),
        ("2026-12-23", True),
        ("2026-12-24", False),  # Christmas Eve, a Thursday
        ("2026-12-31", False),  # New Year's Eve, a Thursday
        ("2027-01-01", False),  # a Friday
        ("2026-06-19", False),  # Midsummer Eve, a Friday
        ("2026-06-18", True),
        ("2026-05-14", False),  # Ascension Day, a Thursday
        ("2026-05-15", True),
        ("2026-06-06", False),  # the national day, a Saturday
    ],
)
def test_offices_are_open_on_weekdays_that_are_neither_holiday_nor_eve(day: str, works: bool) -> None:
    assert is_working_day(datetime.date.fromisoformat(day)) is works


@pytest.mark.parametrize("day", ["2014-12-31", "2041-01-01"])
def test_a_year_without_holidays_in_the_calendar_is_an_error(day: str) -> None:
    with pytest.raises(UsageError, match=day[:4]):
        is_working_day(datetime.date.fromisoformat(day))


@pytest.mark.parametrize(
    "day, by",
    [
        ("2026-12-18", "2026-12-18"),
        ("2026-12-20", "2026-12-18"),
        ("2026-12-27", "2026-12-23"),  # Christmas from Thursday to Sunday
        ("2027-01-01", "2026-12-30"),
        ("2026-04-06", "2026-04-02"),  # Easter Monday back to Thursday
    ],
)
def test_r30_a_day_off_is_moved_to_the_working_day_before(day: str, by: str) -> None:
    assert working_day_by(datetime.date.fromisoformat(day)) == datetime.date.fromisoformat(by)


@pytest.mark.parametrize(
    "period, delivery, internal", [("2026-10", "2026-11-20", "2026-11-20"), ("2026-11", "2026-12-20", "2026-12-18")]
)
def test_r30_the_deadline_is_the_20th_and_friday_the_18th_when_it_is_a_sunday(
    period: str, delivery: str, internal: str
) -> None:
    last = deadlines(period, 16, 20)
    assert (str(last.delivery), str(last.delivery_working_day)) == (delivery, internal)


def test_the_month_after_december_is_next_years_january() -> None:
    assert month_after("2026-12") == datetime.date(2027, 1, 1)
    assert month_after("2026-11") == datetime.date(2026, 12, 1)
    assert month_before(datetime.date(2027, 1, 31)) == "2026-12"
    assert month_before(datetime.date(2027, 2, 1)) == "2027-01"


@pytest.mark.parametrize(
    "day, period",
    [
        ("2026-12-01", None),  # the day before the first
        ("2026-12-02", "2026-11"),
        ("2026-12-05", None),  # Saturday
        ("2026-12-18", "2026-11"),
        ("2026-12-20", None),  # the last day, a Sunday
        ("2026-12-21", None),  # after the last day
        ("2026-11-20", "2026-10"),  # the last day, a Friday
        ("2027-01-01", None),
        ("2027-01-04", "2026-12"),
        ("2027-01-05", "2026-12"),
        ("2027-01-06", None),  # Epiphany
    ],
)
def test_the_month_before_is_validated_on_working_days_from_the_2nd_to_the_delivery_day(
    home: Home, day: str, period: str | None
) -> None:
    arrive(home, month_before(datetime.date.fromisoformat(day)))
    asked, why = tick(validation_schedule, day)
    assert asked == period
    assert bool(why) is (period is None)


@pytest.mark.parametrize(
    "day, period",
    [
        ("2026-12-17", None),
        ("2026-12-18", "2026-11"),
        ("2026-12-20", None),
        ("2026-12-21", None),
        ("2026-11-19", None),
        ("2026-11-20", "2026-10"),
    ],
)
def test_r30_the_month_is_run_once_on_its_internal_deadline(home: Home, day: str, period: str | None) -> None:
    arrive(home, month_before(datetime.date.fromisoformat(day)))
    assert tick(delivery_schedule, day, hour=8)[0] == period


def test_a_region_may_deliver_on_another_day(home: Home) -> None:
    home.region_file.write_text(yaml.safe_dump({**SETTINGS, "delivery_day": 10}))
    arrive(home, "2026-11")
    assert tick(delivery_schedule, "2026-12-10", hour=8)[0] == "2026-11"
    assert tick(validation_schedule, "2026-12-10")[0] == "2026-11"
    assert tick(validation_schedule, "2026-12-11")[0] is None


@pytest.mark.parametrize("schedule", [validation_schedule, delivery_schedule])
def test_a_period_without_files_is_skipped_with_the_reason(home: Home, schedule: dg.ScheduleDefinition) -> None:
    asked, why = tick(schedule, "2026-12-18")
    assert asked is None and "inbox/2026-11" in why
    (home.inbox / "2026-11").mkdir()
    assert tick(schedule, "2026-12-18")[0] is None
    (home.inbox / "2026-11" / "fil.csv").touch()
    assert tick(schedule, "2026-12-18")[0] == "2026-11"


def test_the_day_is_told_in_sweden_whatever_the_time_zone(home: Home) -> None:
    arrive(home, "2026-11")
    # 00:30 on Friday the 18th in Sweden is Thursday the 17th in UTC.
    at = datetime.datetime(2026, 12, 17, 23, 30, tzinfo=datetime.UTC)
    with dg.DagsterInstance.ephemeral() as instance:
        answer = delivery_schedule(dg.build_schedule_context(instance=instance, scheduled_execution_time=at))
    assert isinstance(answer, dg.RunRequest)


def test_wrong_settings_are_told_and_never_crash_a_schedule(home: Home) -> None:
    home.region_file.write_text("okänd: 1")
    assert "region.yml" in tick(validation_schedule, "2026-12-18")[1]


def test_the_schedules_rest_until_the_region_turns_them_on_and_go_by_swedish_time() -> None:
    for schedule, job in ((validation_schedule, VALIDATION_JOB), (delivery_schedule, MONTH_JOB)):
        assert schedule.default_status == dg.DefaultScheduleStatus.STOPPED
        assert schedule.execution_timezone == "Europe/Stockholm"
        assert schedule.job_name == job


def test_r30_status_tells_the_internal_deadline_when_it_is_another_day(home: Home) -> None:
    from orchestration.state.store import open_state

    with open_state(home.state_file) as state:
        state.set_group("2026-11", "care", "complete", None)
    said = " ".join(status_text(home, "2026-11", datetime.date(2026, 12, 14)).split())
    assert "leverera senast 2026-12-20 (helg: gör det 2026-12-18) (4 dagar kvar)" in said
    assert "godkänn senast 2026-12-16, " in said
    said = " ".join(status_text(home, "2026-10", datetime.date(2026, 11, 20)).split())
    assert "leverera senast 2026-11-20 (0 dagar kvar)" in said


def test_the_house_is_kept_also_where_no_command_runs(home: Home) -> None:
    """On a server that runs by sensor and schedules, no month passes the command line, which purges after each."""
    old = home.quarantine / "2020-01" / "gammal.csv"
    young = home.quarantine / "2020-01" / "ny.csv"
    old.parent.mkdir()
    for path, year in ((old, 2020), (young, datetime.date.today().year)):
        path.touch()
        moment = datetime.datetime(year, 1, 15).timestamp()
        os.utime(path, (moment, moment))
    with dg.DagsterInstance.ephemeral() as instance:
        result = build_definitions().resolve_job_def(HOUSEKEEPING_JOB).execute_in_process(instance=instance)
    assert result.success
    assert not old.exists()
    assert young.exists()


def test_housekeeping_shows_that_it_lives_so_that_nobody_ends_it(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may wait for a month that takes longer than a run without a sign of life is let be."""
    signs = []

    def keep(*given: object) -> None:
        signs.extend(is_running(home, sign.name) for sign in (home.state / "running").iterdir())

    monkeypatch.setattr("orchestration.keeping.assets.keep_house", keep)
    with dg.DagsterInstance.ephemeral() as instance:
        result = build_definitions().resolve_job_def(HOUSEKEEPING_JOB).execute_in_process(instance=instance)
    assert result.success
    assert signs == [True]
    assert not is_running(home, result.run_id)
