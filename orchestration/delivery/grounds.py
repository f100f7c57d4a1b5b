"""What a delivery rests on, as the state knows it: files, earlier calls, and keys that never change."""

from __future__ import annotations

from orchestration.contracts import REGISTERS, WAITING_TIME_GROUPS
from orchestration.delivery.package import ExtractFile, ReplacedCall
from orchestration.privacy import Key
from orchestration.state.current import readable_loads
from orchestration.state.keys import delivery_key
from orchestration.state.store import State
from orchestration.work import Work

_PSEUDONYM_CHECK = "pseudonymer"


def demand_lasting_keys(state: State, work: Work) -> Key:
    """The delivery key, when both it and the region's own key are those of earlier deliveries (DL02).

    Another delivery key would give known contacts new ids at the receiver, another key of the region would lock the
    id map with a key that nobody keeps. Raises VardlagerError for either.
    """
    state.check_key(_PSEUDONYM_CHECK, work.key.check_value)
    return delivery_key(state, work.home)


def extracts_of(state: State, work: Work) -> tuple[ExtractFile, ...]:
    """The files the delivered rows rest on, by period and entity.

    Registers of every period, since each serves all (CM10), and the other groups' files of the period and of every
    earlier one, since rules such as A05 and A07 look back through all of them.
    """
    return tuple(
        ExtractFile(load.entity, load.period, load.file_name, load.sha256, load.rows_loaded)
        for load in sorted(
            readable_loads(work.contracts, state.loads("current")), key=lambda load: (load.period, load.entity)
        )
        if load.group_name in WAITING_TIME_GROUPS and (load.period <= work.period or load.group_name == REGISTERS)
    )


def replaced_calls(state: State, receiver: str, period: str) -> tuple[ReplacedCall, ...]:
    """The calls that a new version takes the place of, one for each call ever built in the period (DL04).

    Of each the newest that the receiver answered with an ErsattningsId, since that is what lies there; when none
    was answered the newest one built.
    """
    chosen = {
        row["call"]: ReplacedCall(row["call"], row["leverans_referens"], row["ersattnings_id"])
        for row in state.rows(
            """
            select call, leverans_referens, ersattnings_id from delivery_call
            where receiver = ? and period = ? order by ersattnings_id is not null, version
            """,
            [receiver, period],
        )
    }
    return tuple(chosen[call] for call in sorted(chosen))
