"""The Dagster code location and everything Python does: moves files, runs dbt and checks, writes packages."""
