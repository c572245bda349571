"""ASL902 cache-keyed-by-event."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flowdsl.checks.handler_closures import kept_in_closures
from flowdsl.checks.handler_entries import CACHES, is_guarded
from flowdsl.checks.handler_rule import HandlerRule, SourceExample
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_state import held_by
from flowdsl.checks.handler_tree import Function
from flowdsl.checks.handler_values import DELIVERY, EVENT
from flowdsl.diagnostics import Diagnostic, Severity

_BOUNDED = 10_000
"""A cache of at most so many results of a pure function harms nobody."""


class CacheKeyedByEvent(HandlerRule):
    """A cache that outlives the delivery and is keyed by what the event says.

    A warm environment answers from what an earlier delivery saw, a new one from what is true now: the same event has two
    answers. Without a bound, such a cache grows until the environment dies. Settings and secrets, read once by their own
    names, are fine.

    Instead: read it anew, or cache only what no event decides; for reference data, a service's own cache (DAX, ElastiCache).
    """

    code = "ASL902"
    severity = Severity.WARNING
    bad = (
        SourceExample(
            """
            from functools import lru_cache
            import boto3

            prices = boto3.resource("dynamodb").Table("prices")

            @lru_cache(maxsize=None)
            def price(sku):
                return prices.get_item(Key={"sku": sku})["Item"]["cents"]

            def handler(event, context):
                return {"cents": price(event["sku"])}
            """,
            6,
            "'price' keeps its answers for later deliveries, keyed by the event; a warm environment answers with what was true "
            "before: read it anew, or cache only what no event decides",
        ),
        SourceExample(
            """
            results = {}

            def handler(event, context):
                if event["id"] not in results:
                    results[event["id"]] = compute(event)
                return results[event["id"]]
            """,
            5,
            "'results' keeps answers for later deliveries, keyed by the event; a warm environment answers with what was true "
            "before: read it anew, or cache only what no event decides",
        ),
    )
    good = SourceExample(
        """
        from functools import cache
        import boto3

        ssm = boto3.client("ssm")

        @cache
        def setting(name):
            return ssm.get_parameter(Name=name)["Parameter"]["Value"]

        def handler(event, context):
            return {"limit": setting("/shop/limit"), "id": event["id"]}
        """
    )

    def check(self, source: HandlerSource) -> Iterator[Diagnostic]:
        yield from self._wrapped(source)
        for kept in kept_in_closures(source):
            if (
                kept.is_item
                and is_guarded(source.tree, kept.node, kept.name)
                and _is_fed_by_event(source, kept.decorated)
            ):
                yield self.at(source, kept.node, _says(kept.name, "keeps answers"))
        for function in source.reached:
            decorator = _cache_of(source, function)
            if (
                decorator is not None
                and _is_fed_by_event(source, function)
                and not _is_harmless(source, function, decorator)
            ):
                yield self.at(source, decorator, _says(function.name, "keeps its answers"))
            for node in function.nodes:
                for key, target in _stores(node):
                    held = held_by(source, function, target, changed=True)
                    if (
                        held is not None
                        and source.origins(key, function) & (EVENT | DELIVERY)
                        and _is_memo(source, function, node, held.root)
                    ):
                        yield self.at(source, node, _says(held.name, "keeps answers"))

    def _wrapped(self, source: HandlerSource) -> Iterator[Diagnostic]:
        """`price = lru_cache(maxsize=None)(_price)`"""
        for name, values in source.tree.constants.items():
            for value in values:
                inner = _cached_function(source, value)
                if inner is None or not any(
                    isinstance(call.func, ast.Name) and call.func.id == name and _carries_event(source, function, call)
                    for function, call in source.runs(ast.Call)
                ):
                    continue
                assert isinstance(value, ast.Call)
                if not _is_harmless(source, inner, value.func):
                    yield self.at(source, value, _says(name, "keeps its answers"))


def _cached_function(source: HandlerSource, value: ast.expr) -> Function | None:
    """The function that a cache is put around by a call."""
    if not isinstance(value, ast.Call) or len(value.args) != 1 or not isinstance(value.args[0], ast.Name):
        return None
    cache = value.func.func if isinstance(value.func, ast.Call) else value.func
    if source.tree.dotted(cache) not in CACHES:
        return None
    return source.tree.functions.get(value.args[0].id)


def _carries_event(source: HandlerSource, function: Function, call: ast.Call) -> bool:
    given = [*call.args, *(k.value for k in call.keywords)]
    return any(source.origins(argument, function) & (EVENT | DELIVERY) for argument in given)


def _is_memo(source: HandlerSource, function: Function, node: ast.AST, name: str) -> bool:
    """Whether what is stored was looked for first; else it is state that grows, which ASL901 tells about."""
    if isinstance(node, ast.AugAssign):
        return False
    return isinstance(node, ast.Call) or is_guarded(source.tree, node, name)


def _says(name: str, does: str) -> str:
    return (
        f"{name!r} {does} for later deliveries, keyed by the event; a warm environment answers with what was true before: "
        "read it anew, or cache only what no event decides"
    )


def _stores(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """(key, object) of `x[key] = ...` and `x.setdefault(key, ...)`."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                yield target.slice, target.value
    elif (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.args
        and node.func.attr in ("setdefault", "__setitem__")
    ):
        yield node.args[0], node.func.value


