"""Publishing: what analysts open, made anew as a version of its own and switched in one step."""
