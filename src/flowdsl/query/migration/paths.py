"""Paths and filters, said in JSONata."""

from __future__ import annotations

import json
import re
from typing import Any

from flowdsl.query.jsonpath.conditions import (
    Compares,
    Condition,
    Constant,
    Every,
    Exists,
    Inverse,
    Matches,
    Operand,
    Some,
)
from flowdsl.query.jsonpath.steps import Descend, Filter, Index, Indexes, Name, Names, Slice, Step, Wildcard
from flowdsl.query.jsonpath.syntax import Path, parse_path
from flowdsl.query.migration.moving import Moving, NotMovable
from flowdsl.query.migration.values import Array, Code, Literal, Object, Value, as_text, element, kind_of, member

Json = Any

CONTEXT = Code("$states.context", True, "object")


def path_value(path: Path | str, moving: Moving) -> Value:
    """The value of a path; raises NotMovable."""
    path = parse_path(path) if isinstance(path, str) else path
    if path.functions:
        raise NotMovable(f"{path.text} reads {path.functions[0]!r} as a field: AWS knows no functions in paths")
    base = moving.root
    if path.variable is not None:
        base = Code(f"${path.variable}", True)
    elif path.root == "context":
        base = CONTEXT
    return _walk(base, path.steps, base, moving)


def _walk(base: Value, steps: tuple[Step, ...], root: Value, moving: Moving) -> Value:
    value = base
    for number, step in enumerate(steps):
        if isinstance(step, Name):
            value = member(value, step.name)
        elif isinstance(step, Index):
            value = element(value, step.index)
        elif isinstance(step, Names) and number == len(steps) - 1:
            return _picked(value, step, moving)
        else:
            return _many(value, steps[number:], root, moving)
    return value


def _picked(value: Value, step: Names, moving: Moving) -> Value:
    if isinstance(value, (Object, Literal)):
        return Object({name: member(value, name) for name in step.names})
    key = moving.name("key")
    wanted = json.dumps(list(step.names), ensure_ascii=False)
    text = f"$merge([$sift({as_text(value)}, function({moving.name('value')}, {key}){{ {key} in {wanted} }})])"
    return Code(text, True, "object")


def _many(value: Value, steps: tuple[Step, ...], root: Value, moving: Moving) -> Value:
    """An indefinite path: always an array, [] for nothing."""
    if isinstance(value, Literal):
        raise NotMovable("a path that may lead to many reads a literal")
    items, kind = as_text(value), kind_of(value)
    listed = False
    number = 0
    while number < len(steps):
        step = steps[number]
        number += 1
        if isinstance(step, Wildcard):
            if listed:
                items = f"$reduce({items}, $append, [])"
            elif number > 1:
                items = _all_of_each(items, moving)
            elif kind == "object":
                items = _values(items, moving)
            elif step.dotted:
                items = f'($type({items}) = "object" ? {_values(items, moving)} : {items})'
            elif kind != "array":
                moving.note("[*] of an object gives its values; in JSONata it is taken for an array")
        elif isinstance(step, Filter):
            if listed:
                raise NotMovable("a filter on the results of another step that leads to many")
            item = moving.name("item")
            items = f"$filter({items}, function({item}){{ {_condition(step.condition, item, root, moving)} }})[]"
        elif isinstance(step, (Slice, Indexes)):
            if listed:
                raise NotMovable("a slice of the results of another step that leads to many")
            items = _sliced(items, step, moving)
        elif isinstance(step, (Name, Index)):
            along: list[Name | Index] = [step]
            while number < len(steps) and isinstance(following := steps[number], (Name, Index)):
                along.append(following)
                number += 1
            items = _mapped(items, along, moving)
            listed = True
            continue
        else:
            raise NotMovable(
                "'..' has no exact form in JSONata"
                if isinstance(step, Descend)
                else "several names in the middle of a path"
            )
        listed = False
    return Code(f"$append([], {items})", True, "array")


def _values(items: str, moving: Moving) -> str:
    value = moving.name("value")
    return f"$each({items}, function({value}){{ {value} }})[]"


def _all_of_each(items: str, moving: Moving) -> str:
    """Elements and members of each of several values, in one array."""
    item = moving.name("item")
    each = f'$type({item}) = "object" ? {_values(item, moving)} : $type({item}) = "array" ? {item}'
    return f"$reduce($map({items}, function({item}){{ {each} }})[], $append, [])"


