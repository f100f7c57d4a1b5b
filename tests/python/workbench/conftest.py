"""A home with two published versions."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orchestration.settings import Home
from tests.python.publishing.builds import build, kept_delivery, publish_build

REGION = """\
region_code: 56
region_name: Region Prov
region_hsa_id: SE2321000131-1
county_prefix: "19"
norm_hours_per_year: 1725
receivers: [skr]
main_variant: skr
"""


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with two versions: three rows and five rows, the second with two deliveries. To be read only."""
    made = Home(tmp_path_factory.mktemp("example") / "home")
    build(made, 3)
    made.region_file.write_text(REGION, encoding="utf-8")
    publish_build(made)
    build(made, 5)
    publish_build(made, (*kept_delivery(made, 1, 4), *kept_delivery(made, 2, 6)))
    return made


@pytest.fixture
def home(example: Home, tmp_path: Path) -> Home:
    """A copy of the example, for what changes it or must not."""
    return Home(Path(shutil.copytree(example.root, tmp_path / "home", symlinks=True)))
