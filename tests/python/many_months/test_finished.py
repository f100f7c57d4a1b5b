"""When a finished month is left alone and when it runs again: each thing it rests on, on each side."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from orchestration.contracts import load_contracts
from orchestration.landing.inbox import inbox_content
from orchestration.landing.receiving import sha256_of
from orchestration.many_months import stands_published, still_finished
from orchestration.settings import Home, read_region
from orchestration.state.finished import (
    FinishedMonth,
    beside_current,
    finished_month,
    forget_finished,
    month_basis,
    note_finished,
)
from orchestration.state.store import Load, State, open_state

CONTRACTS = load_contracts()
JOB, PERIOD, EARLIER, LATER = "month", "2024-02", "2024-01", "2024-03"
REGISTERS = ("register_enhet", "register_ansvar", "register_heroma_enhet", "register_konto")
CARE = ("cosmic_vardkontakt", "cosmic_vantelista")
REASON = "alla har sagt ja"
REGION = """
region_code: 56
region_name: Region Prov
region_hsa_id: SE2321000131-0001
county_prefix: "19"
norm_hours_per_year: 1725
receivers: [skr]
main_variant: skr
"""


def file_name(entity: str, period: str) -> str:
    return f"{entity}_{period.replace('-', '')}.csv"


class House:
    """A home whose inbox holds what is loaded of one month, and the month before it loaded too."""

    def __init__(self, root: Path) -> None:
        self.home = Home(root)
        self.home.make()
        self.home.region_file.write_text(REGION, encoding="utf-8")
        for period in (EARLIER, PERIOD):
            for entity in (*REGISTERS, *CARE) if period == EARLIER else CARE:
                self.put(entity, period, f"{entity} {period}")
                self.load(entity, period)
            self.group(period, "complete")

    def put(self, entity: str, period: str, content: str) -> Path:
        folder = self.home.inbox / period
        folder.mkdir(exist_ok=True)
        path = folder / file_name(entity, period)
        path.write_text(content, encoding="utf-8")
        return path

    def load(self, entity: str, period: str, outcome: str = "current") -> None:
        """What lies in the inbox is taken in, or held, or refused."""
        contract = CONTRACTS[entity]
        name = file_name(entity, period)
        row = Load(
            period=period, system=contract.system, entity=entity, group_name=contract.group, file_name=name,
            sha256=sha256_of(self.home.inbox / period / name), archive_path="", lake_path="", rows_in_file=0,
            rows_loaded=0, rows_quarantined=0, rows_duplicate=0, rows_filtered=0,
            loaded_at="2024-08-02 10:00:00", outcome="held",
        )  # fmt: skip
        with open_state(self.home.state_file) as state:
            number = state.add_load(row if outcome == "current" else replace(row, outcome=outcome))
            if outcome == "current":
                state.make_current([number])

    def group(self, period: str, word: str) -> None:
        with open_state(self.home.state_file) as state:
            state.set_group(period, "care", word, None)

    def finish(self, reason: str = "", refused: tuple[str, ...] = ()) -> None:
        """The month's job succeeded on what lies there."""
        arrived = inbox_content(self.home.inbox / PERIOD, CONTRACTS)
        with open_state(self.home.state_file) as state:
            region, _ = read_region(self.home)
            note_finished(
                state,
                FinishedMonth(
                    period=PERIOD,
                    job=JOB,
                    run_id="run",
                    basis=month_basis(state, CONTRACTS, region, PERIOD, reason),
                    inbox=beside_current(state, PERIOD, arrived),
                    refused=refused,
                ),
            )

    def is_finished(self, reason: str = "") -> bool:
        return still_finished(self.home, JOB, PERIOD, reason) is not None

    def state(self, do: str, *values: object) -> None:
        with open_state(self.home.state_file) as state:
            state.execute(do, values)


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path / "home")
    house.finish()
    return house


def test_a_month_on_which_nothing_has_changed_is_finished(house: House) -> None:
    assert house.is_finished()


def test_a_month_that_was_never_run_is_not_finished(house: House, tmp_path: Path) -> None:
    assert still_finished(house.home, JOB, LATER, "") is None
    assert still_finished(house.home, "another_job", PERIOD, "") is None
    assert still_finished(Home(tmp_path / "nothing"), JOB, PERIOD, "") is None


def test_a_month_that_was_begun_again_is_not_finished(house: House) -> None:
    with open_state(house.home.state_file) as state:
        forget_finished(state, PERIOD, "another_job")
    assert house.is_finished()
    with open_state(house.home.state_file) as state:
        forget_finished(state, PERIOD, JOB)
    assert not house.is_finished()


def test_a_file_of_other_content_in_the_inbox_is_news_until_it_is_as_loaded(house: House) -> None:
    house.put("cosmic_vantelista", PERIOD, "rättad")
    assert not house.is_finished()
    house.put("cosmic_vantelista", PERIOD, f"cosmic_vantelista {PERIOD}")
    assert house.is_finished()


def test_another_file_in_the_inbox_is_news(house: House) -> None:
    house.put("register_enhet", PERIOD, "nytt register")
    assert not house.is_finished()


def test_a_file_that_no_landing_would_take_up_is_no_news(house: House) -> None:
    (house.home.inbox / PERIOD / "anteckning.txt").write_text("hej")
    assert house.is_finished()


def test_an_inbox_that_is_cleared_after_the_month_is_no_news(house: House) -> None:
    (house.home.inbox / PERIOD / "kontroll.csv").write_text("fil;rader;sha256\n")
    house.finish()
    for path in (house.home.inbox / PERIOD).iterdir():
        path.unlink()
    assert house.is_finished()


