"""Rule: one kind of fault, with its code, its page and its examples. One rule is one file of checks/rules."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from flowdsl.asl.definition import Scope, StateNode
from flowdsl.asl.source_map import escape, split
from flowdsl.checks.example import Example
from flowdsl.checks.page import Page, kebab, read_docstring
from flowdsl.diagnostics import Diagnostic, Fix, Location, Severity

if TYPE_CHECKING:
    from flowdsl.checks.context import CheckContext

__all__ = ["DocumentedRule", "Example", "Fix", "Rule", "Severity"]


class DocumentedRule:
    """What rules on definitions and rules on handlers share: a code, a severity, and a docstring that is the page.

    The docstring: one line on what is found; a paragraph on why it bites; `Instead:` what to write; `Source:` whence.
    """

    code: ClassVar[str]
    """`ASL` and three digits: 1xx grammar, 2xx graph, 3xx data flow, 4xx errors and retries, 5xx services and
    permissions, 6xx limits and cost, 7xx query language, 8xx project and build, 9xx handlers."""
    severity: ClassVar[Severity]
    """Of its findings, where they do not say otherwise."""
    aws_code: ClassVar[str | None] = None
    """AWS's own diagnostic code for the same thing."""
    grows_when_strict: ClassVar[bool] = True
    """Whether its infos are warnings under --strict."""

    @property
    def name(self) -> str:
        """The class's name in kebab-case: `choice-without-default`."""
        return kebab(type(self).__name__)

    @cached_property
    def documentation(self) -> dict[str, str]:
        """`summary`, `why`, `instead` and `source` of the docstring."""
        return read_docstring(type(self).__doc__)

    @property
    def page(self) -> Page:
        return Page(self.code, self.name, self.severity, aws_code=self.aws_code, **self.documentation)


class Rule(DocumentedRule, ABC):
    """A rule on definitions. Subclass it once in a module of checks/rules; `check` yields `self.at(...)`."""

    bad: ClassVar[Example | tuple[Example, ...]]
    good: ClassVar[Example | tuple[Example, ...]]

    @abstractmethod
    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        """Every finding of this rule in one definition. Malformed parts are passed over: the grammar reports them."""

    def at(
        self,
        where: StateNode | Scope | str,
        message: str,
        *path: str | int,
        severity: Severity | None = None,
        aws_location: str | None = None,
        related: tuple[tuple[Location, str], ...] = (),
        fix: Fix | None = None,
    ) -> Diagnostic:
        """A finding at a state, a scope or a JSON Pointer, and at the member below it that `path` names:
        `self.at(state, "...", "Retry", 0, "ErrorEquals")`. The runner adds file, line and column.
        """
        pointer = where if isinstance(where, str) else where.pointer
        for token in path:
            pointer += f"/{escape(token)}" if isinstance(token, str) else f"/{token}"
        return Diagnostic(
            self.code,
            self.name,
            severity or self.severity,
            message,
            pointer=pointer,
            state=where.name if isinstance(where, StateNode) else state_at(pointer),
            why=self.documentation["why"],
            aws_code=self.aws_code,
            aws_location=aws_location,
            related=related,
            fix=fix,
        )

    @property
    def page(self) -> Page:
        bad, good = examples(self.bad)[0], examples(self.good)[0]
        return Page(
            self.code,
            self.name,
            self.severity,
            aws_code=self.aws_code,
            bad=bad.text,
            says=bad.says,
            good=good.text,
            **self.documentation,
        )


def examples(given: Example | tuple[Example, ...]) -> tuple[Example, ...]:
    """One or several examples as a tuple."""
    return given if isinstance(given, tuple) else (given,)


def state_at(pointer: str) -> str | None:
    """The name of the innermost state along a pointer; None outside every state."""
    # By position, never by name alone: a state may be called "States" or "Iterator".
    tokens, found, i = split(pointer), None, 0
    while i < len(tokens):
        if tokens[i] == "States" and i + 1 < len(tokens):
            found = tokens[i + 1]
            i += 2
        elif tokens[i] == "Branches":
            i += 2
        elif tokens[i] in ("ItemProcessor", "Iterator"):
            i += 1
        else:
            break
    return found
