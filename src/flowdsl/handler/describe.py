"""A handler's contract as a section of Markdown: for a README, or the pages of a project. Not for use inside Lambda."""

from __future__ import annotations

import inspect
import typing
from typing import Any

from flowdsl.handler.handler import Handler
from flowdsl.handler.idempotency import Delegated, Idempotency, Natural, Once, Powertools, Unprotected


def describe(handler: Handler[..., Any]) -> str:
    """What a handler takes, returns, raises, does and promises, as Markdown, ending in a newline."""
    lines = [f"### {handler.name}", ""]
    if handler.__doc__:
        lines += [inspect.cleandoc(handler.__doc__), ""]
    lines += [f"`{handler.target}`", "", "| takes | type | default |", "|---|---|---|"]
    for name, parameter in handler.parameters.items():
        default = "" if parameter.default is inspect.Parameter.empty else f"`{parameter.default!r}`"
        lines.append(f"| `{name}` | `{_type(parameter.annotation)}` | {default} |")
    lines += ["", f"- returns `{_type(handler.result_type)}`"]
    lines += [f"- raises `{error.__name__}`{_said(error)}" for error in handler.errors]
    if handler.timeout_seconds is not None:
        lines.append(f"- ends within {handler.timeout_seconds:g} s")
    lines += [f"- effect: `{_effect(effect)}`" for effect in handler.effects]
    lines.append(f"- delivered again, it {_again(handler.idempotency)}")
    return "\n".join(lines).replace("\n\n\n", "\n\n") + "\n"


def _type(annotation: Any) -> str:
    if annotation is inspect.Parameter.empty or annotation is Any:
        return "Any"
    if annotation is None or annotation is type(None):
        return "None"
    plain = isinstance(annotation, type) and typing.get_origin(annotation) is None
    text = annotation.__qualname__ if plain else str(annotation).replace("typing.", "")
    return text.replace("|", "\\|")


def _said(error: type[BaseException]) -> str:
    """The first line of an error's own docstring; one that it only inherits says nothing of it."""
    text = error.__dict__.get("__doc__") or ""
    return f": {text.strip().splitlines()[0]}" if text.strip() else ""


def _effect(effect: Any) -> str:
    return (
        effect if isinstance(effect, str) else f"{getattr(effect, 'service', '?')}:{getattr(effect, 'action', effect)}"
    )


def _again(contract: Idempotency | None) -> str:
    if isinstance(contract, Natural):
        return "writes the same again"
    if isinstance(contract, Once):
        return f"answers what it answered first, and does nothing: once by {_key(contract.key)}"
    if isinstance(contract, Powertools):
        return "answers what it answered first: Powertools keeps a record"
    if isinstance(contract, Delegated):
        return f"passes on the same key ({_key(contract.key)}){f', to {contract.to}' if contract.to else ''}"
    if isinstance(contract, Unprotected):
        return f"does it again: {contract.reason}"
    return "does what its code does; nothing is declared"


def _key(key: Any) -> str:
    if key is None:
        return "the key that the workflow passes"
    if callable(key):
        return "a function of its arguments"
    return " and ".join(f"`{part}`" for part in ([key] if isinstance(key, str) else key))
