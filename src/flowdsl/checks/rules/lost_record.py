"""ASL922 lost-record."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flowdsl.checks.handler_rule import HandlerRule, SourceExample
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_tree import Function
from flowdsl.checks.rules.swallowed_error import is_broad
from flowdsl.diagnostics import Diagnostic, Severity

_FAILURES = "batchItemFailures"


class LostRecord(HandlerRule):
    """A batch whose records may fail unseen: every error is caught, and the answer says that none has failed.

    The queue deletes each message that the answer does not name, and a stream goes on behind its record: what failed is
    neither done nor tried again, and no dead-letter queue holds it.

    Instead: name the record in batchItemFailures, by its messageId or sequence number; or let the error be raised.
    """

    code = "ASL922"
    severity = Severity.WARNING
    bad = SourceExample(
        """
        def handler(event, context):
            for record in event["Records"]:
                try:
                    work(record["body"])
                except Exception as error:
                    print(error)
            return {"batchItemFailures": []}
        """,
        5,
        "a record that fails here is lost: batchItemFailures is always empty, so the queue deletes it; name it there, or let the error "
        "be raised",
    )
    good = SourceExample(
        """
        def handler(event, context):
            failures = []
            for record in event["Records"]:
                try:
                    work(record["body"])
                except Exception as error:
                    print(error)
                    failures.append({"itemIdentifier": record["messageId"]})
            return {"batchItemFailures": failures}
        """
    )

    def check(self, source: HandlerSource) -> Iterator[Diagnostic]:
        for entry in source.handlers:
            function = entry.function
            if not _answers_none_failed(source, function):
                continue
            for loop in function.of(ast.For):
                if not _is_over_records(loop):
                    continue
                for tried in (node for node in ast.walk(loop) if isinstance(node, ast.Try)):
                    for handler in tried.handlers:
                        if is_broad(source, handler) and not _is_dealt_with(handler):
                            yield self.at(
                                source,
                                handler,
                                "a record that fails here is lost: batchItemFailures is always empty, so the queue deletes it; name "
                                "it there, or let the error be raised",
                            )


def _answers_none_failed(source: HandlerSource, function: Function) -> bool:
    """Whether it answers batchItemFailures, and always an empty list of them."""
    lists = [
        value.node
        for returned in function.of(ast.Return)
        if returned.value is not None
        for value in (source.values.fields(returned.value, function) or {}).get(_FAILURES, ())
    ]
    return bool(lists) and all(isinstance(node, ast.List) and not node.elts for node in lists)


def _is_over_records(loop: ast.For) -> bool:
    return any(isinstance(node, ast.Constant) and node.value == "Records" for node in ast.walk(loop.iter)) or any(
        isinstance(node, ast.Name) and node.id.lower() in ("records", "messages") for node in ast.walk(loop.iter)
    )


def _is_dealt_with(handler: ast.ExceptHandler) -> bool:
    """Whether an except does more than to say so: raises, keeps the record, sends it elsewhere."""
    for statement in handler.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Raise | ast.Return | ast.Assign | ast.AugAssign):
                return True
            if isinstance(node, ast.Call) and not _only_says(node):
                return True
    return False


_SAYING = {
    "print",
    "str",
    "repr",
    "type",
    "format_exc",
    "print_exc",
    "debug",
    "info",
    "warning",
    "warn",
    "error",
    "exception",
}


def _only_says(call: ast.Call) -> bool:
    name = (
        call.func.attr
        if isinstance(call.func, ast.Attribute)
        else call.func.id
        if isinstance(call.func, ast.Name)
        else ""
    )
    return name in _SAYING
