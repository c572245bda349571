"""The parameters of a call against what the operation takes: required ones, spelling, types of literals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from flowdsl.asl.source_map import escape
from flowdsl.diagnostics import did_you_mean
from flowdsl.integrations.base import as_list, as_object, is_expression
from flowdsl.integrations.catalog import Operation
from flowdsl.integrations.model import Shape
from flowdsl.integrations.names import normal

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class ArgumentProblem:
    """One parameter that does not fit."""

    kind: Literal["absent", "missing", "unknown", "undocumented", "type", "value"]
    """`absent` (an SDK integration without Parameters or Arguments), `missing`, top-level `unknown` and `type`: AWS refuses the machine. A nested `unknown` it takes and ignores
    (measured). `undocumented`: the API has it, AWS does not list it for the optimised form."""
    pointer: str
    """JSON Pointer below the parameters; `` for a missing top-level one."""
    message: str
    """One line, a near name included."""
    name: str = ""
    """Of a missing or unknown parameter, its name."""

    @property
    def nested(self) -> bool:
        return self.pointer.count("/") > 1


def check_arguments(operation: Operation, parameters: Any) -> list[ArgumentProblem]:
    """What is wrong with a Task's Parameters or Arguments (None: it has none), in document order, missing ones first.

    A key that ends in `.$` counts by its name, its value is not looked at; nor is a JSONata text or one that holds a
    placeholder. Parameters that are wholly computed are passed over, and so is a call that takes anything.
    """
    if operation.kind == "aws-sdk" and parameters is None:
        return [ArgumentProblem("absent", "", f"{operation.name} needs Arguments or Parameters, if only {{}}")]
    if operation.takes_anything or not isinstance(parameters, dict | None):
        return []
    return list(_walk(operation, as_object(parameters)))


def _walk(operation: Operation, parameters: dict[str, Any]) -> Iterator[ArgumentProblem]:
    given = {_plain(key) for key in parameters}
    for name in operation.required:
        if name not in given:
            near = next((k for k in given if normal(k) == normal(name)), None)
            hint = f"; {near!r} is spelled {name!r} here" if near else ""
            yield ArgumentProblem("missing", "", f"{operation.name} needs {name}{hint}", name)
    members = operation.members
    documented = operation.documented
    # (shape, value, pointer, what it is called)
    stack: list[tuple[Shape, Any, str, str]] = []
    for key, value in parameters.items():
        name, pointer = _plain(key), f"/{escape(key)}"
        shape = members.get(name)
        if shape is None:
            if not (members or documented):
                continue
            yield ArgumentProblem(
                "unknown", pointer, f"{operation.name} has no parameter {name!r}{_near(name, members)}", name
            )
        else:
            if documented is not None and name not in documented:
                yield ArgumentProblem(
                    "undocumented", pointer, f"AWS does not list {name} among the parameters of {operation.name}"
                )
            if key == name and name not in operation.json_text:
                stack.append((shape, value, pointer, name))
    stack.reverse()
    ranges: Mapping[str, tuple[float, float]] = operation.definition.ranges if operation.definition else {}
    texts_take_json = operation.kind == "aws-sdk"
    while stack:
        shape, value, pointer, called = stack.pop()
        if isinstance(value, str) and (is_expression(value) or "${" in value or "#{" in value):
            continue
        problem = _type_problem(shape, value, texts_take_json)
        if problem:
            yield ArgumentProblem("type", pointer, f"{called} of {operation.name} {problem}")
            continue
        if isinstance(value, str) and shape.enum and value not in shape.enum:
            near = did_you_mean(value, shape.enum)
            yield ArgumentProblem("value", pointer, f"{called} of {operation.name} cannot be {value!r}{near}")
            continue
        unfit = _bounds_problem(shape, value, ranges.get(called))
        if unfit:
            yield ArgumentProblem("value", pointer, f"{called} of {operation.name} {unfit}")
        inner: list[tuple[Shape, Any, str, str]] = []
        if shape.type == "structure":
            # The names are the nested structure's own; a required one may come from a computed neighbour.
            for key, item in as_object(value).items():
                name, below = _plain(key), f"{pointer}/{escape(key)}"
                member = shape.members.get(name)
                if member is None:
                    message = f"{called} of {operation.name} has no member {name!r}{_near(name, shape.members)}"
                    yield ArgumentProblem("unknown", below, message)
                elif key == name and name not in operation.json_text:
                    inner.append((member, item, below, f"{called}.{name}"))
        elif shape.type == "list":
            inner = [(shape.item, v, f"{pointer}/{i}", f"{called}[{i}]") for i, v in enumerate(as_list(value))]
        elif shape.type == "map":
            inner = [
                (shape.item, item, f"{pointer}/{escape(key)}", f"{called}.{key}")
                for key, item in as_object(value).items()
                if not key.endswith(".$")
            ]
        stack.extend(reversed(inner))


def _plain(key: str) -> str:
    return key.removesuffix(".$")


def _near(name: str, known: Any) -> str:
    same = next((k for k in known if normal(k) == normal(name)), None)
    return f"; did you mean {same!r}?" if same else did_you_mean(name, known)


def _type_problem(shape: Shape, value: Any, texts_take_json: bool) -> str | None:
    """What a literal must be and is not. Null is left alone: AWS drops it in some places."""
    if value is None or shape.type == "document":
        return None
    match shape.type:
        case "structure" if shape.name == "AttributeValue" and not texts_take_json and isinstance(value, str):
            # The optimised DynamoDB takes a plain text for {"S": text}: definitions in use rely on it.
            return None
        case "structure" | "map":
            return None if isinstance(value, dict) else "must be an object"
        case "list":
            return None if isinstance(value, list) else "must be an array"
        case "boolean":
            # A text that reads as one is taken too, here and for numbers: definitions in use rely on it.
            fits = isinstance(value, bool) or (isinstance(value, str) and value.lower() in ("true", "false"))
            return None if fits else "must be true or false"
        case "integer" | "number":
            fits = isinstance(value, int | float) and not isinstance(value, bool)
            return None if fits or (isinstance(value, str) and _NUMBER.fullmatch(value)) else "must be a number"
        case "timestamp":
            return (
                None if isinstance(value, str | int | float) and not isinstance(value, bool) else "must be a timestamp"
            )
        case "string":
            # An SDK integration turns anything given for a text into JSON text (recorded); an optimised one nothing: {"N": 5}
            # of DynamoDB and a number among a Glue job's Arguments are refused.
            return None if texts_take_json or isinstance(value, str) else "must be a string"
        case _:
            return None if texts_take_json or not isinstance(value, dict | list) else "must be a string"


def _bounds_problem(shape: Shape, value: Any, bounds: tuple[float, float] | None) -> str | None:
    """What a literal's number, or length, must be and is not."""
    least, most = bounds or (shape.minimum, shape.maximum)
    if value is None or isinstance(value, bool) or (least is None and most is None):
        return None
    if isinstance(value, int | float):
        size, what = value, ""
    elif shape.type in ("string", "list", "map"):
        held: str | list[Any] | dict[str, Any] = value if isinstance(value, str) else as_list(value) or as_object(value)
        size, what = len(held), {"string": " characters", "list": " items", "map": " members"}[shape.type]
    else:
        return None
    if (least is None or size >= least) and (most is None or size <= most):
        return None
    wanted = (
        f"at most {most:,}" if least is None else f"at least {least:,}" if most is None else f"{least:,} to {most:,}"
    )
    return f"must {'have' if what else 'be'} {wanted}{what}, found {size:,}"
