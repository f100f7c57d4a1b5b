"""Extracts of a synthetic region, exactly as the contracts want them.

Shares the contracts with the rest of the project and nothing else: no rule, no seed, no SQL.
"""

from orchestration.synthetic_region.fault_choice import FAULT_NAMES
from orchestration.synthetic_region.region import RegionSummary, write_region

__all__ = ["FAULT_NAMES", "RegionSummary", "write_region"]
