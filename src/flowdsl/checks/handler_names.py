"""What each name in a handler's file is given: by assignments, parameters, stores and returns. Names only, no aliases."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flowdsl.checks.handler_entries import Entries, method_of
from flowdsl.checks.handler_tree import Function, SourceTree, bindings_of


@dataclass(frozen=True, slots=True)
class Value:
    """An expression and the function whose names it reads (None: the module's)."""

    node: ast.expr
    function: Function | None


_FARTHEST = 16
"""Names that one value is followed through."""


class Names:
    """What the names of one file hold, as far as its text says."""

    def __init__(self, tree: SourceTree, entries: Entries) -> None:
        self.tree = tree
        self.entries = entries
        self.assigned: dict[Function | None, dict[str, list[ast.expr]]] = {None: tree.constants}
        self.stored: dict[Function | None, dict[str, dict[str, list[ast.expr]]]] = {}
        """Function → name → field → values put there by `x["field"] = ...` or `x.field = ...`."""
        self.contributed: dict[Function, dict[str, list[ast.expr]]] = {}
        """Function → name → what is put into it by `x.append(...)` and the like."""
        self.returned: dict[Function, list[ast.expr]] = {}
        self.given: dict[Function, dict[str, list[Value]]] = {}
        """Function → parameter → what its calls in this file give."""
        if entries.handlers:
            # A client may be made by a function that no handler runs: all are read, those that run are followed.
            for function in tree.functions.values():
                self._read(function)
            for function in entries.reached:
                self._read_calls(function)

    def _read(self, function: Function) -> None:
        assigned = self.assigned[function] = {}
        stored = self.stored[function] = {}
        contributed = self.contributed[function] = {}
        returned = self.returned[function] = []
        inner = {id(n) for d in function.inner.values() for n in ast.walk(d)}
        for node in function.nodes:
            for name, value in bindings_of(node):
                if name not in function.globals:
                    assigned.setdefault(name, []).append(value)
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value is not None:
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    base, field = _field_of(target)
                    if base and field:
                        stored.setdefault(base, {}).setdefault(field, []).append(node.value)
            elif isinstance(node, ast.Return) and node.value is not None and id(node) not in inner:
                returned.append(node.value)
            elif (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
            ):
                self._read_method(node, node.func, stored, contributed)
        if isinstance(function.node, ast.Lambda):
            returned.append(function.node.body)

    def _read_method(
        self,
        node: ast.Call,
        method: ast.Attribute,
        stored: dict[str, dict[str, list[ast.expr]]],
        contributed: dict[str, list[ast.expr]],
    ) -> None:
        """`x.update({...})`, `x.setdefault(k, v)`; `x.append(v)` lets x hold v."""
        assert isinstance(method.value, ast.Name)
        fields = stored.setdefault(method.value.id, {})
        if method.attr == "update":
            for argument in node.args:
                if isinstance(argument, ast.Dict):
                    for key, value in zip(argument.keys, argument.values, strict=True):
                        if isinstance(key, ast.Constant) and isinstance(key.value, str):
                            fields.setdefault(key.value, []).append(value)
            for keyword in node.keywords:
                if keyword.arg:
                    fields.setdefault(keyword.arg, []).append(keyword.value)
        elif method.attr == "setdefault" and len(node.args) == 2:
            key = node.args[0]
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                fields.setdefault(key.value, []).append(node.args[1])
        elif method.attr in ("append", "extend", "add", "insert", "appendleft") and node.args:
            contributed.setdefault(method.value.id, []).append(node.args[-1])

    def _read_calls(self, function: Function) -> None:
        for call in function.of(ast.Call):
            inner = function.inner.get(call.func.id) if isinstance(call.func, ast.Name) else None
            if inner is not None:
                for name, value in _arguments(inner.args, call, skip=0):
                    self.assigned[function].setdefault(name, []).append(value)
                continue
            other = self.function_called(call, function)
            if other is not None and other in self.assigned:
                skip = len(other.node.args.posonlyargs) + len(other.node.args.args) - len(other.positional)
                given = self.given.setdefault(other, {})
                for name, value in _arguments(other.node.args, call, skip=skip):
                    given.setdefault(name, []).append(Value(value, function))
            else:
                # What is handed to a function that calls back (map, submit, sorted) may reach the callback's parameters.
                self._read_callback(call, function)

    def _read_callback(self, call: ast.Call, function: Function) -> None:
        handed = [a.value if isinstance(a, ast.Starred) else a for a in call.args]
        for argument in handed:
            rest = [a for a in handed if a is not argument]
            if isinstance(argument, ast.Lambda):
                for parameter in argument.args.args:
                    self.assigned[function].setdefault(parameter.arg, []).extend(rest)
            elif isinstance(argument, ast.Name):
                if argument.id in function.inner:
                    for parameter in function.inner[argument.id].args.args:
                        self.assigned[function].setdefault(parameter.arg, []).extend(rest)
                    continue
                other = self.tree.functions.get(argument.id)
                if other is not None and other in self.assigned:
                    for name in other.parameters:
                        self.given.setdefault(other, {}).setdefault(name, []).extend(Value(r, function) for r in rest)

    def function_called(self, call: ast.Call, function: Function | None) -> Function | None:
        """The function of this file that a call runs, when the text says which."""
        if isinstance(call.func, ast.Name):
            name = call.func.id
            if name in self.tree.classes:
                return self.tree.functions.get(f"{name}.__init__")
            return self.tree.functions.get(name)
        if isinstance(call.func, ast.Attribute):
            return next(method_of(self.tree, function, call.func), None)
        return None

    def definitions(self, name: str, function: Function | None) -> list[Value]:
        """What a name is given: in the function, by its callers, or in the module."""
        if function is not None:
            own = self.assigned.get(function, {}).get(name)
            if own:
                return [Value(v, function) for v in own]
            if name in function.parameters:
                return self.given.get(function, {}).get(name, [])
        return [Value(v, None) for v in self.tree.constants.get(name, ())]

    def settled(self, node: ast.expr, function: Function | None) -> Value:
        """A name followed to the one expression it stands for, as far as that is certain."""
        seen: set[tuple[str, Function | None]] = set()
        while isinstance(node, ast.Name) and (node.id, function) not in seen and len(seen) < _FARTHEST:
            seen.add((node.id, function))
            found = self.definitions(node.id, function)
            if len(found) != 1:
                break
            node, function = found[0].node, found[0].function
        return Value(node, function)


def _field_of(target: ast.expr) -> tuple[str, str]:
    """The name and field of `x["field"]` and `x.field`; empty where it is neither."""
    if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
        if isinstance(target.slice, ast.Constant) and isinstance(target.slice.value, str):
            return target.value.id, target.slice.value
    elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
        return target.value.id, target.attr
    return "", ""


def _arguments(arguments: ast.arguments, call: ast.Call, skip: int) -> Iterator[tuple[str, ast.expr]]:
    positional = [a.arg for a in (*arguments.posonlyargs, *arguments.args)][skip:]
    for name, value in zip(positional, call.args, strict=False):
        yield name, value.value if isinstance(value, ast.Starred) else value
    if arguments.vararg is not None:
        for value in call.args[len(positional) :]:
            yield arguments.vararg.arg, value.value if isinstance(value, ast.Starred) else value
    names = {*positional, *(a.arg for a in arguments.kwonlyargs)}
    for keyword in call.keywords:
        if keyword.arg is None:
            for name in sorted(names):
                yield name, keyword.value
        elif keyword.arg in names:
            yield keyword.arg, keyword.value
        elif arguments.kwarg is not None:
            yield arguments.kwarg.arg, keyword.value
