"""Dagster's pages in a real browser: Swedish texts, no error, and nothing that leaves the machine."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.python.end_to_end.command import PROJECT, Place

playwright = pytest.importorskip("playwright.sync_api", reason="playwright är inte installerat")

BROWSER_VARIABLE = "VARDLAGER_TEST_BROWSER"
BROWSER = os.environ.get(BROWSER_VARIABLE) or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"))), None
)
pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason=f"ingen webbläsare: installera chromium eller sätt {BROWSER_VARIABLE}"),
    pytest.mark.enable_socket,
    pytest.mark.allow_hosts(["127.0.0.1"]),
]

PERIOD = "2026-10"
LOCATION = "/locations/orchestration.definitions"
START_SECONDS = 300
# What the machine itself answers; everything else would leave it.
OWN_HOSTS = {"127.0.0.1"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Site:
    """The web server of a home in which one month has been run."""

    place: Place
    url: str
    run_id: str


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    place = Place(tmp_path_factory.mktemp("ui"))
    place.fixture("section8.py")
    done = place.command("run", "--period", PERIOD, "--approve-all", "prov", timeout=900)
    assert done.code == 0, done.said
    with sqlite3.connect(place.home / "state" / "state.sqlite") as state:
        (run_id,) = state.execute("select run_id from run").fetchone()
    port = free_port()
    log = place.root / "server.log"
    # No telemetry variable: dagster.yaml alone must keep it quiet.
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("DAGSTER", "PYTEST"))}
    variables |= {
        "VARDLAGER_HOME": str(place.home),
        "VARDLAGER_KEY_FILE": str(place.key_file),
        "DAGSTER_HOME": str(place.home / "state" / "dagster"),
        "CONNECTIONS_FILE": str(place.connections),
        "PYTHONPATH": os.pathsep.join([str(place.root / "witness"), str(PROJECT)]),
        "HOME": str(place.root),
    }
    program = Path(sys.executable).with_name("dagster-webserver")
    arguments = [str(program), "-m", "orchestration.definitions", "-h", "127.0.0.1", "-p", str(port)]
    with (
        log.open("wb") as said,
        subprocess.Popen(arguments, env=variables, cwd=place.root, stdout=said, stderr=subprocess.STDOUT) as server,
    ):
        try:
            give_up_at = time.monotonic() + START_SECONDS
            while b"Serving dagster-webserver" not in log.read_bytes():
                assert server.poll() is None and time.monotonic() < give_up_at, log.read_text(encoding="utf-8")
                time.sleep(0.2)
            yield Site(place, f"http://127.0.0.1:{port}", run_id)
        finally:
            server.terminate()


@dataclass
class Visit:
    """A browser on the site, everything it asked for, and every error it met."""

    page: playwright.Page
    site: Site
    asked: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def open(self, path: str, *texts: str) -> None:
        """Go there and wait until every text stands on the page."""
        self.page.goto(self.site.url + path)
        for text in texts:
            self.page.get_by_text(text).first.wait_for()
        # PICTURES names a folder in which a person can look at every page that the test saw.
        if folder := os.environ.get("VARDLAGER_TEST_PICTURES"):
            name = re.sub(r"\W+", "_", path).strip("_") or "start"
            self.page.screenshot(path=str(Path(folder) / f"{name}.png"))

    def outside(self) -> list[str]:
        """Requests to another host than the machine itself."""
        return [
            url
            for url in self.asked
            if urlsplit(url).scheme not in {"data", "blob"} and urlsplit(url).hostname not in OWN_HOSTS
        ]


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    # Names are not looked up at all, so that nothing could leave even if it were asked for.
    options = ["--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    if os.geteuid() == 0:
        options.append("--no-sandbox")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=BROWSER, args=options)
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: playwright.Browser, site: Site) -> Iterator[Visit]:
    page = browser.new_page(viewport={"width": 1500, "height": 950})
    page.set_default_timeout(60_000)
    visiting = Visit(page, site)
    page.on("request", lambda request: visiting.asked.append(request.url))
    page.on("websocket", lambda opened: visiting.asked.append(opened.url))
    page.on("pageerror", lambda error: visiting.errors.append(str(error)))
    page.on("console", lambda message: visiting.errors.append(message.text) if message.type == "error" else None)
    yield visiting
    page.close()
    assert visiting.asked, "sidan frågade inte efter något: provet såg inget"
    assert visiting.outside() == []
    assert visiting.errors == []


def test_the_overview_opens_without_a_welcome_in_its_way(visit: Visit) -> None:
    visit.open("/overview/activity/timeline", "Timeline", "Runs")
    assert visit.page.get_by_text("Join the Dagster community").count() == 0
    assert re.search(r'"telemetryEnabled": *false', visit.page.content())
    assert not [url for url in visit.asked if "telemetry" in url]


def test_the_catalog_tells_in_swedish_what_an_asset_is(visit: Visit) -> None:
    visit.open("/assets", "approval_clinic", "Kliniker att godkänna: var klinik med rader")
    visit.open("/assets/published_file", "Publicering: filen som analytiker öppnar")
    visit.open("/assets/national_delivery", "Leverans: nästa version")


def test_extract_groups_and_domains_are_groups(visit: Visit) -> None:
    visit.open("/asset-groups/", "care", "registers", "waiting_times", "rules", "validation", "publishing", "delivery")
    visit.open(f"{LOCATION}/asset-groups/publishing", "published_file")


def test_an_asset_shows_its_checks_with_what_they_mean(visit: Visit) -> None:
    visit.open("/assets/validated_delivery?view=checks", "delivery_completed_suite", "Leveransens genomförda kontakter")
    visit.open("/assets/clinic_figures?view=checks", "all_clinics_approved", "Godkännanden: från sista dagen")


def test_an_asset_shows_its_months(visit: Visit) -> None:
    visit.open(f"/assets/published_file?view=partitions&partition={PERIOD}", PERIOD, "tables")


def test_the_run_shows_its_steps(visit: Visit) -> None:
    visit.open(f"/runs/{visit.site.run_id}", "national_delivery", "Success")


def test_the_months_job_offers_a_backfill_of_many_months(visit: Visit) -> None:
    visit.open(f"{LOCATION}/jobs/month", "Månaden: läs in, bygg, validera och publicera")
    visit.page.get_by_role("button", name=re.compile("Materialize all")).first.click()
    visit.page.get_by_text("Launch backfill").wait_for()
    for text in ("Partition selection", "2015-01", "Missing"):
        visit.page.get_by_text(text).first.wait_for()


@pytest.mark.parametrize(
    "path, texts",
    [
        ("/sensors/inbox_sensor", ("Inkorgen: startar inläsning",)),
        ("/sensors/dead_runs_sensor", ("Avbrutna körningar: avslutar dem",)),
        ("/schedules/validation_schedule", ("Valideringskörning av föregående månad",)),
        ("/schedules/delivery_schedule", ("Månaden klockan 8 på leveransdagen",)),
    ],
)
def test_each_sensor_and_schedule_says_in_swedish_what_it_does(visit: Visit, path: str, texts: tuple[str, ...]) -> None:
    visit.open(LOCATION + path, *texts)


def test_the_automations_stand_on_one_page(visit: Visit) -> None:
    visit.open("/automation", "inbox_sensor", "dead_runs_sensor", "validation_schedule", "delivery_schedule")


def test_the_settings_page_shows_that_telemetry_is_off(visit: Visit) -> None:
    visit.open("/deployment/config", "telemetry", "granularity")


def test_the_server_connected_to_nothing_outside_the_machine(site: Site) -> None:
    lines = site.place.connections.read_text(encoding="utf-8").splitlines()
    tried = [line for line in lines if not line.startswith("loaded")]
    assert any(line.startswith("loaded") for line in lines)
    assert [line for line in tried if "127.0.0.1" not in line and "localhost" not in line] == []
