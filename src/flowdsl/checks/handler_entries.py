"""Which functions of a file are handlers, what each declares, and which other functions run when they do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from flowdsl.checks.handler_tree import DEFINITIONS, Function, SourceTree, block_of

Idempotency = Literal["undeclared", "natural", "once", "delegated", "none"]

FLOWDSL_HANDLER = {"flowdsl.handler.handler", "flowdsl.handler.handler.handler"}
_DECLARATIONS: dict[str, Idempotency] = {"natural": "natural", "once": "once", "delegated": "delegated", "none": "none"}
_EVENT = re.compile(
    r"_*(event|evt|ev|e|payload|input|inp|message|msg|record|data|request|req|body|_)s?_*(data|payload|input)?", re.I
)
_CONTEXT = re.compile(r"_*(lambda_?)?(context|ctx|ctxt|cntx|c)_*|_+|_*unused\w*", re.I)
_KEEPS = re.compile(r"cache|memo|once|lazy|singleton", re.I)
_HANDLER_NAME = re.compile(r"handle", re.I)

CACHES = {
    "functools.lru_cache",
    "functools.cache",
    "functools.cached_property",
    "async_lru.alru_cache",
    "cachetools.cached",
    "cachetools.cachedmethod",
    "cachetools.func.lru_cache",
    "cachetools.func.lfu_cache",
    "cachetools.func.ttl_cache",
}
"""Decorators that keep what a function returned for its next call."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A function that Lambda calls."""

    function: Function
    kind: Literal["flowdsl", "plain", "helper"]
    """Whether it is decorated with flowdsl's @handler, takes (event, context) itself, or is called by another file's."""
    event: tuple[str, ...]
    """The parameters that hold the event; every one of a flowdsl handler's."""
    context: str | None = None
    is_task: bool = False
    """Whether a Task calls it: every flowdsl handler, and what a workflow names."""
    retried: bool | None = None
    """Whether a retrier covers one of its Tasks; None: nothing says."""
    idempotency: Idempotency = "undeclared"
    declares: bool = False
    """Whether anything is declared about its idempotency (Powertools' decorators included)."""
    raises: tuple[str, ...] = ()
    timeout_seconds: float | None = None
    given: Mapping[str, int] = field(default_factory=dict[str, int])
    """Of a helper: what the other files' handlers give to its parameters, as origins (see handler_values)."""

    @property
    def keeps_its_own(self) -> bool:
        """Whether repeats are taken care of by what it declares: nothing is left for a check of single writes."""
        return self.idempotency in ("once", "none")


@dataclass(frozen=True, slots=True)
class TaskUse:
    """What a workflow says of a handler it calls."""

    retried: bool = False


@dataclass(frozen=True, slots=True)
class Root:
    """A function that handlers of other files call."""

    given: Mapping[str, int] = field(default_factory=dict[str, int])
    """Origins of what they give to its parameters."""
    covered: bool = False
    """Whether repeats are taken care of before they call it."""
    is_task: bool = False


@dataclass(frozen=True)
class Entries:
    """The handlers of a file and all that runs with them."""

    handlers: tuple[Entry, ...]
    reached: dict[Function, tuple[Entry, ...]] = field(default_factory=dict[Function, "tuple[Entry, ...]"])
    """Every function that a handler runs, itself included, with the handlers that do; in the order of the text."""
    covered: frozenset[Function] = frozenset()
    """Those that run only within a function under Powertools' @idempotent_function, which sees to repeats."""
    each_time: frozenset[Function] = frozenset()
    """Those that run anew at each delivery: not behind a cache, nor behind `if client is None`."""


def entries_of(
    tree: SourceTree, tasks: Mapping[str, TaskUse] | None = None, roots: Mapping[str, Root] | None = None
) -> Entries:
    """Finds the handlers. `tasks`: functions that a workflow's Tasks call; `roots`: helpers that other files' handlers call."""
    tasks = tasks or {}
    found: dict[Function, Entry] = {}
    for function in tree.functions.values():
        entry = _entry(tree, function, tasks.get(function.name))
        if entry is not None:
            found[function] = entry
    for name, root in sorted((roots or {}).items()):
        helper = tree.functions.get(name)
        if helper is not None and helper not in found:
            kept: Idempotency = "once" if root.covered else "undeclared"
            found[helper] = Entry(helper, "helper", (), None, root.is_task, None, kept, root.covered, given=root.given)
    if not found:
        return Entries(())
    calls = {f: list(_calls(tree, f)) for f in tree.functions.values()}
    reached: dict[Function, list[Entry]] = {}
    each_time: set[Function] = set()
    for function, entry in found.items():
        for other in _closure(function, {f: [to for to, _ in c] for f, c in calls.items()}):
            reached.setdefault(other, []).append(entry)
        anew = {f: [to for to, guarded in c if not guarded and not is_cached(tree, to)] for f, c in calls.items()}
        each_time.update(_closure(function, anew))
    return Entries(
        tuple(found.values()),
        {f: tuple(reached[f]) for f in tree.functions.values() if f in reached},
        _covered(tree, found, calls, set(reached)),
        frozenset(each_time),
    )


