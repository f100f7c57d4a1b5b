"""Valideringen: filer, siffror och leveransens rader, som en andra kontroll vid sidan av SQL."""
