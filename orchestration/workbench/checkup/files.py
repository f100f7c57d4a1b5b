"""The files of the home: rights and owners, what an interrupted run left, what lies unread and what is overdue."""

from __future__ import annotations

import datetime
import grp
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.contracts import load_contracts
from orchestration.keeping.due import Found, find_due, find_leftovers
from orchestration.landing.inbox import CONTROL_FILE, read_inbox
from orchestration.landing.receiving import sha256_of
from orchestration.publishing.versions import version_in_force, versions_folder
from orchestration.settings import PRIVATE_DIR, PRIVATE_FILE, SHARED_DIR, SHARED_FILE, Home, Region
from orchestration.state.store import Load, State
from orchestration.workbench.checkup.finding import Finding, fault, good, listed, looked, note

_PERIOD_NAME = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_PASSAGE = 0o710
_SHARED_TOPS = ("published", "reports")
# Links that the house makes itself.
_OWN_LINKS = re.compile(r"published/(current|vardlager\.duckdb|parquet)|review/\d{4}-(0[1-9]|1[0-2])/current")


@dataclass
class Walked:
    """What a walk through the whole home saw that is not as it should be, as paths below it."""

    count: int = 0
    open_to_others: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def _entries(home: Home, walked: Walked) -> Iterator[tuple[str, os.stat_result]]:
    """(path below the home, its own status) of everything in it but links, which are noted."""
    folders = [home.root]
    while folders:
        folder = folders.pop()
        try:
            inside = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            walked.unreadable.append(str(folder.relative_to(home.root)))
            continue
        for entry in inside:
            path = str(Path(entry.path).relative_to(home.root))
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                # A run that goes on beside this one took it away.
                continue
            if stat.S_ISLNK(status.st_mode):
                if not Path(entry.path).exists():
                    walked.broken.append(path)
                elif not _OWN_LINKS.fullmatch(path):
                    walked.links.append(path)
                continue
            if stat.S_ISDIR(status.st_mode):
                folders.append(Path(entry.path))
            yield path, status


def _allowed(path: str, is_folder: bool, is_shared: bool) -> int:
    """The widest rights that a path may have; what the delivering side puts in the inbox is its own business."""
    top, *below = Path(path).parts
    if top == "inbox" and below:
        return 0o7777
    if path == "region.yml":
        return 0o644
    if is_shared and top in _SHARED_TOPS:
        return SHARED_DIR if is_folder else SHARED_FILE
    return PRIVATE_DIR if is_folder else PRIVATE_FILE | stat.S_IXUSR


def walk(home: Home, shared_group: str | None) -> Walked:
    """Look at everything in the home once. `shared_group` is the group's name, None when nothing is shared."""
    walked = Walked()
    group_id = None
    if shared_group is not None:
        try:
            group_id = grp.getgrnam(shared_group).gr_gid
        except KeyError:
            shared_group = None
    for path, status in _entries(home, walked):
        walked.count += 1
        top, *below = Path(path).parts
        if status.st_uid != os.geteuid() and not (top == "inbox" and below):
            walked.foreign.append(path)
        elif not os.access(home.root / path, os.R_OK):
            walked.unreadable.append(path)
        mode = stat.S_IMODE(status.st_mode)
        is_open = mode & ~_allowed(path, stat.S_ISDIR(status.st_mode), shared_group is not None) & 0o077
        is_of_another_group = (
            shared_group is not None and top in _SHARED_TOPS and mode & 0o070 and status.st_gid != group_id
        )
        if is_open or is_of_another_group:
            walked.open_to_others.append(f"{path} ({mode:04o})")
    for seen in (walked.open_to_others, walked.foreign, walked.unreadable, walked.links, walked.broken):
        seen.sort()
    own = home.root.stat()
    mode = stat.S_IMODE(own.st_mode)
    if own.st_uid != os.geteuid():
        walked.foreign.insert(0, str(home.root))
    if mode & 0o077 and not (mode == _PASSAGE and group_id is not None and own.st_gid == group_id):
        walked.open_to_others.insert(0, f"{home.root} ({mode:04o})")
    return walked


@looked("Rättigheter")
def rights(home: Home, walked: Walked) -> Finding:
    """Whether only the owner reaches what is private, and the region's group what is shared."""
    if not walked.open_to_others:
        return good("Rättigheter", f"{walked.count} filer och mappar, bara rätt användare kommer åt")
    return fault(
        "Rättigheter",
        f"{len(walked.open_to_others)} öppna för andra: {listed(walked.open_to_others)}",
        "Original och inkorg har identiteter i klartext; allt annat är en regions vårduppgifter.",
        f"Kör: chmod -R go-rwx {home.root}; nästa vardlager run öppnar published/ och reports/ för shared_group igen.",
    )


