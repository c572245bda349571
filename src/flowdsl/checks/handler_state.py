"""What outlives a delivery: names of the module, attributes of its objects and classes, defaults of parameters."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from flowdsl.checks.handler_entries import is_cached
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_tree import Function
from flowdsl.checks.handler_values import Value

_CONTAINERS = {
    "list",
    "dict",
    "set",
    "bytearray",
    "collections.defaultdict",
    "collections.deque",
    "collections.Counter",
    "collections.OrderedDict",
    "collections.ChainMap",
    "queue.Queue",
    "queue.SimpleQueue",
    "cachetools.TTLCache",
    "cachetools.LRUCache",
    "cachetools.LFUCache",
    "cachetools.Cache",
    "weakref.WeakValueDictionary",
    "io.StringIO",
    "io.BytesIO",
}
_TOOLS = {"logger", "log", "logging", "metrics", "tracer", "tracing", "LOGGER", "LOG", "METRICS", "TRACER", "sys", "os"}
"""Objects whose business is to be told things: they are reset, or do not answer."""


@dataclass(frozen=True, slots=True)
class Held:
    """A place that outlives a delivery."""

    name: str
    """As a message shows it: `seen`, `config.tenant`, `Ledger.rows`."""
    root: str
    """The name it hangs on."""
    path: bool = False
    """Whether it is an attribute or item of the name, not the name itself."""
    key: ast.expr | None = None
    """The key of an item that is stored."""
    is_container: bool = False
    is_number: bool = True
    is_imported: bool = False
    """Whether it is another file's: what it is cannot be seen."""
    is_default: bool = False
    """Whether it is the default of a parameter."""


def held_by(source: HandlerSource, function: Function, target: ast.expr, *, changed: bool = False) -> Held | None:
    """The lasting place that an assignment's target is, or (`changed`) an object that a method changes; None for what is
    local.
    """
    key: ast.expr | None = None
    attributes: list[str] = []
    node = target
    while True:
        if isinstance(node, ast.Subscript):
            if source.tree.dotted(node.value) == "sys.modules" and attributes:
                return Held(attributes[-1], attributes[-1], len(attributes) > 1, key)
            key = key or node.slice
            node = node.value
        elif isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Call) and _is_item(node):
            # rows.setdefault(key, []) gives what the dict holds.
            key = key or node.args[0]
            assert isinstance(node.func, ast.Attribute)
            node = node.func.value
        else:
            break
    if isinstance(node, ast.Call):
        if _is_own_class(node) and function.owner is not None and attributes:
            return _of_class(source, function.owner, attributes, key)
        return _of_cached(source, function, node, key, changed) or _in_globals(node, key, attributes, changed=changed)
    if not isinstance(node, ast.Name) or node.id in _TOOLS or is_environment(source, node, function):
        return None
    name = node.id
    shown_name = ".".join([name, *reversed(attributes)])
    path = node is not target
    if name in ("self", "cls"):
        if function.owner is not None and len(attributes) > (name == "self"):
            if name == "cls":
                return _of_class(source, function.owner, attributes, key)
            if attributes[-1] == "__class__":
                return _of_class(source, function.owner, attributes[:-1], key)
        return _of_object(source, function, attributes, key)
    if _is_local(source, function, name):
        if not (path or changed):
            return None
        # A local name for something of the module is that something.
        found = source.values.assigned.get(function, {}).get(name, [])
        if len(found) == 1 and isinstance(found[0], ast.Name) and not _is_local(source, function, found[0].id):
            alias = found[0].id
            return _of_module(source, function, alias, ".".join([alias, *reversed(attributes)]), path, key, changed)
        if found:
            return None
        return _of_default(source, function, name) or _handed(source, function, name, attributes, key)
    return _of_module(source, function, name, shown_name, path, key, changed)


def _is_local(source: HandlerSource, function: Function, name: str) -> bool:
    if name in function.globals:
        return False
    return name in function.parameters or name in source.values.assigned.get(function, {}) or name in function.inner


