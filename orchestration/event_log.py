"""Dagster's event log with one SQLAlchemy engine a file: its own makes a new one for each event, the greater part of
what an event costs.

Named in dagster.yaml, Dagster's own way to another storage. Files, tables and place are those of Dagster's SQLite
storage, so that either reads what the other wrote. `_connect` is no part of Dagster's promises: a version that knows
another way leaves this one unused, and is then merely as slow as before.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy.pool import NullPool

_KEPT_ENGINES = 4


class EventLog(SqliteEventLogStorage):
    """The event log below DAGSTER_HOME, where Dagster itself would keep it. Connections are still opened and closed."""

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """No settings: the place follows from DAGSTER_HOME."""
        return {}

    @classmethod
    def from_config_value(
        cls,
        inst_data: ConfigurableClassData | None,
        config_value: Mapping[str, Any],  # noqa: ARG003 - there are none
    ) -> EventLog:
        """The storage that dagster.yaml names."""
        return cls(base_dir=str(Path(os.environ["DAGSTER_HOME"]) / "history" / "runs"), inst_data=inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sqlalchemy.Connection]:
        with self._db_lock:
            engines: dict[str, sqlalchemy.Engine] = self.__dict__.setdefault("_engines", {})
            engine = engines.pop(shard, None)
            if engine is None:
                engine = sqlalchemy.create_engine(
                    self.conn_string_for_shard(shard),
                    poolclass=NullPool,
                    connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS},
                )
            # The newest last: a process that runs month after month lets go of the files of finished runs.
            engines[shard] = engine
            while len(engines) > _KEPT_ENGINES:
                engines.pop(next(iter(engines))).dispose()
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection, connection.begin():
                yield connection
