"""A home with loads, reports and logs of chosen months, planted without running anything."""

from __future__ import annotations

import datetime
import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.keeping.stage import Kept, keep_house
from orchestration.settings import Home, Region
from orchestration.state.lake import lake_path, load_label, quarantine_list_path, quarantined_path, refused_label
from orchestration.state.store import Load, open_state

TODAY = datetime.date(2024, 7, 15)
# With 24 months kept: the last month that goes, and the first that stays.
GOES, STAYS = "2022-06", "2022-07"
REGION = Region(
    region_code=56,
    region_name="Region Prov",
    region_hsa_id="SE2321000131-1",
    county_prefix="19",
    norm_hours_per_year=1725,
    receivers=("skr",),
    main_variant="skr",
)


def age(path: Path, month: str) -> None:
    """Let a file, or all in a folder, look last written in the middle of `month`."""
    at = datetime.datetime.fromisoformat(f"{month}-15").timestamp()
    for each in (*path.rglob("*"), path):
        os.utime(each, (at, at))


@dataclass
class House:
    """A home under `root`; `said` is what housekeeping told."""

    root: Path
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.home = Home(self.root)
        self.home.make()
        with open_state(self.home.state_file):
            pass

    def write(self, path: str, text: str = "innehåll\n", mode: int = 0o600, month: str | None = None) -> Path:
        target = self.root / path
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        target.chmod(mode)
        if month is not None:
            age(target, month)
        return target

    def load(
        self,
        loaded: str,
        outcome: str = "current",
        period: str = "2019-01",
        text: str = "a",
        entity: str = "vardkontakt",
    ) -> Load:
        """A load with its original, list of faults and rows; the files look new, as after a restored backup."""
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        name = f"{entity}_{period.replace('-', '')}.csv"
        with open_state(self.home.state_file) as state:
            number = 1 + sum(load.entity == entity and load.outcome != "refused" for load in state.loads(period=period))
            rows = lake_path(entity, period, number) if outcome != "refused" else None
            load = Load(
                period=period,
                system="cosmic",
                entity=entity,
                group_name="care",
                file_name=name,
                sha256=sha256,
                archive_path=f"archive/{period}/{entity}.{sha256[:12]}.csv",
                lake_path=rows,
                rows_in_file=7,
                rows_loaded=5 if rows else 0,
                rows_quarantined=2 if rows else 7,
                rows_duplicate=0,
                rows_filtered=0,
                loaded_at=f"{loaded}-28 23:59:59",
                outcome=outcome,
            )
            state.add_load(load)
        if not (self.root / load.archive_path).exists():
            self.write(load.archive_path, text, 0o400)
        self.write(quarantine_list_path(period, name, load_label(rows) if rows else refused_label(sha256)))
        if rows:
            self.write(rows)
            self.write(quarantined_path(rows))
        return load

    def keep(self, today: datetime.date = TODAY, months: int = 24) -> Kept:
        region = REGION.model_copy(update={"retention_months": months})
        return keep_house(self.home, region, today, self.said.append)

    def has(self, path: str) -> bool:
        return os.path.lexists(self.root / path)

    def purges(self) -> list[dict[str, object]]:
        with open_state(self.home.state_file) as state:
            return [dict(row) for row in state.rows("select * from purge order by purge_id")]

    def files(self, *tops: str) -> dict[str, bytes]:
        """Content of every file below these folders."""
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for top in tops
            for path in sorted((self.root / top).rglob("*"))
            if path.is_file()
        }
