"""Where the values in a handler come from: the event, the clock, chance, an answer of AWS. No types, no aliases: names only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flowdsl.checks.handler_entries import Entries, method_of
from flowdsl.checks.handler_tree import Function, SourceTree, bindings_of

EVENT, CLOCK, CHANCE, ANSWER, DELIVERY, ENVIRONMENT = 1, 2, 4, 8, 16, 32
"""Origins, as bits: what the event says; the clock; uuid, random and the like; what AWS or a database answered; the
id of this one delivery (`context.aws_request_id`); the environment."""
FRESH = CLOCK | CHANCE | DELIVERY
"""Another value at each delivery of one event."""

_CLOCK = {
    "time.time",
    "time.time_ns",
    "time.monotonic",
    "time.monotonic_ns",
    "time.perf_counter",
    "time.perf_counter_ns",
    "time.ctime",
    "time.gmtime",
    "time.localtime",
    "time.strftime",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "arrow.utcnow",
    "arrow.now",
    "pendulum.now",
    "pandas.Timestamp.now",
    "pandas.Timestamp.utcnow",
}
_CHANCE = {
    "uuid.uuid1",
    "uuid.uuid4",
    "uuid.uuid6",
    "uuid.uuid7",
    "os.urandom",
    "ulid.new",
    "ulid.ULID",
    "nanoid.generate",
    "shortuuid.uuid",
    "shortuuid.random",
    "cuid.cuid",
    "cuid2.cuid_wrapper",
    "tempfile.mktemp",
    "hash",
    "id",
}
"""`hash` of a text is another number in each environment (PYTHONHASHSEED), `id` in each process."""
_CHANCE_MODULES = ("random.", "secrets.", "numpy.random.", "ksuid.")
_TAKES_A_TIME = {"time.gmtime": 1, "time.localtime": 1, "time.ctime": 1, "time.strftime": 2}
"""With this many arguments they turn a given time into another form."""
_AS_DICT = {"model_dump", "dict", "to_dict", "asdict", "_asdict", "to_item", "copy", "items"}


@dataclass(frozen=True, slots=True)
class Value:
    """An expression and the function whose names it reads (None: the module's)."""

    node: ast.expr
    function: Function | None


class Values:
    """Answers for one file. Names are followed through assignments, parameters and returns within it."""

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
        self._names: dict[Function | None, dict[str, int]] = {None: {}}
        self._returns: dict[Function, int] = {}
        self._attributes: dict[str, int] = {}
        if entries.handlers:
            # A client may be made by a function that no handler runs: all are read, those that run are settled.
            for function in tree.functions.values():
                self._read(function)
            for function in entries.reached:
                self._read_calls(function)
            self._settle()

    # -- collecting -------------------------------------------------------------------------------------------------

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

    # -- origins ----------------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Origins of every name, until nothing changes: a loop through calls and assignments settles, since bits only grow."""
        for entry in self.entries.handlers:
            names = self._names.setdefault(entry.function, {})
            for parameter in entry.event:
                names[parameter] = names.get(parameter, 0) | EVENT
        self._names[None] = {
            name: flags for name, values in self.tree.constants.items() if (flags := self._module_origin(values))
        }
        changed = True
        while changed:
            changed = False
            for function in self.entries.reached:
                names = self._names.setdefault(function, {})
                for held in (self.assigned[function], self.contributed[function]):
                    for name, values in held.items():
                        flags = names.get(name, 0)
                        for value in values:
                            flags |= self.origins(value, function)
                        changed |= flags != names.get(name, 0)
                        names[name] = flags
                for name, given in self.given.get(function, {}).items():
                    flags = names.get(name, 0)
                    for argument in given:
                        flags |= self.origins(argument.node, argument.function)
                    changed |= flags != names.get(name, 0)
                    names[name] = flags
                for base, fields in self.stored[function].items():
                    if base == "self" and function.owner:
                        for field, values in fields.items():
                            key = f"{function.owner}.{field}"
                            flags = self._attributes.get(key, 0)
                            for value in values:
                                flags |= self.origins(value, function)
                            changed |= flags != self._attributes.get(key, 0)
                            self._attributes[key] = flags
                flags = self._returns.get(function, 0)
                for value in self.returned[function]:
                    flags |= self.origins(value, function)
                changed |= flags != self._returns.get(function, 0)
                self._returns[function] = flags

    def _module_origin(self, values: list[ast.expr]) -> int:
        # What is computed once, at import, is the same for all deliveries of one environment, yet another in the next.
        flags = 0
        for value in values:
            flags |= self.origins(value, None)
        return flags & (FRESH | ENVIRONMENT)

    def origins(self, node: ast.expr | None, function: Function | None) -> int:
        """Where a value may come from: the union over everything it is made of. A comparison's outcome has no origin."""
        flags = 0
        stack: list[ast.AST] = [node] if node is not None else []
        names = self._names.get(function, {})
        module = self._names.get(None, {})
        while stack:
            part = stack.pop()
            if isinstance(part, ast.Name):
                if part.id in names:
                    flags |= names[part.id]
                elif self.tree.imports.get(part.id) in _CHANCE:
                    flags |= CHANCE
                elif function is None or part.id not in self.assigned.get(function, ()):
                    flags |= module.get(part.id, 0)
            elif isinstance(part, ast.Constant):
                continue
            elif isinstance(part, ast.Call):
                flags |= self._call_origins(part, function, stack)
            elif isinstance(part, ast.Attribute):
                flags |= self._attribute_origins(part, function, stack)
            elif isinstance(part, ast.Subscript):
                found = self._field_origins(part, function)
                if found is None:
                    stack += [part.value, part.slice]
                    if self.tree.dotted(part.value) == "os.environ":
                        flags |= ENVIRONMENT
                else:
                    flags |= found
            elif isinstance(part, ast.IfExp):
                stack += [part.body, part.orelse]
            elif isinstance(part, ast.Compare):
                continue
            elif isinstance(part, ast.Lambda):
                stack.append(part.body)
            elif isinstance(part, ast.ListComp | ast.SetComp | ast.GeneratorExp):
                stack.append(part.elt)
                stack += [g.iter for g in part.generators]
            elif isinstance(part, ast.DictComp):
                stack += [part.key, part.value]
                stack += [g.iter for g in part.generators]
            else:
                stack.extend(ast.iter_child_nodes(part))
        return flags

    def _call_origins(self, call: ast.Call, function: Function | None, stack: list[ast.AST]) -> int:
        name = self.tree.dotted(call.func)
        if name in _CLOCK:
            return 0 if len(call.args) >= _TAKES_A_TIME.get(name, 99) else CLOCK
        if name in _CHANCE or name.startswith(_CHANCE_MODULES):
            if name == "random.Random" and call.args:
                stack += call.args
                return 0
            return CHANCE
        if name in ("os.getenv", "os.environ.get"):
            return ENVIRONMENT
        other = self.function_called(call, function)
        if other is not None and other in self.returned and not other.name.endswith("__init__"):
            if isinstance(call.func, ast.Attribute):
                stack.append(call.func.value)
            return self._returns.get(other, 0)
        flags = 0
        if isinstance(call.func, ast.Attribute):
            if call.func.attr in _READING:
                flags |= ANSWER
            stack.append(call.func.value)
        stack += [a.value if isinstance(a, ast.Starred) else a for a in call.args]
        stack += [k.value for k in call.keywords]
        return flags

    def _attribute_origins(self, part: ast.Attribute, function: Function | None, stack: list[ast.AST]) -> int:
        if (
            isinstance(part.value, ast.Name)
            and part.value.id in ("self", "cls")
            and function is not None
            and function.owner
        ):
            return self._attributes.get(f"{function.owner}.{part.attr}", 0)
        if part.attr in ("aws_request_id", "log_stream_name"):
            return DELIVERY
        if self.tree.dotted(part) in _CHANCE:
            return CHANCE
        stack.append(part.value)
        return 0

    def _field_origins(self, part: ast.Subscript, function: Function | None) -> int | None:
        """Of `x["field"]` where x is a dict written out in this function; None where the whole of x must answer."""
        if not (
            isinstance(part.value, ast.Name)
            and isinstance(part.slice, ast.Constant)
            and isinstance(part.slice.value, str)
        ):
            return None
        fields = self.fields(part.value, function)
        if fields is None or part.slice.value not in fields:
            return None
        flags = 0
        for value in fields[part.slice.value]:
            if value.node is not part:
                flags |= self._shallow(value.node, value.function)
        written = [self.fields(v.node, v.function, 5) for v in self.definitions(part.value.id, function)]
        if not written or None in written:
            # The rest of it comes from elsewhere: what was there before counts too.
            flags |= self._names.get(function, {}).get(part.value.id, 0)
        return flags

    def _shallow(self, node: ast.expr, function: Function | None) -> int:
        # A field that reads another field of the same dict (x["b"] = x["a"]) would never end: then the whole answers.
        if any(isinstance(inner, ast.Subscript) for inner in ast.walk(node)):
            flags = 0
            for inner in ast.walk(node):
                if isinstance(inner, ast.Name):
                    flags |= self._names.get(function, {}).get(inner.id, 0)
                elif isinstance(inner, ast.Call):
                    flags |= self._call_origins(inner, function, [])
            return flags
        return self.origins(node, function)

    # -- definitions ------------------------------------------------------------------------------------------------

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
        while isinstance(node, ast.Name) and (node.id, function) not in seen:
            seen.add((node.id, function))
            found = self.definitions(node.id, function)
            if len(found) != 1:
                break
            node, function = found[0].node, found[0].function
        return Value(node, function)

    def fields(self, node: ast.expr, function: Function | None, depth: int = 0) -> dict[str, list[Value]] | None:
        """The fields of a dict that is written out in the text, however it is put together; None where it is not.

        Fields that come from elsewhere (`**event`) are missing.
        """
        if depth > 6:
            return None
        if isinstance(node, ast.Dict):
            found: dict[str, list[Value]] = {}
            for key, value in zip(node.keys, node.values, strict=True):
                if key is None:
                    found.update(self.fields(value, function, depth + 1) or {})
                else:
                    text = self.text(key, function)
                    if text is not None:
                        found[text] = [Value(value, function)]
            return found
        if isinstance(node, ast.Name):
            return self._fields_of_name(node, function, depth)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            left, right = self.fields(node.left, function, depth + 1), self.fields(node.right, function, depth + 1)
            return None if left is None and right is None else {**(left or {}), **(right or {})}
        if isinstance(node, ast.DictComp):
            # {k: serialize(v) for k, v in item.items()} has item's fields.
            return self.fields(node.generators[0].iter, function, depth + 1)
        if isinstance(node, ast.Call):
            return self._fields_of_call(node, function, depth)
        return None

    def _fields_of_name(self, node: ast.Name, function: Function | None, depth: int) -> dict[str, list[Value]] | None:
        merged: dict[str, list[Value]] = {}
        known = False
        for value in self.definitions(node.id, function):
            fields = self.fields(value.node, value.function, depth + 1)
            for name, values in (fields or {}).items():
                merged.setdefault(name, []).extend(values)
            known |= fields is not None
        for name, stored in self.stored.get(function, {}).get(node.id, {}).items():
            merged.setdefault(name, []).extend(Value(v, function) for v in stored)
            known = True
        return merged if known else None

    def _fields_of_call(self, node: ast.Call, function: Function | None, depth: int) -> dict[str, list[Value]] | None:
        if isinstance(node.func, ast.Name) and node.func.id == "dict":
            found = {k.arg: [Value(k.value, function)] for k in node.keywords if k.arg}
            for argument in node.args:
                found = {**(self.fields(argument, function, depth + 1) or {}), **found}
            return found
        last = (
            node.func.attr
            if isinstance(node.func, ast.Attribute)
            else node.func.id
            if isinstance(node.func, ast.Name)
            else ""
        )
        if last in _AS_DICT:
            whole = node.args[0] if node.args else node.func.value if isinstance(node.func, ast.Attribute) else None
            return self.fields(whole, function, depth + 1) if whole is not None else None
        if isinstance(node.func, ast.Name) and node.func.id in self.tree.classes:
            return self._fields_of_object(node, self.tree.classes[node.func.id], function)
        if last in ("dumps", "loads", "deepcopy", "vars") and node.args:
            return self.fields(node.args[0], function, depth + 1)
        other = self.function_called(node, function)
        if other is not None and len(self.returned.get(other, ())) == 1:
            return self.fields(self.returned[other][0], other, depth + 1)
        if last[:1].isupper() and node.keywords and not node.args:
            return {k.arg: [Value(k.value, function)] for k in node.keywords if k.arg}
        return None

    def _fields_of_object(
        self, node: ast.Call, made: ast.ClassDef, function: Function | None
    ) -> dict[str, list[Value]]:
        """A dataclass's or model's fields: those given, and those that a default factory makes anew each time."""
        names = [s.target.id for s in made.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)]
        found = {name: [Value(value, function)] for name, value in zip(names, node.args, strict=False)}
        found.update({k.arg: [Value(k.value, function)] for k in node.keywords if k.arg})
        for statement in made.body:
            if (
                isinstance(statement, ast.AnnAssign)
                and isinstance(statement.target, ast.Name)
                and isinstance(statement.value, ast.Call)
            ):
                for keyword in statement.value.keywords:
                    if keyword.arg in ("default_factory", "factory"):
                        found.setdefault(statement.target.id, [Value(keyword.value, None)])
        return found

    def text(self, node: ast.expr | None, function: Function | None, depth: int = 0) -> str | None:
        """A text as far as it is written out, parts that are computed as NUL; None for what is no text."""
        if node is None or depth > 40:
            return None
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else None
        if isinstance(node, ast.JoinedStr):
            return "".join(str(p.value) if isinstance(p, ast.Constant) else "\0" for p in node.values)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self.text(node.left, function, depth + 1), self.text(node.right, function, depth + 1)
            return None if left is None and right is None else f"{left or chr(0)}{right or chr(0)}"
        if isinstance(node, ast.Name):
            found = [self.text(v.node, v.function, depth + 1) for v in self.definitions(node.id, function)]
            known = [t for t in found if t is not None]
            return " ".join(known) if known else None
        if isinstance(node, ast.IfExp):
            both = [t for t in (self.text(n, function, depth + 1) for n in (node.body, node.orelse)) if t is not None]
            return " ".join(both) or None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in ("format", "strip", "lower", "upper"):
                return self.text(node.func.value, function, depth + 1)
            if node.func.attr == "join" and node.args:
                return self.text(node.args[0], function, depth + 1)
        if isinstance(node, ast.List | ast.Tuple):
            parts = [t for t in (self.text(n, function, depth + 1) for n in node.elts) if t is not None]
            return ", ".join(parts) or None
        if isinstance(node, ast.GeneratorExp | ast.ListComp):
            return self.text(node.elt, function, depth + 1)
        return None

    def constant(self, node: ast.expr | None, function: Function | None) -> object:
        """The constant a value stands for; None where it is none."""
        if node is None:
            return None
        value = self.settled(node, function).node
        return value.value if isinstance(value, ast.Constant) else None


_READING = {
    "get_item", "batch_get_item", "query", "scan", "get_object", "get_parameter", "get_secret_value", "receive_message",
    "fetchone", "fetchall", "fetchmany", "execute_statement", "transact_get_items", "head_object", "select_object_content",
}  # fmt: skip
"""Methods whose answer is what is stored somewhere."""


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
