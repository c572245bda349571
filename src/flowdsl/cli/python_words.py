"""Findings on a Python workflow in Python's words: what was written there instead of what it was compiled to."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from flowdsl.asl.definition import Definition
from flowdsl.asl.source_map import split
from flowdsl.asl.values import is_list, is_object
from flowdsl.diagnostics import Diagnostic, Location

KEYWORDS: Final = (
    "TimeoutSeconds",
    "HeartbeatSeconds",
    "MaxConcurrency",
    "MaxDelaySeconds",
    "IntervalSeconds",
    "BackoffRate",
    "MaxAttempts",
    "JitterStrategy",
    "ToleratedFailurePercentage",
    "ToleratedFailureCount",
    "ResultWriter",
)
"""Fields that are keywords in Python, by their names in snake_case."""
PHRASES: Final = (
    ("add a Default, or a last rule that always holds", "add .otherwise, or a last rule that always holds"),
    ("has no Default", "has no .otherwise"),
)
_DEFAULT: Final = re.compile(r"write \$exists\(.*\) \? .* : a default")
_CALL: Final = re.compile(r"\$([a-z][A-Za-z0-9]*)(?=\()")
_FUNCTION: Final = re.compile(r"function\(([^()]*)\) ?\{ ?(.*?) ?\}")
_FIELD: Final = re.compile(rf"\b(?:{'|'.join(KEYWORDS)})\b")
_OWN: Final = (("$states.result", "the result"), ("$states.input", "the input"), ("$states.errorOutput", "the error"))


def in_python(
    findings: Sequence[Diagnostic], definition: Definition, parameter: str, text_at: Callable[[Location], str]
) -> list[Diagnostic]:
    """The findings with messages that name what the user wrote. `parameter` is the workflow function's own name for its
    input; `text_at` gives the source between two places of one line, or nothing.
    """
    return [_told(finding, definition, parameter, text_at) for finding in findings]


def _told(
    finding: Diagnostic, definition: Definition, parameter: str, text_at: Callable[[Location], str]
) -> Diagnostic:
    message = finding.message
    if "$" in message:
        compiled = _expression(definition.document, finding.pointer)
        written = text_at(finding.location) if finding.location is not None and compiled else ""
        if written and compiled and compiled in message:
            message = message.replace(compiled, written)
        message = _DEFAULT.sub("guard it with fn.exists(...)", message)
        message = _words(message, parameter)
    for phrase, instead in PHRASES:
        message = message.replace(phrase, instead)
    message = _FIELD.sub(lambda found: _snake(found[0]), message)
    return finding if message == finding.message else replace(finding, message=message)


def _expression(document: Any, pointer: str) -> str:
    """The JSONata that a field holds as a whole, blanks in one; empty for anything else."""
    here = document
    for token in split(pointer):
        if is_object(here):
            here = here.get(token)
        elif is_list(here) and token.isdigit() and int(token) < len(here):
            here = here[int(token)]
        else:
            return ""
    if not isinstance(here, str) or not here.startswith("{%") or not here.endswith("%}"):
        return ""
    return " ".join(here[2:-2].split())


def _words(text: str, parameter: str) -> str:
    """JSONata's names for things as Python's."""
    text = text.replace("$states.context.Execution.Input", parameter)
    text = _CALL.sub(lambda found: f"fn.{_snake(found[1])}", text)
    text = _FUNCTION.sub(lambda found: f"lambda {found[1].replace('$', '')}: {found[2]}", text)
    for name, said in _OWN:
        text = re.sub(rf"{re.escape(name)}(?![.\w\[])", said, text)
        text = text.replace(f"{name}.", f"{said.removeprefix('the ')}.")
    return re.sub(r"(?<![\w$])\$([a-z_]\w*)", r"\1", text)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()
