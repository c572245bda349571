"""CloudFormation's functions (Ref, Fn::Sub, Fn::Join, ...) inside a definition: what they stand for, as `${...}`."""

from __future__ import annotations

from typing import Any, Final

from flowdsl.asl.values import Json, is_list, is_object

_DEEP: Final = 30
"""Functions inside one another that are followed; nobody writes more."""


def function_of(value: Json) -> str | None:
    """The function that an object calls: Ref, Fn::Sub, ...; None for any other value."""
    if is_object(value) and len(value) == 1:
        name = next(iter(value))
        if name == "Ref" or name.startswith("Fn::"):
            return name
    return None


def text_of(value: Json, depth: int = 0) -> str:
    """The text that a value of a template stands for, with `${...}` for what is known at deployment only.

    `{"Ref": "Table"}` is "${Table}", `{"Fn::GetAtt": ["F", "Arn"]}` "${F.Arn}"; a function that cannot be written so is
    "${Fn::ImportValue}", by its name.
    """
    if isinstance(value, str):
        return value
    name = function_of(value)
    if name is None:
        import json

        return json.dumps(value, ensure_ascii=False)
    argument = value[name]
    if depth < _DEEP:
        if name == "Ref" and isinstance(argument, str):
            return f"${{{argument}}}"
        if name == "Fn::GetAtt":
            parts = argument if is_list(argument) else [argument]
            if all(isinstance(part, str) for part in parts):
                return f"${{{'.'.join(parts)}}}"
        if name == "Fn::Sub":
            text = argument[0] if is_list(argument) and argument else argument
            if isinstance(text, str):
                return text.replace("${!", "${")
        if name == "Fn::Join" and is_list(argument) and len(argument) == 2 and is_list(argument[1]):
            return text_of(argument[0], depth + 1).join(text_of(part, depth + 1) for part in argument[1])
    return f"${{{name}}}"


def without_functions(value: Json) -> Json:
    """The same value with every function replaced by the text it stands for. Shares what has none."""
    root: dict[str, Json] = {"": value}
    stack: list[tuple[Any, Any]] = [(root, "")]
    while stack:
        target, key = stack.pop()
        inner = target[key]
        if function_of(inner):
            target[key] = text_of(inner)
        elif is_object(inner):
            target[key] = copy = dict(inner)
            stack.extend((copy, name) for name in copy)
        elif is_list(inner):
            target[key] = items = list(inner)
            stack.extend((items, i) for i in range(len(items)))
    return root[""]
