"""ASL908 sandbox-as-identity."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flowdsl.checks.handler_rule import HandlerRule, SourceExample
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.diagnostics import Diagnostic, Severity

_CALLS = {
    "socket.gethostname": "the host's name",
    "socket.getfqdn": "the host's name",
    "platform.node": "the host's name",
    "os.uname": "the host's name",
    "uuid.getnode": "the network card's number",
    "os.getpid": "the process's number",
}
_VARIABLES = {"AWS_LAMBDA_LOG_STREAM_NAME", "HOSTNAME"}
_WHERE = re.compile(r"\b(log|logs|see|details)\b", re.I)
_LOGGING = re.compile(r"^(print|.*\b(log|logger|logging|metrics|tracer)\b.*)$", re.I)


class SandboxAsIdentity(HandlerRule):
    """A handler that tells environments apart: by the host's name, a process number, /proc, the name of the log stream.

    How Lambda is built is not promised. Two deliveries of one event may run in one environment or in two; what holds the
    environment's name is another value each time, and says nothing about the work.

    Instead: use what the event says: its id, the execution's name. For logs, the log stream says it already.
    """

    code = "ASL908"
    severity = Severity.WARNING
    bad = SourceExample(
        """
        import socket

        def handler(event, context):
            worker = socket.gethostname()
            return claim(event["id"], worker)
        """,
        4,
        "the host's name (socket.gethostname) tells environments apart, not work: it is another at each delivery; use an id of the event",
    )
    good = SourceExample(
        """
        import logging

        logger = logging.getLogger()

        def handler(event, context):
            logger.info("in %s", context.log_stream_name)
            return claim(event["id"], event["worker"])
        """
    )

    def check(self, source: HandlerSource) -> Iterator[Diagnostic]:
        kept = [(node, what) for node in source.tree.top if (what := _tells(source, node))]
        if kept:
            used = {node.id for _, node in source.runs(ast.Name) if not _is_logged(source, node)}
            for node, what in kept:
                statement = source.tree.statement(node)
                targets = statement.targets if isinstance(statement, ast.Assign) else []
                if any(isinstance(t, ast.Name) and t.id in used for t in targets):
                    yield self.at(source, node, _says(what))
        for function in source.reached:
            for node in function.nodes:
                what = _tells(source, node)
                if what and not _is_logged(source, node):
                    yield self.at(source, node, _says(what))


def _says(what: str) -> str:
    return f"{what} tells environments apart, not work: it is another at each delivery; use an id of the event"


def _tells(source: HandlerSource, node: ast.AST) -> str:
    if isinstance(node, ast.Call):
        name = source.tree.dotted(node.func)
        if name in _CALLS:
            return f"{_CALLS[name]} ({name})"
        if name in ("os.getenv", "os.environ.get") and node.args:
            return _variable(node.args[0])
        for argument in node.args[:1]:
            if (
                isinstance(argument, ast.Constant)
                and isinstance(argument.value, str)
                and argument.value.startswith("/proc/")
            ):
                return f"{argument.value!r}"
    elif isinstance(node, ast.Subscript) and source.tree.dotted(node.value) == "os.environ":
        return _variable(node.slice)
    elif isinstance(node, ast.Attribute) and node.attr == "log_stream_name":
        return "the name of the log stream"
    return ""


def _variable(key: ast.expr) -> str:
    if isinstance(key, ast.Constant) and key.value in _VARIABLES:
        return f"the variable {key.value!r}"
    return ""


def _is_logged(source: HandlerSource, node: ast.AST) -> bool:
    """Whether it only goes into a log line, or into a text that says where the log is."""
    text: ast.AST | None = None
    for up in source.tree.above(node):
        if isinstance(up, ast.JoinedStr | ast.BinOp):
            text = up
        elif isinstance(up, ast.Call):
            name = source.tree.dotted(up.func)
            if name and _LOGGING.match(name):
                return True
        if isinstance(up, ast.stmt):
            break
    if text is None:
        return False
    texts = [n.value for n in ast.walk(text) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return any(_WHERE.search(said) for said in texts)
