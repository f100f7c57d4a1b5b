"""What must outlive any rebuild: loads, runs, evidence, deliveries (state.sqlite)."""
