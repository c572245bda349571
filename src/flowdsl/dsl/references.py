"""Sources: what an expression may read. Each knows whose scope it belongs to and, once compiled, its variable's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flowdsl.dsl.ports import CatchPort
    from flowdsl.dsl.state import State
    from flowdsl.dsl.trace import Scope
    from flowdsl.dsl.variables import Var


class Source:
    """Something with a value at run time."""

    __slots__ = ("variable",)

    def __init__(self) -> None:
        self.variable: str | None = None
        """The workflow variable that holds it; None while nothing needs one."""


class InputSource(Source):
    """The execution's input: it can be read anywhere, in the context object."""

    __slots__ = ()


class ContextSource(Source):
    """The context object."""

    __slots__ = ()


CONTEXT = ContextSource()


class ItemSource(Source):
    """What a Map's processor or a Parallel's branch is started with."""

    __slots__ = ("name", "scope")

    def __init__(self, scope: Scope, name: str) -> None:
        self.variable = None
        self.scope = scope
        self.name = name
        """Of the function's parameter."""


class IndexSource(ItemSource):
    """The index of a Map's item, where something needs one."""

    __slots__ = ()


class OuterSource(Source):
    """What the children of a Distributed Map are given from outside."""

    __slots__ = ("name", "scope")

    def __init__(self, scope: Scope, name: str) -> None:
        self.variable = None
        self.scope = scope
        self.name = name


class ResultSource(Source):
    """What a state gave."""

    __slots__ = ("state",)

    def __init__(self, state: State) -> None:
        self.variable = None
        self.state = state


class BranchSource(Source):
    """What one branch of a Parallel gave: a part of the Parallel's result."""

    __slots__ = ("index", "whole")

    def __init__(self, whole: ResultSource, index: int) -> None:
        self.variable = None
        self.whole = whole
        self.index = index


class ErrorSource(Source):
    """What a catcher caught: {Error, Cause}."""

    __slots__ = ("port",)

    def __init__(self, port: CatchPort) -> None:
        self.variable = None
        self.port = port


class VarSource(Source):
    """What a Var holds."""

    __slots__ = ("var",)

    def __init__(self, var: Var[Any]) -> None:
        self.variable = None
        self.var = var
