"""What a trace cannot see: `x is None` on what the workflow reads, which Python decides without asking anybody."""

from __future__ import annotations

import ast
import dis
from types import CodeType

from flowdsl.dsl.places import function_node
from flowdsl.dsl.trace import Scope, Trace
from flowdsl.query.expression import Place

_IS = {
    dis.opmap[name] for name in dis.opmap if name == "IS_OP" or (name.startswith("POP_JUMP") and name.endswith("NONE"))
}
_READS = frozenset({"result", "value", "error"})


def check_source(trace: Trace) -> None:
    """Reports every `is` on an expression. The source is read only where the code holds such an instruction."""
    seen: set[int] = set()
    for scope in trace.scopes:
        code = getattr(scope.function, "__code__", None)
        if isinstance(code, CodeType) and id(code) not in seen:
            seen.add(id(code))
            instructions = code.co_code[::2]
            if any(instruction in instructions for instruction in _IS):
                _scan(trace, scope, code)


def _scan(trace: Trace, scope: Scope, code: CodeType) -> None:
    function = function_node(code)
    if function is None:
        return
    parameters = _parameters(trace)
    inner = {
        id(n)
        for n in ast.walk(function)
        if n is not function and isinstance(n, (ast.FunctionDef, ast.Lambda))
        for n in ast.walk(n)
    }
    for node in ast.walk(function):
        if id(node) in inner or not isinstance(node, ast.Compare):
            continue
        for left, operator, right in zip([node.left, *node.comparators], node.ops, node.comparators, strict=False):
            if isinstance(operator, (ast.Is, ast.IsNot)):
                read = next((side for side in (left, right) if _reads(side, parameters)), None)
                if read is not None:
                    _report(trace, code, node, operator, read, right if read is left else left)


def _parameters(trace: Trace) -> set[str]:
    """The names of parameters that stand for what the workflow reads."""
    found: set[str] = set()
    for scope in trace.scopes:
        code = getattr(scope.function, "__code__", None)
        if isinstance(code, CodeType) and scope.parameter is not None:
            found.update(code.co_varnames[: code.co_argcount][:1])
    return found


def _reads(node: ast.expr, parameters: set[str]) -> bool:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        if isinstance(node, ast.Attribute) and node.attr in _READS and not isinstance(node.value, ast.Call):
            return True
        node = node.value
    return isinstance(node, ast.Name) and node.id in parameters


def _report(
    trace: Trace, code: CodeType, node: ast.Compare, operator: ast.cmpop, read: ast.expr, other: ast.expr
) -> None:
    text, word = ast.unparse(read), "is" if isinstance(operator, ast.Is) else "is not"
    if isinstance(other, ast.Constant) and other.value is None:
        instead = f"fn.not_(fn.exists({text}))" if word == "is" else f"fn.exists({text})"
    else:
        instead = f"{text} {'==' if word == 'is' else '!='} {ast.unparse(other)}"
    place: Place = (code, -1, node)
    trace.report("not-python", f"`{word}` is decided by Python before the workflow runs; write {instead}", place)
