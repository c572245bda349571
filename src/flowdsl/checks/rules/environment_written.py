"""ASL904 environment-written."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flowdsl.checks.handler_rule import HandlerRule, SourceExample
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_state import is_environment
from flowdsl.checks.handler_tree import Function
from flowdsl.diagnostics import Diagnostic, Severity

_CALLS = {
    "os.putenv", "os.unsetenv", "os.environ.update", "os.environ.setdefault", "os.environ.pop", "os.environ.clear",
    "os.environ.popitem", "os.environ.__setitem__", "dotenv.load_dotenv",
}  # fmt: skip


class EnvironmentWritten(HandlerRule):
    """A handler that writes environment variables.

    They are those of the whole environment: the next delivery finds them, another environment does not, and clients that are
    made later read them.

    Instead: pass the value as an argument; set what is fixed in the function's configuration, or at import.
    """

    code = "ASL904"
    severity = Severity.WARNING
    bad = SourceExample(
        """
        import os

        def handler(event, context):
            os.environ["TENANT"] = event["tenant"]
            return report()
        """,
        4,
        "the environment variable 'TENANT' outlives this delivery; pass the value as an argument",
    )
    good = SourceExample(
        """
        import os

        os.environ.setdefault("MPLCONFIGDIR", "/tmp")

        def handler(event, context):
            return report(os.environ["TABLE"], event["tenant"])
        """
    )

    def check(self, source: HandlerSource) -> Iterator[Diagnostic]:
        for function in source.reached:
            for node in function.nodes:
                key: ast.expr | None = None
                if isinstance(node, ast.Assign | ast.AugAssign | ast.Delete):
                    targets = [node.target] if isinstance(node, ast.AugAssign) else node.targets
                    if any(is_environment(source, t, function) and not _rebinds(t) for t in targets):
                        yield self.at(
                            source, node, "environment variables outlive this delivery; pass the value as an argument"
                        )
                        continue
                    keys = [
                        t.slice
                        for t in targets
                        if isinstance(t, ast.Subscript) and is_environment(source, t.value, function)
                    ]
                    if not keys:
                        continue
                    key = keys[0]
                elif isinstance(node, ast.Call) and _called(source, function, node) in _CALLS:
                    key = node.args[0] if node.args else None
                else:
                    continue
                name = source.values.constant(key, function)
                what = (
                    f"the environment variable {name!r} outlives"
                    if isinstance(name, str)
                    else "environment variables outlive"
                )
                yield self.at(source, node, f"{what} this delivery; pass the value as an argument")


def _rebinds(target: ast.expr) -> bool:
    """A plain name: `env = os.environ` gives it another name and changes nothing."""
    return isinstance(target, ast.Name)


def _called(source: HandlerSource, function: Function, call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute) and is_environment(source, call.func.value, function):
        return f"os.environ.{call.func.attr}"
    return source.tree.dotted(call.func)
