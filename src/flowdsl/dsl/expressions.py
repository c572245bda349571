"""Expr: what the user's code holds in place of a value that is not known until the workflow runs.

To a type checker it is the value itself; here it is a tree and a Kind. It has no public attribute of its own, so that
a field may have any name. What reads its fields is put on it by `reading`, its operators by `operators`, its traps by `traps`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flowdsl.dsl.kinds import Kind
from flowdsl.query.expression import Node

BROKEN = Kind("any", "?")
"""Of an expression that is wrong already: nothing more is said about it."""


def is_broken(value: Any) -> bool:
    """Whether a value is wrong already, or unknown after a mistake: nothing more is said about it."""
    return type(value) is Expr and value.__kind__ is BROKEN


class Expr:
    """A value that the workflow will have when it runs."""

    __slots__ = ("__kind__", "__node__")
    __node__: Node
    __kind__: Kind

    def __init__(self, node: Node, kind: Kind) -> None:
        self.__node__ = node
        self.__kind__ = kind

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Expr: ...
        def __getitem__(self, key: Any) -> Expr: ...
