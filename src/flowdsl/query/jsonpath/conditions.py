"""What the condition of a path's filter is made of, as a tree: for those who translate it or look into it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flowdsl.query.jsonpath.steps import Step


@dataclass(frozen=True, slots=True)
class Place:
    """`@.a.b`, or `$.a.b` (`absolute`): a path from the element, or from the document's root."""

    steps: tuple[Step, ...]
    absolute: bool


@dataclass(frozen=True, slots=True)
class Constant:
    """A JSON value."""

    value: Any


Operand = Place | Constant


@dataclass(frozen=True, slots=True)
class Exists:
    """`@.a`: whether the path leads somewhere."""

    operand: Place


@dataclass(frozen=True, slots=True)
class Compares:
    """`left operator right`."""

    left: Operand
    operator: str
    right: Operand


@dataclass(frozen=True, slots=True)
class Matches:
    """`left =~ /source/flags`: the whole text matches."""

    left: Operand
    source: str
    flags: str


@dataclass(frozen=True, slots=True)
class Inverse:
    """`!condition`."""

    inner: Condition


@dataclass(frozen=True, slots=True)
class Every:
    """`a && b`."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """`a || b`."""

    parts: tuple[Condition, ...]


Condition = Exists | Compares | Matches | Inverse | Every | Some
