"""Godkännande: klinikernas siffror, och vem som har godkänt exakt dem."""
