"""The national record as the project's own contract tells it, and the frame of its rows."""
