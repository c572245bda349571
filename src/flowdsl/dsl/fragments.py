"""Reuse: @fragment, a function that declares states anew at each call; group, several states with one catcher."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Generic, ParamSpec, TypeGuard, TypeVar, Unpack

from flowdsl.diagnostics import FlowDslError
from flowdsl.dsl.expressions import is_broken
from flowdsl.dsl.names import pascal
from flowdsl.dsl.places import bound_name, frame_at, location
from flowdsl.dsl.ports import CatchPort, catch
from flowdsl.dsl.retry import ErrorLike
from flowdsl.dsl.signatures import CatchFields
from flowdsl.dsl.state import State, connect
from flowdsl.dsl.states import Working
from flowdsl.dsl.trace import report, tracing

P = ParamSpec("P")
Entry = TypeVar("Entry")
Exit = TypeVar("Exit")
Target = TypeVar("Target")


class Fragment(Generic[Entry, Exit]):
    """What a call of a @fragment declared: edges lead to its entry and start at its exit."""

    __slots__ = ("entry", "exit")

    def __init__(self, entry: Entry, exit: Exit) -> None:
        self.entry = entry
        self.exit = exit

    def __rshift__(self, other: Target) -> Target:
        frame = frame_at(1)
        place = (frame.f_code, frame.f_lasti)
        port: Any = self.exit
        while isinstance(port, Fragment):
            port = port.exit  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        if hasattr(port, "target"):  # pyright: ignore[reportUnknownArgumentType]
            return connect(port, other, place)
        if is_broken(port):
            return other
        report("not-a-target", f"this fragment's exit is no state or port, found {port!r}", place)
        return other


def fragment(function: Callable[P, tuple[Entry, Exit]]) -> Callable[P, Fragment[Entry, Exit]]:
    """Makes a function that declares states and returns (entry, exit) a fragment: `saved = save(order)`, then `a >> saved >> b`.

    Each call declares states of its own, named after the call's variable: `SavedPut`.
    """

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> Fragment[Entry, Exit]:
        frame = frame_at(1)
        place = (frame.f_code, frame.f_lasti)
        trace = tracing.get()
        if trace is None:
            raise FlowDslError(
                f"{location(place)}: the fragment {function.__name__} is called inside a function under @workflow"
            )
        outer = trace.prefix
        trace.prefix = f"{outer}{pascal(bound_name(place) or function.__name__)}"
        try:
            made: Any = function(*args, **kwargs)
        finally:
            trace.prefix = outer
        if is_broken(made):
            made = (made, made)
        elif not _is_pair(made):
            report(
                "no-value",
                f"the fragment {function.__name__} returns (entry, exit), found {made!r}",
                place,
            )
            known = trace.scope.states[-1] if trace.scope.states else None
            made = (known, known)
        return Fragment(made[0], made[1])

    return call


def _is_pair(made: Any) -> TypeGuard[tuple[Any, Any]]:
    return isinstance(made, tuple) and len(made) == 2  # pyright: ignore[reportUnknownArgumentType]


class Group:
    """Several states, for what they have in common."""

    __slots__ = ("states",)

    def __init__(self, states: tuple[Working, ...]) -> None:
        self.states = states

    def catch(self, *errors: ErrorLike, **fields: Unpack[CatchFields]) -> CatchPort:
        """One catcher on each of them: `group(charge, receipt).catch(Timeout) >> release`."""
        frame = frame_at(1)
        return catch(list(self.states), errors, dict(fields), (frame.f_code, frame.f_lasti))

    def retry(self, *given: Any, **fields: Any) -> Group:
        """The same retriers on each of them."""
        for state in self.states:
            state.retry(*given, **fields)
        return self


def group(*states: Working) -> Group:
    """Several states, for what they have in common: `group(charge, receipt).catch(Timeout) >> release`."""
    frame = frame_at(1)
    place = (frame.f_code, frame.f_lasti)
    fitting: list[Working] = []
    given: tuple[Any, ...] = states
    for i, state in enumerate(given):
        if isinstance(state, Working):
            fitting.append(state)
        elif is_broken(state):
            broken: Any = state
            return broken  # type: ignore[no-any-return] # nothing is known of it
        else:
            what = f"{state.name!r} is a {state.type}" if isinstance(state, State) else f"found {state!r}"
            report(
                "not-a-target",
                f"a group holds Tasks, Maps and Parallels, which can fail and be tried again; {what}",
                (*place, i),
            )
    if not fitting:
        report("not-a-target", "a group holds at least one Task, Map or Parallel", place)
        raise FlowDslError(f"{location(place)}: a group holds at least one Task, Map or Parallel")
    return Group(tuple(fitting))
