"""Whether a workflow is being declared just now: then calling a handler makes a call for a Task, not a result.

The language sets `current` around the run of a workflow's function; `@handler` asks it first thing in `__call__`:

    declare = current.get()
    if declare is not None:
        return declare(self, args, kwargs)
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

Declare = Callable[[Any, tuple[Any, ...], dict[str, Any]], Any]
"""(the handler object, positional arguments, keyword arguments) -> a call that a Task takes."""

# A ContextVar, so that a handler called in another thread while a workflow is declared stays a plain call.
current: ContextVar[Declare | None] = ContextVar("flowdsl_declaring", default=None)
