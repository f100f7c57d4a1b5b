"""Leveransen: kanoniska rader blir nationell XML, manifest och protokoll."""
