"""A state of a definition as the call that declares it: `Task(resource="...", timeout_seconds=30)`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeGuard

from flowdsl.asl.definition import StateNode
from flowdsl.asl.field import Field
from flowdsl.asl.fields import fields_of, key_order
from flowdsl.asl.values import is_list, is_object
from flowdsl.dsl.names import is_variable_name
from flowdsl.errors import LAMBDA_CONSOLE, LAMBDA_SERVICE, LAMBDA_TRANSIENT, is_reserved
from flowdsl.importer.source_text import Call, Code
from flowdsl.importer.typed_calls import typed_call

_PLACEHOLDER = re.compile(r"[$#]\{")
_LISTS = {"LAMBDA_CONSOLE": LAMBDA_CONSOLE, "LAMBDA_SERVICE": LAMBDA_SERVICE, "LAMBDA_TRANSIENT": LAMBDA_TRANSIENT}

_ELSEWHERE = {"Type", "Next", "End", "Retry", "Catch", "Choices", "Default", "Branches", "ItemProcessor", "Iterator"}
"""Fields that are said by transitions, by nested functions, or by the name of the class."""


def declaration(node: StateNode, name: str | None, functions: list[str], used: set[str]) -> Call:
    """The call that declares a state.

    `name`: what `name=` must say, or None where the variable's name says it. `functions`: the functions of its inner
    scopes, in order. Fields the language has no keyword for go into `extra={...}`.
    """
    used.add(node.type)
    call = Call(node.type, [Code(function) for function in functions])
    if node.type == "Map" and functions:
        _map_processor(node.fields, call)
    if name is not None:
        call.keywords["name"] = name
    known, order, language = fields_of(node.type), key_order(node.type), node.query_language
    unknown: dict[str, Any] = {}
    said = _typed(node, call, used)
    # Known fields in the order in which a person writes them; unknown ones as they came.
    for field in sorted(node.fields, key=lambda f: order.get(f, len(order))):
        value = node.fields[field]
        if field in said:
            continue
        if field in _ELSEWHERE:
            if not _is_said(node, field):
                unknown[field] = value
        elif field in known and has_keyword(known[field], value, language):
            call.keywords[known[field].keyword] = value
        else:
            unknown[field] = value
    if unknown:
        call.keywords["extra"] = unknown
    return call


def _typed(node: StateNode, call: Call, used: set[str]) -> tuple[str, ...]:
    """Gives a Task the call of a known operation, where that says the same; the fields that are said by it."""
    found = typed_call(node, used) if node.type == "Task" else None
    if found is None:
        return ()
    call.positional.append(found[0])
    return ("Resource", found[1])


def has_keyword(field: Field, value: Any, language: str, *, strict: bool = False) -> bool:
    """Whether a field's value can be given by its keyword; where not, it is written as it stands, in `extra={...}`.

    `strict`: whether the keyword takes a number only, no text.
    """
    if field.name == "Assign":
        return is_assign(value, language)
    if field.name == "Items":
        return not is_object(value)
    if isinstance(value, str) and _PLACEHOLDER.search(value):
        return field.kind not in ("enum", "object", "list") and not (strict and field.kind in ("integer", "number"))
    return True


def is_assign(value: Any, language: str) -> bool:
    """Whether an Assign can be given as `assign={...}`: it sets something, and each name is one that the language takes."""
    if not is_object(value) or not value:
        return False
    names = [name.removesuffix(".$") if language == "JSONPath" else name for name in value]
    return all(is_variable_name(name) for name in names)


def _map_processor(fields: dict[str, Any], call: Call) -> None:
    legacy = "ItemProcessor" not in fields
    processor = fields["Iterator" if legacy else "ItemProcessor"]
    if legacy:
        call.keywords["iterator"] = call.positional.pop()
    if is_object(processor) and is_object(processor.get("ProcessorConfig")):
        call.keywords["processor_config"] = processor["ProcessorConfig"]


def _is_said(node: StateNode, field: str) -> bool:
    """Whether the file says this field in another way; empty lists and odd values are not."""
    value = node.fields[field]
    if field == "Retry":
        return is_list(value) and bool(value) and all(_is_handler(item) for item in value)
    if field == "Catch":
        return (
            is_list(value)
            and bool(value)
            and all(_is_handler(item) and leads(item.get("Next"), node.scope.states) for item in value)
        )
    if field == "End":
        return value is True
    if field in ("Next", "Default"):
        return leads(value, node.scope.states)
    if field == "Choices":
        return is_list(value) and all(is_object(r) and leads(r.get("Next"), node.scope.states) for r in value)
    return True


def leads(target: Any, known: Mapping[str, Any]) -> TypeGuard[str]:
    """Whether a transition can be drawn: its target is one of the states."""
    return isinstance(target, str) and target in known


def _is_handler(item: Any) -> bool:
    """Whether a Retrier or Catcher can be written as `.retry(...)` or `.catch(...)`."""
    return is_object(item) and is_list(item.get("ErrorEquals"))


def retrier(fields: dict[str, Any], errors: set[str], function: str = "Retry") -> Call:
    """`Retry("A", "B", interval_seconds=2)`; the lists that everybody has go by their name."""
    call = _handler(fields, Call(function), (), errors)
    for name, known in _LISTS.items():
        if call.positional == list(known):
            errors.add(name)
            call.positional = [Code(f"*{name}")]
    return call


def catcher(fields: dict[str, Any], errors: set[str], owner: str, language: str) -> Call:
    """`owner.catch("A", result_path="$.error")`."""
    return _handler(fields, Call(f"{owner}.catch"), ("Next",), errors, language)


def _error(name: Any, errors: set[str]) -> Any:
    """An error's name; one of `States.` that Step Functions does not know is marked as meant."""
    if isinstance(name, str) and name.startswith("States.") and not is_reserved(name):
        errors.add("ErrorName")
        return Call("ErrorName", [name])
    return name


def _handler(
    fields: dict[str, Any], call: Call, left_out: tuple[str, ...], errors: set[str], language: str = ""
) -> Call:
    call.positional = [_error(name, errors) for name in fields["ErrorEquals"]]
    unknown: dict[str, Any] = {}
    known = fields_of("Catcher" if left_out else "Retrier")
    for field, value in fields.items():
        if field == "ErrorEquals" or field in left_out:
            continue
        if field in known and has_keyword(known[field], value, language, strict=True) and not _cuts(field, fields):
            call.keywords[known[field].keyword] = value
        else:
            unknown[field] = value
    if unknown:
        call.keywords["extra"] = unknown
    return call


def _cuts(field: str, fields: dict[str, Any]) -> bool:
    """Whether a retrier's longest pause is below its first one, which AWS takes and Retry does not."""
    longest, interval = fields.get(field), fields.get("IntervalSeconds", 1)
    return field == "MaxDelaySeconds" and isinstance(longest, int) and isinstance(interval, int) and longest < interval
