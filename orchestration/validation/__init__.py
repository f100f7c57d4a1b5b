"""Valideringen: leveransens rader mot det nationella kontraktet, som en andra kontroll vid sidan av SQL."""
