"""The Dagster code location: the month's stages as assets, its jobs, and what tests may replace."""

from __future__ import annotations

import dagster as dg

from orchestration.delivery.assets import national_delivery
from orchestration.jobs import DELIVERY_JOB, MONTH_JOB, PUBLISH_JOB, VALIDATION_JOB
from orchestration.landing.assets import landed_files
from orchestration.publishing.assets import published_file
from orchestration.resources import Workplace
from orchestration.validation.assets import validated_delivery
from orchestration.warehouse.assets import warehouse_models
from orchestration.work import silence_telemetry

silence_telemetry()

STAGES = (landed_files, warehouse_models, validated_delivery, published_file, national_delivery)


def build_definitions(workplace: Workplace | None = None) -> dg.Definitions:
    """The code location, with another workplace where a test wants one."""
    jobs = [
        dg.define_asset_job(
            MONTH_JOB,
            selection=dg.AssetSelection.assets(*STAGES),
            description="Månaden: läs in, bygg, validera, publicera och leverera.",
        ),
        dg.define_asset_job(
            PUBLISH_JOB,
            selection=dg.AssetSelection.assets(landed_files, warehouse_models, validated_delivery, published_file),
            description="Läs in, bygg, validera och publicera; leverera inget.",
        ),
        dg.define_asset_job(
            VALIDATION_JOB,
            selection=dg.AssetSelection.assets(landed_files, warehouse_models, validated_delivery),
            description="Valideringskörningen: läs in, bygg och validera; publicera och leverera inget.",
        ),
        dg.define_asset_job(
            DELIVERY_JOB,
            selection=dg.AssetSelection.assets(warehouse_models, validated_delivery, published_file, national_delivery),
            description="Nästa version av leveransen, av det som redan är inläst.",
        ),
    ]
    return dg.Definitions(
        assets=list(STAGES),
        jobs=jobs,
        resources={"workplace": workplace or Workplace()},
        executor=dg.in_process_executor,
    )


defs = build_definitions()
