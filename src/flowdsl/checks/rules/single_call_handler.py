"""ASL933 single-call-handler."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flowdsl.checks.handler_calls import AwsCall
from flowdsl.checks.handler_direct import task_line
from flowdsl.checks.handler_entries import Entry
from flowdsl.checks.handler_rule import HandlerRule, SourceExample, named
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.diagnostics import Diagnostic, Severity

_PLAIN = (
    ast.Constant, ast.Name, ast.Attribute, ast.Subscript, ast.Dict, ast.List, ast.Tuple, ast.Load, ast.keyword,
    ast.FormattedValue,
)  # fmt: skip
_CAREFUL = {
    "ConditionExpression",
    "MessageDeduplicationId",
    "ClientRequestToken",
    "clientToken",
    "ClientToken",
    "TransactItems",
}
"""Arguments by which a handler takes care of repeats: then it is more than a relay, short as it is."""
_API = {"requestContext", "pathParameters", "queryStringParameters", "httpMethod", "rawPath", "body"}
"""Fields that API Gateway sends: such a handler answers it, and is no Task."""
_PLAIN_CALLS = {"os.environ.get", "os.getenv", "json.dumps", "str", "dict"}


class SingleCallHandler(HandlerRule):
    """A handler whose whole body is one call of an AWS service.

    Step Functions makes that call by itself: no function to deploy, patch and pay for, no cold start, and the service's own errors can be
    retried and caught by name.

    Instead: the direct integration, as a Task of the workflow.
    """

    code = "ASL933"
    severity = Severity.INFO
    bad = SourceExample(
        """
        import os
        import boto3

        table = boto3.resource("dynamodb").Table(os.environ["TABLE"])

        def handler(event, context):
            return table.get_item(Key={"id": event["id"]})
        """,
        7,
        "the whole handler is dynamodb.get_item; a Task does that without a function: Task(aws.dynamodb.get_item(TableName=..., Key=...))",
    )
    good = SourceExample(
        """
        import os
        import boto3

        table = boto3.resource("dynamodb").Table(os.environ["TABLE"])

        def handler(event, context):
            item = table.get_item(Key={"id": event["id"]}).get("Item")
            if item is None:
                raise NotFound(event["id"])
            return {"total": sum(line["cents"] for line in item["lines"])}
        """
    )

    def check(self, source: HandlerSource) -> Iterator[Diagnostic]:
        for entry in source.handlers:
            if entry.kind == "helper" or entry.declares:
                continue
            call = _only_call(source, entry)
            if call is None:
                continue
            line = task_line(call)
            if line is not None:
                yield self.at(
                    source,
                    call.node,
                    f"the whole handler is {named(call)}; a Task does that without a function: {line}",
                )


def _only_call(source: HandlerSource, entry: Entry) -> AwsCall | None:
    """The one AWS call that a handler is, besides taking the event apart and giving the answer back."""
    function = entry.function
    calls = [call for call in source.calls.all if call.function is function]
    if len(calls) != 1 or calls[0].inside:
        return None
    call = calls[0]
    if any(isinstance(n, ast.Constant) and n.value in _API for n in function.nodes):
        return None
    if _CAREFUL & call.arguments.keys():
        return None
    for statement in function.body:
        if not _is_plain(source, statement, call, entry):
            return None
    if not all(_is_plain_value(source, value, call) for value in call.arguments.values()):
        return None
    return call


def _is_plain(source: HandlerSource, statement: ast.stmt, call: AwsCall, entry: Entry) -> bool:
    if isinstance(statement, ast.Expr):
        if statement.value is call.node or isinstance(statement.value, ast.Constant):
            return True
        name = source.tree.dotted(statement.value.func) if isinstance(statement.value, ast.Call) else ""
        return name == "print" or name.lower().startswith(("logger.", "log.", "logging."))
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        return statement.value is not None and _is_plain_value(source, statement.value, call)
    if isinstance(statement, ast.Return):
        value = statement.value
        if value is None or isinstance(value, ast.Constant):
            return True
        if isinstance(value, ast.Dict):
            # {"statusCode": 200} says nothing; any other dict is an answer of the handler's own.
            plain = all(isinstance(v, ast.Constant) for v in value.values)
            return plain and any(isinstance(k, ast.Constant) and k.value == "statusCode" for k in value.keys)
        return _is_answer(source, value, call)
    return isinstance(statement, ast.Pass | ast.Import | ast.ImportFrom | ast.Global)


def _is_answer(source: HandlerSource, value: ast.expr, call: AwsCall) -> bool:
    """The call itself, its answer, or a field of it."""
    while isinstance(value, ast.Subscript):
        value = value.value
    if value is call.node:
        return True
    return isinstance(value, ast.Name) and _holds(source, value.id, call)


def _holds(source: HandlerSource, name: str, call: AwsCall) -> bool:
    found = source.values.assigned.get(call.function, {}).get(name, [])
    if len(found) != 1:
        return False
    value = found[0]
    while isinstance(value, ast.Subscript):
        value = value.value
    return value is call.node


def _is_plain_value(source: HandlerSource, value: ast.expr, call: AwsCall) -> bool:
    """Taken from the event, the environment or a constant as it is; the call itself."""
    stack: list[ast.AST] = [value]
    while stack:
        node = stack.pop()
        if node is call.node:
            continue
        if isinstance(node, ast.Call):
            name = source.tree.dotted(node.func)
            taken = isinstance(node.func, ast.Attribute) and node.func.attr == "get" and len(node.args) == 1
            if name in _PLAIN_CALLS or taken or name.startswith("boto3.") or _makes_client(source, node, call):
                stack.extend([*node.args, *node.keywords])
                continue
            return False
        if not isinstance(node, _PLAIN):
            return False
        stack.extend(ast.iter_child_nodes(node))
    return True


def _makes_client(source: HandlerSource, node: ast.Call, call: AwsCall) -> bool:
    return source.clients.receiver(node, call.function) is not None
