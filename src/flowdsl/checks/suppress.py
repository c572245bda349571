"""Suppressions: `# flowdsl: ignore[ASL204] reason` in Python, the same words in a Comment of ASL."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flowdsl.asl.definition import Definition
from flowdsl.asl.values import is_list, is_object
from flowdsl.checks.config import Settings
from flowdsl.checks.registry import RUNNER_PAGES, pages, resolve
from flowdsl.diagnostics import Diagnostic, FlowDslError, Location

PATTERN = re.compile(r"flowdsl:\s*ignore\[([^\]]*)\]([^\n]*?)(?=flowdsl:\s*ignore\[|$)", re.MULTILINE)
_, UNUSED, UNREASONED = RUNNER_PAGES


@dataclass(frozen=True, slots=True)
class Suppression:
    """One code that is not to be told about in one place."""

    selector: str
    """As written: a code, the beginning of one, or a name."""
    reason: str
    location: Location | None = None
    """Of the comment; None for a Comment of ASL, which the pointer places."""
    lines: tuple[int, int] | None = None
    """First and last line it covers, in Python."""
    pointer: str = ""
    """Of the object it covers with all that is in it, in ASL."""

    def covers(self, finding: Diagnostic) -> bool:
        """Whether a finding lies where this suppression holds."""
        if self.lines is None:
            return finding.pointer == self.pointer or finding.pointer.startswith(self.pointer + "/")
        place = finding.location
        return (
            place is not None
            and self.location is not None
            and place.path == self.location.path
            and self.lines[0] <= place.line <= self.lines[1]
        )


def python_suppressions(text: str, path: str) -> list[Suppression]:
    """The suppressions of a Python file. One beside a statement covers it, over all its lines; one on a line of its own
    covers the statement below. A file that is no Python has none.
    """
    if "flowdsl:" not in text:
        return []
    found: list[Suppression] = []
    pending: list[tuple[str, str, Location]] = []
    first: int | None = None
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                for selector, reason, at in _parse(token.string):
                    column = token.start[1] + 1 + at
                    pending.append(
                        (selector, reason, Location(path, token.start[0], column, token.start[0], token.end[1] + 1))
                    )
            elif token.type == tokenize.NEWLINE:
                lines = (first or token.start[0], token.end[0])
                found += [Suppression(selector, reason, place, lines) for selector, reason, place in pending]
                pending, first = [], None
            elif token.type not in (tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING) and first is None:
                first = token.start[0]
    except (tokenize.TokenError, SyntaxError):
        return found
    # A comment below the last statement covers nothing, and is told about as unused.
    return found + [Suppression(s, reason, place, (place.line, place.line)) for s, reason, place in pending]


def asl_suppressions(definition: Definition) -> Iterator[Suppression]:
    """The suppressions in a definition's Comments: of the machine, a branch, a state, a Choice rule, a Retrier, a Catcher.
    Each covers the object that holds the Comment.
    """
    for scope in definition.scopes():
        if "Comment" in scope.body:
            yield from _of_comment(scope.body, scope.pointer)
    for state in definition.states():
        fields = state.fields
        if "Comment" in fields:
            yield from _of_comment(fields, state.pointer)
        for key in ("Choices", "Retry", "Catch"):
            inner = fields.get(key)
            for i, item in enumerate(inner if is_list(inner) else ()):
                if is_object(item) and "Comment" in item:
                    yield from _of_comment(item, f"{state.pointer}/{key}/{i}")


def suppress(
    found: list[Diagnostic], suppressions: Iterable[Suppression], settings: Settings, path: str
) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """(what is left to tell, what is to be said about the suppressions themselves)."""
    kept = found
    remarks: list[Diagnostic] = []
    for suppression in suppressions:
        try:
            meant = resolve(suppression.selector)
        except FlowDslError as error:
            remarks.append(_remark(UNUSED, f"{error}, in this suppression", suppression))
            continue
        hidden = [finding for finding in kept if finding.code in meant and suppression.covers(finding)]
        if hidden:
            kept = [finding for finding in kept if finding not in hidden]
            if settings.require_reason and not suppression.reason:
                example = f"flowdsl: ignore[{suppression.selector}] why it is right here"
                remarks.append(
                    _remark(UNREASONED, f"say why {suppression.selector} is suppressed: {example}", suppression)
                )
        elif any(settings.is_on(code, path) for code in meant):
            name = f" {pages()[suppression.selector].name}" if suppression.selector in pages() else ""
            remarks.append(
                _remark(UNUSED, f"nothing here is {suppression.selector}{name}; remove the suppression", suppression)
            )
    return kept, remarks


def _remark(page: Any, message: str, suppression: Suppression) -> Diagnostic:
    return Diagnostic(
        page.code,
        page.name,
        page.severity,
        message,
        location=suppression.location,
        pointer=suppression.pointer if suppression.lines else f"{suppression.pointer}/Comment",
        why=page.why,
    )


def _of_comment(body: dict[str, Any], pointer: str) -> Iterator[Suppression]:
    comment = body.get("Comment")
    if isinstance(comment, str) and "flowdsl:" in comment:
        for selector, reason, _ in _parse(comment):
            yield Suppression(selector, reason, pointer=pointer)


def _parse(text: str) -> Iterator[tuple[str, str, int]]:
    """(selector, reason, offset) of each suppression in a comment."""
    for match in PATTERN.finditer(text):
        for selector in match[1].split(","):
            if selector.strip():
                yield selector.strip(), match[2].strip(" \t:;-"), match.start()
