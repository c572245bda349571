"""ASL907 client-in-handler."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flowdsl.checks.handler_clients import BOUND_TO_A_LOOP, CONNECTIONS, MAKERS
from flowdsl.checks.handler_entries import is_cached, is_guarded
from flowdsl.checks.handler_rule import HandlerRule, SourceExample, shown
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_tree import Function, bindings_of
from flowdsl.checks.handler_values import ANSWER, DELIVERY, EVENT
from flowdsl.diagnostics import Diagnostic, Severity


class ClientInHandler(HandlerRule):
    """A client or connection that is made anew at each delivery.

    Making one reads its model, its credentials and opens connections: tens of milliseconds that a warm environment need not pay, and
    for a database a connection too many.

    Instead: make it once, outside the handler, or on first use in a function under @cache.
    Source: AWS Lambda, Best practices: take advantage of execution environment reuse.
    """

    code = "ASL907"
    severity = Severity.INFO
    bad = (
        SourceExample(
            """
            import boto3

            def handler(event, context):
                s3 = boto3.client("s3")
                return s3.head_object(Bucket=event["bucket"], Key=event["key"])["ContentLength"] > 0
            """,
            4,
            "boto3.client('s3') is made at each delivery; make it once, outside the handler",
        ),
        SourceExample(
            """
            import pymysql

            def handler(event, context):
                connection = pymysql.connect(host=HOST, user=USER)
                return read(connection, event["id"])
            """,
            4,
            "a database connection is opened at each delivery (pymysql.connect); open it once, outside the handler",
        ),
    )
    good = (
        SourceExample(
            """
            from functools import cache
            import boto3

            sqs = boto3.client("sqs")

            @cache
            def s3():
                return boto3.client("s3")

            def handler(event, context):
                return s3().head_object(Bucket=event["bucket"], Key=event["key"])["ContentLength"] > 0
            """
        ),
        SourceExample(
            """
            import boto3

            sts = boto3.client("sts")

            def handler(event, context):
                keys = sts.assume_role(RoleArn=event["role"], RoleSessionName="report")["Credentials"]
                theirs = boto3.client("s3", aws_access_key_id=keys["AccessKeyId"])
                return len(theirs.list_buckets()["Buckets"])
            """
        ),
    )

    def check(self, source: HandlerSource) -> Iterator[Diagnostic]:
        for function in source.reached:
            if function not in source.entries.each_time or is_cached(source.tree, function):
                continue
            for call in function.of(ast.Call):
                name = source.tree.dotted(call.func)
                kind = CONNECTIONS.get(name) if name not in BOUND_TO_A_LOOP else None
                if (name in MAKERS or kind or _is_of_own_session(source, function, call)) and not _is_kept(
                    source, function, call
                ):
                    if kind is None:
                        message = f"{shown(call)} is made at each delivery; make it once, outside the handler"
                    else:
                        verb = ("opened", "open") if "connection" in kind else ("made", "make")
                        message = f"{_article(kind)} {kind} is {verb[0]} at each delivery ({name}); {verb[1]} it once, outside the handler"
                    yield self.at(source, call, message)


def _is_of_own_session(source: HandlerSource, function: Function, call: ast.Call) -> bool:
    """`session.client("s3")`, of a session that was made for nobody in particular."""
    if not (isinstance(call.func, ast.Attribute) and call.func.attr in ("client", "resource")):
        return False
    held = source.clients.receiver(call.func.value, function)
    if held is None or held.kind != "session" or held.call is None or call.func.value is held.call:
        return False
    given = [*held.call.args, *(k.value for k in held.call.keywords)]
    return not any(source.origins(value, held.function) & (EVENT | ANSWER | DELIVERY) for value in given)


def _is_kept(source: HandlerSource, function: Function, call: ast.Call) -> bool:
    """Made for this event alone (a role, a region, credentials that AWS answered), or made on first use and kept."""
    given = [*call.args, *(k.value for k in call.keywords)]
    if any(source.origins(value, function) & (EVENT | ANSWER | DELIVERY) for value in given):
        return True
    return (
        is_guarded(source.tree, call) or _is_one_of_many(source, call, given) or _is_made_anew(source, function, call)
    )


def _is_one_of_many(source: HandlerSource, call: ast.Call, given: list[ast.expr]) -> bool:
    """One for each region, role or account of a loop around it."""
    names = {node.id for value in given for node in ast.walk(value) if isinstance(node, ast.Name)}
    for up in source.tree.above(call):
        loops: list[ast.For | ast.AsyncFor | ast.comprehension] = []
        if isinstance(up, ast.For | ast.AsyncFor):
            loops = [up]
        elif isinstance(up, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            loops = list(up.generators)
        if any(name in names for loop in loops for name, _ in bindings_of(loop)):
            return True
    return False


def _is_made_anew(source: HandlerSource, function: Function, call: ast.Call) -> bool:
    """A connection of the module that was lost: `except OperationalError: connection = connect(...)`."""
    statement = source.tree.statement(call)
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    kept = any(isinstance(target, ast.Name) and target.id in function.globals for target in targets)
    return kept and any(isinstance(up, ast.ExceptHandler) for up in source.tree.above(call))


def _article(kind: str) -> str:
    return "an" if kind[0] in "aeiouH" else "a"
