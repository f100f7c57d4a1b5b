"""The Dagster code location: the month's stages as assets, its jobs, and what tests may replace."""

from __future__ import annotations

import dagster as dg

from orchestration.approval.assets import clinic_figures
from orchestration.delivery.assets import national_delivery
from orchestration.jobs import DELIVERY_JOB, MONTH_JOB, PUBLISH_JOB, VALIDATION_JOB
from orchestration.keeping.assets import housekeeping
from orchestration.landing.assets import landed_files
from orchestration.publishing.assets import published_file
from orchestration.resources import Workplace
from orchestration.services.assets import all_clinics_approved
from orchestration.services.schedules import SCHEDULES
from orchestration.services.sensors import SENSORS
from orchestration.validation.assets import validated_delivery
from orchestration.warehouse.assets import warehouse_models
from orchestration.work import silence_telemetry

silence_telemetry()

STAGES = (landed_files, warehouse_models, validated_delivery, clinic_figures, published_file, national_delivery)
_PUBLISHED = (landed_files, warehouse_models, validated_delivery, clinic_figures, published_file)
_VALIDATED = (landed_files, warehouse_models, validated_delivery, clinic_figures)
_DELIVERED = (warehouse_models, validated_delivery, clinic_figures, published_file, national_delivery)


def build_definitions(workplace: Workplace | None = None) -> dg.Definitions:
    """The code location, with another workplace where a test wants one."""
    jobs = [
        dg.define_asset_job(
            MONTH_JOB,
            selection=dg.AssetSelection.assets(*STAGES),
            description="Månaden: läs in, bygg, validera och publicera; leverera när grinden är öppen.",
        ),
        dg.define_asset_job(
            PUBLISH_JOB,
            selection=dg.AssetSelection.assets(*_PUBLISHED),
            description="Läs in, bygg, validera och publicera; leverera inget.",
        ),
        dg.define_asset_job(
            VALIDATION_JOB,
            selection=dg.AssetSelection.assets(*_VALIDATED),
            description="Valideringskörningen: läs in, bygg, validera och räkna klinikernas siffror; inget mer.",
        ),
        dg.define_asset_job(
            DELIVERY_JOB,
            selection=dg.AssetSelection.assets(*_DELIVERED),
            description="Nästa version av leveransen, av det som redan är inläst.",
        ),
    ]
    return dg.Definitions(
        assets=list(STAGES),
        asset_checks=[all_clinics_approved],
        jobs=[*jobs, housekeeping],
        schedules=list(SCHEDULES),
        sensors=list(SENSORS),
        resources={"workplace": workplace or Workplace()},
        executor=dg.in_process_executor,
    )


defs = build_definitions()
