"""The approval stage as an asset: what each clinic is to approve."""

import dagster as dg

from orchestration.approval.approvals import remaining_clinics
from orchestration.approval.stage import renew_clinic_figures
from orchestration.guard import guarded
from orchestration.markdown import table
from orchestration.resources import MONTHS, ONE_WRITER, Workplace
from orchestration.state.store import open_state
from orchestration.validation.assets import validated_delivery
from orchestration.warehouse.assets import models_in


@dg.asset(
    partitions_def=MONTHS,
    group_name="approval",
    pool=ONE_WRITER,
    deps=[validated_delivery, *models_in("approval")],
    description="Klinikernas siffror: det som varje klinik godkänner; godkännanden av andra siffror återtas.",
)
@guarded
def clinic_figures(context: dg.AssetExecutionContext, workplace: Workplace) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Renew the figures of the period's clinics."""
    with workplace.writing_work(context) as work:
        renewed = renew_clinic_figures(work)
        if renewed is None:
            return dg.MaterializeResult(metadata={"waits_for": dg.MetadataValue.text("vården är inte inläst")})
        with open_state(work.home.state_file) as state:
            lacking = remaining_clinics(state, work.period)
    metadata: dict[str, dg.MetadataValue] = {
        "clinics": dg.MetadataValue.int(renewed.clinics),
        "standing": dg.MetadataValue.int(renewed.standing),
        "withdrawn": dg.MetadataValue.int(len(renewed.withdrawn)),
        "lacking": dg.MetadataValue.int(len(lacking)),
    }
    if lacking:
        rows = [(entry.clinic.clinic_name, entry.clinic.clinic_id, entry.lack) for entry in lacking]
        metadata["who_lacks"] = dg.MetadataValue.md(table(("klinik", "HSA-id", "vad som saknas"), rows))
    return dg.MaterializeResult(metadata=metadata)
