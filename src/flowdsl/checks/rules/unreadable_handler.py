"""ASL900 unreadable-handler."""

from __future__ import annotations

from flowdsl.checks.handler_text import UnreadableSource
from flowdsl.checks.rule import DocumentedRule
from flowdsl.diagnostics import Diagnostic, Location, Severity


class UnreadableHandler(DocumentedRule):
    """A file that is no Python 3 source.

    Lambda cannot import it, and no rule can look at it. Python 2, a notebook's commands, another encoding and half a merge are what it
    mostly is.

    Instead: correct the line, or leave the file out.
    """

    code = "ASL900"
    severity = Severity.ERROR

    def finding(self, path: str, error: UnreadableSource) -> Diagnostic:
        """What is to be said about a file that could not be read."""
        return Diagnostic(
            self.code,
            self.name,
            self.severity,
            error.message,
            location=Location(path, error.line, error.column),
            why=self.documentation["why"],
        )
