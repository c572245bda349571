"""check(): every rule over one definition. A rule that crashes is a finding of its own; the others still report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flowdsl._uncollected import uncollected
from flowdsl.asl.definition import Definition, MachineType
from flowdsl.asl.grammar import check_grammar
from flowdsl.checks.config import Settings
from flowdsl.checks.context import CheckContext
from flowdsl.checks.registry import RUNNER_PAGES, rules
from flowdsl.checks.rule import Rule
from flowdsl.checks.suppress import Suppression, asl_suppressions, suppress
from flowdsl.diagnostics import Diagnostic, Severity

CRASH = RUNNER_PAGES[0]


def check(
    definition: Definition,
    *,
    type: MachineType | None = None,
    input_schema: dict[str, Any] | None = None,
    settings: Settings | None = None,
    own: Iterable[Diagnostic] = (),
    suppressions: Iterable[Suppression] = (),
) -> list[Diagnostic]:
    """What is to be said about a definition, in the order of the text, each once.

    `own` are findings that came with it (of the language that compiled it); `suppressions` those written beside it in
    Python. A definition's own Comments may hold more. Raises FlowDslError for what nests too deep to be followed.
    """
    settings = settings or Settings()
    with uncollected():
        found = [*own, *_found(definition, type, input_schema, settings)]
        return finish(found, definition, settings, [*suppressions, *asl_suppressions(definition)])


def _found(
    definition: Definition, type: MachineType | None, input_schema: dict[str, Any] | None, settings: Settings
) -> list[Diagnostic]:
    context = CheckContext(
        definition, type=type, input_schema=input_schema, options=settings.options, strict=settings.strict
    )
    context.states()  # What nests too deep to be followed is refused once, not by every rule.
    path = _path(definition)
    found = _grammar(context)
    for rule in rules():
        if settings.is_on(rule.code, path):
            found += guarded(rule, context)
    return found


def _grammar(context: CheckContext) -> list[Diagnostic]:
    """What the grammar finds; when it crashes, that."""
    definition = context.definition
    try:
        return list(check_grammar(definition, context.type, context.objects))
    except Exception as error:
        return [crash("ASL1", "grammar", _path(definition) or definition.name or "the definition", error)]


def guarded(rule: Rule, context: CheckContext) -> list[Diagnostic]:
    """What one rule finds; when it raises, that."""
    found: list[Diagnostic] = []
    try:
        found.extend(rule.check(context))
    except Exception as error:
        where = _path(context.definition) or context.definition.name or "the definition"
        found.append(crash(rule.code, rule.name, where, error))
    return found


def crash(code: str, name: str, where: str, error: Exception) -> Diagnostic:
    """The finding that a rule itself failed, and where in its code."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = ""
    if trace is not None:
        file = trace.tb_frame.f_code.co_filename.replace("\\", "/").rpartition("flowdsl/")[2]
        place = f" ({file}:{trace.tb_lineno})"
    message = f"{code} {name} crashed on {where}: {error.__class__.__name__}: {error}{place}"
    return Diagnostic(CRASH.code, CRASH.name, CRASH.severity, " ".join(message.split()), why=CRASH.why)


def finish(
    found: Iterable[Diagnostic], definition: Definition, settings: Settings, suppressions: list[Suppression]
) -> list[Diagnostic]:
    """Findings with their places and final severities, the suppressed ones left out, sorted, each once."""
    path = _path(definition)
    placed = [_placed(finding, definition) for finding in found if settings.is_on(finding.code, path)]
    kept, about_suppressions = suppress(placed, suppressions, settings, path)
    final = [*kept, *(_placed(d, definition) for d in about_suppressions if settings.is_on(d.code, path))]
    return in_order(_judged(d, settings.severity_of(d)) for d in final)


def in_order(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """By place, then code; each finding once."""
    unique = {(d.code, d.location, d.pointer, d.message): d for d in found}
    return sorted(unique.values(), key=_order)


def has_crashed(found: Iterable[Diagnostic]) -> bool:
    """Whether a rule failed: the command cannot vouch for the result (exit 2)."""
    return any(finding.code == CRASH.code for finding in found)


def worst(found: Iterable[Diagnostic]) -> Severity | None:
    """The worst severity among findings."""
    return min((finding.severity for finding in found), key=lambda s: s.rank, default=None)


def _placed(finding: Diagnostic, definition: Definition) -> Diagnostic:
    if finding.location is not None:
        return finding
    location = definition.source_map.locate(finding.pointer)
    return finding if location is None else replace(finding, location=location)


def _judged(finding: Diagnostic, severity: Severity) -> Diagnostic:
    return finding if finding.severity is severity else replace(finding, severity=severity)


def _path(definition: Definition) -> str:
    """The file a definition was read from, as messages show it; empty when there is none."""
    place = definition.source_map.locate("")
    return place.path if place else ""


def _order(finding: Diagnostic) -> tuple[Any, ...]:
    place = finding.location
    where = (place.path, place.line, place.column) if place else ("", 0, 0)
    return (*where, finding.code, finding.pointer, finding.message)