def _of_module(
    source: HandlerSource,
    function: Function,
    name: str,
    shown_name: str,
    path: bool,
    key: ast.expr | None,
    changed: bool,
) -> Held | None:
    tree = source.tree
    container = _is_container(source, name) if "." not in shown_name else _has_container(source, shown_name)
    if name in function.globals:
        return Held(shown_name, name, path, key, container)
    if not (path or changed):
        return None
    if name in tree.constants:
        receiver = source.clients.receiver(ast.Name(name, ast.Load()), None)
        if receiver is not None and receiver.kind in ("client", "resource", "object"):
            return None
        return Held(shown_name, name, path, key, container)
    if name in tree.imports:
        return Held(shown_name, name, path, key, is_imported=True)
    if path and name in {**tree.classes, **tree.functions}:
        return Held(shown_name, name, path, key, _has_container(source, shown_name))
    return None


def _has_container(source: HandlerSource, shown_name: str) -> bool:
    """Whether `stats.rows` is a list or dict: a class's, an object's of a class of this file, or given by keyword."""
    name, _, attribute = shown_name.partition(".")
    owners = {name} & source.tree.classes.keys()
    for value in source.tree.constants.get(name, ()):
        if isinstance(value, ast.Call):
            if isinstance(value.func, ast.Name) and value.func.id in source.tree.classes:
                owners.add(value.func.id)
            if any(k.arg == attribute and makes_container(source, Value(k.value, None)) for k in value.keywords):
                return True
    return any(
        makes_container(source, made)
        for owner in owners
        for made in source.clients.attributes.get((owner, attribute), [])
    )


def is_environment(source: HandlerSource, node: ast.expr, function: Function | None) -> bool:
    """Whether a value is os.environ, under whatever name."""
    return "os.environ" in (source.tree.dotted(node), source.tree.dotted(source.values.settled(node, function).node))


def _of_cached(
    source: HandlerSource, function: Function, call: ast.Call, key: ast.expr | None, changed: bool
) -> Held | None:
    """`rows().append(...)`, where rows is a cached function that gives a list: the same one each time."""
    made = source.values.function_called(call, function) if changed or key is not None else None
    if made is None or not is_cached(source.tree, made):
        return None
    returned = source.values.returned.get(made, [])
    if returned and all(makes_container(source, Value(value, made)) for value in returned):
        return Held(f"{made.name}()", made.name, True, key, True)
    return None


def _handed(
    source: HandlerSource, function: Function, name: str, attributes: list[str], key: ast.expr | None
) -> Held | None:
    """A parameter that is given a list or dict of the module: `collect(row, ROWS)`."""
    for given in source.values.given.get(function, {}).get(name, ()):
        node, where = given.node, given.function
        if isinstance(node, ast.Name) and where is not None and not _is_local(source, where, node.id):
            shown_name = ".".join([node.id, *reversed(attributes)])
            held = _of_module(source, where, node.id, shown_name, True, key, True)
            if held is not None and held.is_container:
                return held
    return None


