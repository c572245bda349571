"""Page: what `flowdsl rule CODE` shows of a rule, wherever the rule comes from."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass

from flowdsl.diagnostics import Severity


@dataclass(frozen=True, slots=True)
class Page:
    """A rule's documentation. Texts are plain prose, one paragraph a line."""

    code: str
    name: str
    severity: Severity
    summary: str
    """What the rule finds, in one sentence."""
    why: str = ""
    """Why it bites."""
    instead: str = ""
    """What to write instead."""
    source: str = ""
    aws_code: str | None = None
    bad: str = ""
    """An example that the rule finds, as JSON or Python text."""
    says: str = ""
    """The message it gives for `bad`."""
    good: str = ""


def kebab(name: str) -> str:
    """`ChoiceWithoutDefault` is `choice-without-default`; `JSONataSyntax` is `jsonata-syntax`."""
    name = name.replace("JSONata", "Jsonata").replace("JSONPath", "Jsonpath")
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name).lower()


def read_docstring(text: str | None) -> dict[str, str]:
    """A rule's docstring taken apart: `summary` (first line), `why`, and the paragraphs that open with `Instead:` and
    `Source:`. Lines of a paragraph are joined.
    """
    parts = {"summary": "", "why": "", "instead": "", "source": ""}
    for i, block in enumerate(re.split(r"\n\s*\n", inspect.cleandoc(text or ""))):
        # `Source:` may follow directly on the line below `Instead:`.
        for paragraph in re.split(r"\n(?=(?:Instead|Source):)", block):
            words = " ".join(line.strip() for line in paragraph.splitlines())
            label, colon, rest = words.partition(":")
            if colon and label in ("Instead", "Source"):
                parts[label.lower()] = rest.strip()
            elif i == 0:
                parts["summary"] = words
            else:
                parts["why"] = f"{parts['why']} {words}".strip()
    return parts
