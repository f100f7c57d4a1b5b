"""The planted build of the warehouse's tests serves here too; a worker that has it already builds nothing."""

from tests.python.warehouse.conftest import build, built, database, working_dir  # noqa: F401 (fixtures are names)
