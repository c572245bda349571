"""What the language finds wrong: the table of its findings, and how one is kept until its position is wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowdsl.diagnostics import Diagnostic, Location, Severity
from flowdsl.dsl.places import location
from flowdsl.query.expression import Place

CODES = {
    # 1xx grammar
    "unknown-keyword": "ASL150",
    "bad-state-name": "ASL151",
    "duplicate-name": "ASL152",
    "unnamed-state": "ASL153",
    "bad-value": "ASL154",
    "heartbeat-not-below-timeout": "ASL155",
    "conflicting-keywords": "ASL156",
    "misplaced-keyword": "ASL157",
    "extra-field": "ASL158",
    # 2xx graph
    "second-transition": "ASL250",
    "unreached-state": "ASL251",
    "unwired-state": "ASL252",
    "choice-without-branch": "ASL253",
    "scope-without-end": "ASL254",
    "open-port": "ASL255",
    "not-a-target": "ASL256",
    "empty-scope": "ASL257",
    # 3xx data flow
    "no-such-field": "ASL350",
    "not-python": "ASL351",
    "result-not-ready": "ASL352",
    "result-of-inner-scope": "ASL353",
    "own-result": "ASL354",
    "missing-argument": "ASL355",
    "unknown-argument": "ASL356",
    "unfitting-type": "ASL357",
    "bad-operands": "ASL358",
    "constant-condition": "ASL359",
    "impossible-comparison": "ASL360",
    "lost-text": "ASL361",
    "no-json": "ASL362",
    "outer-variable": "ASL363",
    "unguarded-optional": "ASL364",
    "unused-call": "ASL365",
    "wrong-ends": "ASL366",
    "read-before-declared": "ASL367",
    "impure-twice": "ASL368",
    "no-call": "ASL370",
    "no-value": "ASL371",
    # 4xx errors and retries
    "unknown-error": "ASL450",
    "all-not-alone": "ASL451",
    "catch-after-all": "ASL452",
    "retry-value": "ASL453",
    "never-raised": "ASL454",
    # 5xx services
    "unknown-operation": "ASL550",
    "unknown-service-argument": "ASL551",
    "missing-service-argument": "ASL552",
    "unsupported-pattern": "ASL553",
    "unfitting-service-argument": "ASL554",
    # 7xx query languages
    "raw-jsonata": "ASL750",
    "cannot-be-said": "ASL752",
    # 8xx project and build
    "workflow-raises": "ASL850",
    "hidden-handler": "ASL851",
    "bad-workflow": "ASL852",
    "unresolved-annotation": "ASL853",
}
"""Codes by name. Rules of `check` on any definition have their own; those here are about Python."""

NOTES = frozenset({"extra-field"})
"""Findings that are worth a word, and keep nothing from being built."""

Message = str | Callable[[], str]
"""A sentence, or what makes one when it is wanted: finding a near name or naming a Python construct is not cheap."""


class Mistake:
    """One finding, its position not yet looked up."""

    __slots__ = ("message", "name", "place", "related", "state")

    def __init__(
        self,
        name: str,
        message: Message,
        place: Place | None,
        related: tuple[tuple[Place, str], ...] = (),
        state: Any = None,
    ) -> None:
        self.name = name
        self.message = message
        self.place = place
        self.related = related
        self.state = state

    @property
    def severity(self) -> Severity:
        return Severity.INFO if self.name in NOTES else Severity.ERROR

    def diagnostic(self) -> Diagnostic:
        """The finding with its position, as the user reads it."""
        message = self.message if isinstance(self.message, str) else self.message()
        where = location(self.place) if self.place is not None else None
        related: list[tuple[Location, str]] = [(location(place), sentence) for place, sentence in self.related]
        name = getattr(self.state, "name", None)
        return Diagnostic(
            CODES[self.name],
            self.name,
            self.severity,
            message,
            where,
            state=name if isinstance(name, str) else None,
            related=tuple(related),
        )
