"""@proof: a proof declared beside the tests, run by pytest like any test and by `flowdsl prove`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ParamSpec

from flowdsl.proof.prove import Progress, assert_idempotent, prove
from flowdsl.proof.report import Report
from flowdsl.proof.subject import Subject
from flowdsl.proof.world import Setup

P = ParamSpec("P")

MARK = "__flowdsl_proof__"
"""The attribute of a test function that holds its Proof."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A handler, an event, and the world around it."""

    handler: Any
    event: Any
    setup: Setup | None
    name: str
    """The test function's name; "" for a proof that is not declared in a test."""
    file: str
    line: int
    options: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def target(self) -> str:
        """The handler as `module:function`."""
        return Subject(self.handler).name

    def run(self, *, seed: int | None = None, only: str = "", progress: Progress | None = None) -> Report:
        """Proves it. `seed` and `only` go before the declared ones."""
        options: dict[str, Any] = self.options if seed is None else {**self.options, "seed": seed}
        if only:
            options = {**options, "only": only}
        report = prove(self.handler, self.event, self.setup, progress=progress, **options)
        report.name = self.name
        return report


def proof(
    handler: Any, event: Any, setup: Setup | None = None, **options: Any
) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Declares that a handler is idempotent and stateless for an event.

    The decorated function is the test: its name says what is proved, and its body, if any, is run in the world after one
    clean delivery, to assert that the effect is there. `options` are those of `prove`.
    """

    def declare(function: Callable[P, None]) -> Callable[P, None]:
        code = function.__code__

        @functools.wraps(function)
        def test(*args: P.args, **kwargs: P.kwargs) -> None:
            __tracebackhide__ = True
            then = functools.partial(function, *args, **kwargs)
            assert_idempotent(handler, event, setup=setup, then=then, **options)

        found = Proof(handler, event, setup, function.__name__, code.co_filename, code.co_firstlineno, options)
        setattr(test, MARK, found)
        return test

    return declare
