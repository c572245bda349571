"""HandlerRule: one kind of fault in the source of a Lambda handler. One rule is one file of checks/rules."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from inspect import cleandoc
from typing import ClassVar

from flowdsl.checks.handler_calls import AwsCall
from flowdsl.checks.handler_entries import Entry, TaskUse
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_tree import DEFINITIONS, Function
from flowdsl.checks.page import Page
from flowdsl.checks.rule import DocumentedRule
from flowdsl.diagnostics import Diagnostic, Location, Severity


@dataclass(frozen=True)
class SourceExample:
    """The text of a handler that a rule finds fault with, or does not. It is the rule's test and its documentation."""

    source: str
    line: int = 0
    """Where the rule must point (a bad example)."""
    says: str = ""
    """The whole message it must give (a bad example)."""
    tasks: tuple[str, ...] = ()
    """Functions that a Task calls, where no decorator says so."""

    @property
    def text(self) -> str:
        return cleandoc(self.source) + "\n"

    def findings(self, rule: HandlerRule) -> Iterator[Diagnostic]:
        """What a rule says about it."""
        return rule.check(HandlerSource(self.text, "handlers/example.py", {name: TaskUse() for name in self.tasks}))


class HandlerRule(DocumentedRule, ABC):
    """A rule on handler source. Subclass it once in a module of checks/rules; `check` yields `self.at(...)`."""

    bad: ClassVar[SourceExample | tuple[SourceExample, ...]]
    good: ClassVar[SourceExample | tuple[SourceExample, ...]]

    @abstractmethod
    def check(self, source: HandlerSource) -> Iterator[Diagnostic]:
        """Every finding of this rule in one file."""

    def at(
        self,
        source: HandlerSource,
        node: ast.AST,
        message: str,
        *,
        severity: Severity | None = None,
        related: Iterable[tuple[Location, str]] = (),
    ) -> Diagnostic:
        """A finding at the first line of a call or statement."""
        return Diagnostic(
            self.code,
            self.name,
            severity or self.severity,
            message,
            location=source.tree.locate(_call_or_statement(source, node)),
            why=self.documentation["why"],
            related=tuple(related),
        )

    @property
    def page(self) -> Page:
        bad, good = source_examples(self.bad)[0], source_examples(self.good)[0]
        return Page(
            self.code, self.name, self.severity, bad=bad.text, says=bad.says, good=good.text, **self.documentation
        )


def _call_or_statement(source: HandlerSource, node: ast.AST) -> ast.AST:
    """What a finding points at: a call or a statement as it is, anything else by the innermost one it stands in."""
    while not isinstance(node, ast.Call | ast.stmt | ast.ExceptHandler):
        up = source.tree.parents.get(node)
        if up is None or (isinstance(up, DEFINITIONS) and node in up.decorator_list):
            return node
        node = up
    return node


def source_examples(given: SourceExample | tuple[SourceExample, ...]) -> tuple[SourceExample, ...]:
    """One or several examples as a tuple."""
    return given if isinstance(given, tuple) else (given,)


def shown(node: ast.AST, most: int = 40) -> str:
    """A piece of the source as a message shows it: one line, cut, nothing that a terminal would obey."""
    try:
        text = " ".join(ast.unparse(node).split())
    except (RecursionError, ValueError):
        text = type(node).__name__
    text = text if text.isprintable() else ascii(text)
    return text if len(text) <= most else text[: most - 3] + "..."


def named(call: AwsCall) -> str:
    """An AWS call as messages name it: `dynamodb.put_item`."""
    return f"{call.service}.{call.method}" if call.service else call.method


def entries_of(source: HandlerSource, function: Function) -> tuple[Entry, ...]:
    """The handlers that run a function."""
    return source.reached.get(function, ())
