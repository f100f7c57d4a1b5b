"""Listorna: klinikens avvikelser att rätta och vårdgarantienhetens arbetslista, som arbetsbok och sida."""

from orchestration.reporting.lists.writing import ListsWritten, write_lists

__all__ = ["ListsWritten", "write_lists"]
