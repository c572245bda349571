"""ASL901 handler-keeps-state."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flowdsl.checks.handler_closures import kept_in_closures
from flowdsl.checks.handler_entries import is_guarded
from flowdsl.checks.handler_rule import HandlerRule, SourceExample, shown
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_state import Held, held_by, is_reset
from flowdsl.checks.handler_tree import Function, stores_of
from flowdsl.checks.handler_values import DELIVERY, EVENT
from flowdsl.diagnostics import Diagnostic, Severity

_GROWING = {
    "append", "appendleft", "extend", "extendleft", "insert", "add", "push", "put", "write", "writelines",
}  # fmt: skip
_LISTS = {"append", "appendleft", "extend", "extendleft"}
_PUSHING = {"heapq.heappush", "heapq.heappushpop", "bisect.insort", "bisect.insort_left", "bisect.insort_right"}
_FILLING = {"update", "setdefault", "__setitem__"}
_TAKING = {"pop", "popleft", "popitem"}


class HandlerKeepsState(HandlerRule):
    """A handler that changes what outlives it: a list, dict, counter or object of the module.

    Lambda runs one environment for many deliveries and many environments side by side. What one delivery leaves behind is seen
    by some later ones and missed by others: lists grow, answers mix, a retry counts twice. A client or a setting that is made
    once and never carries an event's data is fine.

    Instead: keep it in a local variable; what must last belongs into DynamoDB or S3, under a key of the event.
    Source: AWS Lambda, Best practices: do not use the execution environment to store user data or events.
    """

    code = "ASL901"
    severity = Severity.WARNING
    bad = (
        SourceExample(
            """
            seen = []

            def handler(event, context):
                seen.append(event["id"])
                return {"seen": len(seen)}
            """,
            4,
            "'seen' outlives the delivery and grows with each one; use a local variable, or a table for what must last",
        ),
        SourceExample(
            """
            count = 0

            def handler(event, context):
                global count
                count += 1
                return {"count": count}
            """,
            5,
            "'count' outlives the delivery and counts on from one to the next; use a local variable, or a table for what must last",
        ),
        SourceExample(
            """
            import config

            def handler(event, context):
                config.tenant = event["tenant"]
                return config.load()
            """,
            4,
            "'config.tenant' outlives the delivery and holds its data; use a local variable, or a table for what must last",
        ),
        SourceExample(
            """
            def handler(event, context, rows=[]):
                rows.append(event["row"])
                return rows
            """,
            2,
            "the default of 'rows' is made once and grows with each delivery; make a new one inside",
        ),
    )
    good = (
        SourceExample(
            """
            import boto3

            _table = None

            def table():
                global _table
                if _table is None:
                    _table = boto3.resource("dynamodb").Table("orders")
                return _table

            def handler(event, context):
                rows = []
                rows.append(event["id"])
                return rows
            """
        ),
        SourceExample(
            """
            _settings = {}

            def setting(name):
                if name not in _settings:
                    _settings[name] = load(name)
                return _settings[name]

            def handler(event, context):
                return setting("limit")
            """
        ),
    )

    def check(self, source: HandlerSource) -> Iterator[Diagnostic]:
        for kept in kept_in_closures(source):
            if not kept.is_item or not is_guarded(source.tree, kept.node, kept.name):
                held = Held(kept.name, kept.name)
                does = (
                    "counts on from one to the next" if isinstance(kept.node, ast.AugAssign) else "grows with each one"
                )
                yield self._finding(source, kept.node, held, does)
        for function in source.reached:
            for node in function.nodes:
                for target, value in stores_of(node):
                    yield from self._assignment(source, function, node, target, value)
                if isinstance(node, ast.Call):
                    if isinstance(node.func, ast.Attribute):
                        yield from self._method(source, function, node, node.func)
                    yield from self._call(source, function, node)
                    for argument in node.args:
                        # map(rows.append, ...): the method is handed on, to be called.
                        if isinstance(argument, ast.Attribute) and argument.attr in _GROWING:
                            yield from self._method(source, function, node, argument)

    def _assignment(
        self, source: HandlerSource, function: Function, node: ast.AST, target: ast.expr, value: ast.expr
    ) -> Iterator[Diagnostic]:
        held = held_by(source, function, target)
        if held is None:
            return
        if isinstance(node, ast.AugAssign) or (held.is_number and _reads_itself(value, target)):
            if not is_reset(source, function, held.name):
                yield self._finding(source, node, held, "counts on from one to the next")
        elif held.key is not None and source.origins(held.key, function) & EVENT:
            # Looked up first, it is a cache keyed by the event, which ASL902 tells about.
            if not is_guarded(source.tree, node, held.root):
                yield self._finding(source, node, held, "holds its data")
        elif source.origins(value, function) & (EVENT | DELIVERY):
            yield self._finding(source, node, held, "holds its data")

    def _call(self, source: HandlerSource, function: Function, node: ast.Call) -> Iterator[Diagnostic]:
        """What functions change: next(numbers), heappush(rows, x), setattr(settings, "tenant", x)."""
        name = source.tree.dotted(node.func)
        if name == "next" and node.args:
            held = held_by(source, function, node.args[0], changed=True)
            if held is not None and not held.path and not held.is_imported:
                yield self._finding(source, node, held, "counts on from one to the next")
        elif name in _PUSHING and node.args:
            held = held_by(source, function, node.args[0], changed=True)
            if held is not None and held.is_container and not is_reset(source, function, held.root):
                yield self._finding(source, node, held, "grows with each one")
        elif name == "setattr" and len(node.args) == 3:
            attribute = source.values.constant(node.args[1], function)
            place = ast.Attribute(node.args[0], attribute if isinstance(attribute, str) else "...", ast.Store())
            yield from self._assignment(source, function, node, place, node.args[2])

    def _method(
        self, source: HandlerSource, function: Function, node: ast.Call, method: ast.Attribute
    ) -> Iterator[Diagnostic]:
        if method.attr not in _GROWING | _FILLING | _TAKING:
            return
        held = held_by(source, function, method.value, changed=True)
        if held is None:
            return
        carries = any(
            source.origins(a, function) & (EVENT | DELIVERY) for a in [*node.args, *(k.value for k in node.keywords)]
        )
        # Of what another file holds, its methods tell what it is: only a list is appended to.
        looks_like_one = held.is_imported and carries and method.attr in _LISTS
        if not (held.is_container or looks_like_one or (held.path and method.attr in _FILLING)):
            return
        if method.attr in _FILLING:
            if carries and not _keyed_by_event(source, function, node, method):
                yield self._finding(source, node, held, "holds its data")
        elif not (is_guarded(source.tree, node, held.root) and not carries) and not is_reset(
            source, function, held.root
        ):
            does = "gives its items away" if method.attr in _TAKING else "grows with each one"
            yield self._finding(source, node, held, does)

    def _finding(self, source: HandlerSource, node: ast.AST, held: Held, does: str) -> Diagnostic:
        if held.is_default:
            does = does.replace("each one", "each delivery")
            return self.at(source, node, f"the default of {held.name!r} is made once and {does}; make a new one inside")
        message = f"{held.name!r} outlives the delivery and {does}; use a local variable, or a table for what must last"
        return self.at(source, node, message)


def _reads_itself(value: ast.expr, target: ast.expr) -> bool:
    if shown(target, 200) in {shown(inner, 200) for inner in ast.walk(value) if isinstance(inner, type(target))}:
        return True
    # handler.calls = getattr(handler, "calls", 0) + 1
    return isinstance(target, ast.Attribute) and any(
        isinstance(inner, ast.Call)
        and isinstance(inner.func, ast.Name)
        and inner.func.id == "getattr"
        and len(inner.args) >= 2
        and isinstance(inner.args[1], ast.Constant)
        and inner.args[1].value == target.attr
        and shown(inner.args[0], 200) == shown(target.value, 200)
        for inner in ast.walk(value)
    )


def _keyed_by_event(source: HandlerSource, function: Function, node: ast.Call, method: ast.Attribute) -> bool:
    """`cache.setdefault(event["id"], ...)`, which ASL902 tells about."""
    return method.attr in ("setdefault", "__setitem__") and bool(
        node.args and source.origins(node.args[0], function) & EVENT
    )
