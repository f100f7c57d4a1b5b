"""Names of the code location's jobs, for those who start them without loading Dagster first."""

MONTH_JOB = "month"
PUBLISH_JOB = "load_and_publish"
VALIDATION_JOB = "validation_run"
DELIVERY_JOB = "delivery"

# Where Dagster's pages look for the runs of this code: its repository and its location. Without the tag, runs
# of the command line are missing from the timeline and from their job's page.
LOCATION = "orchestration.definitions"
RUN_TAGS = {".dagster/repository": f"__repository__@{LOCATION}"}
