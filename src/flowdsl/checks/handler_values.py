"""Where the values in a handler come from: the event, the clock, chance, an answer of AWS. No types, no aliases: names only."""

from __future__ import annotations

import ast

from flowdsl.checks.handler_entries import Entries
from flowdsl.checks.handler_names import Value
from flowdsl.checks.handler_tree import Function, SourceTree
from flowdsl.checks.handler_written import Written

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


_READING = {
    "get_item", "batch_get_item", "query", "scan", "get_object", "get_parameter", "get_secret_value", "receive_message",
    "fetchone", "fetchall", "fetchmany", "execute_statement", "transact_get_items", "head_object", "select_object_content",
}  # fmt: skip
"""Methods whose answer is what is stored somewhere."""


class Values(Written):
    """Answers for one file where a value comes from. Names are followed through assignments, parameters and returns."""

    def __init__(self, tree: SourceTree, entries: Entries) -> None:
        super().__init__(tree, entries)
        self._names: dict[Function | None, dict[str, int]] = {None: {}}
        self._returns: dict[Function, int] = {}
        self._attributes: dict[str, int] = {}
        if entries.handlers:
            self._settle()

    def _settle(self) -> None:
        """Origins of every name, until nothing changes: a loop through calls and assignments settles, since bits only grow."""
        for entry in self.entries.handlers:
            names = self._names.setdefault(entry.function, {})
            for parameter in entry.event:
                names[parameter] = names.get(parameter, 0) | EVENT
            for parameter, flags in entry.given.items():
                names[parameter] = names.get(parameter, 0) | flags
        self._names[None] = {
            name: flags for name, values in self.tree.constants.items() if (flags := self._module_origin(values))
        }
        changed = True
        order = list(self.entries.reached)
        while changed:
            changed = False
            # What is given goes down the calls, what is returned comes up: now one way, now the other.
            order.reverse()
            for function in order:
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


__all__ = ["ANSWER", "CHANCE", "CLOCK", "DELIVERY", "ENVIRONMENT", "EVENT", "FRESH", "Value", "Values"]
