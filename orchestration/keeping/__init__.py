"""Housekeeping: what has been kept long enough goes, and the state says that it went."""
