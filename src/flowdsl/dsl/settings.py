"""What @workflow(...) takes: the fields of a state machine, its type, a default Retry."""

from __future__ import annotations

import inspect
from typing import Any, cast

from flowdsl.asl.fields import by_keyword
from flowdsl.diagnostics import did_you_mean
from flowdsl.dsl import defaults
from flowdsl.dsl.places import Keyword
from flowdsl.dsl.retry import Retry, take_over
from flowdsl.dsl.trace import Trace, report
from flowdsl.query.expression import Place

_OWN = ("retry", "type", "extra")
_CHOICES = {"type": ("STANDARD", "EXPRESS"), "query_language": ("JSONata", "JSONPath")}


def check_settings(settings: dict[str, Any], place: Place) -> None:
    """Reports settings that are unknown or out of range."""
    table = by_keyword("StateMachine")
    known = [*(k for k in table if k not in ("start_at", "states")), *_OWN]
    for keyword, value in settings.items():
        where = (*place, keyword)
        choices = _CHOICES.get(keyword)
        if keyword not in known:
            report(
                "unknown-keyword",
                f"@workflow has no {keyword}={did_you_mean(keyword, known)}",
                (*place, Keyword(keyword)),
            )
        elif choices is not None and value not in choices:
            near = did_you_mean(str(value), choices)
            report("bad-value", f"{keyword} must be {' or '.join(map(repr, choices))}, found {value!r}{near}", where)
        elif keyword == "timeout_seconds":
            field = table[keyword]
            low, high = field.minimum or 1, field.maximum or 0
            if isinstance(value, str) and value.startswith("${"):
                continue
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
                report(
                    "bad-value",
                    f"timeout_seconds must be a whole number from {low:,} to {high:,}, found {value!r}",
                    where,
                )


def default_retry(trace: Trace, given: Any, place: Place) -> list[Any]:
    """The policies of every Task without one of its own."""
    if given is None:
        return []
    policies: list[Any] = []
    listed: list[Any] = list(cast("Any", given)) if isinstance(given, (list, tuple)) else [given]
    for policy in listed:
        if isinstance(policy, Retry):
            take_over(trace, policy)
            policies.append((policy, place))
        else:
            report("bad-value", f"retry is a Retry or several, found {policy!r}", (*place, "retry"))
    return policies


def query_language(settings: dict[str, Any]) -> str:
    """What @workflow says, or the project's own default."""
    language: str = settings.get("query_language", defaults.query_language)
    return language


def head(settings: dict[str, Any], doc: str | None) -> dict[str, Any]:
    """The fields of the state machine before its states."""
    found: dict[str, Any] = {}
    comment = settings.get("comment", inspect.cleandoc(doc) if doc else None)
    if comment is not None:
        found["Comment"] = comment
    if query_language(settings) != "JSONPath":
        found["QueryLanguage"] = "JSONata"
    for keyword, name in (("version", "Version"), ("timeout_seconds", "TimeoutSeconds")):
        value = settings.get(keyword)
        if value is not None:
            node = getattr(value, "__node__", None)
            found[name] = f"${{{node.name}}}" if node is not None else value
    found.update(settings.get("extra", {}))
    return found