def _is_item(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "setdefault" and len(call.args) == 2


def _is_own_class(call: ast.Call) -> bool:
    """`type(self)`"""
    return (
        isinstance(call.func, ast.Name)
        and call.func.id == "type"
        and len(call.args) == 1
        and isinstance(call.args[0], ast.Name)
        and call.args[0].id == "self"
    )


def _of_class(source: HandlerSource, owner: str, attributes: list[str], key: ast.expr | None) -> Held:
    """An attribute of a class: there is one for all its objects, as long as the environment lives."""
    attribute = attributes[-1]
    container = any(makes_container(source, v) for v in source.clients.attributes.get((owner, attribute), []))
    return Held(f"{owner}.{attribute}", f"{owner}.{attribute}", True, key, container)


def _of_object(source: HandlerSource, function: Function, attributes: list[str], key: ast.expr | None) -> Held | None:
    """An attribute of self, when an object of the class is made at import and so outlives the delivery."""
    owner = function.owner
    if owner is None or not attributes or function.name.endswith(("__init__", "__enter__", "__post_init__")):
        return None
    attribute = attributes[-1]
    made = source.clients.attributes.get((owner, attribute), [])
    own = [v for v in made if v.function is not None]
    shared = [v for v in made if v.function is None and makes_container(source, v) and not _factories(v.node)]
    if shared and not any(v.function is not None and v.function.name.endswith("__init__") for v in own):
        # A list in the class's body is one list for all its objects.
        return Held(f"{owner}.{attribute}", f"self.{attribute}", True, key, True)
    for name, values in source.tree.constants.items():
        for value in values:
            # recorder = Recorder(), handler = Recorder().handle, RECORDERS = {"main": Recorder()}
            if any(
                isinstance(made_of, ast.Call) and isinstance(made_of.func, ast.Name) and made_of.func.id == owner
                for made_of in ast.walk(value)
            ):
                container = any(makes_container(source, v) for v in made)
                return Held(f"{name}.{attribute}", f"self.{attribute}", True, key, container)
    return None


def _of_default(source: HandlerSource, function: Function, name: str) -> Held | None:
    """A parameter whose default is a list or dict, which is made once, when the function is defined."""
    if name in source.values.given.get(function, ()):
        return None
    arguments = function.node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(reversed(positional), reversed(arguments.defaults), strict=False),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    for argument, default in pairs:
        if argument.arg == name and default is not None and makes_container(source, Value(default, None)):
            return Held(name, name, False, None, True, is_default=True)
    return None


def _in_globals(call: ast.Call, key: ast.expr | None, attributes: list[str], *, changed: bool) -> Held | None:
    """`globals()["x"] = ...`, `globals().setdefault("x", []).append(...)`, `globals().update(x=...)`."""
    if not (isinstance(call.func, ast.Name) and call.func.id == "globals") or attributes:
        return None
    if isinstance(key, ast.Constant):
        return Held(str(key.value), str(key.value), False, None, changed)
    return Held("globals()", "globals", True, key) if changed else None


def _is_container(source: HandlerSource, name: str) -> bool:
    return any(makes_container(source, Value(v, None)) for v in source.tree.constants.get(name, ()))


def makes_container(source: HandlerSource, value: Value) -> bool:
    """Whether a value is a new list, dict or the like."""
    node = value.node
    if isinstance(node, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp):
        return True
    if not isinstance(node, ast.Call):
        return False
    if source.tree.dotted(node.func) in _CONTAINERS:
        return True
    return any(
        source.tree.dotted(made) in _CONTAINERS
        or (isinstance(made, ast.Lambda) and makes_container(source, Value(made.body, value.function)))
        for made in _factories(node)
    )


def _factories(node: ast.expr) -> list[ast.expr]:
    """`list` of `rows: list[str] = field(default_factory=list)`."""
    return (
        [k.value for k in node.keywords if k.arg in ("default_factory", "factory")]
        if isinstance(node, ast.Call)
        else []
    )


def is_reset(source: HandlerSource, function: Function, name: str) -> bool:
    """Whether the handlers that run a function empty the place first: `x.clear()`, `global x; x = []`."""
    name = name.partition(".")[0]
    for other, running in source.reached.items():
        if set(running).isdisjoint(source.reached[function]):
            continue
        for node in other.nodes:
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("clear", "truncate")
            ):
                if isinstance(node.func.value, ast.Name) and node.func.value.id == name:
                    return True
            elif (
                isinstance(node, ast.Assign)
                and name in other.globals
                and _is_empty(node.value)
                and any(isinstance(t, ast.Name) and t.id == name for t in node.targets)
            ):
                return True
    return False


def _is_empty(value: ast.expr) -> bool:
    if isinstance(value, ast.List | ast.Dict | ast.Tuple):
        return not (value.keys if isinstance(value, ast.Dict) else value.elts)
    if isinstance(value, ast.Constant):
        return value.value in (0, None, "")
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and not value.args
