"""Map and Parallel: states that run functions' states for each item, or side by side."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, Unpack, overload

from flowdsl.dsl.calls import misfit, resolved_hints
from flowdsl.dsl.expressions import Expr
from flowdsl.dsl.kinds import ANY, Kind, kind_of
from flowdsl.dsl.operators import kind_of_value
from flowdsl.dsl.references import ItemSource, ResultSource
from flowdsl.dsl.run import run_scope
from flowdsl.dsl.states import Working
from flowdsl.dsl.trace import Scope, report
from flowdsl.dsl.values import freeze
from flowdsl.query.expression import Field, Index, Place, Read

if TYPE_CHECKING:
    from flowdsl.dsl.signatures import MapFields, ParallelFields

T = TypeVar("T")
S = TypeVar("S")
R = TypeVar("R")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")
F = TypeVar("F")
_ABSENT: Any = ...
Branch = Callable[[], A]


class Map(Working, Generic[R]):
    """Runs a function's states for each item: `Map(quote, order.lines, max_concurrency=10)`.

    The function's parameter is the item, or what `item_selector=lambda item, index: ...` makes of it.
    """

    __slots__ = ("items_place", "processor", "selector")
    type = "Map"

    @overload
    def __init__(self, function: Callable[[T], R], items: Iterable[T] = ..., **fields: Unpack[MapFields]) -> None: ...
    @overload
    def __init__(
        self,
        function: Callable[[S], R],
        items: Iterable[T] = ...,
        *,
        item_selector: Callable[[T, int], S],
        **fields: Unpack[MapFields],
    ) -> None: ...
    @overload
    def __init__(self, function: Callable[[], R], items: Iterable[Any] = ..., **fields: Unpack[MapFields]) -> None: ...
    @overload
    def __init__(
        self,
        function: Callable[[Any], R],
        items: Iterable[Any] = ...,
        *,
        item_selector: Any,
        **fields: Unpack[MapFields],
    ) -> None: ...
    def __init__(
        self, function: Callable[..., R], items: Any = _ABSENT, *, item_selector: Any = _ABSENT, **fields: Any
    ) -> None:
        frame = sys._getframe(1)
        place = (frame.f_code, frame.f_lasti)
        self.result_kind = ANY
        self.envelope = ()
        self.selector: Any = None
        self._declare(fields, place)
        item = ANY
        if items is not ...:
            kind = kind_of_value(items)
            if kind.json not in ("array", "any") and not (isinstance(items, str) and items.startswith("{%")):
                report("wrong-type", f"a Map takes a list, found {kind.name}", (*place, 1))
            item = kind.item or ANY
            self.fields["Items"] = freeze(items, self.reads, (*place, 1))
        if item_selector is not ...:
            item = _select(self, item_selector, item, place)
        self.processor = run_scope(self, function, "processor", item, frame.f_locals, place)
        self.result_kind = Kind("array", "list", item=self.processor.result_kind)

    @property
    def result(self) -> list[R]:
        """What the function gave for each item, in their order."""
        result: list[R] = self._result()
        return result


MAP_ITEM = ("Map", "Item")


def _select(state: Map[Any], selector: Any, item: Kind, place: Place) -> Kind:
    """Keeps the ItemSelector; gives the Kind of what it makes."""
    from flowdsl.dsl.references import ContextSource

    if not callable(selector) or isinstance(selector, Expr):
        state.selector = freeze(selector, state.reads, (*place, "item_selector"))
        return kind_of_value(selector)
    whole = Field(Field(Read(ContextSource(), place), "Map", place), "Item", place)
    made = selector(
        Expr(Field(whole, "Value", place), item), Expr(Field(whole, "Index", place), kind_of(int, is_input=True))
    )
    state.selector = freeze(made, state.reads, (*place, "item_selector"))
    return kind_of_value(made)


class Parallel(Working, Generic[R]):
    """Runs functions' states side by side: `both = Parallel(credit, crm)`, then `both.result_of(crm)`."""

    __slots__ = ("branches", "functions", "named")
    type = "Parallel"

    @overload
    def __init__(self: Parallel[tuple[A]], a: Branch[A], /, **fields: Unpack[ParallelFields]) -> None: ...
    @overload
    def __init__(
        self: Parallel[tuple[A, B]], a: Branch[A], b: Branch[B], /, **fields: Unpack[ParallelFields]
    ) -> None: ...
    @overload
    def __init__(
        self: Parallel[tuple[A, B, C]], a: Branch[A], b: Branch[B], c: Branch[C], /, **fields: Unpack[ParallelFields]
    ) -> None: ...
    @overload
    def __init__(
        self: Parallel[tuple[A, B, C, D]],
        a: Branch[A],
        b: Branch[B],
        c: Branch[C],
        d: Branch[D],
        /,
        **fields: Unpack[ParallelFields],
    ) -> None: ...
    @overload
    def __init__(
        self: Parallel[tuple[A, B, C, D, E]],
        a: Branch[A],
        b: Branch[B],
        c: Branch[C],
        d: Branch[D],
        e: Branch[E],
        /,
        **fields: Unpack[ParallelFields],
    ) -> None: ...
    @overload
    def __init__(
        self: Parallel[tuple[A, B, C, D, E, F]],
        a: Branch[A],
        b: Branch[B],
        c: Branch[C],
        d: Branch[D],
        e: Branch[E],
        f: Branch[F],
        /,
        **fields: Unpack[ParallelFields],
    ) -> None: ...
    @overload
    def __init__(
        self: Parallel[tuple[Any, ...]], *functions: Callable[..., Any], **fields: Unpack[ParallelFields]
    ) -> None: ...
    def __init__(self, *functions: Callable[..., Any], **fields: Any) -> None:
        frame = sys._getframe(1)
        place = (frame.f_code, frame.f_lasti)
        self.result_kind = ANY
        self.envelope = ()
        self.functions = functions
        self._declare(fields, place)
        self.named: dict[str, int] | None = None
        if not functions:
            report("empty-scope", "a Parallel takes at least one function", place)
        given = self.fields.get("Arguments")
        item = kind_of_value(fields.get("arguments", ...)) if given is not None else ANY
        self.branches = [
            run_scope(self, f, "branch", item, frame.f_locals, (*place, i)) for i, f in enumerate(functions)
        ]
        self.result_kind = ANY

    @property
    def result(self) -> R:
        """What the functions gave, in their order."""
        result: Any = self._result()
        return result  # type: ignore[no-any-return]

    def result_of(self, function: Callable[..., T]) -> T:
        """What one of the functions gave."""
        frame = sys._getframe(1)
        place = (frame.f_code, frame.f_lasti)
        found: Any
        for i, known in enumerate(self.functions):
            if known is function:
                source = self.result_source
                if source is None:
                    source = self.result_source = ResultSource(self)
                found = Expr(Index(Read(source, place), i, place), self.branches[i].result_kind)
                return found  # type: ignore[no-any-return]
        name = getattr(function, "__name__", repr(function))
        report(
            "no-value",
            f"{name} is no branch of {self.name!r}, which runs {', '.join(f.__name__ for f in self.functions)}",
            (*place, 0),
        )
        from flowdsl.dsl.expressions import BROKEN

        source = self.result_source or ResultSource(self)
        found = Expr(Read(source, place), BROKEN)
        return found  # type: ignore[no-any-return]


__all__ = ["ItemSource", "Map", "Parallel", "Scope", "misfit", "resolved_hints"]
