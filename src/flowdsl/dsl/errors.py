"""Error names of one state: what a class, a base class or a name stands for in its ErrorEquals."""

from __future__ import annotations

from typing import Any

from flowdsl.dsl.retry import error_name
from flowdsl.dsl.state import State


def error_names(errors: tuple[Any, ...], state: State) -> list[str]:
    """The names in ErrorEquals. A class stands for itself and for what the state's handlers declare below it.

    Lambda reports the bare name of the very class that was raised, so that a base class alone would match nothing.
    """
    if len(errors) == 1 and isinstance(errors[0], str):
        return [str(errors[0])]
    names: dict[str, None] = {}
    for error in errors:
        if not isinstance(error, type):
            names[error_name(error)] = None
            continue
        declared = [e for e in declared_errors(state) if issubclass(e, error)]
        below = [e for e in declared if e is not error]
        if error in declared or not below:
            names[error.__name__] = None
        for each in below:
            names[each.__name__] = None
    return list(names)


def declared_errors(state: State) -> list[type[BaseException]]:
    """The exceptions that a state's handler declares; of a Map or Parallel, those of all handlers inside."""
    call = getattr(state, "call", None)
    if call is not None:
        return list(call.handler.errors) if call.handler is not None else []
    found: dict[type[BaseException], None] = {}
    scopes = [s for s in (getattr(state, "processor", None), *getattr(state, "branches", ())) if s is not None]
    while scopes:
        scope = scopes.pop(0)
        for inner in scope.states:
            found.update(dict.fromkeys(declared_errors(inner) if inner.type == "Task" else ()))
            scopes += [s for s in (getattr(inner, "processor", None), *getattr(inner, "branches", ())) if s is not None]
    return list(found)