def _mapped(items: str, along: list[Name | Index], moving: Moving) -> str:
    item = moving.name("item")
    inner: Value = Code(item, True)
    for step in along:
        inner = member(inner, step.name) if isinstance(step, Name) else element(inner, step.index)
    return f"$map({items}, function({item}){{ {as_text(inner)} }})[]"


def _sliced(items: str, step: Slice | Indexes, moving: Moving) -> str:
    item, index = moving.name("item"), moving.name("index")
    if isinstance(step, Indexes):
        if list(step.indexes) != sorted(set(step.indexes)) or step.indexes[0] < 0:
            raise NotMovable("indexes that are not in ascending order")
        test = f"{index} in {list(step.indexes)}"
    else:
        start, stop = step.start, step.stop
        if start is not None and stop is not None and (start < 0 or stop < 0):
            raise NotMovable("a slice between bounds of which one counts from the end")
        tests: list[str] = []
        for bound, sign in ((start, ">="), (stop, "<")):
            if bound is not None and not (sign == ">=" and bound == 0):
                edge = str(bound) if bound >= 0 else f"$count({items}) - {-bound}"
                tests.append(f"{index} {sign} {edge}")
        test = " and ".join(tests) or "true"
    return f"$filter({items}, function({item}, {index}){{ {test} }})[]"


def _condition(condition: Condition, item: str, root: Value, moving: Moving) -> str:
    if isinstance(condition, Every):
        return " and ".join(_inner(part, item, root, moving) for part in condition.parts)
    if isinstance(condition, Some):
        return " or ".join(_inner(part, item, root, moving) for part in condition.parts)
    if isinstance(condition, Inverse):
        return f"$not({_condition(condition.inner, item, root, moving)})"
    if isinstance(condition, Exists):
        return f"$exists({_operand(condition.operand, item, root, moving)})"
    left = _operand(condition.left, item, root, moving)
    if isinstance(condition, Matches):
        if condition.flags.strip("i"):
            raise NotMovable(f"the flags {condition.flags!r} of a regular expression")
        source = re.sub(r"(?<!\\)/", r"\\/", condition.source)
        return f'$type({left}) = "string" and $contains({left}, /^(?:{source})$/{condition.flags})'
    right = _operand(condition.right, item, root, moving)
    return _compared(condition, left, right)


def _compared(condition: Compares, left: str, right: str) -> str:
    operator = condition.operator
    if operator in ("==", "==="):
        return f"{left} = {right}"
    if operator in ("!=", "!=="):
        # A field that is not there is unequal to everything; JSONata's != would be false.
        return f"$not({left} = {right})"
    if operator in ("<", "<=", ">", ">="):
        kinds = {_kind(o) for o in (condition.left, condition.right) if isinstance(o, Constant)}
        if len(kinds) != 1 or not kinds <= {"number", "string"}:
            raise NotMovable(f"a filter compares two paths with {operator}")
        other = left if isinstance(condition.right, Constant) else right
        return f'$type({other}) = "{kinds.pop()}" and {left} {operator} {right}'
    if operator in ("in", "nin") and isinstance(condition.right, Constant):
        return f"{left} in {right}" if operator == "in" else f"$not({left} in {right})"
    raise NotMovable(f"the filter operator {operator!r}")


def _kind(constant: Constant) -> str:
    value = constant.value
    return "string" if isinstance(value, str) else "number" if type(value) in (int, float) else "other"


def _inner(condition: Condition, item: str, root: Value, moving: Moving) -> str:
    text = _condition(condition, item, root, moving)
    several = isinstance(condition, (Every, Some, Matches)) or (isinstance(condition, Compares) and " and " in text)
    return f"({text})" if several else text


def _operand(operand: Operand, item: str, root: Value, moving: Moving) -> str:
    if isinstance(operand, Constant):
        return json.dumps(operand.value, ensure_ascii=False)
    base = root if operand.absolute else Code(item, True)
    value = _walk(base, operand.steps, root, moving)
    if isinstance(value, Array):
        raise NotMovable("a filter compares with an array")
    return as_text(value)
