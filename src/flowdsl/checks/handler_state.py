"""What outlives a delivery: names of the module, attributes of its objects and classes, defaults of parameters."""

from __future__ import annotations

import ast
from dataclasses import dataclass

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
    is_default: bool = False
    """Whether it is the default of a parameter."""


def held_by(source: HandlerSource, function: Function, target: ast.expr, *, changed: bool = False) -> Held | None:
    """The lasting place that an assignment's target is, or (`changed`) an object that a method changes; None for what is
    local.
    """
    key: ast.expr | None = None
    attributes: list[str] = []
    node = target
    while isinstance(node, ast.Attribute | ast.Subscript):
        if isinstance(node, ast.Subscript):
            key = key or node.slice
        else:
            attributes.append(node.attr)
        node = node.value
    if isinstance(node, ast.Call):
        return _in_globals(source, node, key)
    if not isinstance(node, ast.Name) or node.id in _TOOLS or source.tree.dotted(node) == "os.environ":
        return None
    name = node.id
    shown_name = ".".join([name, *reversed(attributes)])
    path = node is not target
    if name in ("self", "cls"):
        return _of_object(source, function, attributes, key)
    if _is_local(source, function, name):
        if not (path or changed):
            return None
        # A local name for something of the module is that something.
        found = source.values.assigned.get(function, {}).get(name, [])
        if len(found) == 1 and isinstance(found[0], ast.Name) and not _is_local(source, function, found[0].id):
            alias = found[0].id
            return _of_module(source, function, alias, ".".join([alias, *reversed(attributes)]), path, key, changed)
        return _of_default(source, function, name) if not found else None
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
    container = _is_container(source, name) and "." not in shown_name
    if name in function.globals:
        return Held(shown_name, name, path, key, container)
    if not (path or changed):
        return None
    if name in tree.constants:
        receiver = source.clients.receiver(ast.Name(name, ast.Load()), None)
        if receiver is not None and receiver.kind in ("client", "resource", "object"):
            return None
        return Held(shown_name, name, path, key, container)
    if path and name in {**tree.classes, **tree.functions, **tree.imports}:
        return Held(shown_name, name, path, key)
    return None


def _of_object(source: HandlerSource, function: Function, attributes: list[str], key: ast.expr | None) -> Held | None:
    """An attribute of self, when an object of the class is made at import and so outlives the delivery."""
    owner = function.owner
    if owner is None or not attributes or function.name.endswith(("__init__", "__enter__", "__post_init__")):
        return None
    attribute = attributes[-1]
    made = source.clients.attributes.get((owner, attribute), [])
    own = [v for v in made if v.function is not None]
    shared = [v for v in made if v.function is None and _makes_container(source, v)]
    if shared and not any(v.function is not None and v.function.name.endswith("__init__") for v in own):
        # A list in the class's body is one list for all its objects.
        return Held(f"{owner}.{attribute}", f"self.{attribute}", True, key, True)
    for name, values in source.tree.constants.items():
        for value in values:
            if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == owner:
                container = any(_makes_container(source, v) for v in made)
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
        if argument.arg == name and default is not None and _makes_container(source, Value(default, None)):
            return Held(name, name, False, None, True, is_default=True)
    return None


def _in_globals(source: HandlerSource, node: ast.Call, key: ast.expr | None) -> Held | None:
    """`globals()["x"] = ...`"""
    if isinstance(node.func, ast.Name) and node.func.id == "globals" and isinstance(key, ast.Constant):
        return Held(str(key.value), str(key.value), False)
    return None


def _is_container(source: HandlerSource, name: str) -> bool:
    return any(_makes_container(source, Value(v, None)) for v in source.tree.constants.get(name, ()))


def _makes_container(source: HandlerSource, value: Value) -> bool:
    node = value.node
    if isinstance(node, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp):
        return True
    return isinstance(node, ast.Call) and source.tree.dotted(node.func) in _CONTAINERS


def is_reset(source: HandlerSource, function: Function, name: str) -> bool:
    """Whether the handlers that run a function empty the place first: `x.clear()`, `global x; x = []`."""
    name = name.partition(".")[0]
    for other, running in source.reached.items():
        if set(running).isdisjoint(source.reached[function]):
            continue
        for node in other.nodes:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "clear":
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
