"""Publishing: the file that analysts open, made anew and switched in one step."""
