"""Telephone calls and chats to the health centres, and the region's month of 1177 on the telephone.

Shares lie near Kolada N79179 for Västmanland. How many call, and when, is own judgement: no figure by region is
public. A call is drawn from its month and number alone, so a month reads the same in any span.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from orchestration.synthetic_region.days import MINUTES, days_of_month, next_working_day, period_name
from orchestration.synthetic_region.draws import Keys, Real, Whole, choose, keys_for, uniform, whole
from orchestration.synthetic_region.files import Columns
from orchestration.synthetic_region.flows import Region

CALLS, MONTH_1177 = "telefoni_samtal", "inera_1177"
SECONDS = 60
# A normal month at scale 1: about two calls an inhabitant and year to the health centres, and half of one to 1177.
_CALLS_A_MONTH, _CALLS_TO_1177 = 45_000, 13_500
# January to December, against the mean month: winter's infections, and July when people are away.
_SEASON = (1.12, 1.08, 1.06, 0.98, 1.0, 0.92, 0.80, 0.93, 1.04, 1.05, 1.02, 1.0)
# Monday to Sunday against a mean working day; a day off has next to none.
_OF_WEEKDAY = (1.35, 1.05, 0.95, 0.9, 0.85, 0.03, 0.03)
_DAY_OFF = 0.03
# When on a day calls come: (share, minute of the day). Lines open at eight; some ring before and after.
_RECEIVED = ((0.0, 6 * 60), (0.02, 8 * 60), (0.48, 10 * 60), (0.72, 12 * 60), (0.96, 16.5 * 60), (1.0, 20 * 60))
_CHAT_SHARE, _ABANDONED_SHARE, _NOT_HANDLED_SHARE = 0.06, 0.05, 0.025
_OPENS, _LAST_SAME_DAY = 8 * 60, 16 * 60 + 55
_SAME_DAY_SHARE, _SAME_DAY_SHARE_LATE, _LATE_FROM = 0.965, 0.75, 15 * 60
_ANSWERED_SHARE_1177, _MEAN_WAIT_1177_SECONDS = (0.72, 0.86), (9 * 60, 16 * 60)


@dataclass(frozen=True)
class Calls:
    """The calls of a month in the order they came: `unit` is a place in the organisation, times are in seconds
    since 1970-01-01 local time; `handled` is -1 for a call that was not."""

    key: Keys
    number: Whole
    unit: Whole
    received: Whole
    handled: Whole
    is_chat: npt.NDArray[np.bool_]
    status: npt.NDArray[np.object_]

    def take(self, places: Whole) -> Calls:
        """The calls at these places."""
        return Calls(
            self.key[places], self.number[places], self.unit[places], self.received[places], self.handled[places],
            self.is_chat[places], self.status[places],
        )  # fmt: skip


def _is_working(days: Whole) -> npt.NDArray[np.bool_]:
    open_days: npt.NDArray[np.bool_] = next_working_day(days) == days
    return open_days


def _received(keys: Keys, month: int) -> Whole:
    """Seconds since 1970 at which each call comes."""
    days = days_of_month(month, working_only=False)
    weights = np.where(_is_working(days), np.array(_OF_WEEKDAY)[(days + 3) % 7], _DAY_OFF)
    day = days[choose(keys, "call day", weights)]
    shares, minutes = np.array(_RECEIVED, dtype=np.float64).T
    minute: Real = np.interp(uniform(keys, "call minute"), shares, minutes)
    return (day * MINUTES * SECONDS + (minute * SECONDS).astype(np.int64)).astype(np.int64)


def _handled(keys: Keys, received: Whole) -> Whole:
    """When the caller is rung back: the same day where there is time, else in the morning of a later working day."""
    day = received // (MINUTES * SECONDS)
    minute = received // SECONDS % MINUTES
    likely = np.where(minute < _LATE_FROM, _SAME_DAY_SHARE, _SAME_DAY_SHARE_LATE)
    is_open = _is_working(day) & (minute >= _OPENS) & (minute < _LAST_SAME_DAY)
    is_same_day = is_open & (uniform(keys, "same day") < likely)
    left = np.maximum((day * MINUTES + _LAST_SAME_DAY) * SECONDS - received, 0)
    soon = received + (uniform(keys, "call back") ** 3 * left).astype(np.int64)
    # Before the lines open the same day's morning comes first.
    next_day = next_working_day(np.where(minute < _OPENS, day, day + 1))
    morning = (next_day * MINUTES + _OPENS) * SECONDS + whole(keys, "morning", 0, 3 * 3600)
    return np.where(is_same_day, soon, morning)


def calls_of_month(region: Region, month: int) -> Calls:
    """The calls and chats that come to the health centres in a month."""
    count = max(1, round(_CALLS_A_MONTH * region.scale * _SEASON[month % 12]))
    numbers = np.arange(count, dtype=np.int64)
    keys = keys_for(f"{region.seed} call {month}", numbers)
    received = _received(keys, month)
    drawn = choose(keys, "centre", region.organisation.weights("primary"))
    unit = region.organisation.at(drawn, received // (MINUTES * SECONDS))
    status = np.array(["HANTERAT", "EJ_HANTERAT", "AVBRUTET"], dtype=object)[
        choose(keys, "call status", (1 - _ABANDONED_SHARE - _NOT_HANDLED_SHARE, _NOT_HANDLED_SHARE, _ABANDONED_SHARE))
    ]
    handled = np.where(status == "HANTERAT", _handled(keys, received), -1)
    calls = Calls(keys, numbers, unit, received, handled, uniform(keys, "chat") < _CHAT_SHARE, status)
    return calls.take(np.lexsort((numbers, received)))


def _moments(seconds: Whole) -> list[str]:
    texts = np.datetime_as_string(np.maximum(seconds, 0).astype("datetime64[s]"))
    return [str(text) if second >= 0 else "" for text, second in zip(texts, seconds, strict=True)]


def call_columns(region: Region, calls: Calls, month: int) -> Columns:
    """The calls as columns of their file."""
    units = region.organisation.lookup([unit.hsa_id for unit in region.organisation.units])
    return {
        "samtal_id": [f"TEL-{month}-{number:06d}" for number in calls.number],
        "enhet_hsaid": list(units[calls.unit]),
        "kanal": ["CHATT" if is_chat else "TEL" for is_chat in calls.is_chat],
        "inkommet": _moments(calls.received),
        "hanterat": _moments(calls.handled),
        "status": list(calls.status),
    }


def month_1177_columns(region: Region, month: int) -> Columns:
    """The region's month of 1177 on the telephone, one row."""
    key = keys_for(f"{region.seed} 1177", np.array([month], dtype=np.int64))

    def between(name: str, limits: tuple[float, float]) -> float:
        return limits[0] + (limits[1] - limits[0]) * float(uniform(key, name)[0])

    received = max(1, round(_CALLS_TO_1177 * region.scale * _SEASON[month % 12] * between("volume", (0.95, 1.05))))
    answered = round(received * between("answered", _ANSWERED_SHARE_1177))
    mean_wait = between("mean wait", _MEAN_WAIT_1177_SECONDS)
    # The longer the mean wait, the fewer are answered within a quarter of an hour.
    in_fifteen = round(answered * min(0.95, max(0.3, 1.15 - mean_wait / (25 * 60))))
    return {
        "period": [period_name(month).replace("-", "")],
        "samtal_inkomna": [str(received)],
        "samtal_besvarade": [str(answered)],
        "besvarade_inom_15_min": [str(in_fifteen)],
        "vantetid_summa_sek": [str(round(answered * mean_wait))],
    }
