"""Trace: one run of a workflow's function, and the scopes of states that it declares."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from flowdsl.diagnostics import FlowDslError, Severity
from flowdsl.dsl.kinds import NULL, Kind
from flowdsl.dsl.mistakes import Message, Mistake
from flowdsl.dsl.names import pascal
from flowdsl.dsl.places import frame_at, location
from flowdsl.dsl.references import IndexSource
from flowdsl.query.expression import Node, Place, Raw

if TYPE_CHECKING:
    from flowdsl.dsl.calls import Call
    from flowdsl.dsl.handlers import HandlerInfo
    from flowdsl.dsl.state import State

UNSET: Any = ...
"""What a parameter is that was not given: None is JSON's null."""

MARK = "\ue000"
"""Opens an expression's token inside a Python text."""


class Scope:
    """The states of one `States` map: the machine itself, a Parallel's branch, or a Map's processor."""

    __slots__ = (
        "broken",
        "comment",
        "distributed",
        "extra",
        "function",
        "has_result",
        "index",
        "kind",
        "one_of",
        "owner",
        "parameter",
        "parent",
        "place",
        "prefix",
        "reads",
        "result",
        "result_kind",
        "result_place",
        "start",
        "states",
        "trace",
    )

    def __init__(
        self, trace: Trace, function: Callable[..., Any] | None, kind: str, place: Place, parent: Scope | None
    ) -> None:
        self.trace = trace
        self.function = function
        self.kind = kind
        """"machine", "branch" or "processor"."""
        self.place = place
        self.parent = parent
        self.extra: dict[str, Any] = {}
        """Fields of the branch or processor that are written as given."""
        self.owner: State | None = None
        """The Map or Parallel around it."""
        self.states: list[State] = []
        self.start: tuple[State, Place] | None = None
        """Where `start >> state` says that the scope begins."""
        self.has_result = False
        self.result: Any = None
        """What its function returned, frozen."""
        self.result_place: Place | None = None
        self.reads: list[Any] = []
        """What the returned value reads."""
        self.one_of: tuple[State, ...] | None = None
        self.index: IndexSource | None = None
        self.parameter: Any = None
        """The source that its function's parameter reads."""
        self.broken = False
        """Whether it could not be traced; nothing more is said about it."""
        self.result_kind: Kind = NULL
        self.prefix = ""
        """What the names of its states begin with."""
        self.comment: str | None = None
        self.distributed = False

    def index_source(self) -> IndexSource:
        """The index of this processor's item."""
        if self.index is None:
            owner = self.owner
            name = (owner.bound or "item") if owner is not None else "item"
            self.index = IndexSource(self, f"{name}_index")
        return self.index

    def within(self, other: Scope) -> bool:
        """Whether this scope is `other` or inside it."""
        scope: Scope | None = self
        while scope is not None:
            if scope is other:
                return True
            scope = scope.parent
        return False


class Trace:
    """One run of a workflow's function: what it declared, and what was wrong."""

    def __init__(self, name: str, type: str = "STANDARD") -> None:
        self.name = name
        self.type = type
        self.scope: Scope = None  # type: ignore[assignment] # set before anything is declared
        self.scopes: list[Scope] = []
        self.mistakes: list[Mistake] = []
        self.calls: list[Call] = []
        self.tokens: list[list[Any]] = []
        """Of each expression in an f-string: its node, its place, and whether its token was read back."""
        self.placeholders: dict[str, Any] = {}
        """By name, what each stands for: a HandlerInfo, or a kind and type."""
        self.handlers: dict[HandlerInfo, str] = {}
        self.prefix = ""
        """Of the fragment being declared."""
        self.query_language = "JSONata"
        self.raws: list[Raw] = []
        """Texts of a query language that the user wrote."""
        self.loose: set[Any] = set()
        """Scopes with an edge that is written wrongly, and the ports of such edges: what the graph lacks there is no news."""
        self.decided: set[tuple[int, int]] = set()
        """Where Python asked whether an expression is true: ids of code objects, which live as long, and offsets."""
        self.reported: set[int] = set()
        """ids of values (policies) whose own mistakes were taken over."""

    @property
    def is_wrong(self) -> bool:
        """Whether some finding keeps the workflow from being built."""
        return any(m.severity is Severity.ERROR for m in self.mistakes)

    def report(
        self,
        name: str,
        message: Message,
        place: Place | None,
        related: tuple[tuple[Place, str], ...] = (),
        state: Any = None,
    ) -> None:
        """Keeps a mistake; the trace goes on."""
        self.mistakes.append(Mistake(name, message, place, related, state))

    def has_open_ports(self, scope: Scope) -> bool:
        """Whether an edge of a scope is still to be drawn: what is wrong then is said about that."""
        return scope in self.loose or any(
            m.name in ("open-port", "choice-without-branch", "not-a-target")
            and m.state is not None
            and m.state.scope is scope
            for m in self.mistakes
        )

    def placeholder_of(self, info: HandlerInfo) -> str:
        """`${ReserveStock}` for a handler: its function's name, told apart from another module's of the same name."""
        known = self.handlers.get(info)
        if known is None:
            name = pascal(info.name)
            if name in self.placeholders:
                name = pascal(info.module.rpartition(".")[2]) + name
            self.placeholders[name] = info
            known = self.handlers[info] = f"${{{name}}}"
        return known

    def token(self, node: Node, place: Place, read_back: bool = False) -> str:
        """A text that stands for an expression inside a Python text, until the text is read back."""
        self.tokens.append([node, place, read_back])
        return f"{MARK}{TOKEN_BODY}{len(self.tokens) - 1}{MARK_END}"


MARK_END = "\ue001"
TOKEN_BODY = "Ex -_./,:;|#=&?+\n"
"""Inside every token: letters of both cases and whatever a text is usually split at, so that Python's own methods on texts
cannot pass over an expression without leaving a trace."""

tracing: ContextVar[Trace | None] = ContextVar("flowdsl_tracing", default=None)


def here(depth: int = 1) -> Place:
    """The place of the call that the caller's caller (at depth 1) is making."""
    frame = frame_at(depth + 1)
    return (frame.f_code, frame.f_lasti)


def report(name: str, message: Message, place: Place) -> None:
    """Keeps a mistake in the trace at work; outside one there is nothing to go on with, and it is raised."""
    trace = tracing.get()
    if trace is None:
        raise FlowDslError(f"{location(place)}: {message if isinstance(message, str) else message()}")
    trace.report(name, message, place)
