"""What goes when it has been kept long enough, what never goes, and what is told of it."""

from __future__ import annotations

import datetime
import hashlib
import os
import sqlite3
from pathlib import Path

import pytest

from orchestration.keeping import purge as purging
from orchestration.keeping.due import first_kept_month
from orchestration.state.lake import quarantine_list_path, quarantined_path
from orchestration.state.store import State, open_state
from tests.python.keeping.house import GOES, STAYS, House, age

DELIVERY = {
    "receiver": "skr",
    "period": "2019-01",
    "version": 1,
    "created_at": "2019-03-20 10:00:00",
    "run_id": "r1",
    "inputs": "i",
    "content_hash": "h",
    "contacts_completed": 1,
    "contacts_waiting": 1,
    "left_out_count": 0,
    "status": "built",
}


@pytest.mark.parametrize(
    ("today", "months", "first_kept"),
    [
        ("2024-06-30", 24, "2022-06"),
        ("2024-07-01", 24, "2022-07"),
        ("2024-07-31", 24, "2022-07"),
        ("2024-01-01", 1, "2023-12"),
        ("2024-12-31", 12, "2023-12"),
        ("2024-12-31", 11, "2024-01"),
    ],
)
def test_a_month_has_been_kept_when_that_many_whole_months_have_ended_after_it(
    today: str, months: int, first_kept: str
) -> None:
    assert first_kept_month(datetime.date.fromisoformat(today), months) == first_kept


def test_an_original_goes_when_it_was_received_long_enough_ago_and_the_next_month_stays(house: House) -> None:
    old = house.load(GOES, text="gammal")
    new = house.load(STAYS, period="2019-02", text="ny")
    house.keep()
    assert not house.has(old.archive_path)
    assert house.has(new.archive_path)


def test_the_last_day_before_the_boundary_keeps_what_the_first_day_after_it_purges(house: House) -> None:
    load = house.load(GOES)
    house.keep(datetime.date(2024, 6, 30))
    assert house.has(load.archive_path)
    house.keep(datetime.date(2024, 7, 1))
    assert not house.has(load.archive_path)


def test_the_setting_decides_how_long(house: House) -> None:
    load = house.load("2024-05")
    house.keep(months=2)
    assert house.has(load.archive_path)
    house.keep(months=1)
    assert not house.has(load.archive_path)


def test_history_that_was_loaded_lately_stays_however_old_its_month_is(house: House) -> None:
    load = house.load("2024-07", period="2015-01")
    house.keep()
    assert house.has(load.archive_path)
    assert house.purges() == []


def test_an_original_received_twice_counts_from_the_last_time(house: House) -> None:
    first = house.load(GOES, "replaced", text="samma")
    house.load(GOES, "replaced", text="annan")
    again = house.load(STAYS, text="samma")
    assert first.archive_path == again.archive_path
    house.keep()
    assert house.has(first.archive_path)


def test_the_row_of_a_purged_load_stays_and_the_purge_tells_what_it_was(house: House) -> None:
    load = house.load(GOES, text="gammal")
    house.keep()
    with open_state(house.home.state_file) as state:
        [kept] = state.loads()
    assert (kept.sha256, kept.archive_path, kept.rows_in_file) == (load.sha256, load.archive_path, 7)
    told = {row["kind"]: row for row in house.purges()}
    original = told["original"]
    assert original["path"] == load.archive_path
    assert original["sha256"] == hashlib.sha256(b"gammal").hexdigest()
    assert (original["rows"], original["bytes"], original["counted_from"]) == (7, 6, GOES)
    assert "retention_months 24" in str(original["reason"])
    assert original["purged_at"] is not None
    assert told["quarantine_list"]["sha256"] == hashlib.sha256("innehåll\n".encode()).hexdigest()


@pytest.mark.parametrize("outcome", ["current", "held"])
def test_rows_of_a_load_that_counts_or_waits_never_go(house: House, outcome: str) -> None:
    load = house.load("2015-01", outcome)
    house.keep()
    assert load.lake_path is not None
    assert house.has(load.lake_path)
    assert house.has(quarantined_path(load.lake_path))
    assert not house.has(load.archive_path)


