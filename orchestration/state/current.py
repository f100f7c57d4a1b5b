"""Which loads count now, and what figures made of them rest on."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version

from orchestration.contracts import PROJECT_ROOT, REGISTERS, Contract, groups, period_groups
from orchestration.settings import Region
from orchestration.state.store import Load, State


def complete_periods(contracts: Mapping[str, Contract], current: Sequence[Load]) -> list[tuple[str, str]]:
    """(period, group) pairs in which every entity that is not optional has a current load."""
    present: dict[tuple[str, str], set[str]] = {}
    for load in current:
        present.setdefault((load.period, load.group_name), set()).add(load.entity)
    needed = {
        group: {contract.entity for contract in members if not contract.is_optional}
        for group, members in groups(dict(contracts)).items()
    }
    return sorted(pair for pair, entities in present.items() if needed.get(pair[1], set()) <= entities)


def built_periods(contracts: Mapping[str, Contract], current: Sequence[Load]) -> list[str]:
    """The periods that a build holds, in order: those in which some group that makes periods is whole."""
    making = period_groups(contracts)
    return sorted({period for period, group in complete_periods(contracts, current) if group in making})


def has_registers(contracts: Mapping[str, Contract], current: Sequence[Load]) -> bool:
    """Whether every register has a current load, of whichever period: each serves all periods."""
    present = {load.entity for load in current}
    needed = groups(dict(contracts)).get(REGISTERS, ())
    return all(contract.entity in present for contract in needed if not contract.is_optional)


def readable_loads(contracts: Mapping[str, Contract], current: Sequence[Load]) -> list[Load]:
    """The current loads that the warehouse reads: registers always, others when their group is whole."""
    complete = set(complete_periods(contracts, current))
    return [
        load
        for load in current
        if load.entity in contracts and (load.group_name == REGISTERS or (load.period, load.group_name) in complete)
    ]


_CODE = ("models", "macros", "seeds", "tests/dbt", "dbt_project.yml", "profiles.yml", "expectations", "orchestration")


@functools.cache
def code_version() -> str:
    """The project's version and the first twelve digits of a sha256 over everything that makes or proves figures."""
    digest = hashlib.sha256()
    for name in _CODE:
        for path in (PROJECT_ROOT / name, *sorted((PROJECT_ROOT / name).rglob("*"))):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(str(path.relative_to(PROJECT_ROOT)).encode())
                digest.update(path.read_bytes())
    return f"{version('vardlager')}+{digest.hexdigest()[:12]}"


def inputs_fingerprint(loads: Sequence[Load], region: Region) -> str:
    """What figures rest on, as one sha256: files read, settings, and the code itself.

    Evidence is bound to it: a check passed for other inputs proves nothing of these.
    """
    content = {
        "loads": sorted([load.entity, load.period, load.sha256] for load in loads),
        "settings": region.model_dump(mode="json"),
        "code": code_version(),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode("utf-8")).hexdigest()


def current_inputs(state: State, contracts: Mapping[str, Contract], region: Region) -> str:
    """The fingerprint of what the warehouse would read now."""
    return inputs_fingerprint(readable_loads(contracts, state.loads("current")), region)
