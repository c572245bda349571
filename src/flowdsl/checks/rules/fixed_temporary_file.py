"""ASL903 fixed-temporary-file."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flowdsl.checks.handler_rule import HandlerRule, SourceExample
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_tree import Function
from flowdsl.checks.handler_values import EVENT
from flowdsl.checks.handler_writes import is_write
from flowdsl.diagnostics import Diagnostic, Severity

_REMOVING = {
    "os.remove", "os.unlink", "shutil.rmtree", "os.rmdir", "unlink", "rmtree", "remove",
}  # fmt: skip
_LOOKING = {"os.path.exists", "os.path.isfile", "os.path.isdir", "os.path.getsize", "exists", "is_file", "is_dir"}
_WRITING = {"write_text", "write_bytes", "touch", "mkdir", "open"}
_ONLY_NAMES = {
    "tempfile.TemporaryDirectory", "tempfile.NamedTemporaryFile", "tempfile.mkdtemp", "tempfile.mkstemp",
    "tempfile.TemporaryFile", "tempfile.SpooledTemporaryFile", "os.chdir", "print",
}  # fmt: skip


class FixedTemporaryFile(HandlerRule):
    """A file in /tmp under a fixed name, left behind.

    /tmp lives as long as the environment: the next delivery finds the file of the one before, and a name that no event decides
    is the same file for both. Half-written files of a killed delivery are read as whole ones.

    Instead: tempfile.TemporaryDirectory() or NamedTemporaryFile(); or no file at all (io.BytesIO, upload_fileobj).
    """

    code = "ASL903"
    severity = Severity.WARNING
    bad = SourceExample(
        """
        import boto3

        s3 = boto3.client("s3")

        def handler(event, context):
            s3.download_file(event["bucket"], event["key"], "/tmp/input.csv")
            with open("/tmp/input.csv") as rows:
                return {"rows": len(rows.readlines())}
        """,
        6,
        "'/tmp/input.csv' is the same file for every delivery of this environment, and stays there; use tempfile.TemporaryDirectory()",
    )
    good = SourceExample(
        """
        import tempfile
        import boto3

        s3 = boto3.client("s3")

        def handler(event, context):
            with tempfile.TemporaryDirectory() as folder:
                s3.download_file(event["bucket"], event["key"], f"{folder}/input.csv")
                with open(f"{folder}/input.csv") as rows:
                    return {"rows": len(rows.readlines())}
        """
    )

    def check(self, source: HandlerSource) -> Iterator[Diagnostic]:
        told: set[str] = set()
        for function in source.reached:
            for node, name in _fixed_names(source, function):
                if (
                    name not in told
                    and not _is_removed(source, name)
                    and not _is_kept_on_purpose(source, function, node, name)
                ):
                    told.add(name)
                    yield self.at(
                        source,
                        node,
                        f"{name!r} is the same file for every delivery of this environment, and stays there; "
                        "use tempfile.TemporaryDirectory()",
                    )


def _fixed_names(source: HandlerSource, function: Function) -> Iterator[tuple[ast.AST, str]]:
    """(where, name) of each path under /tmp that no value decides, where it is used."""
    for call in function.of(ast.Call):
        name = source.tree.dotted(call.func)
        if name in _ONLY_NAMES or name in _LOOKING or name.rpartition(".")[2] in _REMOVING:
            continue
        if name == "os.path.join":
            text = _joined(source, [*call.args], function)
            if text is not None and text.startswith("/tmp/"):
                yield call, text
            continue
        if name in ("pathlib.Path", "pathlib.PurePath") and len(call.args) > 1:
            text = _joined(source, [*call.args], function)
            if text is not None and text.startswith("/tmp/"):
                yield call, text
            continue
        given = [*call.args, *(k.value for k in call.keywords)]
        given += [e for a in call.args if isinstance(a, ast.List | ast.Tuple) for e in a.elts]
        if isinstance(call.func, ast.Attribute) and call.func.attr in _WRITING:
            given.append(call.func.value)
        for argument in given:
            text = _literal(source, argument, function)
            if text is not None and text.startswith("/tmp/") and len(text) > 5 and "\0" not in text and " " not in text:
                yield call, text
    for node in function.of(ast.BinOp):
        if isinstance(node.op, ast.Div) and not isinstance(source.tree.parents.get(node), ast.BinOp):
            parts: list[ast.expr] = []
            left: ast.expr = node
            while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Div):
                parts.insert(0, left.right)
                left = left.left
            text = _joined(source, [left, *parts], function)
            if text is not None and text.startswith("/tmp/"):
                yield node, text


def _joined(source: HandlerSource, parts: list[ast.expr], function: Function) -> str | None:
    """A path put together from literal parts; None when a value decides one of them."""
    texts = [_literal(source, part, function) for part in parts]
    if any(text is None or "\0" in text for text in texts) or len(texts) < 2:
        return None
    return "/".join(str(text).rstrip("/") for text in texts)


def _literal(source: HandlerSource, node: ast.expr, function: Function) -> str | None:
    value = source.values.settled(node, function)
    if isinstance(value.node, ast.Call) and source.tree.dotted(value.node.func) == "tempfile.gettempdir":
        return "/tmp"
    if (
        isinstance(value.node, ast.Call)
        and source.tree.dotted(value.node.func) == "pathlib.Path"
        and len(value.node.args) == 1
    ):
        value = source.values.settled(value.node.args[0], value.function)
        if isinstance(value.node, ast.Call) and source.tree.dotted(value.node.func) == "tempfile.gettempdir":
            return "/tmp"
    if isinstance(value.node, ast.Constant | ast.JoinedStr | ast.BinOp):
        return source.values.text(value.node, value.function)
    if isinstance(value.node, ast.Call) and source.tree.dotted(value.node.func) == "os.path.join":
        return _joined(source, value.node.args, function)
    return None


def _is_removed(source: HandlerSource, name: str) -> bool:
    """Whether some function that runs removes the file, or the folder it is in."""
    for function in source.reached:
        for call in function.of(ast.Call):
            method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            if source.tree.dotted(call.func) in _REMOVING or method in _REMOVING:
                given = [*call.args, call.func.value] if isinstance(call.func, ast.Attribute) else call.args
                for argument in given:
                    text = _literal(source, argument, function)
                    if text is not None and name.startswith(text.rstrip("/")):
                        return True
    return False


def _is_kept_on_purpose(source: HandlerSource, function: Function, node: ast.AST, name: str) -> bool:
    """A model or a table that no event decides, fetched when it is not there yet."""
    for other in source.reached:
        for call in other.of(ast.Call):
            method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            if source.tree.dotted(call.func) in _LOOKING or method in _LOOKING:
                given = [*call.args, call.func.value] if isinstance(call.func, ast.Attribute) else call.args
                if any(_literal(source, argument, other) == name for argument in given):
                    return (
                        not _carries_event(source, function, node)
                        and _is_written_once(source, name)
                        and not _is_marker(source, call)
                    )
    return False


def _is_marker(source: HandlerSource, looked: ast.Call) -> bool:
    """Whether work is done, or left, by whether the file is there."""
    for up in source.tree.above(looked):
        if isinstance(up, ast.If):
            inside = {node for statement in up.body for node in ast.walk(statement)}
            return any(call.node in inside and is_write(call) for call in source.calls.all)
    return False


def _is_written_once(source: HandlerSource, name: str) -> bool:
    """Whether everything that writes the file does so only when it is not there."""
    for function in source.reached:
        for call in function.of(ast.Call):
            method = call.func.attr if isinstance(call.func, ast.Attribute) else source.tree.dotted(call.func)
            mode = (
                call.args[1] if len(call.args) > 1 else next((k.value for k in call.keywords if k.arg == "mode"), None)
            )
            opened = method == "open" and isinstance(mode, ast.Constant) and set(str(mode.value)) & set("wax+")
            if not (opened or method in ("write_text", "write_bytes")):
                continue
            given = [*call.args, call.func.value] if isinstance(call.func, ast.Attribute) else call.args
            if any(_literal(source, argument, function) == name for argument in given) and not _is_looked_for(
                source, call
            ):
                return False
    return True


def _is_looked_for(source: HandlerSource, call: ast.Call) -> bool:
    """Whether a call stands under an `if not os.path.exists(...)`."""
    for up in source.tree.above(call):
        if isinstance(up, ast.If):
            for node in ast.walk(up.test):
                if isinstance(node, ast.Call):
                    method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
                    if source.tree.dotted(node.func) in _LOOKING or method in _LOOKING:
                        return True
    return False


def _carries_event(source: HandlerSource, function: Function, node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and any(
        source.origins(a, function) & EVENT for a in [*node.args, *(k.value for k in node.keywords)]
    )
