"""Chance without state: every draw is a pure function of a key and a name.

A key stands for one thing in the region (an entry, a person). The same key and name give the same
draw in every month and every run, which is what makes any span of months show the same region.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
Whole = npt.NDArray[np.int64]
Real = npt.NDArray[np.float64]


def _mix(values: Keys) -> Keys:
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014): every input bit reaches every output bit."""
    mixed = values + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


@functools.cache
def _label(name: str) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big"))


def keys_for(name: str, numbers: Whole) -> Keys:
    """One key for each number, in the space that `name` (with the seed in it) opens."""
    return _mix(_mix(numbers.astype(np.uint64)) ^ _label(name))


def child_keys(keys: Keys, name: str) -> Keys:
    """New keys, one for each of `keys`, as unlike them as if drawn anew."""
    return _mix(_mix(keys) ^ _label(name))


def uniform(keys: Keys, name: str) -> Real:
    """A draw in [0, 1) for each key."""
    return (_mix(keys ^ _label(name)) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def whole(keys: Keys, name: str, low: int, high: int) -> Whole:
    """A whole number in [low, high) for each key."""
    return low + (uniform(keys, name) * (high - low)).astype(np.int64)


def choose(keys: Keys, name: str, weights: Sequence[float] | Real) -> Whole:
    """An index into `weights` for each key, as likely as its weight."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    place = np.searchsorted(edges, uniform(keys, name) * edges[-1], side="right")
    chosen: Whole = np.minimum(place, len(edges) - 1).astype(np.int64)
    return chosen
