"""Branches on a field of the event that says what to do: one function that is several."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_tree import Function, block_of
from flowdsl.checks.handler_values import EVENT

_MOST = 2
"""More branches than this are several jobs in one."""
_ACTION = re.compile(
    r"^(action|operation|op|command|cmd|task|job|step|method|function|func|intent|activity|verb|mode|phase|stage)(_?(name|type|id|code))?$",
    re.I,
)
_EVENT_SORT = re.compile(
    r"^(event|message|msg|request|record|detail|command|action|job|task)[_-]?(type|kind|name|action)$", re.I
)
_SORT = re.compile(r"^(type|kind|name)$", re.I)
_VERB = re.compile(
    r"^(add|approve|cancel|charge|check|clean|close|compute|convert|copy|create|crop|delete|do|export|fetch|generate|get|import|list|load|merge|"
    r"move|notify|open|pause|pay|process|publish|purge|put|read|refund|reject|release|remove|rename|report|reserve|resize|resume|rotate|run|save|"
    r"send|set|ship|split|start|stop|submit|sync|transform|update|upload|validate|verify|write)(?![a-z])",
    re.I,
)
"""A bare `type` may be of data; when its values are verbs, it says what to do."""
_PLATFORM_FIELDS = {"RequestType", "httpMethod", "triggerSource", "Step"}
_PROTOCOLS = (
    {"Create", "Update", "Delete"},
    {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"},
    {"INSERT", "MODIFY", "REMOVE"},
    {"createSecret", "setSecret", "testSecret", "finishSecret"},
    {"$connect", "$disconnect", "$default"},
    {"LaunchRequest", "IntentRequest", "SessionEndedRequest"},
    {"Bounce", "Complaint", "Delivery"},
)
"""What a platform sends to one function: a custom resource's requests, a table's stream, a secret's rotation, an API."""


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One such branching."""

    node: ast.AST
    """The if, the match, or the call of what a table holds."""
    field: str
    values: tuple[str, ...]


def dispatches(source: HandlerSource, function: Function) -> Iterator[Dispatch]:
    """The places where a function does one of more than two jobs, by a field of the event."""
    inner: set[ast.AST] = set()
    for node in function.nodes:
        found: tuple[str, list[str], bool] | None = None
        if isinstance(node, ast.If) and node not in inner:
            found = _of_ifs(source, function, node, inner)
        elif isinstance(node, ast.Match):
            found = _of_match(source, function, node)
        elif isinstance(node, ast.Call):
            found = _of_table(source, function, node)
        if found is not None:
            field, values, is_work = found
            if len(values) > _MOST and is_work and _is_dispatch(field, values):
                yield Dispatch(node, field, tuple(values))


def _is_dispatch(field: str, values: list[str]) -> bool:
    if field in _PLATFORM_FIELDS or any(protocol.issuperset(values) for protocol in _PROTOCOLS):
        return False
    if _ACTION.match(field) or _EVENT_SORT.match(field):
        return True
    return bool(_SORT.match(field)) and sum(1 for value in values if _VERB.match(value)) > _MOST


def _field(source: HandlerSource, function: Function, node: ast.expr) -> str:
    """The event's field that a value is: `event["action"]`, `event.get("action")`, a name given from one."""
    for _ in range(4):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            method = node.func
            if method.attr in ("lower", "upper", "strip", "casefold"):
                node = method.value
                continue
            if method.attr == "get" and node.args and source.origins(method.value, function) & EVENT:
                return _text(node.args[0])
        elif isinstance(node, ast.Subscript) and source.origins(node.value, function) & EVENT:
            return _text(node.slice)
        elif isinstance(node, ast.Attribute) and source.origins(node.value, function) & EVENT:
            return node.attr
        elif isinstance(node, ast.Name):
            name = node.id
            given = source.values.definitions(name, function)
            if len(given) == 1 and not (isinstance(given[0].node, ast.Name) and given[0].node.id == name):
                if given[0].function is function:
                    node = given[0].node
                    continue
                inner = given[0].function
                return _field(source, inner, given[0].node) if inner is not None else ""
            return name if source.origins(node, function) & EVENT and name in function.parameters else ""
        return ""
    return ""


def _text(key: ast.expr) -> str:
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""


def _of_ifs(
    source: HandlerSource, function: Function, node: ast.If, inner: set[ast.AST]
) -> tuple[str, list[str], bool] | None:
    """A chain of if and elif, or of ifs that each return, that compare one field with texts."""
    chain: list[ast.If] = []
    current: ast.If | None = node
    siblings = _following(source, node)
    while current is not None:
        chain.append(current)
        inner.add(current)
        if len(current.orelse) == 1 and isinstance(current.orelse[0], ast.If):
            current = current.orelse[0]
        elif not current.orelse and isinstance(current.body[-1], ast.Return | ast.Raise) and siblings:
            following = siblings.pop(0)
            current = following if isinstance(following, ast.If) else None
        else:
            current = None
    fields: list[str] = []
    values: list[str] = []
    bodies: list[list[ast.stmt]] = []
    for link in chain:
        tested = _tested(source, function, link.test)
        if tested is not None:
            fields.append(tested[0])
            values += tested[1]
            bodies.append(link.body)
    if not fields or len(set(fields)) != 1:
        return None
    return fields[0], list(dict.fromkeys(values)), _is_work(bodies)


