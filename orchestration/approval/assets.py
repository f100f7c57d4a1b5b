"""The approval stage as an asset: what each clinic is to approve."""

import dagster as dg

from orchestration.approval.stage import renew_clinic_figures
from orchestration.guard import guarded
from orchestration.resources import MONTHS, ONE_WRITER, Workplace
from orchestration.validation.assets import validated_delivery


@dg.asset(
    partitions_def=MONTHS,
    group_name="approval",
    pool=ONE_WRITER,
    deps=[validated_delivery],
    description="Klinikernas siffror: det som varje klinik godkänner; godkännanden av andra siffror återtas.",
)
@guarded
def clinic_figures(context: dg.AssetExecutionContext, workplace: Workplace) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Renew the figures of the period's clinics."""
    with workplace.writing_work(context) as work:
        renewed = renew_clinic_figures(work)
    return dg.MaterializeResult(
        metadata={"clinics": renewed.clinics, "standing": renewed.standing, "withdrawn": len(renewed.withdrawn)}
    )
