"""What the expressions of these tests may read."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from flowdsl.query.base import Env, Evaluate, ExpressionError, ExpressionSyntaxError

NOW = 1_767_268_800_000
"""2026-01-01T12:00:00Z."""


def env(input: Any = None, **more: Any) -> Env:
    """An Env with a clock that stands still and a seed."""
    return Env(input, now_ms=lambda: NOW, random=Random(7), **more)


def failure(evaluate: Evaluate, given: Env) -> ExpressionError:
    """The error that an evaluation ends in."""
    with pytest.raises(ExpressionError) as caught:
        evaluate(given)
    return caught.value


def refused(parse: Callable[[str], Any], text: str) -> bool:
    """Whether a text is refused by a parser; if so, with a place inside the text."""
    try:
        parse(text)
    except ExpressionSyntaxError as error:
        place = error.position
    else:
        return False
    assert place is not None
    assert 0 <= place <= len(text)
    return True
