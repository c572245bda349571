"""DefinitionSubstitutions: what stands for `${Name}` when a definition is deployed, filled in before it runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from flowdsl.asl.definition import Definition
from flowdsl.asl.values import has_placeholder, is_expression, is_list, is_object
from flowdsl.diagnostics import FlowDslError, did_you_mean
from flowdsl.interpreter.failures import NotSupported

NUMBERS = frozenset(
    {
        "BackoffRate",
        "HeartbeatSeconds",
        "IntervalSeconds",
        "MaxAttempts",
        "MaxConcurrency",
        "MaxDelaySeconds",
        "MaxInputBytesPerBatch",
        "MaxItems",
        "MaxItemsPerBatch",
        "Seconds",
        "TimeoutSeconds",
        "ToleratedFailureCount",
        "ToleratedFailurePercentage",
    }
)
"""Fields that hold a number; one that is yet to be filled in cannot be run."""
PARTS = frozenset(
    {
        "Arguments",
        "Assign",
        "BatchInput",
        "Branches",
        "Catch",
        "Choices",
        "ErrorEquals",
        "ItemBatcher",
        "ItemProcessor",
        "ItemReader",
        "Iterator",
        "Parameters",
        "ProcessorConfig",
        "ReaderConfig",
        "ResultSelector",
        "ResultWriter",
        "Retry",
        "States",
        "WriterConfig",
    }
)
"""Fields that hold an object or a list."""
_NAME = re.compile(r"\$\{([A-Za-z_][\w.]*)\}")


def filled(definition: Definition, values: Mapping[str, Any]) -> Definition:
    """The definition with values for its placeholders, by name; those without one stay.

    A text that is nothing but a placeholder becomes the value itself, a number included; elsewhere the value's text is put
    in. A name that the definition does not have is an error.
    """
    used: set[str] = set()
    document = _filled(definition.document, values, definition, used)
    for name in values:
        if name not in used:
            known = sorted({*definition.bindings.placeholders, *_names(definition.document)})
            raise FlowDslError(f"{definition.name or 'the definition'} has no ${{{name}}}{did_you_mean(name, known)}")
    return replace(definition, document=document)


def _filled(document: dict[str, Any], values: Mapping[str, Any], definition: Definition, used: set[str]) -> Any:
    # Copies what changes and what is around it; a stack, not recursion, since values nest as deep as their author likes.
    root: list[Any] = [document]
    stack: list[tuple[Any, Any]] = [(root, 0)]
    while stack:
        holder, key = stack.pop()
        value = holder[key]
        if isinstance(value, str):
            if "${" in value:
                told = _text(value, values, definition, used)
                holder[key] = _number(key, told) if key in NUMBERS and told != value else told
        elif is_object(value):
            copy = holder[key] = dict(value)
            stack.extend((copy, name) for name in copy)
        elif is_list(value):
            items = holder[key] = list(value)
            stack.extend((items, index) for index in range(len(items)))
    return root[0]


def _text(text: str, values: Mapping[str, Any], definition: Definition, used: set[str]) -> Any:
    whole = _NAME.fullmatch(text)
    if whole is not None and whole[1] in values:
        used.add(whole[1])
        binding = definition.bindings.placeholders.get(whole[1])
        value = values[whole[1]]
        return _number(whole[1], value) if binding is not None and binding.type == "number" else value

    def put(found: re.Match[str]) -> str:
        if found[1] not in values:
            return found[0]
        used.add(found[1])
        return str(values[found[1]])

    return _NAME.sub(put, text)


def _number(name: Any, value: Any) -> int | float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    try:
        return int(value)
    except (TypeError, ValueError):
        try:
            return float(value)
        except (TypeError, ValueError):
            raise FlowDslError(f"{name} must be a number, found {value!r}") from None


def _names(document: dict[str, Any]) -> Iterator[str]:
    stack: list[Any] = [document]
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            yield from _NAME.findall(value)
        elif is_object(value):
            stack.extend(value.values())
        elif is_list(value):
            stack.extend(value)


def refuse_unfilled(definition: Definition) -> None:
    """Refuses a number, an object or a list that is yet to be filled in, naming the state and the field."""
    _look(None, "", definition.document)
    for state in definition.states():
        _look(state.name, "", state.fields)
        for field in PARTS.intersection(state.fields):
            part = state.fields[field]
            for at, inner in enumerate(part) if is_list(part) else [(None, part)]:
                where = field if at is None else f"{field}/{at}"
                _refuse(state.name, where, inner)
                _look(state.name, f"{where}/", inner)
                if is_object(inner) and "ReaderConfig" in inner:
                    _look(state.name, f"{where}/ReaderConfig/", inner["ReaderConfig"])


def _look(state: str | None, at: str, fields: Any) -> None:
    for name in (NUMBERS | PARTS).intersection(fields) if is_object(fields) else ():
        _refuse(state, f"{at}{name}", fields[name])


def _refuse(state: str | None, field: str, value: Any) -> None:
    if has_placeholder(value) and not is_expression(value):
        given = ", ".join(f"{found!r}: ..." for found in _NAME.findall(value))
        raise NotSupported(state, field, f"{value!r} is yet to be filled in; give substitutions={{{given}}}")
