"""check_handlers(): every rule on handler source over one file. A rule that crashes is a finding of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path

from flowdsl import _shelf
from flowdsl.checks.config import Settings
from flowdsl.checks.handler_entries import Root, TaskUse
from flowdsl.checks.handler_rule import HandlerRule
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_text import UnreadableSource, read_text
from flowdsl.checks.registry import SHELF
from flowdsl.checks.rules.unreadable_handler import UnreadableHandler
from flowdsl.checks.suppress import python_suppressions, suppress
from flowdsl.diagnostics import Diagnostic, FlowDslError

_RELAY = "ASL933"
_REPEATS = {"ASL910", "ASL911", "ASL912", "ASL913", "ASL914"}
"""A call that is wrong when repeated is as wrong without the handler around it: that it could be direct is left unsaid."""


@cache
def handler_rules() -> tuple[HandlerRule, ...]:
    """The rules on handler source, by code."""
    # The shelf holds four times as many rules on definitions, which need all the analyses: only modules that speak of
    # HandlerRule are imported.
    folder = Path(str(import_module(SHELF).__file__)).parent
    found: list[HandlerRule] = []
    for name in _shelf.names(SHELF):
        if "HandlerRule" in (folder / f"{name}.py").read_text(encoding="utf-8"):
            held = vars(import_module(f"{SHELF}.{name}")).values()
            found += [v() for v in held if isinstance(v, type) and issubclass(v, HandlerRule) and hasattr(v, "code")]
    return tuple(sorted(found, key=lambda rule: rule.code))


def check_file(
    path: Path,
    shown: str,
    settings: Settings | None = None,
    tasks: Mapping[str, TaskUse] | None = None,
    roots: Mapping[str, Root] | None = None,
) -> list[Diagnostic]:
    """What is to be said about a file of handlers. One that is missing is a FlowDslError; one that is no Python a finding."""
    try:
        text = read_text(path)
    except UnreadableSource as error:
        return unreadable(shown, error, settings or Settings())
    except OSError as error:
        raise FlowDslError(f"{shown} cannot be read: {error.strerror or error}") from None
    return check_text(text, shown, settings, tasks, roots)


def check_text(
    text: str,
    shown: str = "handler.py",
    settings: Settings | None = None,
    tasks: Mapping[str, TaskUse] | None = None,
    roots: Mapping[str, Root] | None = None,
) -> list[Diagnostic]:
    """The same for a text. Suppressions in its comments are honoured."""
    settings = settings or Settings()
    try:
        source = HandlerSource(text, shown, tasks, roots)
    except UnreadableSource as error:
        return unreadable(shown, error, settings)
    return check_source(source, settings)


def check_source(source: HandlerSource, settings: Settings) -> list[Diagnostic]:
    """What the rules say about a source that could be read, in the order of the text, each once."""
    found: list[Diagnostic] = []
    for rule in handler_rules():
        if settings.is_on(rule.code, source.path):
            found += guarded(rule, source)
    wrong = {f.location.line for f in found if f.location and f.code in _REPEATS}
    found = [f for f in found if f.code != _RELAY or f.location is None or f.location.line not in wrong]
    kept, remarks = suppress(found, python_suppressions(source.text, source.path), settings, source.path)
    kept += [remark for remark in remarks if settings.is_on(remark.code, source.path)]
    return in_order(replace(finding, severity=settings.severity_of(finding)) for finding in kept)


def in_order(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """By place, then code; each finding once."""
    unique = {(d.code, d.location, d.message): d for d in found}
    return sorted(unique.values(), key=lambda d: (_place(d), d.code, d.message))


def _place(finding: Diagnostic) -> tuple[str, int, int]:
    place = finding.location
    return (place.path, place.line, place.column) if place is not None else ("", 0, 0)


def guarded(rule: HandlerRule, source: HandlerSource) -> list[Diagnostic]:
    """What one rule finds; when it raises, that."""
    found: list[Diagnostic] = []
    try:
        found.extend(rule.check(source))
    except Exception as error:
        from flowdsl.checks.runner import crash  # with it come all analyses: only a defect of ours pays for them

        found.append(crash(rule.code, rule.name, source.path, error))
    return found


def unreadable(shown: str, error: UnreadableSource, settings: Settings) -> list[Diagnostic]:
    """The one line about a file that is no Python 3."""
    finding = UnreadableHandler().finding(shown, error)
    return [replace(finding, severity=settings.severity_of(finding))] if settings.is_on(finding.code, shown) else []