def test_a_changed_control_file_is_news(house: House) -> None:
    control = house.home.inbox / PERIOD / "kontroll.csv"
    control.write_text("fil;rader;sha256\n")
    assert not house.is_finished()
    house.finish()
    assert house.is_finished()
    control.write_text("fil;rader;sha256\na.csv;1;00\n")
    assert not house.is_finished()


def test_a_refused_file_is_known_by_its_content_and_its_refusal_is_kept(house: House) -> None:
    path = house.put("cosmic_vantelista", PERIOD, "trasig")
    house.load("cosmic_vantelista", PERIOD, "refused")
    house.group(PERIOD, "refused")
    house.finish(refused=("en.csv: trasig",))
    assert house.is_finished()
    month = still_finished(house.home, JOB, PERIOD, "")
    assert month is not None and month.refused == ("en.csv: trasig",)
    path.write_text("lagad")
    assert not house.is_finished()


def test_a_refused_file_that_is_taken_away_is_news_since_its_group_is_let_go(house: House) -> None:
    path = house.put("cosmic_vantelista", PERIOD, "trasig")
    house.load("cosmic_vantelista", PERIOD, "refused")
    house.group(PERIOD, "refused")
    house.finish()
    path.write_text(f"cosmic_vantelista {PERIOD}")
    assert not house.is_finished()


def test_another_load_of_the_month_or_of_an_earlier_one_makes_it_run_again(house: House) -> None:
    house.put("cosmic_vardkontakt", EARLIER, "rättad")
    assert house.is_finished(), "an earlier month's inbox is that month's own"
    house.load("cosmic_vardkontakt", EARLIER)
    assert not house.is_finished()
    house.finish()
    house.put("cosmic_vardkontakt", PERIOD, "rättad")
    house.load("cosmic_vardkontakt", PERIOD)
    assert not house.is_finished()


def test_a_register_of_its_own_or_an_earlier_month_makes_it_run_again_and_a_later_one_does_not(house: House) -> None:
    house.put("register_enhet", LATER, "senare register")
    house.load("register_enhet", LATER)
    assert house.is_finished()
    house.put("register_enhet", EARLIER, "rättat register")
    house.load("register_enhet", EARLIER)
    assert not house.is_finished()


def test_a_later_month_of_care_does_not_make_it_run_again(house: House) -> None:
    for entity in CARE:
        house.put(entity, LATER, entity)
        house.load(entity, LATER)
    assert house.is_finished()


def test_a_changed_setting_makes_it_run_again_until_it_is_changed_back(house: House) -> None:
    house.home.region_file.write_text(REGION + "small_cell_limit: 7\n", encoding="utf-8")
    assert not house.is_finished()
    house.home.region_file.write_text(REGION, encoding="utf-8")
    assert house.is_finished()


def test_another_reason_makes_it_run_again_and_the_same_does_not(house: House) -> None:
    assert not house.is_finished(REASON)
    house.finish(REASON)
    assert house.is_finished(REASON)
    assert not house.is_finished()
    assert not house.is_finished(REASON + "!")


def test_changed_code_makes_it_run_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestration.state.current.code_version", lambda: "en annan")
    assert not house.is_finished()


def test_an_approval_given_or_withdrawn_makes_it_run_again_so_that_it_can_be_delivered(house: House) -> None:
    house.state(
        "insert into approval (period, clinic_id, clinic_name, approved_by, approved_at, figures_hash, figures, loads) "
        "values (?, 'SE1', 'Kliniken', 'Prov', '2024-03-10 10:00:00', 'h', '[]', '[]')",
        PERIOD,
    )
    assert not house.is_finished()
    house.finish()
    assert house.is_finished()
    house.state("update approval set withdrawn_at = '2024-03-11 10:00:00'")
    assert not house.is_finished()


def test_what_is_written_down_is_read_back_and_the_later_one_counts(tmp_path: Path) -> None:
    state = State(tmp_path / "state.sqlite")
    first = FinishedMonth(PERIOD, JOB, "a", "1", frozenset({("a.csv", "00"), ("b.csv", "")}), ("å: ä",))
    note_finished(state, first)
    assert finished_month(state, PERIOD, JOB) == first
    second = replace(first, run_id="b", basis="2", refused=())
    note_finished(state, second)
    assert finished_month(state, PERIOD, JOB) == second
    state.close()


def _published(home: Home, statuses: dict[int, str], in_force: int | None, kept: tuple[int, ...]) -> None:
    with open_state(home.state_file) as state:
        state.insert(
            "publication",
            [
                {"version": version, "published_at": "2024-08-02 10:00:00", "run_id": f"run {version}",
                 "period": PERIOD, "inputs": "i", "sha256": "s", "status": status}
                for version, status in statuses.items()
            ],
        )  # fmt: skip
    for version in kept:
        (home.published / "versions" / f"{version:04d}").mkdir(parents=True)
    if in_force is not None:
        (home.published / "current").symlink_to(f"versions/{in_force:04d}")


@pytest.mark.parametrize(
    ("statuses", "in_force", "kept", "stands"),
    [
        ({}, None, (), False),
        ({1: "removed", 2: "earlier", 3: "current"}, 3, (2, 3), True),
        ({2: "current", 3: "earlier"}, 2, (2, 3), False),
        ({2: "earlier", 3: "current"}, None, (), False),
        ({2: "earlier", 3: "current"}, 3, (2,), False),
    ],
    ids=["never published", "the newest in force", "rolled back", "all of it gone", "the newest gone"],
)
def test_what_was_rolled_back_or_lost_is_no_ground_for_skipping(
    house: House, statuses: dict[int, str], in_force: int | None, kept: tuple[int, ...], stands: bool
) -> None:
    _published(house.home, statuses, in_force, kept)
    assert stands_published(house.home) is stands
