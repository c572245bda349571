"""Example: a definition that a rule finds fault with, or does not. It is the rule's test and its documentation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flowdsl.asl.bindings import Bindings
from flowdsl.asl.definition import Definition, MachineType

if TYPE_CHECKING:
    from flowdsl.checks.rule import Rule
    from flowdsl.diagnostics import Diagnostic


@dataclass(frozen=True)
class Example:
    """A definition in short: its states, the first of them the start; or a whole document (one with StartAt)."""

    states: dict[str, Any]
    at: str = ""
    """JSON Pointer that the rule must name (a bad example)."""
    says: str = ""
    """The whole message it must give (a bad example)."""
    jsonata: bool = False
    machine: dict[str, Any] = field(default_factory=dict[str, Any])
    """Further fields of the machine: TimeoutSeconds, ..."""
    type: MachineType | None = None
    input_schema: dict[str, Any] | None = None
    bindings: Bindings | None = None
    """What the placeholders stand for, where that matters."""
    strict: bool = False

    @property
    def document(self) -> dict[str, Any]:
        if "StartAt" in self.states or "States" in self.states:
            return self.states
        head = {"QueryLanguage": "JSONata"} if self.jsonata else {}
        return {**head, "StartAt": next(iter(self.states), ""), **self.machine, "States": self.states}

    @property
    def definition(self) -> Definition:
        return Definition(self.document, bindings=self.bindings or Bindings(), name="example", type=self.type)

    @property
    def text(self) -> str:
        """As a page shows it."""
        return json.dumps(self.document if self.machine or self.jsonata else self.states, indent=2, ensure_ascii=False)

    def findings(self, rule: Rule) -> Iterator[Diagnostic]:
        """What a rule says about it."""
        from flowdsl.checks.context import CheckContext

        return rule.check(
            CheckContext(self.definition, type=self.type, input_schema=self.input_schema, strict=self.strict)
        )
