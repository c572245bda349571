"""ASL505 secret-in-definition."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from flowdsl.analysis.literals import Leaf, leaves_of
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity

KEY = re.compile(
    r"(?i)(?:^|[._-]|(?<=[a-z]))(?:password|passwd|pwd|secret|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?token|bearer|credential)s?$"
)
PASSWORD = re.compile(r"(?i)(?:password|passwd|pwd)$")
"""What stands under such a key is hardly ever a name; letters and digits are enough."""
KNOWN = re.compile(
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b|\bsk_live_[A-Za-z0-9]{16,}\b|\bxox[abprs]-[A-Za-z0-9-]{10,}\b"
    r"|-----BEGIN (?:RSA |EC |OPENSSH )?PRIVATE KEY-----|^(?:Bearer|Basic) [A-Za-z0-9+/_.=-]{16,}$"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{6,}"
)
NO_SECRET = re.compile(
    r"(?i)\$|\{%|\{\{|^arn:|^/|^https?://|^(?:true|false|none|null|changeme|example|secret|password|x+|\*+|<.*>)$|secretsmanager|ssm:|^States\."
)
HEXADECIMAL = re.compile(r"(?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{24,}")


class SecretInDefinition(Rule):
    """A credential is written into the definition.

    Whoever may read the machine, its executions or the repository reads it too, and so does every log of its inputs.

    Instead: let the function read it from Secrets Manager or SSM; for http:invoke, an EventBridge connection holds it.
    """

    code = "ASL505"
    severity = Severity.WARNING
    bad = Example(
        {"Call": {"Type": "Pass", "Parameters": {"user": "u", "password": "hunter2-Sup3rSecret"}, "End": True}},
        at="/States/Call/Parameters/password",
        says="'password' is a credential in plain text; keep it in Secrets Manager and pass its name",
    )
    good = Example(
        {"Call": {"Type": "Pass", "Parameters": {"user": "u", "passwordSecret.$": "$.secretName"}, "End": True}}
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        texts = [leaf for _, leaf in context.texts]
        for state in context.states("Pass"):
            if "Result" in state.fields:
                texts += leaves_of(state.fields["Result"], f"{state.pointer}/Result")
        texts = [leaf for leaf in texts if isinstance(leaf.value, str) and len(leaf.value) >= 8]
        # One search of them all is much quicker than one of each, and nearly always finds nothing.
        any_known = KNOWN.search("\n".join(leaf.value for leaf in texts)) is not None
        for leaf in texts:
            if _is_secret(leaf, any_known):
                yield self.at(
                    leaf.pointer,
                    f"{leaf.key!r} is a credential in plain text; keep it in Secrets Manager and pass its name",
                )


@lru_cache(maxsize=4096)
def _names_a_secret(key: str) -> bool:
    return KEY.search(key) is not None


def _is_secret(leaf: Leaf, any_known: bool) -> bool:
    text = leaf.value
    if leaf.key.endswith(".$"):
        return False
    if any_known and KNOWN.search(text):
        return True
    if not _names_a_secret(leaf.key) or NO_SECRET.search(text):
        return False
    # A name of a secret is all letters and dashes; a secret itself is of several kinds of characters.
    if PASSWORD.search(leaf.key) and " " not in text and re.search("[0-9]", text) and re.search("[A-Za-z]", text):
        return True
    kinds = sum(bool(re.search(pattern, text)) for pattern in (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]"))
    return (kinds >= 3 and " " not in text) or HEXADECIMAL.fullmatch(text) is not None