@pytest.mark.parametrize("outcome", ["current", "held"])
def test_an_original_that_alone_holds_the_rows_of_a_load_stays(house: House, outcome: str) -> None:
    load = house.load("2015-01", outcome)
    assert load.lake_path is not None
    (house.root / load.lake_path).unlink()
    house.keep()
    assert house.has(load.archive_path)


def test_rows_that_were_replaced_count_from_when_another_load_took_over(house: House) -> None:
    first = house.load("2015-01", "replaced", text="1")
    second = house.load(GOES, "replaced", text="2")
    third = house.load(STAYS, text="3")
    house.keep()
    stays = {path for load in (second, third) if (path := load.lake_path)}
    assert first.lake_path is not None
    for path in stays:
        assert house.has(path)
        assert house.has(quarantined_path(path))
    assert not house.has(first.lake_path)
    assert not house.has(quarantined_path(first.lake_path))


def test_a_waiting_load_that_was_let_go_of_counts_from_its_own_time(house: House) -> None:
    house.load("2015-01")
    let_go = house.load(GOES, "replaced", text="2")
    house.keep()
    assert let_go.lake_path is not None
    assert not house.has(let_go.lake_path)


def test_a_refused_file_and_its_list_of_faults_go_too(house: House) -> None:
    load = house.load(GOES, "refused")
    newer = house.load(STAYS, "refused", text="b")
    house.keep()
    listed = [quarantine_list_path(one.period, one.file_name, f"refused-{one.sha256[:12]}") for one in (load, newer)]
    assert [house.has(path) for path in (load.archive_path, listed[0], newer.archive_path, listed[1])] == [
        False,
        False,
        True,
        True,
    ]


def test_a_file_that_the_state_does_not_know_counts_from_when_it_was_written(house: House) -> None:
    paths = {
        month: [
            f"archive/2019-01/okänd.{month}.csv",
            f"quarantine/2019-01/okänd.{month}.csv",
            f"lake/vardkontakt/period=2019-01/load-{month}.parquet",
        ]
        for month in (GOES, STAYS)
    }
    for month, names in paths.items():
        for name in names:
            house.write(name, month=month)
    house.keep()
    assert not any(house.has(path) for path in paths[GOES])
    assert all(house.has(path) for path in paths[STAYS])


def test_a_half_copy_of_a_killed_run_goes_whatever_its_age(house: House) -> None:
    half = house.write("archive/2019-01/.vardkontakt_201901.csv.part")
    house.keep()
    assert not half.exists()
    [row] = house.purges()
    assert (row["kind"], row["reason"]) == ("leftover", "rest av en avbruten körning")
    assert house.said == []


def test_earlier_reports_go_but_neither_the_newest_nor_the_one_a_delivery_rests_on(house: House) -> None:
    for version, month in enumerate(["2019-02", "2019-03", "2019-04", "2019-05"], start=1):
        page = house.write(f"reports/2019-01/v{version}/protokoll.html", month=month)
        age(page.parent, month)
    newer = house.write("reports/2022-06/v1/protokoll.html", month=STAYS)
    house.write("reports/2022-06/v2/protokoll.html", month=STAYS)
    with open_state(house.home.state_file) as state:
        state.insert("delivery", [DELIVERY])
    house.keep()
    assert sorted(path.name for path in (house.home.reports / "2019-01").iterdir()) == ["v2", "v4"]
    assert newer.exists()


def test_every_report_of_a_delivered_month_stays_when_a_backup_has_lost_their_times(house: House) -> None:
    for version in (1, 2, 3):
        age(house.write(f"reports/2019-01/v{version}/protokoll.html").parent, GOES)
    with open_state(house.home.state_file) as state:
        state.insert("delivery", [DELIVERY])
    house.keep()
    assert sorted(path.name for path in (house.home.reports / "2019-01").iterdir()) == ["v1", "v2", "v3"]


def test_a_name_that_is_no_text_is_purged_and_undoes_no_month(house: House) -> None:
    folder = house.root / "archive" / "2019-01"
    folder.mkdir(parents=True)
    odd = folder / os.fsdecode(b"g\xf6r.csv")
    odd.touch()
    os.utime(odd, (0, 0))
    assert house.keep().failed == ()
    assert not odd.exists()
    (told,) = house.purges()
    assert told["path"] == "archive/2019-01/g\\udcf6r.csv" and told["purged_at"] is not None