def _covered(
    tree: SourceTree,
    found: Mapping[Function, Entry],
    calls: Mapping[Function, list[tuple[Function, bool]]],
    reached: set[Function],
) -> frozenset[Function]:
    kept = {f for f in reached if any(n.endswith("idempotent_function") for n in tree.decorated_with(f))}
    if not kept:
        return frozenset()
    open_ = {f: [to for to, _ in c if to not in kept] for f, c in calls.items()}
    outside = {f for entry in found if entry not in kept for f in _closure(entry, open_)}
    return frozenset(reached - outside)


def _closure(start: Function, calls: dict[Function, list[Function]]) -> list[Function]:
    seen = [start]
    known = {start}
    for function in seen:
        for other in calls.get(function, ()):
            if other not in known:
                known.add(other)
                seen.append(other)
    return seen


def _entry(tree: SourceTree, function: Function, task: TaskUse | None) -> Entry | None:
    names = tree.decorated_with(function)
    for decorator, name in zip(function.decorators, names, strict=True):
        if name in FLOWDSL_HANDLER:
            contract = _contract(tree, decorator)
            if _has_powertools(names) and not contract.declares:
                contract = replace(contract, idempotency="once", declares=True)
            return replace(
                contract, function=function, event=tuple(function.parameters), retried=task.retried if task else None
            )
    shape = plain_parameters(function)
    if shape is None:
        if task is None:
            return None
        positional = [*function.positional, "", ""]
        shape = (positional[0], positional[1])
    powertools = _has_powertools(names)
    return Entry(
        function,
        "plain",
        (shape[0],),
        shape[1] or None,
        is_task=task is not None,
        retried=task.retried if task else None,
        idempotency="once" if powertools else "undeclared",
        declares=powertools,
    )


def _has_powertools(decorators: list[str]) -> bool:
    """Whether a function is under a decorator of Powertools' idempotency."""
    return any(name.rpartition(".")[2] in ("idempotent", "idempotent_function") for name in decorators)


def plain_parameters(function: Function) -> tuple[str, str] | None:
    """The names of the event and the context, when a function looks like one that Lambda calls: `(event, context)`."""
    arguments = function.node.args
    positional = function.positional
    required = len(positional) - len(arguments.defaults)
    if len(positional) < 2 or required > 2 or arguments.vararg is not None:
        return None
    event, context = positional[:2]
    if _CONTEXT.fullmatch(context) is None:
        return None
    name = function.name.rpartition(".")[2]
    if name.startswith("__") and name != "__call__":
        return None
    # A `_` or a `c` says little: then the first parameter, or the function's own name, must say it.
    certain = "context" in context.lower() or "ctx" in context.lower()
    if _EVENT.fullmatch(event) is None and not (certain and _HANDLER_NAME.search(name)):
        return None
    if not certain and "event" not in event.lower() and not _HANDLER_NAME.search(name):
        return None
    return event, context


def _contract(tree: SourceTree, decorator: ast.expr) -> Entry:
    """What `@handler(raises=..., timeout_seconds=..., idempotency=...)` declares, read from the text."""
    raises: tuple[str, ...] = ()
    timeout: float | None = None
    idempotency: Idempotency = "undeclared"
    declares = False
    for keyword in decorator.keywords if isinstance(decorator, ast.Call) else ():
        value = keyword.value
        if keyword.arg == "raises":
            given = value.elts if isinstance(value, ast.Tuple | ast.List) else [value]
            raises = tuple(n for n in (tree.dotted(v).rpartition(".")[2] for v in given) if n)
        elif keyword.arg == "timeout_seconds":
            if isinstance(value, ast.Constant) and isinstance(value.value, int | float):
                timeout = float(value.value)
        elif keyword.arg == "idempotency":
            if isinstance(value, ast.Name) and value.id in tree.constants:
                value = tree.constants[value.id][-1]
            name = tree.dotted(value.func if isinstance(value, ast.Call) else value).rpartition(".")[2]
            # A declaration that cannot be read here is still one: it is believed.
            idempotency, declares = _DECLARATIONS.get(name, "once"), True
    return Entry(_NOWHERE, "flowdsl", (), None, True, None, idempotency, declares, raises, timeout)


_NOWHERE = Function(ast.Lambda(ast.arguments([], [], None, [], [], None, []), ast.Constant(None)), "")


def is_cached(tree: SourceTree, function: Function) -> bool:
    """Whether what it returns is kept for the next call."""
    return any(
        name in CACHES or _KEEPS.search(name.rpartition(".")[2]) is not None for name in tree.decorated_with(function)
    )


# -- who calls whom ---------------------------------------------------------------------------------------------------


def _calls(tree: SourceTree, function: Function) -> Iterator[tuple[Function, bool]]:
    """The functions of the file that a function calls or hands on, each with whether that is behind a lazy guard."""
    for node in function.nodes:
        for other in _named(tree, function, node):
            yield other, is_guarded(tree, node)


