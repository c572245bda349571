"""one_of: a scope that ends in several ways, each with an output of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from flowdsl.dsl.places import frame_at
from flowdsl.dsl.run import Ends

if TYPE_CHECKING:
    from flowdsl.dsl.states import Pass, Succeed

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")


@overload
def one_of(a: Succeed[A] | Pass[A], /) -> A: ...
@overload
def one_of(a: Succeed[A] | Pass[A], b: Succeed[B] | Pass[B], /) -> A | B: ...
@overload
def one_of(a: Succeed[A] | Pass[A], b: Succeed[B] | Pass[B], c: Succeed[C] | Pass[C], /) -> A | B | C: ...
@overload
def one_of(
    a: Succeed[A] | Pass[A], b: Succeed[B] | Pass[B], c: Succeed[C] | Pass[C], d: Succeed[D] | Pass[D], /
) -> A | B | C | D: ...
@overload
def one_of(*ends: Any) -> Any: ...
def one_of(*ends: Any) -> Any:
    """`return one_of(found, made)`: the scope's ends, each of which has its own output."""
    frame = frame_at(1)
    return Ends(ends, (frame.f_code, frame.f_lasti))
