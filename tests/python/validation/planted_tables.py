"""A small world of wards and production, planted as the tables that the suites read; the views are the models' own.

Two months of two wards of two clinics, one ward that no register knows, and a ward of children's psychiatry. Every
figure of the marts is counted by hand from the rows of the facts above it.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import jinja2

from orchestration.contracts import PROJECT_ROOT

FIRST, PERIOD = "2024-01", "2024-02"
MODELS = PROJECT_ROOT / "models" / "validation"
VIEWS = (
    "validation_inpatient_table",
    "validation_inpatient_period",
    "validation_inpatient_episode",
    "validation_occupancy",
    "validation_readmission",
    "validation_inpatient_figure",
    "validation_production_table",
    "validation_production_file",
    "validation_production_inpatient",
    "validation_production",
    "validation_operation",
    "validation_production_figure",
)
_SCHEMA_OF = {
    "load_account": "quality",
    "plausible_bands": "reference",
    "int_core__unit": "intermediate",
    "int_inpatient__census": "intermediate",
    "int_inpatient__occupied_day": "intermediate",
    "stg_cosmic__vardtillfalle": "staging",
    "stg_cosmic__vardplats": "staging",
    "stg_cosmic__listning": "staging",
    "stg_provisio__operation": "staging",
    "stg_plan__produktionsplan": "staging",
}

# Somatic ward S, psychiatric ward P, and U that the register does not know. P has no row of beds on its first day.
_TABLES = """
create schema control; create schema quality; create schema reference; create schema intermediate;
create schema staging; create schema marts; create schema validation;
create table control.loaded_period as from (values
    ('2024-01', 'wards'), ('2024-02', 'wards'), ('2024-01', 'operations'), ('2024-02', 'operations'),
    ('2024-02', 'listing')) as t (period, group_name);
create table control.complete_period as from (values ('2024-01'), ('2024-02')) as t (period);
create table control.touched_period as from (values ('2024-01'), ('2024-02')) as t (period);
create table quality.load_account as from (values
    ('2024-01', 'cosmic_vardtillfalle', 3, true), ('2024-02', 'cosmic_vardtillfalle', 3, true),
    ('2024-02', 'cosmic_vardtillfalle', 99, false), ('2024-01', 'provisio_operation', 4, true),
    ('2024-02', 'provisio_operation', 6, true), ('2024-02', 'cosmic_listning', 2, true)
    ) as t (period, entity, rows_loaded, is_current);
-- Stay e2 is open in January and told again in February.
create table staging.stg_cosmic__vardtillfalle as from (values
    ('2024-01', 'e1', 1), ('2024-01', 'e2', 1), ('2024-01', 'e3', 1),
    ('2024-02', 'e2', 1), ('2024-02', 'e4', 1), ('2024-02', 'e4', 2)) as t (period, episode_key, stay_number);
create table marts.fct_inpatient_stay as from (values
    ('2024-01', 'e1', 1), ('2024-01', 'e3', 1), ('2024-02', 'e2', 1), ('2024-02', 'e4', 1), ('2024-02', 'e4', 2)
    ) as t (period, episode_key, stay_number);
create table marts.fct_inpatient_episode as from (values
    ('2024-01', 'e1', 'kS', 'SOM', timestamp '2024-01-05 10:00', 4, 5, 1.5, true, true, false, 'HEM'),
    ('2024-01', 'e3', null, null, timestamp '2024-01-09 10:00', 0, 1, 0.5, false, true, false, 'HEM'),
    ('2024-02', 'e2', 'kP', 'BUP', timestamp '2024-02-03 10:00', 20, 21, 2.0, false, true, false, 'HEM'),
    (null, 'e4', 'kS', 'SOM', null, null, null, null, false, false, false, null)
    ) as t (period, episode_key, unit_key, specialty_group, discharged_at, length_of_stay_days, bed_days, drg_weight,
        is_readmission_30d, is_index_candidate, is_transfer, discharge_code);
create table staging.stg_cosmic__vardplats as from (values
    ('2024-01', date '2024-01-01', 2), ('2024-01', date '2024-01-02', 2), ('2024-01', date '2024-01-02', null),
    ('2024-01', date '2023-12-31', 7), ('2024-02', date '2024-02-01', 2), ('2024-02', date '2024-02-02', 4),
    ('2024-02', date '2024-02-02', 1)) as t (period, bed_date, beds_available);
create table marts.fct_ward_day as from (values
    ('2024-01', 'S', 'SOM', true, 2, 3, 1, 1), ('2024-01', 'S', 'SOM', true, 2, 1, 0, 0),
    ('2024-01', 'P', 'PSY', true, null, 1, null, 0),
    ('2024-02', 'S', 'SOM', true, 2, 2, 0, 1), ('2024-02', 'P', 'PSY', true, 4, 2, 0, 0),
    ('2024-02', 'U', null, false, 1, 2, 1, 0)) as t (period, unit_id, specialty_group, is_known_unit, beds_available,
        patients_count, overcrowded_count, outlier_count);