def _following(source: HandlerSource, node: ast.If) -> list[ast.stmt]:
    up = source.tree.parents.get(node)
    for block in ("body", "orelse", "finalbody"):
        statements = block_of(up, block) if up is not None else []
        if node in statements:
            return [s for s in statements[statements.index(node) + 1 :] if isinstance(s, ast.stmt)]
    return []


def _tested(source: HandlerSource, function: Function, test: ast.expr) -> tuple[str, list[str]] | None:
    if isinstance(test, ast.BoolOp):
        parts = [_tested(source, function, value) for value in test.values]
        known = [part for part in parts if part is not None]
        if not known:
            return None
        return (known[0][0], [v for part in known for v in part[1]]) if isinstance(test.op, ast.Or) else known[0]
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1):
        return None
    left, right = test.left, test.comparators[0]
    if isinstance(test.ops[0], ast.Eq):
        if isinstance(left, ast.Constant):
            left, right = right, left
        if isinstance(right, ast.Constant) and isinstance(right.value, str):
            field = _field(source, function, left)
            return (field, [right.value]) if field else None
    if isinstance(test.ops[0], ast.In) and isinstance(right, ast.Tuple | ast.List | ast.Set):
        texts = [e.value for e in right.elts if isinstance(e, ast.Constant) and isinstance(e.value, str)]
        field = _field(source, function, left)
        return (field, texts[:1]) if field and texts else None
    return None


def _of_match(source: HandlerSource, function: Function, node: ast.Match) -> tuple[str, list[str], bool] | None:
    field = _field(source, function, node.subject)
    values: list[str] = []
    bodies: list[list[ast.stmt]] = []
    for case in node.cases:
        texts = [
            p.value.value
            for p in ast.walk(case.pattern)
            if isinstance(p, ast.MatchValue) and isinstance(p.value, ast.Constant) and isinstance(p.value.value, str)
        ]
        if isinstance(case.pattern, ast.MatchMapping):
            keys = [k.value for k in case.pattern.keys if isinstance(k, ast.Constant) and isinstance(k.value, str)]
            field = field or next((k for k in keys if _ACTION.match(k) or _EVENT_SORT.match(k) or _SORT.match(k)), "")
        if texts:
            values.append(texts[0])
            bodies.append(case.body)
    return (field, values, _is_work(bodies)) if field else None


def _of_table(source: HandlerSource, function: Function, node: ast.Call) -> tuple[str, list[str], bool] | None:
    """`JOBS[event["action"]](event)` and `JOBS.get(event["action"])(event)`."""
    called = node.func
    if isinstance(called, ast.Name):
        given = source.values.definitions(called.id, function)
        if len(given) != 1 or given[0].function is not function:
            return None
        called = given[0].node
    key: ast.expr | None = None
    table: ast.expr | None = None
    if isinstance(called, ast.Call) and source.tree.dotted(called.func) == "getattr" and len(called.args) > 1:
        return _of_methods(source, function, called)
    if isinstance(called, ast.Subscript):
        table, key = called.value, called.slice
    elif (
        isinstance(called, ast.Call)
        and isinstance(called.func, ast.Attribute)
        and called.func.attr == "get"
        and called.args
    ):
        table, key = called.func.value, called.args[0]
    if table is None or key is None:
        return None
    made = source.values.settled(table, function)
    if not isinstance(made.node, ast.Dict):
        return None
    field = _field(source, function, key)
    values = [k.value for k in made.node.keys if isinstance(k, ast.Constant) and isinstance(k.value, str)]
    work = all(isinstance(v, ast.Name | ast.Attribute | ast.Lambda) for v in made.node.values)
    return (field, values, work) if field else None


def _of_methods(source: HandlerSource, function: Function, call: ast.Call) -> tuple[str, list[str], bool] | None:
    """`getattr(jobs, event["action"])(event)`, of an object of a class of this file."""
    made = source.values.settled(call.args[0], function).node
    owner = made.func.id if isinstance(made, ast.Call) and isinstance(made.func, ast.Name) else ""
    field = _field(source, function, call.args[1])
    methods = [f.name.rpartition(".")[2] for f in source.tree.functions.values() if f.owner == owner and owner]
    public = [name for name in methods if not name.startswith("_")]
    return (field, public, True) if field and public else None


def _is_work(bodies: list[list[ast.stmt]]) -> bool:
    """Whether the branches do different things: more than setting values."""
    working = sum(1 for body in bodies if any(_does(statement) for statement in body))
    return working > _MOST


def _does(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Return | ast.Expr):
        value = statement.value
        return any(isinstance(node, ast.Call | ast.BinOp) for node in ast.walk(value)) if value is not None else False
    return not isinstance(statement, ast.Pass | ast.Raise)
