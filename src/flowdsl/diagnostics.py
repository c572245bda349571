"""What flowdsl has to say about a user's work: a Diagnostic (data, collected) or a FlowDslError (we cannot go on; raised)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is, worst first."""

    ERROR = "error"
    """AWS refuses it, or it provably cannot work."""
    WARNING = "warning"
    """It will hurt; the message names the condition."""
    INFO = "info"
    """Hygiene; a warning under --strict."""

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return _RANK[self]


_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a text file. Lines and columns count from 1; columns count characters."""

    path: str
    """As the user would type it: relative to the project root where that is possible, with forward slashes."""
    line: int = 1
    column: int = 1
    end_line: int | None = None
    end_column: int | None = None
    """One past the last character."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement in a JSON document: `value` put at `pointer` (or the member removed, when `remove`)."""

    pointer: str
    value: object = None
    remove: bool = False


@dataclass(frozen=True, slots=True)
class Fix:
    """A correction that can be made by machine."""

    description: str
    edits: tuple[Edit, ...]
    safe: bool = True
    """False when the corrected definition may compute something else than what the author meant."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding about one place."""

    code: str
    """`ASL` and three digits."""
    name: str
    """The finding's name in kebab-case: `choice-without-default`."""
    severity: Severity
    message: str
    """One line: what was found, what to write instead, a near name when there is one."""
    location: Location | None = None
    pointer: str = ""
    """JSON Pointer (RFC 6901) into the definition; `` is the whole document."""
    state: str | None = None
    """The state's name, where the finding is about one."""
    why: str = ""
    """Why it bites, in a sentence or two."""
    aws_code: str | None = None
    """AWS's own diagnostic code where the service reports the same thing: MISSING_TRANSITION_TARGET, ..."""
    aws_location: str | None = None
    """AWS's own location: /States/C/Choices[0]/Next."""
    related: tuple[tuple[Location, str], ...] = ()
    """Other places that belong to the finding, each with its sentence."""
    fix: Fix | None = field(default=None, compare=False)

    def __str__(self) -> str:
        where = f"{self.location}: " if self.location else ""
        # Every line says which state it is about, in a message that does not name it too.
        about = f" (in {self.state!r})" if self.state and self.state not in self.message else ""
        return _on_one_line(f"{where}{self.code} {self.name}: {self.message}{about}")


_UNRULY = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What would break a line, or what a terminal would obey or cannot be sent."""


def _on_one_line(text: str) -> str:
    """A text with such characters written as Python escapes them."""
    return text if text.isprintable() else _UNRULY.sub(lambda match: repr(match[0])[1:-1], text)


class FlowDslError(Exception):
    """Base of everything flowdsl raises on purpose: str() is one clear line.

    `diagnostics` holds what was found on the way, when the failure is about the user's workflow.
    """

    def __init__(self, message: str, diagnostics: Iterable[Diagnostic] = ()) -> None:
        super().__init__(message)
        self.diagnostics: tuple[Diagnostic, ...] = tuple(diagnostics)


def a(noun: str) -> str:
    """A noun with its article: `an object`."""
    return f"{'an' if noun[:1].lower() in tuple('aeiou') else 'a'} {noun}"


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` for the nearest of `known`, or nothing when none is near. Deterministic for any iterable."""
    from difflib import get_close_matches  # only a mistake pays for it

    ordered = sorted(set(known))
    lowered = {k.lower(): k for k in reversed(ordered)}
    near = get_close_matches(wrong, ordered, n=1, cutoff=0.6) or get_close_matches(
        wrong.lower(), lowered, n=1, cutoff=0.6
    )
    return f"; did you mean {lowered.get(near[0], near[0])!r}?" if near else ""
