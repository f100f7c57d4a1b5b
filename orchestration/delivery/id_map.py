"""The encrypted map from delivered ids back to the source (DL02): who holds `state/` alone cannot read it.

One file a version, `state/delivered_ids/<receiver>/<period>/v<N>.map`: a first line that tells a wrong key, then
one Fernet token a line. A token holds a slice of the delivered contacts and its own place in the file, so that a
token taken away, moved or brought from another file is seen. The key is derived from the region's own key, which
never lies under `state/`. Fernet draws a nonce and stamps the time: two maps of the same rows hold the same
contacts in the same order, in other bytes.
"""

from __future__ import annotations

import base64
import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from orchestration.errors import VardlagerError
from orchestration.national.frame import DeliveryFrame, Origin
from orchestration.privacy import Key
from orchestration.settings import PRIVATE_FILE, Home, make_private
from orchestration.state.store import open_state

_FORMAT = "vardlager-levererade-id 1"
_KEY_BYTES = 32
_FINISHED_MODE = 0o400
_SLICE_CONTACTS = 10_000


@dataclass(frozen=True)
class DeliveredContact:
    """A delivered row and where it came from. `file_name` is the received file, None when the state forgot it."""

    receiver: str
    period: str
    version: int
    population: str
    origin: Origin
    file_name: str | None = None


def map_path(state_folder: Path, receiver: str, period: str, version: int) -> Path:
    """Where the map of a version lies."""
    return state_folder / "delivered_ids" / receiver / period / f"v{version}.map"


def _derived(key: Key, purpose: str) -> bytes:
    """A key of its own for each purpose: none of them tells another, or the region's key."""
    info = f"vardlager|levererade id|{purpose}".encode()
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=info).derive(key.secret)


def _fernet(key: Key) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_derived(key, "kryptering")))


def _first_line(key: Key) -> bytes:
    return f"{_FORMAT} {_derived(key, 'nyckelkontroll').hex()}\n".encode()


