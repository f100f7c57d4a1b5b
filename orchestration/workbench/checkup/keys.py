"""The two keys: the region's own, which makes pseudonyms, and the one of delivered ids."""

from __future__ import annotations

import os
from pathlib import Path

from orchestration.contracts import PROJECT_ROOT
from orchestration.privacy import KEY_FILE_VARIABLE, key_from_environment, read_key
from orchestration.settings import Home
from orchestration.state.store import State
from orchestration.workbench.checkup.finding import Finding, fault, good, looked, note

# The names under which the state remembers their check values.
_PSEUDONYMS, _DELIVERED = "pseudonymer", "leverans"


def _noted(state: State | None, name: str) -> str | None:
    rows = state.rows("select check_value from key_check where name = ?", [name]) if state is not None else []
    return str(rows[0]["check_value"]) if rows else None


@looked("Nyckel")
def pseudonym_key(home: Home, state: State | None) -> Finding:
    """Whether the region's key is there, private, the right one, and kept apart from what it protects."""
    key = key_from_environment()
    path = Path(os.environ[KEY_FILE_VARIABLE]).resolve()
    known = _noted(state, _PSEUDONYMS)
    if known is not None and key.check_value != known:
        return fault(
            "Nyckel",
            "är inte den som tidigare inläsningar gjordes med",
            "Med en annan nyckel går patienterna inte att känna igen mellan månader.",
            f"Låt {KEY_FILE_VARIABLE} peka ut regionens rätta nyckelfil.",
        )
    if path.stat().st_uid not in (os.geteuid(), 0):
        return note(
            "Nyckel",
            f"{path} ägs av en annan användare",
            "Den som äger filen kan byta ut eller öppna den.",
            "Låt den som kör äga filen, med rättigheterna 0600.",
        )
    for place, name in ((home.root, "hemmet"), (PROJECT_ROOT, "programmets mapp")):
        if path.is_relative_to(place.resolve()):
            return note(
                "Nyckel",
                f"{path} ligger i {name}",
                "En kopia av mappen blir en kopia av nyckeln, och pseudonymerna skyddar då inte.",
                f"Flytta nyckeln till en egen mapp som bara den som kör når, och peka dit med {KEY_FILE_VARIABLE}.",
            )
    return good("Nyckel", "finns, är privat" + (" och är den rätta" if known is not None else "; inget är inläst än"))


@looked("Leveransnyckel")
def delivery_key(home: Home, state: State | None) -> Finding:
    """Whether the key of delivered ids is there, and the one that was made, once any id rests on it."""
    path, known = home.delivery_key_file, _noted(state, _DELIVERED)
    if not path.exists():
        deliveries = state.rows("select count(*) as n from delivery")[0]["n"] if state is not None else 0
        if known is None and not deliveries:
            return good("Leveransnyckel", "görs vid första valideringen")
        return fault(
            "Leveransnyckel",
            f"{path} saknas",
            "Id i det som redan är levererat vilar på den; med en ny skulle varje kontakt bli en annan.",
            "Lägg tillbaka den ur säkerhetskopian av state/.",
        )
    key = read_key(path)
    if known is not None and key.check_value != known:
        return fault(
            "Leveransnyckel",
            f"{path} är en annan än den som ska användas",
            "Id i det som redan är levererat vilar på den rätta.",
            "Lägg tillbaka den ur säkerhetskopian av state/.",
        )
    return good("Leveransnyckel", "finns, är privat" + (" och är den rätta" if known is not None else ""))