create table intermediate.int_inpatient__census as
    select '2024-01' as period from range(5) union all select '2024-02' from range(6);
create table intermediate.int_inpatient__occupied_day as
    select '2024-01' as period, 'PSY' as specialty_group from range(3)
    union all select '2024-02', 'BUP' from range(4) union all select '2024-02', 'SOM' from range(9);
create table marts.mart_occupancy as
    select period, level, unit_id, specialty_group, patient_days, bed_days_available, overcrowded_count, outlier_count,
        discharged_episodes_count, discharged_bed_days, cast(patient_days as double) / bed_days_available
        as occupancy_share, wards_count, wards_over_90_count, patient_days + earlier_days as ytd_patient_days,
        bed_days_available + earlier_days as ytd_bed_days_available, cast(null as bigint) as r12_patient_days,
        discharged_bed_days + earlier_days as ytd_discharged_bed_days, 12.5 as overcrowded_per_100_beds,
        5.0 as mean_length_of_stay_days
    from (values
        ('2024-01', 'region', '*', 'all', 4, 4, 1, 1, 2, 6, 1, 1, 0),
        ('2024-01', 'region', '*', 'SOM', 4, 4, 1, 1, 1, 5, 1, 1, 0),
        ('2024-01', 'area', 'A', 'all', 4, 4, 1, 1, 1, 5, 1, 1, 0),
        ('2024-01', 'clinic', 'C', 'all', 4, 4, 1, 1, 1, 5, 1, 1, 0),
        ('2024-01', 'unit', 'S', 'all', 4, 4, 1, 1, 1, 5, 1, 1, 0),
        ('2024-01', 'area', 'A', 'SOM', 4, 4, 1, 1, 1, 5, 1, 1, 0),
        ('2024-01', 'clinic', 'C', 'SOM', 4, 4, 1, 1, 1, 5, 1, 1, 0),
        ('2024-01', 'unit', 'S', 'SOM', 4, 4, 1, 1, 1, 5, 1, 1, 0),
        ('2024-02', 'region', '*', 'all', 6, 7, 1, 1, 1, 21, 3, 1, 5),
        ('2024-02', 'region', '*', 'SOM', 2, 2, 0, 1, 0, 0, 1, 1, 5),
        ('2024-02', 'region', '*', 'PSY', 2, 4, 0, 0, 1, 21, 1, 0, 5),
        ('2024-02', 'area', 'A', 'all', 4, 6, 0, 1, 1, 21, 2, 1, 5),
        ('2024-02', 'clinic', 'C', 'all', 2, 2, 0, 1, 0, 0, 1, 1, 5),
        ('2024-02', 'clinic', 'D', 'all', 2, 4, 0, 0, 1, 21, 1, 0, 5),
        ('2024-02', 'unit', 'S', 'all', 2, 2, 0, 1, 0, 0, 1, 1, 5),
        ('2024-02', 'unit', 'P', 'all', 2, 4, 0, 0, 1, 21, 1, 0, 5),
        ('2024-02', 'area', 'A', 'SOM', 2, 2, 0, 1, 0, 0, 1, 1, 5),
        ('2024-02', 'clinic', 'C', 'SOM', 2, 2, 0, 1, 0, 0, 1, 1, 5),
        ('2024-02', 'unit', 'S', 'SOM', 2, 2, 0, 1, 0, 0, 1, 1, 5),
        ('2024-02', 'area', 'A', 'PSY', 2, 4, 0, 0, 1, 21, 1, 0, 5),
        ('2024-02', 'clinic', 'D', 'PSY', 2, 4, 0, 0, 1, 21, 1, 0, 5),
        ('2024-02', 'unit', 'P', 'PSY', 2, 4, 0, 0, 1, 21, 1, 0, 5)
        ) as t (period, level, unit_id, specialty_group, patient_days, bed_days_available, overcrowded_count,
            outlier_count, discharged_episodes_count, discharged_bed_days, wards_count, wards_over_90_count,
            earlier_days);
-- e1 is 70 years old, the others are younger; nobody has municipal care.
create table marts.mart_readmission as from (values
    ('2024-01', '65_plus', 'region', '*', 'all', 1, 1), ('2024-01', '65_plus', 'region', '*', 'K', 1, 1),
    ('2024-01', '65_plus', 'area', 'A', 'all', 1, 1), ('2024-01', '65_plus', 'clinic', 'C', 'all', 1, 1),
    ('2024-01', '65_plus', 'unit', 'S', 'all', 1, 1), ('2024-01', '65_plus', 'unit', 'S', 'K', 1, 1)
    ) as t (period, population, level, unit_id, sex, numerator, denominator);
create table intermediate.int_core__unit as from (values
    ('S', date '2020-01-01', date '9999-12-31')) as t (unit_id, valid_from_date, valid_to_date);
