"""What works on its own around the month: the inbox's watch, the calendar, Dagster's home and its dead runs."""
