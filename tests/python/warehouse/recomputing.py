"""The models' compiled SQL run as plain queries on the built database, one model exchanged for another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

# What a connection may use; the tables of a planted world take a twentieth of it.
ROOM_BYTES = 2_000_000_000

# Told by a check of one model: whether the relation holds what the planted rows must give.
Check = Callable[[duckdb.DuckDBPyConnection, str], bool]


class Recomputing:
    """A connection to the one build, read only, where models and seeds can be exchanged and what follows made anew.

    Models are known by dbt's names. `checks` tells of a model whether a relation holds what was counted by hand.
    """

    def __init__(self, built: Path, manifest: dict[str, Any], checks: dict[str, Check]) -> None:
        self.connection = duckdb.connect()
        # One thread: the queries are small, and the workers share the cores.
        self.connection.execute("set threads = 1")
        # A join that a mutant opens stops, as in a build, instead of taking the machine's memory and disk.
        self.connection.execute(f"set memory_limit = '{ROOM_BYTES}B'")
        self.connection.execute("set temp_directory = ''")
        self.connection.execute(f"attach '{built / 'build.duckdb'}' as build (read_only)")
        # Tests that are limited to the run's period, or to the touched ones, name these as they stand in the build.
        self.connection.execute("create schema control")
        for table in ("run_context", "touched_period"):
            self.connection.execute(f'create view control.{table} as from "build".control.{table}')
        self.checks = checks
        self._exchanged: dict[str, str] = {}
        self._made = 0
        self._relations: dict[str, str] = {}
        self._code: dict[str, str] = {}
        self._tests: list[str] = []
        self._parents: dict[str, list[str]] = {}
        self._children: dict[str, list[str]] = {}
        names = {unique_id: node["name"] for unique_id, node in manifest["nodes"].items()}
        for source in manifest["sources"].values():
            self._relations[source["name"]] = f'"build"."{source["schema"]}"."{source["identifier"]}"'
        for node in manifest["nodes"].values():
            if node["resource_type"] in ("model", "seed"):
                self._relations[node["name"]] = f'"build"."{node["schema"]}"."{node["alias"]}"'
            if node["resource_type"] == "test":
                self._tests.append(node["name"])
            if node["resource_type"] in ("model", "test"):
                self._code[node["name"]] = node["compiled_code"]
            if node["resource_type"] == "model":
                parents = node["depends_on"]["nodes"]
                self._parents[node["name"]] = [names[parent] for parent in parents if parent in names]

    def close(self) -> None:
        self.connection.close()

    def relation(self, name: str) -> str:
        """Where a model or seed stands: in the build, or what it was exchanged for."""
        return self._exchanged.get(name, self._relations[name])

    def code(self, name: str) -> str:
        """The compiled SQL of a model or test, reading what has been exchanged."""
        code = self._code[name]
        for exchanged, relation in self._exchanged.items():
            code = code.replace(self._relations[exchanged], relation)
        return code

    def exchange(self, name: str, sql: str) -> None:
        """Put the rows of a query in a model's or seed's place, until `restore`."""
        self._made += 1
        relation = f'"memory"."main"."new_{name}_{self._made}"'
        self.connection.execute(f"create table {relation} as {sql}")
        self._exchanged[name] = relation

    @contextmanager
    def exchanged(self, name: str, sql: str) -> Iterator[None]:
        """A query in a model's or seed's place for a while."""
        before = dict(self._exchanged)
        try:
            self.exchange(name, sql)
            yield
        finally:
            self._take_back(before)

    def failing_tests(self, name: str, sql: str) -> list[str]:
        """The tests of dbt that fail when a query stands in a model's place, and all that follows is made anew."""
        before = dict(self._exchanged)
        try:
            self.exchange(name, sql)
            for child in self.children(name):
                self.exchange(child, self.code(child))
            return sorted(test for test in self._tests if self.connection.execute(self.code(test)).fetchall())
        finally:
            self._take_back(before)

    def children(self, name: str) -> list[str]:
        """The models that a model or seed reaches and that a check speaks of or leads to, parents first."""
        if name not in self._children:
            self._children[name] = self._children_in_order(name)
        return self._children[name]

    def _children_in_order(self, name: str) -> list[str]:
        reached = {name}
        order: list[str] = []
        waiting = [model for model in self._parents if self._leads_to_check(model)]
        while any(reached & set(self._parents[model]) for model in waiting):
            ready = [
                model
                for model in waiting
                if reached & set(self._parents[model]) and not self._has_waiting_parent(model, waiting, reached)
            ]
            model = min(ready, key=lambda one: (one not in self.checks, one))
            waiting.remove(model)
            reached.add(model)
            order.append(model)
        return order

    def _has_waiting_parent(self, model: str, waiting: list[str], reached: set[str]) -> bool:
        """Whether a model that is still to be made anew stands above this one."""
        above = list(self._parents[model])
        seen = set()
        while above:
            parent = above.pop()
            if parent in seen or parent in reached:
                continue
            seen.add(parent)
            if parent in waiting and self._is_reached(parent, reached):
                return True
            above += self._parents.get(parent, [])
        return False

    def _is_reached(self, model: str, reached: set[str]) -> bool:
        parents = self._parents.get(model, [])
        return any(parent in reached or self._is_reached(parent, reached) for parent in parents)

    def _leads_to_check(self, model: str) -> bool:
        children = [child for child, parents in self._parents.items() if model in parents]
        return model in self.checks or any(self._leads_to_check(child) for child in children)

    def holds(self, name: str) -> bool:
        """Whether a model holds what was counted by hand; true of a model that no check speaks of."""
        return name not in self.checks or self.checks[name](self.connection, self.relation(name))

    def is_noticed(self, name: str, sql: str, by: Sequence[str] | None = None) -> bool:
        """Whether the planted rows tell a query from the model or seed in whose place it is put.

        Everything that reads it is made anew, until a figure counted by hand is another; only the models `by`
        when given. A query that the engine stops (a conversion that fails, rows multiplied beyond the memory)
        is noticed too: the build would stop.
        """
        before = dict(self._exchanged)
        for exchanged, relation in before.items():
            sql = sql.replace(self._relations[exchanged], relation)
        try:
            return any(not self.holds(changed) for changed in self._changed_models(name, sql, by))
        except (duckdb.ConversionException, duckdb.OutOfMemoryException):
            return True
        finally:
            self._take_back(before)
            self._demand_room()

    def _take_back(self, before: dict[str, str]) -> None:
        """What was exchanged since then stands as it did; what stood in its place is gone."""
        for name, relation in self._exchanged.items():
            if relation != before.get(name):
                self.connection.execute(f"drop table {relation}")
        self._exchanged = before

    def _demand_room(self) -> None:
        """A query must be stopped by its own rows: in a full engine every mutant would count as noticed."""
        [(used,)] = self.connection.execute(
            "select coalesce(sum(memory_usage_bytes), 0) from duckdb_memory()"
        ).fetchall()
        if used > ROOM_BYTES // 2:
            raise MemoryError(f"{used} bytes are kept between two mutants")

    def _changed_models(self, name: str, sql: str, by: Sequence[str] | None) -> Iterator[str]:
        stood = self.relation(name)
        self.exchange(name, sql)
        yield name
        children = self.children(name) if by is None else by
        if not children or self._is_equal(stood, self.relation(name)):
            return
        differing = {name}
        for child in children:
            # What reads only rows that are as they were gives what it gave.
            if by is None and differing.isdisjoint(self._parents[child]):
                continue
            stood = self.relation(child)
            self.exchange(child, self.code(child))
            yield child
            if by is None and not self._is_equal(stood, self.relation(child)):
                differing.add(child)

    def _is_equal(self, one: str, other: str) -> bool:
        found = self.connection.execute(
            f"select exists (from (from {one} except all from {other})), "
            f"exists (from (from {other} except all from {one}))"
        ).fetchall()
        return found == [(False, False)]
