"""The lists in a real browser: no request, no error, no script, on a screen, on a phone and in the dark."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.reporting.lists import write_lists
from tests.python.reporting.lists.reviews import CLINIC, REGION, every_rule_review

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
SCREENS = {"screen": (1280, "light"), "phone": (390, "light"), "dark": (1280, "dark")}
# The least contrast between text and what is behind it that WCAG 2.2 AA takes.
LEAST_CONTRAST = 4.5
CONTRASTS = """
() => {
  const parts = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = node => {
    for (; node; node = node.parentElement) {
      const colour = parts(getComputedStyle(node).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const found = {};
  for (const node of document.querySelectorAll('body *')) {
    if (![...node.childNodes].some(child => child.nodeType === 3 && child.data.trim())) continue;
    const [a, b] = [light(parts(getComputedStyle(node).color)), light(behind(node))].sort((x, y) => y - x);
    const name = node.tagName + '.' + node.className;
    found[name] = Math.min(found[name] ?? 99, (a + 0.05) / (b + 0.05));
  }
  return found;
}
"""


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lists")
    write_lists(every_rule_review(folder / "review"), folder / "lists", REGION)
    return folder / "lists"


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    options = ["--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND"]
    if os.geteuid() == 0:
        options.append("--no-sandbox")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=BROWSER, args=options)
        yield opened
        opened.close()


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("stem", [CLINIC, "vardgarantienheten"])
def test_a_list_opens_by_itself_and_can_be_read(
    browser: playwright.Browser, lists: Path, stem: str, screen: str
) -> None:
    width, scheme = SCREENS[screen]
    # Nothing on the page needs a script; only the test's own questions run here.
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    address = (lists / f"{stem}.html").as_uri()
    page.goto(address)
    # PICTURES names a folder in which a person can look at every page that the test saw.
    if folder := os.environ.get("VARDLAGER_TEST_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{stem}_{screen}.png"), full_page=True)
    assert page.evaluate("document.documentElement.lang") == "sv"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    poor = {name: ratio for name, ratio in page.evaluate(CONTRASTS).items() if ratio < LEAST_CONTRAST}
    assert poor == {}
    for label in ("table", "columnheader", "rowheader"):
        if screen != "phone":
            assert page.get_by_role(label).count() > 0
    page.close()
    assert asked == [address] and errors == []


def test_a_closed_table_opens_by_the_keyboard_and_is_printed_all_the_same(
    browser: playwright.Browser, lists: Path
) -> None:
    page = browser.new_page()
    page.goto((lists / f"{CLINIC}.html").as_uri())
    table = page.locator("details:not([open]) table").first
    closed = page.locator("details:not([open])").first
    assert not table.is_visible()
    page.emulate_media(media="print")
    assert table.is_visible()
    page.emulate_media(media="screen")
    closed.locator("summary").focus()
    page.keyboard.press("Enter")
    assert page.locator("details[open] table").count() > 0
    page.close()