def test_dl05_an_identity_in_a_name_is_purged_and_stands_nowhere(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    born = "19121212"
    path = house.write(f"archive/2019-01/{os.fsdecode(bytes([0xF6]))}{born}-1212.csv", month=GOES)
    real = purging.delete

    def refuse(root: Path, name: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(purging, "delete", refuse)
    assert len(house.keep().failed) == 1
    monkeypatch.setattr(purging, "delete", real)
    house.keep()
    assert not path.exists()
    told = f"{house.said} {house.purges()}"
    assert born not in told and "[identitet].csv" in told


def test_the_log_of_a_month_goes_with_the_month(house: House) -> None:
    for month in (GOES, STAYS):
        house.write(f"state/log/{month}.jsonl")
    other = house.write("state/log/anteckning.txt", month="2015-01")
    house.keep()
    assert not house.has(f"state/log/{GOES}.jsonl")
    assert house.has(f"state/log/{STAYS}.jsonl")
    assert other.exists()


def test_deliveries_kept_rows_id_maps_keys_and_what_is_published_never_go(house: House) -> None:
    for path in (
        "delivery/skr/2015-01/v1/genomforda_kontakter.xml",
        "state/delivered_rows/receiver=skr/period=2015-01/version=1/completed.parquet",
        "state/id_map/skr/2015-01/v1.bin",
        "state/delivery.key",
        "published/versions/0001/vardlager.duckdb",
        "inbox/2015-01/vardkontakt_201501.csv",
        "build/warehouse.duckdb",
        "region.yml",
    ):
        house.write(path, mode=0o400, month="2015-01")
    tops = ("delivery", "state/delivered_rows", "state/id_map", "published", "inbox", "build")
    before = house.files(*tops)
    house.load("2015-01")
    house.keep()
    assert house.files(*tops) == before
    assert house.has("state/delivery.key")
    assert house.has("region.yml")


def test_folders_of_months_that_hold_nothing_go_and_others_stay(house: House) -> None:
    house.load(GOES, "refused", period="2019-01")
    house.load(GOES, "refused", period="2019-02")
    house.load(STAYS, "refused", period="2019-02", text="b")
    house.keep()
    assert not house.has("archive/2019-01")
    assert not house.has("quarantine/2019-01")
    assert house.has("archive/2019-02")
    assert house.has("archive")


def test_a_read_only_folder_is_no_hindrance(house: House) -> None:
    load = house.load(GOES)
    (house.root / load.archive_path).parent.chmod(0o500)
    assert house.keep().failed == ()
    assert not house.has(load.archive_path)


def test_one_line_tells_how_many_of_what_and_of_which_months(house: House) -> None:
    house.load(GOES, "replaced", text="1")
    house.load("2015-01", text="2")
    house.load(GOES, "refused", text="3")
    kept = house.keep()
    assert house.said == [
        "Gallrat: 3 originalfiler, 3 karantänlistor, 2 filer av ersatta inläsningar från 2022-06 och tidigare"
    ]
    assert kept.purged == {"original": 3, "quarantine_list": 3, "lake_rows": 2}


def test_one_of_a_kind_is_told_as_one_and_nothing_as_nothing(house: House) -> None:
    house.write(f"archive/2019-01/x.{GOES}.csv", month=GOES)
    house.keep(datetime.date(2024, 1, 31), months=19)
    assert house.said == []
    house.keep(datetime.date(2024, 1, 31), months=18)
    assert house.said == ["Gallrat: 1 originalfil från 2022-06 och tidigare"]
    house.keep(datetime.date(2024, 1, 31), months=18)
    assert len(house.said) == 1


@pytest.mark.parametrize("top", ["archive", "quarantine", "lake", "reports", "review", "state/log"])
def test_a_folder_that_is_a_link_is_told_and_not_followed(house: House, tmp_path: Path, top: str) -> None:
    elsewhere = tmp_path / "annan disk"
    for name in ("2019-01/x.csv", "2019-01/v1/protokoll.html", "2019-01/v2/protokoll.html", f"{GOES}.jsonl"):
        (elsewhere / name).parent.mkdir(parents=True, exist_ok=True)
        (elsewhere / name).write_text("annat")
    age(elsewhere, "2015-01")
    folder = house.root / top
    if folder.exists():
        folder.rmdir()
    folder.symlink_to(elsewhere)
    before = sorted(elsewhere.rglob("*"))
    kept = house.keep()
    assert sorted(elsewhere.rglob("*")) == before
    assert kept.failed == (f"{top} är en länk",)
    assert "Gallringen nådde inte allt" in house.said[0]


def test_links_inside_are_neither_followed_nor_removed(house: House, tmp_path: Path) -> None:
    elsewhere = tmp_path / "utanför"
    elsewhere.mkdir()
    (elsewhere / "x.csv").write_text("annat")
    age(elsewhere, "2015-01")
    links = [house.home.archive / "2019-01", house.home.quarantine / "x.csv", house.home.reports / "2019-01"]
    for link in links:
        link.symlink_to(elsewhere / "x.csv" if link.suffix else elsewhere)
    kept = house.keep()
    assert (elsewhere / "x.csv").read_text() == "annat"
    assert all(link.is_symlink() for link in links)
    assert kept.failed == ()
    assert house.purges() == []


@pytest.mark.parametrize(
    "path", ["../utanför.csv", "archive/../../utanför.csv", "/etc/finns-inte", "archive/länk/x.csv"]
)
def test_nothing_outside_the_home_or_behind_a_link_can_be_named(house: House, tmp_path: Path, path: str) -> None:
    outside = tmp_path / "utanför.csv"
    outside.write_text("annat")
    (tmp_path / "x.csv").write_text("annat")
    (house.home.archive / "länk").symlink_to(tmp_path)
    with pytest.raises(OSError):
        purging.delete(house.root, path)
    assert outside.exists()
    assert (tmp_path / "x.csv").exists()


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.mark.parametrize("deletions", [0, 1, 3])
@pytest.mark.parametrize("is_gone", [False, True])
def test_killed_in_the_middle_the_next_finishes_and_every_deletion_is_told_once(
    house: House, monkeypatch: pytest.MonkeyPatch, deletions: int, is_gone: bool
) -> None:
    loads = [house.load(GOES, "refused", text=text) for text in ("1", "2", "3")]
    there = house.files("archive", "quarantine")
    inner, done = purging.delete, list[str]()

    def delete(root: Path, path: str) -> None:
        if len(done) == deletions:
            if is_gone:
                inner(root, path)
            raise Killed
        done.append(path)
        inner(root, path)

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(purging, "delete", delete)
        house.keep()
    noted = {row["path"] for row in house.purges()}
    assert there.keys() - house.files("archive", "quarantine").keys() <= noted, "deleted and not written down"
    house.keep()
    assert house.files("archive", "quarantine") == {}
    rows = house.purges()
    assert sorted(str(row["path"]) for row in rows) == sorted(there)
    assert all(row["purged_at"] for row in rows)
    assert len(loads) == 3


def test_a_file_that_came_back_after_a_kill_is_not_told_as_deleted(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = house.load(GOES, "refused")
    with monkeypatch.context() as patched, pytest.raises(Killed):

        def killed(root: Path, path: str) -> None:
            raise Killed

        patched.setattr(purging, "delete", killed)
        house.keep()
    house.load("2024-07", "refused")
    house.keep()
    assert house.has(load.archive_path)
    assert house.purges() == []


def test_what_cannot_be_deleted_is_told_the_rest_goes_and_the_next_run_takes_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, other = house.load(GOES, "refused", text="1"), house.load(GOES, "refused", text="2")
    unlink = os.unlink

    def refuse(path: str, *, dir_fd: int | None = None) -> None:
        if path == Path(stuck.archive_path).name:
            raise PermissionError(1, "Operation not permitted")
        unlink(path, dir_fd=dir_fd)

    with monkeypatch.context() as patched:
        patched.setattr(os, "unlink", refuse)
        kept = house.keep()
    assert not house.has(other.archive_path)
    assert kept.failed == (f"{stuck.archive_path}: Operation not permitted",)
    assert stuck.archive_path not in {row["path"] for row in house.purges()}
    assert "Gör så här" in house.said[-1]
    house.keep()
    assert not house.has(stuck.archive_path)


def test_when_the_state_cannot_be_written_nothing_is_deleted_and_the_month_is_not_undone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = house.load(GOES)

    def full(*arguments: object) -> int:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(State, "add_purge", full)
        kept = house.keep()
    assert house.has(load.archive_path)
    assert "database or disk is full" in kept.failed[0]
    house.keep()
    assert not house.has(load.archive_path)
