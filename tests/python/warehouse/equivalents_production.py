"""Mutants of production that no row can tell from the model, with the reason (equivalents.py says how)."""

from __future__ import annotations

CONCAT = "DuckDB's concat passes over NULL; Spark's does not, which is why it stands there"
NO_PLACE = "a place without a name equals none in the joins that follow, and so has no line"
KNOWN = [f"GROUPING({column}) = 1 OR NOT {column} IS NULL" for column in ("unit_id", "clinic_id", "area_name")]

PRODUCTION_EQUIVALENTS: dict[str, dict[str, str]] = {
    "int_production__month": {
        "contact_in_month: row_of_care.entity = carried_out_twice.entity → TRUE": "A05 is of contacts alone",
        "contact_in_month: row_of_care.entity = 'cosmic_vardkontakt' → TRUE": (
            "an entry that waits has no form of contact, and each product of contacts asks for one"
        ),
        "row_of_product: counted_row.rows_from = product_of_kind.rows_from → TRUE": (
            "rows of two sources are never alike in all the rest"
        ),
        **{
            f"product_of_kind: COALESCE(product.{column}, '') → product.{column}": CONCAT
            for column in ("contact_forms", "profession_codes", "excluded_profession_codes", "operation_types")
        },
    },
    "int_production__plan_row": {
        "planned_clinic: MIN(unit.area_name) → MAX(unit.area_name)": "it is asked for where both are the same",
    },
    "mart_production": {
        "inpatient_row: COALESCE(specialty_group, 'unknown') → specialty_group": CONCAT,
        "inpatient_row: COALESCE(specialty_group, 'unknown') → specialty_group (2)": CONCAT,
        "inpatient_row_of_product: COALESCE(product.specialty_groups, '') → product.specialty_groups": CONCAT,
        f"inpatient_line: {' AND '.join(f'({known})' for known in KNOWN)} → TRUE": NO_PLACE,
        **{f"inpatient_line: {known} → TRUE": NO_PLACE for known in KNOWN},
        "line: planned_line.planned_months > 0 → planned_line.planned_months > -1": (
            "a place that is planned has a month at least"
        ),
    },
}
