"""Genomgången: det som klinikernas listor och sidor görs av, en omgång per inläsning."""
