"""The build of everything that is planted is the warehouse tests' own, made once for all workers."""

from __future__ import annotations

from tests.python.warehouse.conftest import built, manifest, shared_dir, working_dir

__all__ = ["built", "manifest", "shared_dir", "working_dir"]