def _named(tree: SourceTree, function: Function, node: ast.AST) -> Iterator[Function]:
    if isinstance(node, ast.Name):
        if node.id in function.inner or not isinstance(node.ctx, ast.Load):
            return
        if node.id in tree.functions:
            yield tree.functions[node.id]
        elif node.id in tree.classes:
            for method in ("__init__", "__post_init__", "__enter__", "__exit__", "__call__"):
                if f"{node.id}.{method}" in tree.functions:
                    yield tree.functions[f"{node.id}.{method}"]
        elif node.id in tree.constants:
            # A table of functions, or an object whose method is called.
            for value in tree.constants[node.id]:
                for inner in ast.walk(value):
                    if isinstance(inner, ast.Name) and inner.id in tree.functions:
                        yield tree.functions[inner.id]
    elif isinstance(node, ast.Attribute):
        yield from method_of(tree, function, node)


def method_of(tree: SourceTree, function: Function | None, node: ast.Attribute) -> Iterator[Function]:
    """The methods of this file's classes that `x.name` may mean."""
    if (
        isinstance(node.value, ast.Name)
        and node.value.id in ("self", "cls")
        and function is not None
        and function.owner
    ):
        own = tree.functions.get(f"{function.owner}.{node.attr}")
        if own is not None:
            yield own
            return
    if isinstance(node.value, ast.Name) and node.value.id in tree.imports:
        return
    owners = [o for o in tree.classes if f"{o}.{node.attr}" in tree.functions]
    if len(owners) == 1 and not node.attr.startswith("__"):
        yield tree.functions[f"{owners[0]}.{node.attr}"]


def is_guarded(tree: SourceTree, node: ast.AST, *names: str) -> bool:
    """Whether a node runs only when something is not there yet: under `if x is None`, `if not x`, `if k not in x`,
    or after `if x is not None: return x`. The test must read one of `names` (or what was taken from one); without
    names, anything that outlives a delivery: a name of the module, an attribute of self.
    """
    function = tree.function_of(node)
    wanted = set(names) or {"globals", *tree.constants}
    if function is not None:
        wanted |= function.globals if not names else set()
        for inner in function.nodes:
            if isinstance(inner, ast.Assign) and _reads(inner.value, wanted, not names):
                wanted.update(t.id for t in inner.targets if isinstance(t, ast.Name))
    below: ast.AST = node
    for up in tree.above(node):
        if isinstance(up, ast.If | ast.IfExp) and below is not up.test:
            body: list[ast.AST] = [*up.body] if isinstance(up, ast.If) else [up.body]
            if below in body and _is_absent(up.test) and _reads(up.test, wanted, not names):
                return True
        elif isinstance(up, ast.BoolOp) and isinstance(up.op, ast.Or) and below is not up.values[0]:
            if _reads(up.values[0], wanted, not names):
                return True
        elif isinstance(up, ast.ExceptHandler) and tree.dotted(up.type) in ("KeyError", "NameError", "AttributeError"):
            tried = tree.parents.get(up)
            if isinstance(tried, ast.Try) and any(_reads(s, wanted, not names) for s in tried.body):
                return True
        for block in ("body", "orelse", "finalbody"):
            statements = block_of(up, block)
            if below in statements:
                for earlier in statements[: statements.index(below)]:
                    test = _test_of_leaving(earlier)
                    if test is not None and _reads(test, wanted, not names):
                        return True
        if isinstance(up, (*DEFINITIONS, ast.Lambda)):
            return False
        below = up
    return False


def _is_absent(test: ast.expr) -> bool:
    """`x is None`, `not x`, `k not in x`, `x == None`, and any of them with more beside it (`or expired`)."""
    if isinstance(test, ast.BoolOp):
        return any(_is_absent(value) for value in test.values)
    if isinstance(test, ast.UnaryOp):
        return isinstance(test.op, ast.Not)
    if isinstance(test, ast.Compare):
        return isinstance(test.ops[0], ast.Is | ast.NotIn | ast.Eq | ast.Gt | ast.GtE | ast.Lt | ast.LtE)
    return False


def _test_of_leaving(statement: ast.AST) -> ast.expr | None:
    """The test of `if x is not None: return x`."""
    if not isinstance(statement, ast.If) or _is_absent(statement.test):
        return None
    last = statement.body[-1]
    if isinstance(last, ast.Return) and last.value is not None and not isinstance(last.value, ast.Constant | ast.Dict):
        return statement.test
    return None


def _reads(node: ast.AST, names: set[str], of_self: bool) -> bool:
    """Whether one of the names is read; with `of_self`, any attribute of self counts too."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            if inner.id in names:
                return True
        elif (
            isinstance(inner, ast.Attribute)
            and isinstance(inner.value, ast.Name)
            and (f"{inner.value.id}.{inner.attr}" in names or (of_self and inner.value.id in ("self", "cls")))
        ):
            return True
    return False
