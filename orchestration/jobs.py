"""Names of the code location's jobs, for those who start them without loading Dagster first."""

MONTH_JOB = "month"
PUBLISH_JOB = "load_and_publish"
VALIDATION_JOB = "validation_run"
DELIVERY_JOB = "delivery"
