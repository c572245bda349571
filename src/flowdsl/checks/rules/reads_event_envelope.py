"""ASL936 reads-event-envelope."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flowdsl.checks.handler_entries import Entry
from flowdsl.checks.handler_rule import HandlerRule, SourceExample
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_tree import Function
from flowdsl.checks.handler_values import EVENT
from flowdsl.diagnostics import Diagnostic, Severity

_ENVELOPES = {
    "Records": "a queue, topic, stream or bucket",
    "requestContext": "API Gateway",
    "pathParameters": "API Gateway",
    "queryStringParameters": "API Gateway",
    "multiValueQueryStringParameters": "API Gateway",
    "rawPath": "a function URL",
    "awslogs": "CloudWatch Logs",
}
_HANDS_ON = {("stepfunctions", "start_execution"), ("stepfunctions", "start_sync_execution"), ("events", "put_events")}
_ANSWERS = {"batchItemFailures", "batch_item_failures", "statusCode", "itemIdentifier"}


class ReadsEventEnvelope(HandlerRule):
    """A handler that takes its work out of the envelope of one event source.

    It can be called by that source alone: a Task would have to make up the envelope. What is inside is then neither typed nor
    checked, and a batch in one delivery fails or is repeated as a whole.

    Instead: take the values themselves as parameters. Let the source start the workflow (EventBridge, a pipe), or keep one small
    adapter that hands on: start_execution under a name of the record's, or a partial batch response.
    """

    code = "ASL936"
    severity = Severity.INFO
    bad = SourceExample(
        """
        def handler(event, context):
            record = event["Records"][0]
            return resize(record["s3"]["bucket"]["name"], record["s3"]["object"]["key"])
        """,
        2,
        "'Records' is the envelope of a queue, topic, stream or bucket: a Task sends none; take the values inside as parameters",
    )
    good = (
        SourceExample(
            """
            def handler(event, context):
                return resize(event["bucket"], event["key"])
            """
        ),
        SourceExample(
            """
            def handler(event, context):
                failed = []
                for record in event["Records"]:
                    try:
                        work(record["body"])
                    except Exception:
                        failed.append({"itemIdentifier": record["messageId"]})
                return {"batchItemFailures": failed}
            """
        ),
        SourceExample(
            """
            from flowdsl.handler import handler, natural

            @handler(idempotency=natural())
            def take(*, Records: list[Message]) -> Batch:
                return Batch(batchItemFailures=[m.messageId for m in Records if not work(m)])
            """
        ),
    )

    def check(self, source: HandlerSource) -> Iterator[Diagnostic]:
        for entry in source.handlers:
            if entry.kind == "helper" or (entry.retried is None and _is_adapter(source, entry)):
                continue
            for function, running in source.reached.items():
                if entry in running:
                    found = next(_reads(source, function), None)
                    if found is not None:
                        node, field = found
                        yield self.at(
                            source,
                            node,
                            f"{field!r} is the envelope of {_ENVELOPES[field]}: a Task sends none; take the values inside as parameters",
                            severity=Severity.WARNING if entry.is_task else None,
                        )
                        break


def _reads(source: HandlerSource, function: Function) -> Iterator[tuple[ast.AST, str]]:
    for node in function.nodes:
        if isinstance(node, ast.Subscript):
            key, base = node.slice, node.value
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "get"
            and node.args
        ):
            key, base = node.args[0], node.func.value
        else:
            continue
        if (
            isinstance(key, ast.Constant)
            and isinstance(key.value, str)
            and key.value in _ENVELOPES
            and isinstance(base, ast.Name)
            and source.origins(base, function) & EVENT
        ):
            yield node, key.value
    for name in function.parameters:
        if name in ("Records", "requestContext"):
            yield function.node, name


def _is_adapter(source: HandlerSource, entry: Entry) -> bool:
    """Whether the handler is meant for its source: it answers it in the source's own form, or only hands on."""
    functions = [function for function, running in source.reached.items() if entry in running]
    for function in functions:
        for node in function.nodes:
            if isinstance(node, ast.Constant) and node.value in _ANSWERS:
                return True
            if isinstance(node, ast.keyword) and node.arg in _ANSWERS:
                return True
            if isinstance(node, ast.Name | ast.Attribute):
                name = source.tree.dotted(node)
                if name.startswith("aws_lambda_powertools.utilities.batch"):
                    return True
    return any((call.service, call.method) in _HANDS_ON for call in source.calls.all if call.function in functions)
