"""A Choice rule as the argument of `.when(...)`: JSONata as its text, JSONPath as Rule, all_of, any_of, not_."""

from __future__ import annotations

from typing import Any

from flowdsl.asl.fields import fields_of
from flowdsl.asl.values import is_list, is_object
from flowdsl.importer.source_text import Call

PORT_FIELDS = ("Next", "Comment", "Assign", "Output")
"""What belongs to the transition, not to the condition."""

_COMBINED = {"And": "all_of", "Or": "any_of", "Not": "not_"}


def condition(rule: dict[str, Any], used: set[str]) -> Any:
    """The condition of one rule; the names it needs are added to `used`."""
    fields = {name: value for name, value in rule.items() if name not in PORT_FIELDS}
    if list(fields) == ["Condition"] and isinstance(fields["Condition"], str) and _is_expression(fields["Condition"]):
        return fields["Condition"]
    return _rule(fields, used)


def _is_expression(text: str) -> bool:
    return text.startswith("{%") and text.endswith("%}")


def _rule(fields: Any, used: set[str]) -> Any:
    # An explicit stack would only move the recursion into layout(); a rule nests as deep as a person nests it, and the
    # reader refuses documents that nest deeper than Python can follow.
    if is_object(fields) and len(fields) == 1:
        ((name, value),) = fields.items()
        if name in _COMBINED and (is_object(value) if name == "Not" else is_list(value) and value):
            used.add(_COMBINED[name])
            parts = [value] if name == "Not" else value
            return Call(_COMBINED[name], [_rule(part, used) for part in parts])
    used.add("Rule")
    if not is_object(fields):
        return Call("Rule", [], {"extra": fields})
    call = Call("Rule")
    unknown: dict[str, Any] = {}
    known = fields_of("ChoiceRule")
    for name, value in fields.items():
        if name == "Variable":
            call.positional.append(value)
        elif name in known and name not in _COMBINED:
            call.keywords[known[name].keyword] = value
        else:
            unknown[name] = value
    if unknown:
        call.keywords["extra"] = unknown
    return call
