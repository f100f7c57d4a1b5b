"""Mutants that no row can tell from the model, with the reason. One that is noticed after all is stale and fails.

The text is that of the mutant's name, whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

CARE = "STRPOS(rule.care_scope, row_of_care.care_level) > 0"
STATE = "CASE row_of_care.row_state WHEN 'completed' THEN 'G' WHEN 'waiting' THEN 'W' END"
ONLY_DONE = "CASE row_of_care.row_state WHEN 'completed' THEN 'G' END"
ONLY_WAITING = "CASE row_of_care.row_state WHEN 'waiting' THEN 'W' END"
SCOPE = f"STRPOS(rule.row_scope, {STATE}) > 0"

BOTH_LEVELS = "the rule holds at both levels of care, and there is no third (contract)"
BOTH_STATES = "the rule holds for both states, whose letters are found; the other states give NULL"
OTHER_STATE = "the letter of the other state is outside the rule's scope, found or not"


def equivalents_of_scope(scopes: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """What follows from a rule's own rows in the seed: care_scope and row_scope of each case, all alike."""
    found = {}
    care = {row["care_scope"] for row in scopes}
    states = {row["row_scope"] for row in scopes}
    if care == {"SP"}:
        found[f"row_in_scope: {CARE} → TRUE"] = BOTH_LEVELS
        found[f"row_in_scope: {CARE} → {CARE[:-1]}-1"] = BOTH_LEVELS
    if states == {"W G"}:
        found[f"row_in_scope: {SCOPE} → {SCOPE[:-1]}-1"] = BOTH_STATES
    if states == {"G"}:
        found[f"row_in_scope: {STATE} → {ONLY_DONE}"] = OTHER_STATE
    if states == {"W"}:
        found[f"row_in_scope: {STATE} → {ONLY_WAITING}"] = OTHER_STATE
    return found


TOLD_BEFORE = "an empty value was told by the branch above"
ONLY_PROFESSIONS = "no other list has codes that begin with XS"
UNASKED_PATIENTS = "contacts of patients whom no completed row has are asked for by none"
ONE_ROW_A_FILE = "a file has a contact once, so the smallest is the largest"
IN_MONTH = "CASE WHEN event_date >= first_date AND event_date <= LAST_DAY(first_date) THEN event_date END"
NO_SOUGHT_ENTRY = "no measure counts an entry that waits from when contact was sought"
NO_EMERGENCY = "an entry that waits has no emergency type and no times of an emergency"

PARAMETERS = {
    **dict.fromkeys(
        (
            "guarantee_limit_specialised_days", "guarantee_limit_cap_days", "guarantee_limit_primary_care_days",
            "followup_grace_days", "over_long_wait_days", "first_birth_year", "max_age_years", "mvo_code_length",
            "activity_code_length", "very_long_wait_days", "urgent_wait_days", "returning_patient_days",
            "procedure_code_length", "diagnosis_code_min_length", "diagnosis_code_max_length",
            "volume_lower_percent", "volume_upper_percent", "volume_least_rows",
            "volume_least_periods", "volume_active_periods", "one_decade_percent", "same_dates_percent",
            "clinic_pattern_least_rows",
        ),
        "INT",
    ),
    **dict.fromkeys(("first_decision_date", "first_referral_date"), "DATE"),
}  # fmt: skip
KNOWN = [f"GROUPING({column}) = 1 OR NOT {column} IS NULL" for column in ("unit_id", "clinic_id", "area_name")]
UNKNOWN_PLACES = "the lines are those of the statistics, and no line of an unknown place is among them"

NO_CLINIC = "NOT clinic_id IS NULL"
IN_WINDOW = "period IN (SELECT period_window.earlier_period FROM period_window)"
OWN_MONTH = "how many months had rows is asked of a clinic that has none in the period itself"
BY_FIVES = "both sides are whole fives: the shares are, and a median is a whole number or a half"

