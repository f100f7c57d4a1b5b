"""The planted build of the warehouse's tests serves here too; a worker that has it already builds nothing."""

from tests.python.warehouse.conftest import build, built, database, shared_dir, working_dir

__all__ = ["build", "built", "database", "shared_dir", "working_dir"]
