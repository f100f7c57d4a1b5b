"""Sidorna: vad som kontrollerats och vad siffrorna vilar på, för den som inte programmerar."""