@looked("Ägare")
def owners(home: Home, walked: Walked) -> Finding:
    """Whether everything belongs to who runs this, and can be read."""
    if walked.foreign:
        return fault(
            "Ägare",
            f"{len(walked.foreign)} med annan ägare: {listed(walked.foreign)}",
            "En körning kan varken läsa, ersätta eller gallra det som en annan användare äger.",
            f"Kör som ägaren, eller som administratör: chown -R {os.geteuid()} {home.root}",
        )
    if walked.unreadable:
        return fault(
            "Ägare",
            f"{len(walked.unreadable)} går inte att läsa: {listed(walked.unreadable)}",
            "En körning stannar där.",
            f"Ge ägaren rätt att läsa: chmod -R u+rwX {home.root} (delivery/ är skrivskyddad med flit: chmod -R u-w).",
        )
    return good("Ägare", "allt ägs av den som kör")


@looked("Länkar")
def links(walked: Walked) -> Finding:
    """Whether links lead somewhere, and none stands where files should."""
    if walked.broken:
        return fault(
            "Länkar",
            f"leder ingenstans: {listed(walked.broken)}",
            "Det som länken ska visa finns inte.",
            "Gäller det published/: kör vardlager rollback --to N, eller vardlager run. Annars: ta bort länken.",
        )
    if walked.links:
        return note(
            "Länkar",
            f"{len(walked.links)} länkar: {listed(walked.links)}",
            "Gallring följer inga länkar, och filer bakom en länk i inbox/ läses inte in.",
            "Montera hellre disken där mappen ska ligga.",
        )
    return good("Länkar", "inga brutna")


@looked("Rester")
def leftovers(home: Home, is_held: bool) -> Finding:
    """What an interrupted run left; while a run goes on it is its own work."""
    left = [due.path for due in find_leftovers(home)]
    if home.landing_scratch.exists():
        left.insert(0, str(home.landing_scratch.relative_to(home.root)))
    for pattern in ("published/versions/.*.building", "reports/*/.*.building", "delivery/*/*/.*.building"):
        left += sorted(str(path.relative_to(home.root)) for path in home.root.glob(pattern))
    if not left:
        return good("Rester", "inga")
    if is_held:
        return good("Rester", "en körning pågår")
    return note(
        "Rester",
        f"en körning avbröts: {listed(left)}",
        "Halva filer räknas aldrig, men archive/.landing och .part håller identiteter i klartext.",
        "Kör vardlager run för samma månad igen, den städar efter sig.",
    )


def _shape(name: str) -> str:
    return name if len(name) <= 60 else f"{name[:57]}..."


@looked("Inkorg")
def inbox(home: Home, loads: Sequence[Load], retention_months: int, at: datetime.datetime) -> Finding:
    """Whether something lies in the inbox that no run takes in, or has not taken in yet, or has lain too long."""
    odd: list[str] = []
    waiting: list[str] = []
    refused: list[str] = []
    lying = 0
    contracts = load_contracts()
    # The loads stand in order: the last of a file is what came of it.
    latest = {(load.period, load.file_name): load for load in loads}
    oldest = at - datetime.timedelta(days=31 * (retention_months + 1))
    for path in sorted(home.inbox.iterdir()) if home.inbox.is_dir() else ():
        if not path.is_dir() or not _PERIOD_NAME.fullmatch(path.name):
            odd.append(_shape(path.name))
            continue
        found = read_inbox(path, path.name, contracts)
        known = {file.path.name for file in found.delivered} | {CONTROL_FILE}
        odd += [f"{path.name}/{_shape(file.name)}" for file in sorted(path.iterdir()) if file.name not in known]
        for file in found.delivered:
            written = datetime.datetime.fromtimestamp(file.path.stat().st_mtime)
            load = latest.get((path.name, file.path.name))
            if load is None:
                waiting.append(f"{path.name}/{file.path.name}")
            elif load.outcome == "refused" and load.sha256 == sha256_of(file.path):
                refused.append(f"{path.name}/{file.path.name}")
            elif written < oldest and load.loaded_at < oldest.isoformat(sep=" "):
                lying += 1
    if odd:
        return note(
            "Inkorg",
            f"{len(odd)} som inte läses in: {listed(odd)}",
            "Mappar heter ÅÅÅÅ-MM och filer som i kontrakten; det andra rör ingen körning.",
            "Rätta namnet, eller ta bort det; filerna kan ha identiteter i klartext.",
        )
    if waiting:
        return note(
            "Inkorg",
            f"{len(waiting)} väntar på inläsning: {listed(waiting)}",
            "De räknas inte förrän månaden körs.",
            "Kör vardlager run --period för månaden.",
        )
    if refused:
        return note(
            "Inkorg",
            f"{len(refused)} är avvisade: {listed(refused)}",
            "Gruppen räknas som den var före dem, eller inte alls; vardlager status säger varför.",
            "Lämna filerna på nytt, rättade, och kör vardlager run --period för månaden.",
        )
    if lying:
        return note(
            "Inkorg",
            f"{lying} inlästa filer har legat längre än retention_months",
            "Inkorgen hör till den som levererar och gallras inte här; filerna har identiteter i klartext.",
            "Låt leverantören ta bort dem; sjön har raderna.",
        )
    return good("Inkorg", "allt är inläst")


