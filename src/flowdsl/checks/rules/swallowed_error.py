"""ASL920 swallowed-error."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flowdsl.checks.handler_rule import HandlerRule, SourceExample
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_tree import Function
from flowdsl.diagnostics import Diagnostic, Severity

_BROAD = {
    "Exception",
    "BaseException",
    "builtins.Exception",
    "builtins.BaseException",
    "botocore.exceptions.ClientError",
    "boto3.exceptions.Boto3Error",
}


class SwallowedError(HandlerRule):
    """A Task's handler that catches every error and returns instead.

    The Task has then succeeded: its Retry and its Catch never see the failure, and the workflow goes on with an error for a
    result. Behind API Gateway an answer for every error is right; behind a Task it is not.

    Instead: let it raise; catch only what the handler can mend, and name in raises=(...) what the workflow is to catch.
    """

    code = "ASL920"
    severity = Severity.WARNING
    bad = SourceExample(
        """
        from flowdsl.handler import handler

        @handler
        def charge(*, payment_id: str) -> dict:
            try:
                return pay(payment_id)
            except Exception as error:
                return {"error": str(error)}
        """,
        7,
        "every error becomes a result: the Task's Retry and Catch never see it; let it raise, and name in raises=(...) what is to be caught",
    )
    good = (
        SourceExample(
            """
            from flowdsl.handler import handler

            @handler(raises=(CardDeclined,))
            def charge(*, payment_id: str) -> dict:
                try:
                    return pay(payment_id)
                except GatewayError as error:
                    if error.code == "declined":
                        raise CardDeclined(payment_id) from error
                    raise
            """
        ),
        SourceExample(
            """
            def lambda_handler(event, context):
                try:
                    return {"statusCode": 200, "body": answer(event)}
                except Exception:
                    return {"statusCode": 500}
            """
        ),
    )

    def check(self, source: HandlerSource) -> Iterator[Diagnostic]:
        for entry in source.handlers:
            if not entry.is_task:
                continue
            for tried in _outermost(entry.function):
                for handler in tried.handlers:
                    if is_broad(source, handler) and _returns(handler, tried, entry.function):
                        yield self.at(
                            source,
                            handler,
                            "every error becomes a result: the Task's Retry and Catch never see it; let it raise, and name in "
                            "raises=(...) what is to be caught",
                        )


def _outermost(function: Function) -> Iterator[ast.Try]:
    """The try statements at the handler's own level, `with` blocks around them aside."""
    pending = list(function.body)
    while pending:
        statement = pending.pop(0)
        if isinstance(statement, ast.Try):
            yield statement
        elif isinstance(statement, ast.With | ast.AsyncWith):
            pending = [*statement.body, *pending]


def is_broad(source: HandlerSource, handler: ast.ExceptHandler) -> bool:
    """Whether an except catches everything, or all that AWS answers."""
    if handler.type is None:
        return True
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(source.tree.dotted(t) in _BROAD for t in types)


def _returns(handler: ast.ExceptHandler, tried: ast.Try, function: Function) -> bool:
    """Whether an except never raises and ends the handler: by a return of its own, or by being the last thing in it."""
    nodes = [node for statement in handler.body for node in ast.walk(statement)]
    if any(isinstance(node, ast.Raise) for node in nodes) or _exits(nodes):
        return False
    # What depends on the error's code is a decision, not a swallow.
    if handler.name and any(isinstance(n, ast.If) and _reads(n.test, handler.name) for n in nodes):
        return False
    if any(isinstance(node, ast.Return) for node in nodes):
        return True
    return bool(function.body) and function.body[-1] is tried and not tried.finalbody


def _exits(nodes: list[ast.AST]) -> bool:
    return any(
        isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr in ("exit", "_exit")
        for n in nodes
    )


def _reads(test: ast.expr, name: str) -> bool:
    return any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(test))
