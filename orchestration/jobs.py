"""Names of the code location's jobs, for those who start them without loading Dagster first."""

MONTH_JOB = "month"
PUBLISH_JOB = "load_and_publish"
VALIDATION_JOB = "validation_run"
DELIVERY_JOB = "delivery"
HOUSEKEEPING_JOB = "housekeeping"

# The repository and location that Dagster's pages know this code by. A run started from the pages carries them as
# a tag; a run in the command line's own process must be given it.
LOCATION = "orchestration.definitions"
RUN_TAGS = {".dagster/repository": f"__repository__@{LOCATION}"}