class IdMapWriter:
    """Writes one version's map slice by slice, to a name of its own until `take_place`.

    Use as a context; leaving it without error seals the file (last token, mode 0400, on disk).
    """

    def __init__(self, state_folder: Path, key: Key, receiver: str, period: str, version: int) -> None:
        self._path = map_path(state_folder, receiver, period, version)
        self._building = self._path.with_name(f".{self._path.name}.building")
        self._key = key
        self._fernet = _fernet(key)
        self._place: dict[str, Any] = {"receiver": receiver, "period": period, "version": version}
        self._slices = 0
        self._contacts: dict[str, int] = {}
        self._file: BinaryIO | None = None

    def __enter__(self) -> IdMapWriter:
        """Begin the file, for the owner alone."""
        make_private(self._path.parent)
        self._building.unlink(missing_ok=True)
        descriptor = os.open(self._building, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
        self._file = os.fdopen(descriptor, "wb")
        self._file.write(_first_line(self._key))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Seal the file, or only close it when the block failed."""
        assert self._file is not None
        with self._file as target:
            if kind is None:
                self._write({"contacts": self._contacts, "is_last": True})
                target.flush()
                os.fchmod(target.fileno(), _FINISHED_MODE)
                os.fsync(target.fileno())

    def _write(self, content: dict[str, Any]) -> None:
        assert self._file is not None
        text = json.dumps({**self._place, "slice": self._slices, **content}, ensure_ascii=False, separators=(",", ":"))
        self._file.write(self._fernet.encrypt(zlib.compress(text.encode("utf-8"), 1)) + b"\n")
        self._slices += 1

    def add(self, frame: DeliveryFrame, slice_contacts: int = _SLICE_CONTACTS) -> int:
        """Write the origins of a frame's rows and return their number; memory is bounded by the slice."""
        population, written = frame.record_type.name, 0
        for origins in frame.origins(slice_contacts):
            self._write({"population": population, "origins": origins})
            written += len(origins)
        self._contacts[population] = written
        return written

    def take_place(self) -> None:
        """Give the sealed file its name."""
        self._building.rename(self._path)


def remove_map(state_folder: Path, receiver: str, period: str, version: int) -> None:
    """Remove the map of a version that was never delivered, whole or half-made."""
    path = map_path(state_folder, receiver, period, version)
    for name in (path, path.with_name(f".{path.name}.building")):
        name.unlink(missing_ok=True)


def _damaged(path: Path, what: str) -> VardlagerError:
    return VardlagerError(
        f"Kartan {path} är skadad: {what}.",
        "Lägg tillbaka filen ur säkerhetskopian av state/; leveransen själv är oberörd.",
    )


def _tokens(path: Path, key: Key) -> Iterator[dict[str, Any]]:
    fernet = _fernet(key)
    with path.open("rb") as source:
        first = source.readline()
        if not first.startswith(f"{_FORMAT} ".encode()) or len(first) != len(_first_line(key)):
            raise _damaged(path, "första raden är inte en kartas")
        if first != _first_line(key):
            raise VardlagerError(
                f"Kartan {path} är låst med en annan nyckel än den som är utpekad.",
                "Peka ut den nyckelfil som gällde vid leveransen med VARDLAGER_KEY_FILE.",
            )
        for number, line in enumerate(source):
            try:
                content = json.loads(zlib.decompress(fernet.decrypt(line.rstrip(b"\n"))))
            except (InvalidToken, zlib.error, ValueError):
                raise _damaged(path, f"rad {number + 2} går inte att låsa upp") from None
            if content["slice"] != number:
                raise _damaged(path, f"rad {number + 2} står inte på sin plats")
            yield content


def read_map(path: Path, key: Key, receiver: str, period: str, version: int) -> Iterator[DeliveredContact]:
    """Every delivered contact of a version, completed first, in delivery order; one slice in memory.

    Raises VardlagerError when the key is another, or the file is damaged, cut short or another version's.
    """
    found: dict[str, int] = {}
    is_whole = False
    for content in _tokens(path, key):
        if (content["receiver"], content["period"], content["version"]) != (receiver, period, version):
            raise _damaged(path, "den hör till en annan leverans")
        if is_whole:
            raise _damaged(path, "det står rader efter den sista")
        if content.get("is_last"):
            is_whole = {name: count for name, count in content["contacts"].items() if count} == found
            if not is_whole:
                raise _damaged(path, "antalet kontakter stämmer inte")
            continue
        population = str(content["population"])
        found[population] = found.get(population, 0) + len(content["origins"])
        for origin in content["origins"]:
            yield DeliveredContact(receiver, period, version, population, Origin(*origin))
    if not is_whole:
        raise _damaged(path, "slutet saknas")


def look_up(home: Home, key: Key, delivered_id: str) -> list[DeliveredContact]:
    """What stands behind a delivered VardkontaktId or RemissId: every delivered row, newest version first.

    Only versions that the state knows as delivered are searched. An id that none of them holds gives an empty
    list. Raises VardlagerError when the key is wrong, a map is damaged, or the id is nowhere while a version's
    map is gone.
    """
    wanted = delivered_id.strip().lower()
    with open_state(home.state_file) as state:
        versions = [
            (str(row["receiver"]), str(row["period"]), int(row["version"]))
            for row in state.rows(
                """
                select receiver, period, version from delivery
                where status <> 'building' order by period desc, version desc, receiver
                """
            )
        ]
        file_names = {load.load_id: load.file_name for load in state.loads()}
    found, missing = list[DeliveredContact](), list[str]()
    for receiver, period, version in versions:
        path = map_path(home.state, receiver, period, version)
        if not path.is_file():
            missing.append(f"{receiver} {period} v{version}")
            continue
        found += [
            DeliveredContact(receiver, period, version, contact.population, contact.origin, file_name)
            for contact in read_map(path, key, receiver, period, version)
            if wanted in (contact.origin.delivered_contact_id, contact.origin.delivered_referral_id)
            for file_name in [file_names.get(contact.origin.load_id)]
        ]
    if missing and not found:
        raise VardlagerError(
            f"Id:t finns inte i de kartor som är kvar, och {len(missing)} saknas ({', '.join(missing[:5])}).",
            "Lägg tillbaka kartorna ur säkerhetskopian av state/ och sök igen.",
        )
    return found
