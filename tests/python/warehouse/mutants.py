"""Small faults put into a model's compiled SQL, one at a time: what a test of planted rows must notice.

Nothing here knows what a model means. Each predicate becomes true and false, each conjunct is removed and each
disjunct dropped, each limit that is a number, a date or a time moves by one, and a comparison takes in or leaves
out its limit (which of a number or a date is the same as moving it by one). Each code of a list is taken away,
and so are the default of an empty value and the rows that a left join keeps; the smallest stands for the largest.
What is the same as another mutant is left out: a conjunct that is false makes the whole false.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import duckdb
import sqlglot
from sqlglot import exp

COMPARISONS = (exp.LT, exp.LTE, exp.GT, exp.GTE, exp.EQ, exp.NEQ)
PREDICATES = (*COMPARISONS, exp.Is, exp.In, exp.Exists, exp.Between, exp.Not, exp.And, exp.Or)
WITH_LIMIT = {exp.LT: exp.LTE, exp.LTE: exp.LT, exp.GT: exp.GTE, exp.GTE: exp.GT}
OPPOSITES = {exp.Min: exp.Max, exp.Max: exp.Min, exp.Greatest: exp.Least, exp.Least: exp.Greatest}


@dataclass(frozen=True)
class Mutant:
    """One fault: what was changed, told by the step it stands in and both texts, and the whole query with it."""

    change: str
    sql: str


def _chain_of(node: exp.Expression) -> exp.Expression | None:
    """The conjunction or disjunction that a node is a part of, past parentheses; None outside one."""
    parent = node.parent
    while isinstance(parent, exp.Paren):
        parent = parent.parent
    return parent if isinstance(parent, (exp.And, exp.Or)) else None


def _is_asked(node: exp.Expression) -> bool:
    """Whether a node stands where a yes or no is asked for."""
    parent = node.parent
    if isinstance(node, (exp.Boolean, exp.Paren, exp.Null)):
        return False
    if isinstance(node, (exp.And, exp.Or)) and type(parent) is type(node):
        return False
    if isinstance(parent, exp.Paren):
        return isinstance(node, PREDICATES) or _is_asked(parent)
    if isinstance(parent, exp.Not):
        return isinstance(node, (exp.And, exp.Or))
    if isinstance(parent, (exp.And, exp.Or, exp.Where, exp.Having)):
        return True
    if isinstance(parent, exp.Join):
        return node.arg_key == "on"
    if isinstance(parent, exp.If):
        case = parent.parent
        return node.arg_key == "this" and not (isinstance(case, exp.Case) and case.this)
    return isinstance(node, PREDICATES)


def _is_literal_number(node: exp.Expression) -> bool:
    return isinstance(node, exp.Literal) and not node.is_string


def _moved(limit: exp.Expression, by: int, unit: str | None) -> exp.Expression:
    """A limit and one more or less: of its own unit, or of the minute."""
    if unit is None and isinstance(limit, exp.Literal) and not limit.is_string:
        return sqlglot.parse_one(str(int(limit.this) + by), read="duckdb")
    sign = "+" if by > 0 else "-"
    one = "1" if unit is None else f"interval 1 {unit}"
    return exp.Paren(this=sqlglot.parse_one(f"({limit.sql('duckdb')}) {sign} {one}", read="duckdb"))


def _moves_of(node: exp.Expression, is_bound: Callable[[exp.Expression], bool]) -> Iterator[exp.Expression]:
    """A comparison's limit moved by one both ways, in the unit that the engine can add; nothing for a text.

    What GROUPING tells is a yes or no, and has no limit.
    """
    limit = node.expression
    if isinstance(limit, (exp.Subquery, exp.Null)) or (isinstance(limit, exp.Literal) and limit.is_string):
        return
    if isinstance(node.this, exp.Grouping):
        return
    for unit in (None, "minute"):
        if _is_literal_number(limit) or is_bound(_moved(limit, 1, unit)):
            yield _moved(limit, 1, unit)
            yield _moved(limit, -1, unit)
            return


def _changes_of(node: exp.Expression, is_bound: Callable[[exp.Expression], bool]) -> Iterator[exp.Expression]:
    """What may stand in a node's place. `is_bound` tells whether the engine takes a limit in the node's place."""
    if _is_asked(node):
        chain = _chain_of(node)
        if not isinstance(chain, exp.Or):
            yield exp.true()
        if not isinstance(chain, exp.And):
            yield exp.false()
    if isinstance(node, COMPARISONS):
        moves = list(_moves_of(node, is_bound))
        for moved in moves:
            yield type(node)(this=node.this.copy(), expression=moved)
        if type(node) in WITH_LIMIT and not any(moved.find(exp.Interval) is None for moved in moves):
            yield WITH_LIMIT[type(node)](this=node.this.copy(), expression=node.expression.copy())
    if isinstance(node, exp.In) and len(node.expressions) > 1:
        for at in range(len(node.expressions)):
            shorter = node.copy()
            shorter.set("expressions", [code.copy() for place, code in enumerate(node.expressions) if place != at])
            yield shorter
    if isinstance(node, exp.Case) and node.this:
        for at in range(len(node.args["ifs"])):
            if len(node.args["ifs"]) > 1:
                shorter = node.copy()
                shorter.set("ifs", [one.copy() for place, one in enumerate(node.args["ifs"]) if place != at])
                yield shorter
    if isinstance(node, exp.Coalesce):
        yield node.this.copy()
        for default in node.expressions:
            if _is_literal_number(default):
                yield exp.Coalesce(this=node.this.copy(), expressions=[_moved(default, 1, None)])
    if type(node) in OPPOSITES:
        yield OPPOSITES[type(node)](**node.copy().args)
    if isinstance(node, exp.Join) and node.side == "LEFT":
        inner = node.copy()
        inner.set("side", None)
        inner.set("kind", "INNER")
        yield inner
    if _is_literal_number(node) and isinstance(node.parent, (exp.Greatest, exp.Least, exp.Add, exp.Sub)):
        yield _moved(node, 1, None)
        yield _moved(node, -1, None)


def _step_of(node: exp.Expression) -> str:
    step = node.find_ancestor(exp.CTE)
    return step.alias if step else "select"


def _shown(node: exp.Expression) -> str:
    return " ".join(node.sql("duckdb", comments=False).split())


def mutants_of(sql: str, connection: duckdb.DuckDBPyConnection) -> list[Mutant]:
    """Every mutant of a query, each with a name of its own. The connection must hold the tables it reads.

    The engine is asked only which comparisons have a limit that can be moved; no row is read for it.
    """
    tree = sqlglot.parse_one(sql, read="duckdb")
    mutants: list[Mutant] = []
    names: dict[str, int] = {}
    for node in list(tree.walk()):
        if node.parent is None:
            continue

        def is_bound(limit: exp.Expression, node: exp.Expression = node) -> bool:
            place = node.expression
            place.replace(limit)
            try:
                connection.execute(f"explain {tree.sql('duckdb', comments=False)}")
            except duckdb.BinderException:
                return False
            finally:
                limit.replace(place)
            return True

        before = _shown(node)
        for changed in list(_changes_of(node, is_bound)):
            change = f"{_step_of(node)}: {before} → {_shown(changed)}"
            names[change] = names.get(change, 0) + 1
            number = f" ({names[change]})" if names[change] > 1 else ""
            node.replace(changed)
            mutants.append(Mutant(change + number, tree.sql("duckdb", comments=False)))
            changed.replace(node)
    return mutants
