"""Here: one object of ASL while the grammar looks at it; Findings: what the grammar says, as Diagnostics."""

from __future__ import annotations

from typing import Any

from flowdsl.asl.field import Language
from flowdsl.asl.grammar_rules import BY_NAME
from flowdsl.asl.source_map import escape
from flowdsl.diagnostics import Diagnostic


class Here:
    """An object of ASL, its type, and the way to it from the outside."""

    __slots__ = ("fields", "language", "outer", "state", "tokens", "type")

    def __init__(
        self,
        fields: dict[str, Any],
        type: str,
        language: Language,
        outer: Here | None = None,
        tokens: tuple[str | int, ...] = (),
        state: str | None = None,
    ) -> None:
        self.fields = fields
        self.type = type
        self.language: Language = language
        """Of the state it belongs to."""
        self.outer = outer
        self.tokens = tokens
        """The steps from the outer object: ("Retry", 0), ("States", "Charge")."""
        self.state = state
        """The name of the innermost state; None outside every state."""

    @property
    def is_jsonata(self) -> bool:
        return self.language == "JSONata"

    @property
    def path(self) -> list[str | int]:
        """The steps from the whole document."""
        found: list[str | int] = []
        here: Here | None = self
        while here is not None:
            found[:0] = here.tokens
            here = here.outer
        return found

    @property
    def subject(self) -> str:
        """How a message calls it: 'Charge', Retry[0] of 'Charge', the state machine."""
        steps: list[str | int] = []
        here = self
        while here.outer is not None and here.tokens[:1] != ("States",):
            steps[:0] = here.tokens
            here = here.outer
        owner = repr(here.state) if here.outer is not None else "the state machine"
        return f"{dotted(steps)} of {owner}" if steps else owner


def dotted(steps: list[str | int] | tuple[str | int, ...]) -> str:
    """Steps as a person writes them: Choices[0].And[1]."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return text.removeprefix(".")


def pointer_of(steps: list[str | int]) -> str:
    return "".join(f"/{step}" if isinstance(step, int) else f"/{escape(step)}" for step in steps)


def aws_location_of(steps: list[str | int]) -> str:
    """As AWS writes places (recorded): /States/C/Choices[0]/Next, and / for the whole."""
    return "".join(f"[{step}]" if isinstance(step, int) else f"/{step}" for step in steps) or "/"


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
