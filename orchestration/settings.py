"""Where everything lies, and what the region has set (region.yml)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictStr, ValidationError

from orchestration.contracts import PROJECT_ROOT
from orchestration.errors import UsageError

HOME_VARIABLE = "VARDLAGER_HOME"
DEFAULT_HOME = "./data"
EXAMPLE_FILE = PROJECT_ROOT / "region.example.yml"

PRIVATE_DIR, PRIVATE_FILE = 0o700, 0o600
SHARED_DIR, SHARED_FILE = 0o750, 0o640


def _two_digits(value: Any) -> Any:
    return f"{value:02d}" if isinstance(value, int) else value


class Region(BaseModel):
    """The settings of region.yml; region.example.yml says what each key means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    region_code: Annotated[int, Field(ge=10, le=99)]
    region_name: Annotated[str, Field(min_length=1)]
    region_hsa_id: Annotated[str, Field(pattern=r"^SE\d{10}-[0-9A-Za-z]+$")]
    county_prefix: Annotated[str, BeforeValidator(_two_digits), Field(pattern=r"^\d{2}$")]
    norm_hours_per_year: Annotated[float, Field(gt=0)]
    receivers: Annotated[tuple[Literal["skr"], ...], Field(min_length=1)]
    main_variant: Literal["skr", "socialstyrelsen", "pvv_over_limit", "all"]
    quarantine_limit_share: Annotated[float, Field(ge=0, le=1)] = 0.01
    quarantine_limit_rows: Annotated[int, Field(ge=0)] = 5
    left_out_limit_share: Annotated[float, Field(ge=0, le=1)] = 0.02
    left_out_limit_rows: Annotated[int, Field(ge=0)] = 5
    small_cell_limit: Annotated[int, Field(ge=0)] = 5
    small_denominator_limit: Annotated[int, Field(ge=0)] = 10
    approval_day: Annotated[int, Field(ge=1, le=28)] = 16
    delivery_day: Annotated[int, Field(ge=1, le=28)] = 20
    retention_months: Annotated[int, Field(ge=1)] = 24
    published_versions: Annotated[int, Field(ge=1)] = 12
    whole_vouchers: bool = False
    mvo_list: tuple[StrictStr, ...] = ()
    activity_list: tuple[StrictStr, ...] = ()
    mappings: dict[str, Any] = Field(default_factory=dict)
    shared_group: str | None = None
    memory_limit_mb: Annotated[int, Field(ge=256)] = 1024


@dataclass(frozen=True)
class Home:
    """The folders under VARDLAGER_HOME (PRODUCT.md); nothing is written outside them."""

    root: Path

    @property
    def region_file(self) -> Path:
        """The region's settings."""
        return self.root / "region.yml"

    @property
    def inbox(self) -> Path:
        """What the source systems hand over, a folder a period."""
        return self.root / "inbox"

    @property
    def archive(self) -> Path:
        """Received originals, read-only, identities in clear."""
        return self.root / "archive"

    @property
    def landing_scratch(self) -> Path:
        """Identities in clear touch the disk only here and in inbox and archive."""
        return self.archive / ".landing"

    @property
    def lake(self) -> Path:
        """Typed, pseudonymised Parquet, one file a load."""
        return self.root / "lake"

    @property
    def state(self) -> Path:
        """What must outlive any rebuild."""
        return self.root / "state"

    @property
    def state_file(self) -> Path:
        """Loads, evidence, deliveries."""
        return self.state / "state.sqlite"

    @property
    def delivery_key_file(self) -> Path:
        """The key of delivered ids, never rotated."""
        return self.state / "delivery.key"

    @property
    def build(self) -> Path:
        """The pipeline's own working folder."""
        return self.root / "build"

    @property
    def build_file(self) -> Path:
        """The pipeline's own database."""
        return self.build / "warehouse.duckdb"

    @property
    def review(self) -> Path:
        """What the reporters' lists are made of, a folder a period and load."""
        return self.root / "review"

    @property
    def published(self) -> Path:
        """What analysts open."""
        return self.root / "published"

    @property
    def published_file(self) -> Path:
        """The published database."""
        return self.published / "vardlager.duckdb"

    @property
    def quarantine(self) -> Path:
        """Lists of refused rows, a folder a period."""
        return self.root / "quarantine"

    @property
    def delivery(self) -> Path:
        """Delivery packages, a folder a receiver, period and version."""
        return self.root / "delivery"

    @property
    def reports(self) -> Path:
        """Reports, a folder a period and version."""
        return self.root / "reports"

    def make(self) -> None:
        """Create the private folders, mode 0700, where they are missing."""
        folders = [
            self.root,
            self.inbox,
            self.archive,
            self.lake,
            self.state,
            self.build,
            self.review,
            self.published,
            self.quarantine,
            self.delivery,
            self.reports,
        ]
        for folder in folders:
            make_private(folder)


def make_private(folder: Path) -> None:
    """Make a folder and those above it that are missing, for the owner alone."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(mode=PRIVATE_DIR, exist_ok=True)
        path.chmod(PRIVATE_DIR)


def home_from_environment() -> Home:
    """The home that VARDLAGER_HOME names, else ./data."""
    return Home(Path(os.environ.get(HOME_VARIABLE, DEFAULT_HOME)).resolve())


def _problem(error: Any) -> str:
    key = ".".join(str(part) for part in error["loc"]) or "region.yml"
    if error["type"] == "missing":
        return f"nyckeln {key} saknas"
    if error["type"] == "extra_forbidden":
        return f"nyckeln {key} är okänd"
    return f"nyckeln {key}: {error['msg']}"


def read_region(home: Home) -> tuple[Region, frozenset[str]]:
    """The region's settings, and the names of the keys that region.yml sets itself.

    Raises UsageError naming every unknown, missing or malformed key.
    """
    path = home.region_file
    if not path.is_file():
        raise UsageError(
            f"Inställningsfilen {path} finns inte.",
            f"Kopiera {EXAMPLE_FILE.name} dit och fyll i regionens värden.",
        )
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        raise UsageError(f"{path} går inte att läsa som YAML: {problem}", "Rätta filen.") from None
    if not isinstance(content, dict):
        raise UsageError(f"{path} håller inga nycklar.", f"Jämför med {EXAMPLE_FILE.name}.")
    try:
        region = Region.model_validate(content)
    except ValidationError as invalid:
        problems = "; ".join(_problem(error) for error in invalid.errors())
        raise UsageError(f"{path}: {problems}.", f"{EXAMPLE_FILE.name} beskriver varje nyckel.") from None
    if region.mappings:
        raise UsageError(
            f"{path}: nyckeln mappings har innehåll, men egna filformer kan ännu inte läsas.",
            "Lämna filerna i kontraktets form och ta bort innehållet i mappings.",
        )
    return region, frozenset(content)
