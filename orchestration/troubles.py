"""What the computer says no to, in words a user can act on: a full disk, a refused file, a database that is shut.

Such trouble may come at any step of any stage. Its cause stands outside the house, and the same command goes on
once it is gone.
"""

from __future__ import annotations

import errno
import sqlite3

import duckdb

from orchestration.errors import VardlagerError

_AGAIN = "kör sedan samma kommando igen; det går vidare där det stannade, och det som gäller är orört."
_FULL = VardlagerError("Disken är full.", f"Frigör plats (vardlager doctor säger hur mycket), {_AGAIN}")


def _of_system(error: OSError) -> VardlagerError | None:
    where = f" {error.filename}" if isinstance(error.filename, str) else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _FULL
    if error.errno in (errno.EACCES, errno.EPERM):
        return VardlagerError(
            f"Åtkomst nekad:{where or ' en fil i hemmet'}.",
            f"Kör som den som äger hemmet eller rätta rättigheterna (vardlager doctor visar vilka), {_AGAIN}",
        )
    if error.errno == errno.EROFS:
        return VardlagerError(f"Disken är skrivskyddad:{where}.", f"Gör den skrivbar, {_AGAIN}")
    if error.errno == errno.EIO:
        return VardlagerError(f"Disken svarar med fel:{where}.", f"Kontrollera disken, {_AGAIN}")
    return None


def _of_state(error: sqlite3.Error) -> VardlagerError:
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if code is not None else None
    if primary == sqlite3.SQLITE_FULL:
        return _FULL
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return VardlagerError(
            "Läget (state.sqlite) är låst av ett annat program.",
            f"Stäng det som har filen öppen, {_AGAIN}",
        )
    if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return VardlagerError(
            "Läget (state.sqlite) går inte att öppna eller skriva.",
            f"Rätta rättigheterna på state/ (vardlager doctor visar vilka), {_AGAIN}",
        )
    return VardlagerError(
        f"Läget (state.sqlite) går inte att läsa ({type(error).__name__}).",
        f"Kör vardlager doctor; är filen skadad: lägg tillbaka state/ ur säkerhetskopian, {_AGAIN}",
    )


def _of_engine(error: duckdb.Error) -> VardlagerError | None:
    """Only the kind of trouble is told: the engine quotes values in its messages."""
    text = str(error)
    if "No space left" in text or "max_temp_directory_size" in text:
        return _FULL
    if isinstance(error, duckdb.OutOfMemoryException):
        return VardlagerError(
            "Minnet räcker inte åt motorn.", f"Höj memory_limit_mb i region.yml eller frigör minne, {_AGAIN}"
        )
    if isinstance(error, duckdb.IOException) and "lock" in text.lower():
        return VardlagerError("En databasfil är öppen i ett annat program.", f"Stäng det som har filen öppen, {_AGAIN}")
    if isinstance(error, duckdb.IOException) and "not a valid DuckDB" in text:
        return VardlagerError(
            "En databasfil är skadad.",
            "Kör vardlager doctor, som säger vilken. Är det bygget: ta bort build/warehouse.duckdb och "
            "build/warehouse.duckdb.wal, ur sjön byggs allt om av samma kommando.",
        )
    if isinstance(error, duckdb.IOException):
        return VardlagerError(
            "Motorn kunde inte läsa eller skriva en fil.", f"Kör vardlager doctor och rätta det den visar, {_AGAIN}"
        )
    return None


def as_told(error: Exception) -> VardlagerError | None:
    """The error in the house's own words when its cause lies in the computer; None when it does not."""
    if isinstance(error, OSError) and not isinstance(error, duckdb.Error):
        return _of_system(error)
    if isinstance(error, sqlite3.Error):
        return _of_state(error)
    if isinstance(error, duckdb.Error):
        return _of_engine(error)
    return None
