"""Read, change, write: a value that goes back to where it was read from, with something added."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flowdsl.checks.handler_calls import AwsCall
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_tree import Function
from flowdsl.checks.handler_values import ANSWER, Value

_SETS = re.compile(r"([#\w.]+)\s*=\s*(:\w+)")
_READING = {"dynamodb": ("get_item", "query", "batch_get_item"), "s3": ("get_object",), "ssm": ("get_parameter",)}


def rewrites(source: HandlerSource, call: AwsCall) -> bool:
    """Whether a put or update gives an item, attribute or object back with something added to what it was."""
    if not _was_read(source, call):
        return False
    if call.method in ("put_object", "put_parameter"):
        body = call.arguments.get("Body" if call.method == "put_object" else "Value")
        return body is not None and any(
            _adds(source, part, where, None) for part, where in _made_of(source, body, call.function)
        )
    if call.method == "put_item":
        item = call.arguments.get("Item")
        return item is not None and any(
            _adds_to_field(source, name, value) for name, value in _fields(source, item, call.function)
        )
    text = source.values.text(call.arguments.get("UpdateExpression"), call.function)
    given = call.arguments.get("ExpressionAttributeValues")
    if not text or given is None:
        return False
    names = call.arguments.get("ExpressionAttributeNames")
    called = (source.values.fields(names, call.function) or {}) if names is not None else {}
    values = source.values.fields(given, call.function) or {}
    for attribute, placeholder in _SETS.findall(text):
        meant = called.get(attribute, [])
        real = source.values.constant(meant[0].node, meant[0].function) if meant else attribute
        if isinstance(real, str) and any(_adds_to_field(source, real, v) for v in values.get(placeholder, [])):
            return True
    return False


def _was_read(source: HandlerSource, call: AwsCall) -> bool:
    """Whether the same table, or the same object, is read by the handlers that write it."""
    running = set(source.reached.get(call.function, ()))
    for other in source.calls.of(*_READING.get(call.service, ())):
        if other.service != call.service or running.isdisjoint(source.reached.get(other.function, ())):
            continue
        if call.service == "s3":
            if _place(other, "Bucket", "Key") == _place(call, "Bucket", "Key"):
                return True
        elif call.service == "ssm":
            if _place(other, "Name") == _place(call, "Name"):
                return True
        elif _table(other) == _table(call):
            return True
    return False


def _place(call: AwsCall, *names: str) -> list[str]:
    return [ast.dump(call.arguments[name]) if name in call.arguments else "" for name in names]


def _table(call: AwsCall) -> str:
    if "TableName" in call.arguments:
        return ast.dump(call.arguments["TableName"])
    assert isinstance(call.node.func, ast.Attribute)
    return ast.dump(call.node.func.value)


def _fields(source: HandlerSource, item: ast.expr, function: Function) -> Iterator[tuple[str, Value]]:
    """The fields of an item that is put: written out, stored one by one, and changed in place."""
    for name, values in (source.values.fields(item, function) or {}).items():
        for value in values:
            yield name, value
    if isinstance(item, ast.Name):
        for name, sum_ in _changed_in_place(function, item.id):
            yield name, Value(sum_, function)


def _changed_in_place(function: Function, name: str) -> Iterator[tuple[str, ast.expr]]:
    """`x["n"] += 1` and `x["rows"].append(y)` as the sums they are, by field."""
    for node in function.nodes:
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub):
            field = _field(node.target, name)
            if field is not None and isinstance(node.target, ast.Subscript | ast.Name):
                yield field, ast.BinOp(node.target, node.op, node.value)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.args
            and node.func.attr in ("append", "extend")
        ):
            field = _field(node.func.value, name)
            if field is not None:
                yield field, ast.BinOp(node.func.value, ast.Add(), node.args[0])
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                field = _field(target, name)
                if field is not None and isinstance(target, ast.Subscript):
                    yield field, node.value


def _field(node: ast.expr, name: str) -> str | None:
    """The outermost field of `name["field"]...`; `` for the name itself; None for anything else."""
    field = ""
    while isinstance(node, ast.Subscript):
        field = node.slice.value if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str) else ""
        node = node.value
    return field if isinstance(node, ast.Name) and node.id == name else None


def _adds_to_field(source: HandlerSource, name: str, value: Value) -> bool:
    return any(_adds(source, part, where, name) for part, where in _made_of(source, value.node, value.function))


def _made_of(
    source: HandlerSource, node: ast.expr, function: Function | None
) -> Iterator[tuple[ast.expr, Function | None]]:
    """A value and what goes into it, names followed, changes in place included."""
    pending: list[tuple[ast.expr, Function | None]] = [(node, function)]
    seen: set[tuple[str, Function | None]] = set()
    while pending and len(seen) < 60:
        part, where = pending.pop()
        yield part, where
        for inner in ast.walk(part):
            if isinstance(inner, ast.Name) and (inner.id, where) not in seen:
                seen.add((inner.id, where))
                pending += [(v.node, v.function) for v in source.values.definitions(inner.id, where)]
                if where is not None:
                    pending += [(sum_, where) for _, sum_ in _changed_in_place(where, inner.id)]


def _adds(source: HandlerSource, node: ast.expr, function: Function | None, field: str | None) -> bool:
    """A sum of what was read and something that was not; of the field itself, where one is asked for."""
    for inner in ast.walk(node):
        if not (isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Add | ast.Sub)):
            continue
        read = [bool(source.origins(side, function) & ANSWER) for side in (inner.left, inner.right)]
        if read[0] == read[1] or _is_text(source, inner, function):
            continue
        side = inner.left if read[0] else inner.right
        if field is None or field in _keys_read(source, side, function):
            return True
    return False


def _keys_read(source: HandlerSource, node: ast.expr, function: Function | None) -> set[str]:
    """The names of the fields that a value is taken from: `Item` and `balance` of `int(answer["Item"]["balance"])`."""
    found: set[str] = set()
    for part, _ in _made_of(source, node, function):
        for inner in ast.walk(part):
            key: ast.expr | None = None
            if isinstance(inner, ast.Subscript):
                key = inner.slice
            elif (
                isinstance(inner, ast.Call)
                and isinstance(inner.func, ast.Attribute)
                and inner.func.attr == "get"
                and inner.args
            ):
                key = inner.args[0]
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                found.add(key.value)
    return found


def _is_text(source: HandlerSource, node: ast.BinOp, function: Function | None) -> bool:
    """`"prefix-" + name` puts a text together; it does not count."""
    sides = (node.left, node.right)
    return any(isinstance(s, ast.JoinedStr) or isinstance(source.values.constant(s, function), str) for s in sides)
