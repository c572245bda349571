"""Findings: what the grammar says, as Diagnostics."""

from __future__ import annotations

from flowdsl.asl.grammar_rules import BY_NAME
from flowdsl.asl.objects import Here, aws_location_of, pointer_of
from flowdsl.diagnostics import Diagnostic


class Findings(list[Diagnostic]):
    """The grammar's findings, in the order in which they are met."""

    def add(self, rule: str, here: Here, message: str, *tokens: str | int, aws_at: int | None = None) -> None:
        """One finding at the member that `tokens` leads to; `aws_at`: how many of the tokens AWS's own location has
        (default: all).
        """
        steps = here.path
        kind = BY_NAME[rule]
        self.append(
            Diagnostic(
                kind.code,
                kind.name,
                kind.severity,
                message,
                pointer=pointer_of([*steps, *tokens]),
                state=here.state,
                why=kind.why,
                aws_code=kind.aws_code,
                aws_location=aws_location_of([*steps, *tokens[:aws_at]]),
            )
        )
