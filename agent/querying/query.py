"""A question over the plant's records as one query: a table, conditions, a figure, a group and an order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from agent.asking.periods import Period
from agent.querying.rows import Row, Table

Figure = Literal["count", "kinds", "sum", "mean", "list"]
End = Literal["most", "least"]
Order = Literal["last", "first"]
Test = Literal["is", "holds", "begins", "above", "below", "at_least", "at_most", "does"]
Value = str | float | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """What rows must meet: a column with one of these values, a figure beyond a number, words that it holds.

    `said` is how the question says it, for the answer to repeat; `negated` turns it round.
    """

    column: str
    test: Test
    values: tuple[Value, ...]
    said: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of the rows of a table; `left` are the words of the question that nothing recognised.

    `shown` are the columns asked for beyond the figure; `end` is the extreme that is wanted of `measure`, or of the
    number of rows of each `group`; `order` is by date.
    """

    table: Table
    conditions: tuple[Condition, ...] = ()
    tags: tuple[str, ...] = ()
    period: Period | None = None
    figure: Figure = "list"
    measure: str | None = None
    group: str | None = None
    end: End | None = None
    order: Order | None = None
    shown: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    named: int = 0  # how often the question speaks of this table
    spoken: bool = False  # whether it calls its rows by their name
    most: int = 0  # how many rows are wanted, 0 where it does not say


@dataclass(frozen=True, slots=True)
class Result:
    """The rows that a query is about, those that it puts first, and the figure that it asks for."""

    query: Query
    rows: tuple[Row, ...]
    first: tuple[Row, ...] = ()
    value: float | None = None
    unit: str = ""
    measured: int = 0  # rows that say the measure
    groups: tuple[tuple[str, float], ...] = ()