@looked("Sjön")
def lake(home: Home, loads: Sequence[Load]) -> Finding:
    """Whether the rows of every load that counts or waits are there."""
    missing = [
        load
        for load in loads
        if load.outcome in ("current", "held") and not (home.root / (load.lake_path or "")).is_file()
    ]
    if not missing:
        return good("Sjön", f"{sum(load.outcome == 'current' for load in loads)} inläsningar gäller, alla finns")
    first = missing[0]
    return fault(
        "Sjön",
        f"{len(missing)} inläsningar saknar sina rader: {listed([load.lake_path for load in missing])}",
        "Utan dem går månaden inte att bygga; inget publiceras eller levereras.",
        f"Lägg originalet ({first.archive_path}) som {first.file_name} i {home.inbox / first.period} och kör "
        f"vardlager run --period {first.period}; eller lägg tillbaka filen ur säkerhetskopian.",
    )


@looked("Arkiv")
def archive(home: Home, loads: Sequence[Load], state: State | None) -> Finding:
    """Whether every original is there, or its purge is written down. Contents are not read."""
    purged: set[str] = set()
    if state is not None:
        purged = {row["path"] for row in state.rows("select path from purge where purged_at is not null")}
    paths = sorted({load.archive_path for load in loads})
    missing = [path for path in paths if path not in purged and not (home.root / path).is_file()]
    if not missing:
        return good("Arkiv", f"{len([path for path in paths if path not in purged])} original, {len(purged)} gallrade")
    return note(
        "Arkiv",
        f"{len(missing)} original saknas utan att vara gallrade: {listed(missing)}",
        "Varje borttagning ska vara antecknad; siffrorna vilar på sjön och påverkas inte.",
        "Lägg tillbaka dem ur säkerhetskopian, eller anteckna varför de togs bort.",
    )


@looked("Gallring")
def retention(home: Home, region: Region | None, state: State | None, today: datetime.date) -> Finding:
    """What the next successful month will purge, and what a purge cannot reach."""
    if region is None or state is None:
        return good("Gallring", "inget att gallra")
    found: Found = find_due(home, state, today, region.retention_months)
    if found.unseen:
        return note(
            "Gallring",
            f"når inte {listed(found.unseen)}",
            "Det som ligger där gallras aldrig, hur gammalt det än är.",
            "Montera hellre disken där mappen ska ligga, och låt ägaren läsa.",
        )
    unfinished = state.rows("select count(*) as n from purge where purged_at is null")[0]["n"]
    if found.due or unfinished:
        return note(
            "Gallring",
            f"{len(found.due)} filer och protokoll äldre än {region.retention_months} månader väntar"
            + (f"; en gallring av {unfinished} avbröts" if unfinished else ""),
            "Uppgifter ska inte sparas längre än regionen har bestämt.",
            "Nästa vardlager run som går igenom gallrar dem och antecknar det.",
        )
    gone = state.rows("select count(*) as n from purge where purged_at is not null")[0]["n"]
    return good("Gallring", f"inget väntar, {gone} borttagningar antecknade")


@looked("Versioner")
def publication_pointer(home: Home) -> Finding:
    """Whether the pointer of what is published leads to a version of the house's own."""
    pointer = home.published / "current"
    if not os.path.lexists(pointer):
        return good("Versioner", "inget är publicerat")
    in_force = version_in_force(home)
    inside = pointer.resolve().parent == versions_folder(home).resolve()
    if pointer.is_symlink() and in_force is not None and inside:
        return good("Versioner", f"version {in_force} gäller")
    return fault(
        "Versioner",
        f"{pointer} leder inte till en version i {versions_folder(home)}",
        "Läsare får något annat än det som publicerades.",
        "Kör vardlager run, som publicerar på nytt.",
    )