-- February: one inpatient, one day, one unclassified of an unknown unit, one that began in another month, one
-- cancelled and one planned.
create table staging.stg_provisio__operation as from (values
    ('2024-01', 'S', 'G', timestamp '2024-01-03 08:00', null),
    ('2024-01', 'S', 'G', timestamp '2024-01-04 08:00', null),
    ('2024-01', 'S', 'G', timestamp '2024-01-05 08:00', null),
    ('2024-01', 'S', 'S', null, timestamp '2024-01-06 08:00'),
    ('2024-02', 'S', 'G', timestamp '2024-02-03 08:00', null),
    ('2024-02', 'S', 'G', timestamp '2024-02-04 08:00', null),
    ('2024-02', 'X', 'G', timestamp '2024-02-05 08:00', null),
    ('2024-02', 'S', 'G', timestamp '2024-03-05 08:00', null),
    ('2024-02', 'S', 'S', null, timestamp '2024-02-06 08:00'), ('2024-02', 'S', 'P', null, timestamp '2024-02-07 08:00')
    ) as t (period, unit_id, operation_status, operation_started_at, planned_at);
create table staging.stg_cosmic__listning as from (values ('2024-02', 600), ('2024-02', 400)) as t
    (period, listed_count);
create table staging.stg_plan__produktionsplan as
    select '2024-01' as period, 'BUDGET' as version, '2024-' || lpad(cast(range as varchar), 2, '0') as plan_period
    from range(1, 13);
create table marts.mart_production as
    select period, product_id, level, unit_id, cast(actual as decimal(24, 8)) as actual,
        cast(previous_year as decimal(24, 8)) as previous_year, cast(actual + earlier as decimal(24, 8)) as ytd_actual
    from (values
        ('2024-01', 'operations', 'region', '*', 3, 0, null), ('2024-01', 'operations', 'area', 'A', 3, 0, null),
        ('2024-01', 'operations', 'clinic', 'C', 3, 0, null), ('2024-01', 'operations', 'unit', 'S', 3, 0, null),
        ('2024-01', 'operations_inpatient', 'region', '*', 3, 0, null),
        ('2024-01', 'operations_inpatient', 'area', 'A', 3, 0, null),
        ('2024-01', 'operations_inpatient', 'clinic', 'C', 3, 0, null),
        ('2024-01', 'operations_inpatient', 'unit', 'S', 3, 0, null),
        ('2024-02', 'operations', 'region', '*', 3, 3, null), ('2024-02', 'operations', 'area', 'A', 2, 3, null),
        ('2024-02', 'operations', 'clinic', 'C', 2, 3, null), ('2024-02', 'operations', 'unit', 'S', 2, 3, null),
        ('2024-02', 'operations_inpatient', 'region', '*', 1, 3, null),
        ('2024-02', 'operations_inpatient', 'area', 'A', 1, 3, null),
        ('2024-02', 'operations_inpatient', 'clinic', 'C', 1, 3, null),
        ('2024-02', 'operations_inpatient', 'unit', 'S', 1, 3, null),
        ('2024-02', 'operations_day', 'region', '*', 1, 0, null),
        ('2024-02', 'operations_day', 'area', 'A', 1, 0, null),
        ('2024-02', 'operations_day', 'clinic', 'C', 1, 0, null),
        ('2024-02', 'operations_day', 'unit', 'S', 1, 0, null),
        ('2024-02', 'operations_unclassified', 'region', '*', 1, 0, null),
        ('2024-02', 'listed_persons', 'region', '*', 1000, 0, null),
        ('2024-01', 'episodes_somatic', 'region', '*', 1, 0, null),
        ('2024-01', 'bed_days_somatic_discharged', 'region', '*', 5, 0, null),
        ('2024-01', 'bed_days_psychiatric_occupied', 'region', '*', 3, 0, null),
        ('2024-02', 'bed_days_psychiatric_occupied', 'region', '*', 4, 3, null),
        ('2024-01', 'drg_points', 'region', '*', 2.0, 0, null), ('2024-02', 'drg_points', 'region', '*', 2.0, 2, null)
        ) as t (period, product_id, level, unit_id, actual, earlier, previous_year);
"""


def _relation(name: str) -> str:
    schema = _SCHEMA_OF.get(name, "marts" if name.startswith(("fct_", "mart_")) else "validation")
    return f"{schema}.{name}"


def rendered(path: Path) -> str:
    """A model's SQL with the planted tables in the place of what it reads."""
    template = jinja2.Environment(autoescape=False).from_string(path.read_text(encoding="utf-8"))
    return template.render(ref=_relation, source=lambda source, table: f"{source}.{table}")


def plant(connection: duckdb.DuckDBPyConnection) -> None:
    """Plant the tables, the seed of bands and the views on them."""
    connection.execute(_TABLES)
    bands = PROJECT_ROOT / "seeds" / "plausible_bands.csv"
    connection.execute(
        f"""
        create table reference.plausible_bands as
        select * from read_csv('{bands}', types = {{
            'lower': 'double', 'upper': 'double', 'least_rows': 'bigint', 'valid_from': 'date', 'valid_to': 'date'}})
        """
    )
    for view in VIEWS:
        connection.execute(f"create view validation.{view} as {rendered(MODELS / f'{view}.sql')}")
