"""What people ask of a standing installation: its state, a query, a check-up, a demonstration."""
