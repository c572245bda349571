"""Intrinsic functions, said in JSONata; where the two differ on some values, the exact form, or a note."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final

from flowdsl.query.jsonpath import intrinsics as source
from flowdsl.query.jsonpath.format import format_pieces
from flowdsl.query.migration.moving import Moving, NotMovable
from flowdsl.query.migration.paths import path_value
from flowdsl.query.migration.values import Array, Code, Literal, Value, as_text, kind_of, operand

Json = Any
Arguments = tuple[Value, ...]


def intrinsic_value(call: source.Intrinsic | str, moving: Moving) -> Value:
    """The value of an intrinsic call; raises NotMovable."""
    call = source.parse_intrinsic(call) if isinstance(call, str) else call
    if call.name == "States.Format":
        return _format(call, moving)
    return _TABLE[call.name](_arguments(call, moving), moving)


def _arguments(call: source.Intrinsic, moving: Moving) -> Arguments:
    return tuple(_argument(argument, moving) for argument in call.arguments)


def _argument(argument: source.Literal | source.PathArgument | source.Intrinsic, moving: Moving) -> Value:
    if isinstance(argument, source.Literal):
        return Literal(argument.value)
    if isinstance(argument, source.PathArgument):
        return path_value(argument.path, moving)
    return intrinsic_value(argument, moving)


def _format(call: source.Intrinsic, moving: Moving) -> Value:
    head = call.arguments[0]
    if not isinstance(head, source.Literal) or head.raw is None:
        raise NotMovable("States.Format takes its template from a path")
    texts = format_pieces(head.raw)
    values = [_argument(argument, moving) for argument in call.arguments[1:]]
    if len(texts) != len(values) + 1:
        raise NotMovable("States.Format has another number of values than its template has {}")
    parts: list[str] = [json.dumps(texts[0], ensure_ascii=False)] if texts[0] else []
    for value, text in zip(values, texts[1:], strict=True):
        kind = kind_of(value)
        if kind in ("object", "array"):
            raise NotMovable(f"States.Format prints an {kind} as Java does, {{a=1}}; JSONata prints JSON")
        if kind is None:
            moving.note("States.Format prints an object or array as Java does, {a=1}; JSONata prints JSON")
        parts.append(operand(value))
        if text:
            parts.append(json.dumps(text, ensure_ascii=False))
    if not parts:
        return Literal("")
    if len(parts) == 1:
        return Code(f"$string({parts[0]})", True, "string") if values else Literal(texts[0])
    return Code(" & ".join(parts), False, "string")


def _call(function: str, kind: str | None = None) -> Callable[[Arguments, Moving], Value]:
    def make(arguments: Arguments, moving: Moving) -> Value:
        return Code(f"${function}({', '.join(map(as_text, arguments))})", True, kind)

    return make


def _string_to_json(arguments: Arguments, moving: Moving) -> Value:
    moving.note("States.StringToJson of an empty or blank text is null; $parse fails")
    return Code(f"$parse({as_text(arguments[0])})", True)


def _json_to_string(arguments: Arguments, moving: Moving) -> Value:
    value = arguments[0]
    if kind_of(value) == "string":
        raise NotMovable("States.JsonToString puts a text in quotes; $string does not")
    text = as_text(value)
    if kind_of(value) is None:
        # $string leaves a text without the quotes that its JSON has.
        quoted = f'$replace($string({{"v": {text}}}), /^\\{{"v":|\\}}$/, "")'
        return Code(f'$type({text}) = "string" ? {quoted} : $string({text})', False, "string")
    return Code(f"$string({text})", True, "string")


def _array(arguments: Arguments, moving: Moving) -> Value:
    return Array(arguments)


def _array_partition(arguments: Arguments, moving: Moving) -> Value:
    # An empty array has no parts, where $partition gives nothing.
    return Code(f"$append([], $partition({as_text(arguments[0])}, {as_text(arguments[1])})[])", True, "array")


def _array_contains(arguments: Arguments, moving: Moving) -> Value:
    array, wanted = arguments
    if kind_of(wanted) in ("string", "number", "boolean", "null"):
        return Code(f"{operand(wanted)} in {operand(array)}", False, "boolean")
    # `in` does not compare objects and arrays by value; $filter with = does.
    item = moving.name("item")
    return Code(
        f"$count($filter({as_text(array)}, function({item}){{ {item} = {operand(wanted)} }})) > 0", False, "boolean"
    )


def _array_range(arguments: Arguments, moving: Moving) -> Value:
    first, last, step = arguments
    if (
        isinstance(step, Literal)
        and step.value == 1
        and not any(isinstance(a, Literal) and isinstance(a.value, float) for a in arguments)
    ):
        return Code(f"[{as_text(first)}..{as_text(last)}]", True, "array")
    # $range gives one number bare and none as nothing.
    return Code(f"$append([], $range({as_text(first)}, {as_text(last)}, {as_text(step)}))", True, "array")


def _array_get_item(arguments: Arguments, moving: Moving) -> Value:
    array, index = arguments
    if isinstance(index, Literal) and (type(index.value) is not int or index.value < 0):
        raise NotMovable(f"States.ArrayGetItem at {index.value!r} always fails")
    base = as_text(array)
    tight = isinstance(array, Code) and array.tight and not array.indexed
    return Code(f"{base if tight else f'({base})'}[{as_text(index)}]", True, indexed=True)


def _json_merge(arguments: Arguments, moving: Moving) -> Value:
    if arguments[2] != Literal(False):
        raise NotMovable("States.JsonMerge takes only false as its third argument")
    return Code(f"$merge([{as_text(arguments[0])}, {as_text(arguments[1])}])", True, "object")


def _math_add(arguments: Arguments, moving: Moving) -> Value:
    left, right = arguments
    for value in arguments:
        if isinstance(value, Literal) and isinstance(value.value, float):
            raise NotMovable("States.MathAdd rounds its fractions")
    if kind_of(left) is None or kind_of(right) is None:
        moving.note("States.MathAdd rounds fractions, half up, before it adds; JSONata's + does not")
    if isinstance(right, Literal) and type(right.value) is int and right.value < 0:
        return Code(f"{operand(left)} - {-right.value}", False, "number")
    return Code(f"{operand(left)} + {operand(right)}", False, "number")


def _math_random(arguments: Arguments, moving: Moving) -> Value:
    low, high, *seed = arguments
    if seed:
        raise NotMovable("a seed of States.MathRandom gives other numbers than the same seed of $random")
    if isinstance(low, Literal) and isinstance(high, Literal) and type(low.value) is int and type(high.value) is int:
        width, start = str(high.value - low.value), str(low.value)
    else:
        width, start = f"({operand(high)} - {operand(low)})", operand(low)
    drawn = f"$floor($random() * {width})"
    return Code(drawn if start == "0" else f"{drawn} + {start}", start == "0", "number")


def _string_split(arguments: Arguments, moving: Moving) -> Value:
    text, marks = arguments
    if not isinstance(marks, Literal) or not isinstance(marks.value, str):
        raise NotMovable("States.StringSplit takes its separators from a path: they are a set of characters")
    if not marks.value:
        raise NotMovable("States.StringSplit without a separator")
    if len(set(marks.value)) == 1:
        separator = json.dumps(marks.value[0], ensure_ascii=False)
    else:
        # Each character separates; a regular expression's class says so.
        separator = "/[" + re.sub(r"([\\\]\[^/-])", r"\\\1", "".join(dict.fromkeys(marks.value))) + "]/"
    piece = moving.name("piece")
    # Empty pieces are dropped.
    kept = f'$filter($split({as_text(text)}, {separator}), function({piece}){{ {piece} != "" }})[]'
    return Code(f"$append([], {kept})", True, "array")


_TABLE: Final[dict[str, Callable[[Arguments, Moving], Value]]] = {
    "States.StringToJson": _string_to_json,
    "States.JsonToString": _json_to_string,
    "States.Array": _array,
    "States.ArrayPartition": _array_partition,
    "States.ArrayContains": _array_contains,
    "States.ArrayRange": _array_range,
    "States.ArrayGetItem": _array_get_item,
    "States.ArrayLength": _call("count", "number"),
    "States.ArrayUnique": _call("distinct", "array"),
    "States.Base64Encode": _call("base64encode", "string"),
    "States.Base64Decode": _call("base64decode", "string"),
    "States.Hash": _call("hash", "string"),
    "States.JsonMerge": _json_merge,
    "States.MathAdd": _math_add,
    "States.MathRandom": _math_random,
    "States.StringSplit": _string_split,
    "States.UUID": _call("uuid", "string"),
}
