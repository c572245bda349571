"""How the evaluation of an expression ends other than in a value, whichever library evaluates it."""

from __future__ import annotations

from typing import Final

UNDEFINED: Final = ...
"""An expression's result when it gives nothing; a function's missing argument."""

MEMORY: Final = "Expression evaluation memory limit exceeded: Check for excessive memory usage"
TIMEOUT: Final = "Expression evaluation timeout: Check for infinite loop"
STACK: Final = (
    "Stack overflow error: Check for non-terminating recursive function.  Consider rewriting as tail-recursive."
)


class JsonataFailure(Exception):
    """A failed evaluation or compilation: `code` is JSONata's, such as T1006, and "" where AWS shows none.

    `position` counts characters from 0 within the expression; None: unknown.
    """

    def __init__(self, code: str, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.position = position


class NotJson(Exception):
    """An expression whose result is a function or a regular expression."""
