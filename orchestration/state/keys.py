"""The delivery key: made once, remembered by its check value, never replaced (DL02)."""

from __future__ import annotations

from orchestration.errors import VardlagerError
from orchestration.privacy import Key, read_key, write_new_key
from orchestration.settings import Home
from orchestration.state.store import State

_DELIVERY_CHECK = "leverans"


def delivery_key(state: State, home: Home) -> Key:
    """The key of delivered ids; the first call makes it.

    Raises VardlagerError when the key that was made is gone or is another: known contacts would get new ids.
    """
    path = home.delivery_key_file
    known = state.rows("select check_value from key_check where name = ?", [_DELIVERY_CHECK])
    if not known and not path.exists():
        write_new_key(path)
    key = read_key(path) if path.exists() else None
    if not known and key is not None:
        state.insert("key_check", [{"name": _DELIVERY_CHECK, "check_value": key.check_value}])
        return key
    if key is None or key.check_value != known[0]["check_value"]:
        raise VardlagerError(
            f"Leveransnyckeln {path} {'saknas' if key is None else 'är en annan än den som ska användas'}.",
            "Lägg tillbaka den ur säkerhetskopian av state/; den byts aldrig, annars får kända kontakter nya id.",
        )
    return key