def _cache_of(source: HandlerSource, function: Function) -> ast.expr | None:
    for decorator, name in zip(function.decorators, source.tree.decorated_with(function), strict=True):
        if name in CACHES and name != "functools.cached_property":
            return decorator
    return None


def _is_fed_by_event(source: HandlerSource, function: Function) -> bool:
    for entry in source.handlers:
        if entry.function is function:
            carries = any(origins & (EVENT | DELIVERY) for origins in entry.given.values())
            if entry.kind != "helper" or carries:
                return True
    given = source.values.given.get(function, {})
    return any(
        source.origins(value.node, value.function) & (EVENT | DELIVERY) for values in given.values() for value in values
    )


def _is_harmless(source: HandlerSource, function: Function, decorator: ast.expr) -> bool:
    """A client per region or role, or a bounded memory of a pure function."""
    returned = source.values.returned.get(function, [])
    if returned and all(source.clients.receiver(value, function) is not None for value in returned):
        return True
    return _is_bounded(source, decorator) and not any(
        _does_something(source, other) for other in _run_by(source, function)
    )


def _run_by(source: HandlerSource, function: Function) -> list[Function]:
    seen = [function]
    for other in seen:
        for call in other.of(ast.Call):
            called = source.values.function_called(call, other)
            if called is not None and called not in seen:
                seen.append(called)
    return seen


def _does_something(source: HandlerSource, function: Function) -> bool:
    """Whether a function reads or writes anything beyond its arguments, as far as its text tells."""
    for call in function.of(ast.Call):
        name = source.tree.dotted(call.func)
        root = name.partition(".")[0]
        if root in (
            "boto3",
            "requests",
            "httpx",
            "urllib",
            "urllib3",
            "open",
            "time",
            "datetime",
            "random",
            "os",
            "socket",
        ):
            return True
        if (
            isinstance(call.func, ast.Attribute)
            and isinstance(call.func.value, ast.Name)
            and call.func.value.id in source.tree.constants
            and call.func.value.id not in source.tree.classes
        ):
            held = source.tree.constants[call.func.value.id]
            if any(isinstance(value, ast.Call) and source.tree.dotted(value.func) != "re.compile" for value in held):
                return True
    return any(call.function is function for call in source.calls.all)


def _is_bounded(source: HandlerSource, decorator: ast.expr) -> bool:
    if source.tree.dotted(decorator) == "functools.lru_cache":
        return True
    if isinstance(decorator, ast.Call) and source.tree.dotted(decorator.func) == "functools.lru_cache":
        given = [*decorator.args[:1], *(k.value for k in decorator.keywords if k.arg == "maxsize")]
        if not given:
            return True
        size = source.values.constant(given[0], None)
        return isinstance(size, int) and size <= _BOUNDED
    return False
