"""The columns that the example queries may use: those of the contract, and no column that merely exists beside them."""

from __future__ import annotations

import duckdb

_REMOVED = ("annan_vardgivare", "patientens_onskan", "ej_behov", "avliden", "uteblivit", "felregistrerad", "ovrigt")
_FLOW = (
    "waiting_start_count", "new_count", "referral_count", "completed_count", "removed_count",
    *(f"removed_{reason}_count" for reason in _REMOVED), "corrected_count", "waiting_end_count", "difference_count",
)  # fmt: skip
_BANDS = ("0_30", "31_60", "61_90", "91_120", "121_180", "181_365", "366")

_CONTACT = (
    "period varchar, contact_key varchar, patient_key varchar, unit_key varchar, care_level varchar, phase varchar, "
    "cap_step varchar, mvo_code varchar, activity_code varchar, profession_code varchar, contact_type_code varchar, "
    "sex varchar, birth_year integer, municipality_code varchar, is_home_region boolean, deviation_code varchar, "
    "is_in_guarantee boolean, decision_at timestamp, target_date date, wait_days integer, legal_wait_days integer, "
    "limit_days integer, is_within_limit boolean, is_disqualified boolean, is_undeliverable boolean, "
    "fault_rules varchar"
)

# Tables with the columns that the product promises. Those of meta.parameters and meta.periods are promised in words;
# they are the columns of the models' own contract.
TABLES = {
    "marts.dim_unit": (
        "unit_key varchar, unit_id varchar, unit_name varchar, unit_type varchar, clinic_id varchar, "
        "clinic_name varchar, area_name varchar, care_level varchar, specialty_group varchar, ownership varchar, "
        "valid_from_date date, valid_to_date date"
    ),
    "marts.fct_completed_contact": f"{_CONTACT}, started_at timestamp, contact_form varchar",
    "marts.fct_waiting_contact": f"{_CONTACT}, snapshot_date date, booked_at timestamp, is_corrected boolean",
    "marts.mart_waiting_times": (
        "period varchar, measure_id varchar, population varchar, variant varchar, level varchar, unit_id varchar, "
        "sex varchar, specialty_group varchar, numerator bigint, denominator bigint, share double, "
        "contacts_count bigint, median_wait_days double, mean_wait_days double, over_150_days_count bigint, "
        + "".join(f"band_{band}_count bigint, " for band in _BANDS)
        + "contacts_to_target_count bigint, outside_hours_count bigint"
    ),
    "marts.mart_waiting_flow": (
        "period varchar, measure_family varchar, level varchar, unit_id varchar, "
        + ", ".join(f"{prefix}{column} bigint" for prefix in ("", "r12_") for column in _FLOW)
    ),
    "quality.load_account": (
        "period varchar, system varchar, entity varchar, file_name varchar, sha256 varchar, rows_in_file bigint, "
        "rows_loaded bigint, rows_quarantined bigint, rows_duplicate bigint, rows_filtered bigint, "
        "loaded_at timestamp, is_current boolean"
    ),
    "quality.deviations": (
        "period varchar, rule_id varchar, severity varchar, effect varchar, entity varchar, unit_id varchar, "
        "clinic_id varchar, contact_key varchar, detail varchar"
    ),
    "quality.validation_results": (
        "run_id varchar, period varchar, suite varchar, expectation varchar, severity varchar, is_success boolean, "
        "has_crashed boolean, observed varchar, checked_at timestamp"
    ),
    "meta.deliveries": (
        "receiver varchar, period varchar, version integer, created_at timestamp, contacts_completed bigint, "
        "contacts_waiting bigint, left_out_count bigint, replaced_version integer, status varchar"
    ),
    "meta.parameters": (
        "kind varchar, name varchar, value varchar, unit varchar, valid_from_date date, valid_to_date date, "
        "source varchar, meaning varchar"
    ),
    "meta.periods": (
        "period varchar, group_name varchar, state varchar, loads_count integer, last_loaded_at timestamp, "
        "is_preliminary boolean, is_delivered boolean, message varchar"
    ),
}
IN_WORDS = {"meta.parameters", "meta.periods"}


def columns_of(table: str) -> list[str]:
    """Names of a table's columns, in order."""
    return [column.split()[0] for column in TABLES[table].split(", ")]


def make_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Every table of the contract, empty, with its columns and no other."""
    for schema in ("marts", "quality", "meta"):
        connection.execute(f"create schema if not exists {schema}")
    for table, columns in TABLES.items():
        connection.execute(f"create table {table} ({columns})")
