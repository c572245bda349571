"""What both query languages share: what an expression may read (Env), and how it fails (ExpressionError)."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, TypeAlias

Json = Any

Value: TypeAlias = "dict[str, Value] | list[Value] | str | int | float | bool | None"
"""A JSON value for code that looks at what it is, where `Json` would tell the type checker nothing."""


class ExpressionError(Exception):
    """An expression, path or intrinsic that could not be evaluated, in AWS's words.

    `error` is a States.* name; `cause` AWS's text without the prefix "An error occurred while executing the state ...".
    `field` is AWS's name of the field, such as "Output/a/b" or "Choices[0]/Condition"; None where AWS names none.
    """

    def __init__(self, error: str, cause: str, field: str | None = None) -> None:
        super().__init__(cause)
        self.error = error
        self.cause = cause
        self.field = field


class ExpressionSyntaxError(Exception):
    """A text that is no expression of its language. `position` counts characters from 0 within the text; None: unknown.

    `field` is AWS's name of the field that holds it, where the one who compiled it knows.
    """

    def __init__(self, message: str, position: int | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.field = field


class Env:
    """What an expression may read while one state runs. Values are shared, never copied: nothing writes into them.

    `now_ms` and `random` are the run's clock and seed, so that $now, $millis, $uuid, $random and States.MathRandom are
    the same on every run.
    """

    __slots__ = ("context", "error_output", "input", "now_ms", "random", "result", "variables")

    def __init__(
        self,
        input: Json = None,
        context: Json = None,
        variables: dict[str, Json] | None = None,
        *,
        result: Json = ...,
        error_output: Json = ...,
        now_ms: Callable[[], int] | None = None,
        random: Random | None = None,
    ) -> None:
        self.input = input
        self.context: Json = {} if context is None else context
        self.variables: dict[str, Json] = {} if variables is None else variables
        self.result = result
        """... where $states.result may not be read."""
        self.error_output = error_output
        """... where $states.errorOutput may not be read."""
        self.now_ms = now_ms
        self.random = random


Evaluate = Callable[[Env], Json]
"""A compiled expression, path or payload template. Raises ExpressionError."""