DAY_OF_A_PERIOD = "a day of a period's calendar lies in no other period"
WITHOUT_WARDS = "a month without the wards' files has no row of them to read"
EQUIVALENTS: dict[str, dict[str, str]] = {
    "int_quality__ward_file": {
        "loaded_period: group_name = 'wards' → TRUE": WITHOUT_WARDS,
        "ward_period: period.period = loaded_period.period → TRUE": WITHOUT_WARDS,
        **{
            f"ward_file: MAX(CASE WHEN name = '{name}' THEN CAST(value AS INT) END) → "
            f"MIN(CASE WHEN name = '{name}' THEN CAST(value AS INT) END)": "a parameter has one value in a period"
            for name in ("census_minutes", "transfer_hours")
        },
    },
    "int_quality__file_ward_day": {
        "patient_count: present.period = away.period → TRUE": DAY_OF_A_PERIOD,
        "ward_day: known_day.period = bed.period → TRUE": DAY_OF_A_PERIOD,
        "ward_day: known_day.period = patient_count.period → TRUE": DAY_OF_A_PERIOD,
        "ward_day: COALESCE(patient_count.patients_count, 0) → patient_count.patients_count": (
            "the rules ask whether there are patients, and no number is no yes"
        ),
    },
    "rule_b07": {
        "finding: transfer.period = continuation.period → TRUE": (
            "a transfer is told in the one period that follows its month"
        ),
    },
    "int_phone__measure": {
        **{
            f"limit_in_force: MAX(CASE WHEN name = 'phone_{name}' THEN value END) → "
            f"MIN(CASE WHEN name = 'phone_{name}' THEN value END)": "a parameter has one value in a period"
            for name in ("handled_within_hours", "opens_minute", "closes_minute", "handled_before_minute")
        },
        **{
            f"limit_in_force: name = 'phone_{name}' → TRUE": "17:00 ends both, and is the largest of the day's limits"
            for name in ("closes_minute", "handled_before_minute")
        },
    },
    "int_phone__line": {
        "finished_line: counted_line.measure_id = measure.measure_id → TRUE": "there is one measure of calls",
    },
    "int_waiting_times__carried_out": {
        "contact_carried_out: contact_history.contact_key = wanted_contact.contact_key → TRUE": (
            "contacts that no row of the touched periods has are asked for by none"
        ),
        "first_date_of_period: MIN(event_date) → MAX(event_date)": ONE_ROW_A_FILE,
        f"first_date_of_period: MIN({IN_MONTH}) → MAX({IN_MONTH})": ONE_ROW_A_FILE,
    },
    "int_waiting_times__earlier_contact": {
        "wanted_patient: row_state = 'completed' → TRUE": UNASKED_PATIENTS,
        (
            "contact: earlier_contact.patient_key IN (SELECT wanted_patient.patient_key FROM wanted_patient) → TRUE"
        ): UNASKED_PATIENTS,
    },
    "rule_a07": {
        "finding: NOT carried_out_entry.carried_out_date IS NULL → TRUE": (
            "the join has left out what was not carried out, and a start is never empty (contract)"
        ),
    },
    "rule_a10": {f"row_in_scope: {SCOPE} → {SCOPE[:-1]}-1": "a contact carried out has no booked time"},
    "rule_a21": {f"row_in_scope: {SCOPE} → {SCOPE[:-1]}-1": NO_EMERGENCY},
    "rule_a22": {f"row_in_scope: {SCOPE} → {SCOPE[:-1]}-1": NO_EMERGENCY},
    "rule_a26": {"rule: rule_id = 'A26' → TRUE": "no other rule has cases of these names"},
    "rule_a30": {
        f"row_in_scope: {SCOPE} → {SCOPE[:-1]}-1": "an entry's day is the period's last, which is in the period",
    },
    "rule_a31": {
        "flow_line: period IN (SELECT touched_period.period FROM touched_period) → TRUE": (
            "a build from nothing touches every period; test_incremental.py tells it"
        ),
        "rule: rule_id = 'A31' → TRUE": "no other rule has cases of these names",
    },
    "rule_a32": {
        f"rows_of_month: {NO_CLINIC} AND {IN_WINDOW} → TRUE": "as each of the two",
        f"rows_of_month: {NO_CLINIC} → TRUE": "an empty clinic equals none in the joins that follow",
        f"rows_of_month: {IN_WINDOW} → TRUE": "months outside every window are joined to none; it saves reading them",
        "clinic_of_period: period_window.earlier_period = rows_of_month.period → TRUE": (
            "a clinic without rows in the window has nothing to be compared with"
        ),
        "clinic_volume: months_back >= 1 → TRUE (3)": OWN_MONTH,
        "clinic_volume: months_back >= 1 → months_back >= 0 (3)": OWN_MONTH,
        "finding: compared_volume.rows_count * 100 < compared_volume.reference_count * "
        "compared_volume.volume_lower_percent → compared_volume.rows_count * 100 < ((compared_volume.reference_count "
        "* compared_volume.volume_lower_percent) - 1)": BY_FIVES,
        "finding: compared_volume.rows_count * 100 > compared_volume.reference_count * "
        "compared_volume.volume_upper_percent → compared_volume.rows_count * 100 > ((compared_volume.reference_count "
        "* compared_volume.volume_upper_percent) + 1)": BY_FIVES,
    },
    "rule_a33": {
        "finding: decade_of_clinic.decade_count * 100 >= decade_of_clinic.rows_count * period.one_decade_percent → "
        "decade_of_clinic.decade_count * 100 >= ((decade_of_clinic.rows_count * period.one_decade_percent) - 1)": (
            BY_FIVES
        ),
    },
    "rule_a34": {
        "finding: clinic_dates.same_dates_count * 100 >= clinic_dates.rows_count * period.same_dates_percent → "
        "clinic_dates.same_dates_count * 100 >= ((clinic_dates.rows_count * period.same_dates_percent) - 1)": BY_FIVES,
    },
    "int_waiting_times__flow_month": {
        "flow_row: row_state = 'removed' → TRUE (2)": (
            "of the others, only those that wait or are corrected have a time of removal, and they stand there before"
        ),
        "family_of_kind: COALESCE(flow_family.cap_steps, '') → flow_family.cap_steps": (
            "DuckDB's concat passes over NULL; Spark's does not, which is why it stands there"
        ),
    },
    "rule_a35": {
        f"row_in_scope: {CARE} AND {SCOPE} → TRUE": f"{BOTH_LEVELS}; {NO_SOUGHT_ENTRY}",
        f"row_in_scope: {SCOPE} → TRUE": NO_SOUGHT_ENTRY,
        f"row_in_scope: {SCOPE} → {SCOPE[:-1]}-1": NO_SOUGHT_ENTRY,
        "finding: row_in_scope.entity = sought_row.entity → TRUE": "what is carried out is of one entity",
        "sought_row: membership.period = measure.period → TRUE": "a measure counts from the same time in every period",
        "sought_row: COALESCE(measure.wait_from, '') → measure.wait_from": "where a wait begins is never empty",
    },
    "rule_a36": {
        "checked_row: yrkeskategori.code_list = 'yrkeskategori' → TRUE": ONLY_PROFESSIONS,
        "checked_row: NOT row_in_scope.phase IS NULL → TRUE": "a phase is never empty (contract)",
        "checked_row: NOT row_in_scope.booking_code IS NULL → TRUE": TOLD_BEFORE,
        "checked_row: NOT row_in_scope.contact_type_code IS NULL → TRUE": TOLD_BEFORE,
        "checked_row: NOT row_in_scope.profession_code IS NULL → TRUE": TOLD_BEFORE,
    },
    "int_core__unit_overlap": {
        "overlapping_interval: later.source_line <> earlier.source_line → TRUE": (
            "an interval neither begins nor stands after itself"
        ),
        "overlapping_interval: later.source_line > earlier.source_line → later.source_line > "
        "((earlier.source_line) - 1)": "the two stand on different lines, by the condition before",
    },
    "int_waiting_times__row": {
        "removed_or_waiting: vantelista.entry_status = 'A' → TRUE": (
            "an entry that is not removed waits by the branch above, whatever its time of removal"
        ),
        "finished_row: limited_row.row_state IN ('completed', 'not_carried_out') → limited_row.row_state IN "
        "('completed')": "a contact that did not take place is in no count, rule or delivery (CM06)",
    },
    "int_waiting_times__population": {
        "measured_row: COALESCE(measure.wait_from, '') → measure.wait_from": "where a wait begins is never empty",
        "measured_row: COALESCE(measure.wait_from, '') → measure.wait_from (2)": "where a wait begins is never empty",
    },
    "int_waiting_times__membership": {
        "membership: COALESCE(measure.excluded_specialty_groups, '') → measure.excluded_specialty_groups": (
            "DuckDB's concat passes over NULL; Spark's does not, which is why it stands there"
        ),
    },
    "int_core__period": {
        "parameter_in_force: LEFT JOIN parameter ON own_period.last_date >= parameter.valid_from AND "
        "own_period.last_date <= COALESCE(parameter.valid_to, own_period.last_date) → INNER JOIN parameter ON "
        "own_period.last_date >= parameter.valid_from AND own_period.last_date <= COALESCE(parameter.valid_to, "
        "own_period.last_date)": "every period has parameters in force",
        "one_row_a_period: name = 'first_referral_date' → FALSE": (
            "read by the delivery's rows alone (test_delivery_rows.py)"
        ),
        **{
            f"one_row_a_period: MAX(CASE WHEN name = '{name}' THEN CAST(value AS {unit}) END) → "
            f"MIN(CASE WHEN name = '{name}' THEN CAST(value AS {unit}) END)": "one row of a parameter is in force"
            for name, unit in PARAMETERS.items()
        },
    },
    "mart_waiting_times": {
        "banded_row: LEFT JOIN wait_band ON {0} → INNER JOIN wait_band ON {0}".format(
            "population_row.wait_days >= wait_band.from_days AND population_row.wait_days <= "
            "COALESCE(wait_band.to_days, population_row.wait_days) AND period.last_date >= wait_band.valid_from AND "
            "period.last_date <= COALESCE(wait_band.valid_to, period.last_date)"
        ): "every wait that is counted lies in a band, from 0 and without end",
        f"share_count: {' AND '.join(f'({known})' for known in KNOWN)} → TRUE": UNKNOWN_PLACES,
        **{f"share_count: {known} → TRUE": UNKNOWN_PLACES for known in KNOWN},
        "variant_cell: COALESCE(variant_in_force.excluded_deviations, '') → variant_in_force.excluded_deviations": (
            "DuckDB's concat passes over NULL; Spark's does not, which is why it stands there"
        ),
    },
}
