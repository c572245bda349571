"""Map and Parallel: states that run functions' states for each item, or side by side."""
# mypy: disable-error-code="no-any-return"
# To a type checker an expression is the value that it stands for.

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Generic, TypeGuard, TypeVar, Unpack, overload

from flowdsl.asl.values import is_object
from flowdsl.dsl.expressions import BROKEN, Expr
from flowdsl.dsl.kinds import ANY, FieldKind, Kind, kind_of, union
from flowdsl.dsl.operators import kind_of_value
from flowdsl.dsl.places import frame_at
from flowdsl.dsl.references import CONTEXT, BranchSource, ResultSource
from flowdsl.dsl.run import run_scope
from flowdsl.dsl.states import Working
from flowdsl.dsl.trace import UNSET, report
from flowdsl.dsl.values import freeze
from flowdsl.query.expression import Field, Literal, Place, Read

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
Branch = Callable[[], A]


class Map(Working, Generic[R]):
    """Runs a function's states for each item: `Map(quote, order.lines, max_concurrency=10)`.

    The function's parameter is the item, or what `item_selector=lambda item, index: ...` makes of it.
    """

    __slots__ = ("is_iterator", "processor", "selector")
    type = "Map"
    keywords = Working.keywords | {"processor_config"}

    @overload
    def __init__(
        self,
        function: Callable[[], R],
        items: Iterable[Any] = ...,
        *,
        item_selector: Any = ...,
        **fields: Unpack[MapFields],
    ) -> None: ...
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
    def __init__(
        self,
        *,
        iterator: Callable[..., R],
        items: Iterable[Any] = ...,
        item_selector: Any = ...,
        **fields: Unpack[MapFields],
    ) -> None: ...
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
        self,
        function: Callable[..., R] = UNSET,
        items: Any = UNSET,
        *,
        item_selector: Any = UNSET,
        iterator: Callable[..., R] = UNSET,
        **fields: Any,
    ) -> None:
        frame = frame_at(1)
        place = (frame.f_code, frame.f_lasti)
        self.result_kind = ANY
        self.call = None
        self.call, self.envelope = None, ()
        self.selector: Any = None
        self.is_iterator = iterator is not UNSET
        """Whether the processor is written in the older form, Iterator."""
        if self.is_iterator:
            function = iterator
        self._declare(fields, place)
        item = ANY
        if items is not UNSET:
            kind = kind_of_value(items)
            if kind.json not in ("array", "any") and not (
                isinstance(items, str) and items.startswith(("{%", "${", "#{"))
            ):
                report("unfitting-type", f"a Map takes a list, found {kind.name}", (*place, 1))
            item = kind.item or ANY
            self.fields["Items"] = freeze(items, self.reads, (*place, 1))
        if item_selector is not UNSET:
            item = select(self, item_selector, item, place)
        self.processor = run_scope(self, function, "processor", item, frame.f_locals, place)
        self.result_kind = Kind("array", "list", item=self.processor.result_kind)

    @property
    def result(self) -> list[R]:
        """What the function gave for each item, in their order."""
        result: list[R] = self._result()
        return result


def select(state: Map[Any], selector: Any, item: Kind, place: Place) -> Kind:
    """Keeps the ItemSelector; gives the Kind of what it makes."""
    if not callable(selector) or isinstance(selector, Expr):
        state.selector = freeze(selector, state.reads, (*place, "item_selector"))
        return shape_of(selector)
    whole = Field(Field(Read(CONTEXT, place), "Map", place), "Item", place)
    made = selector(
        Expr(Field(whole, "Value", place), item), Expr(Field(whole, "Index", place), kind_of(int, is_input=True))
    )
    state.selector = freeze(made, state.reads, (*place, "item_selector"))
    return shape_of(made)


def shape_of(value: Any) -> Kind:
    """The Kind of a value, of a dict that is written out with each of its members."""
    if not is_object(value) or not value:
        return kind_of_value(value)
    members: dict[Any, Any] = value
    fields = {
        name.removesuffix(".$"): FieldKind(name.removesuffix(".$"), ANY if name.endswith(".$") else shape_of(member))
        for name, member in members.items()
        if isinstance(name, str)
    }
    return Kind("object", f"{{{', '.join(map(repr, fields))}}}", fields=fields)


class Parallel(Working, Generic[R]):
    """Runs functions' states side by side: `both = Parallel(credit, crm)`, then `both.result_of(crm)`."""

    __slots__ = ("branches", "functions", "parts", "read_whole")
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
        frame = frame_at(1)
        place = (frame.f_code, frame.f_lasti)
        self.result_kind = ANY
        self.call, self.envelope = None, ()
        self.functions = functions
        self._declare(fields, place)
        self.parts: dict[int, BranchSource] = {}
        self.read_whole = False
        if not functions:
            report("empty-scope", "a Parallel takes at least one function", place)
        given = self.fields.get("Arguments")
        item = kind_of_value(fields.get("arguments", ...)) if given is not None else ANY
        self.branches = [
            run_scope(self, f, "branch", item, frame.f_locals, (*place, i)) for i, f in enumerate(functions)
        ]
        kinds = [branch.result_kind for branch in self.branches]
        named = f"tuple[{', '.join(k.name for k in kinds)}]"
        self.result_kind = Kind("array", named, item=union(kinds) if kinds else ANY, items=tuple(kinds))

    @property
    def result(self) -> R:
        """What the functions gave, in their order."""
        self.read_whole = True
        result: Any = self._result()
        return result

    @property
    def named(self) -> dict[str, int] | None:
        """The branches by their functions' names, under which the variable holds what each gave; None: it holds the list."""
        names = [f.__name__ for f in self.functions]
        if self.read_whole or not self.parts or len(set(names)) < len(names) or "<lambda>" in names:
            return None
        return {name: i for i, name in enumerate(names)}

    def result_of(self, function: Callable[..., T]) -> T:
        """What one of the functions gave."""
        frame = frame_at(1)
        place = (frame.f_code, frame.f_lasti)
        found: Any
        for i, known in enumerate(self.functions):
            if known is function:
                whole = self.result_source
                if whole is None:
                    whole = self.result_source = ResultSource(self)
                source = self.parts.get(i)
                if source is None:
                    source = self.parts[i] = BranchSource(whole, i)
                found = Expr(Read(source, place), self.branches[i].result_kind)
                return found
        name = getattr(function, "__name__", repr(function))
        report(
            "no-value",
            f"{name} is no branch of {self.name!r}, which runs {', '.join(f.__name__ for f in self.functions)}",
            (*place, 0),
        )
        found = Expr(Literal(None, place), BROKEN)
        return found


def is_map(state: Any) -> TypeGuard[Map[Any]]:
    return isinstance(state, Map)


def is_parallel(state: Any) -> TypeGuard[Parallel[Any]]:
    return isinstance(state, Parallel)
