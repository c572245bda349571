"""What a handler writes, under which identity, and what makes a second delivery harmless."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from flowdsl.checks.handler_calls import AwsCall
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_tree import Function
from flowdsl.checks.handler_values import ANSWER, Value

_READS = re.compile(
    r"(get|list|describe|query|scan|batch_get|batch_check|head|lookup|search|select|detect|recognize|generate|estimate|"
    r"preview|validate|test|simulate|check|poll|receive|download|can|decode|decrypt|encrypt|verify|sign|translate_text|"
    r"synthesize_speech|converse|invoke_model|invoke_endpoint|invoke_agent|invoke_flow|retrieve|classify|compare|predict|"
    r"assume_role|change_message_visibility|transact_get|wait|paginate|admin_get|admin_list|filter_log)(_|$)"
)
_NOT_DURABLE = {
    "sts", "logs", "cloudwatch", "xray", "bedrock-runtime", "bedrock-agent-runtime", "bedrock-agentcore",
    "sagemaker-runtime", "lexv2-runtime", "lex-runtime", "polly", "comprehend", "personalize-runtime", "qbusiness",
}  # fmt: skip
"""Services whose calls leave nothing behind that is told apart by the names given to them."""
_IDENTITY = re.compile(r"(^|[a-z_])(Name|Id|ID|Identifier|Token|Key|Reference)$|^(name|id|key)$")
_TOKENS = re.compile(r"CallerReference|[Cc]lient(Request)?Token|[Ii]dempotencyToken")
_NO_IDENTITY = {
    "MessageGroupId",
    "PartitionKey",
    "RoleSessionName",
    "KmsKeyId",
    "KMSMasterKeyId",
    "SSEKMSKeyId",
    "TableName",
    "StreamName",
    "DeliveryStreamName",
    "FunctionName",
    "IndexName",
    "GroupName",
    "taskToken",
    "TaskToken",
    "ExplicitHashKey",
    "LogGroupName",
}
_STRONG_KEYS = re.compile(r"^(pk|sk|id|key|uuid|guid|hash_?key|range_?key|partition_?key|sort_?key|gsi\d*[ps]k)$", re.I)
_WEAK_KEYS = re.compile(r"(_id|Id|ID|_key|Key|_uuid|Uuid|_no|Number|_number|_ref)$")
CREATED = re.compile(r"^(created|creation|inserted|registered|first_seen|firstSeen|ordered_at|placed)", re.I)
"""Attributes that hold when something began to be: those that a second write must not move."""
_TIME_KEYS = re.compile(r"^(time_?stamp|ts|at|time|date_?time|event_?time|occurred_?at)$", re.I)
"""Attributes that are the usual sort keys beside an `..._id`: of the clock, they make a second item."""
_RUN_IDS = re.compile(r"(request|trace|correlation|span|session|invocation|execution|run|log)_?id$", re.I)
GUARD_WORDS = ("ConditionalCheckFailed", "TransactionCanceledException", "attribute_not_exists", "IdempotencyKey")
_ASKING = re.compile(
    r"already|duplicate|processed|seen|claim|idempot|dedup|acquire|first_time|mark_|is_new|try_lock", re.I
)
_SQL_GUARD = re.compile(r"on\s+conflict|insert\s+ignore|on\s+duplicate\s+key|merge\s+into|where\s+not\s+exists", re.I)


def is_write(call: AwsCall) -> bool:
    """Whether a call changes something that lasts."""
    return not call.inside and _READS.match(call.method) is None and call.service not in _NOT_DURABLE


@dataclass(frozen=True, slots=True)
class Identity:
    """One value by which what is written is told apart."""

    what: str
    """As a message names it: `Key 'order_id'`, `name`, `MessageDeduplicationId`."""
    value: Value
    key: str = ""
    """The attribute's name, of a key of a table."""


def identities(source: HandlerSource, call: AwsCall) -> Iterator[Identity]:
    """The values that say which thing a write writes: keys, names, ids, tokens."""
    function = call.function
    for name, value in call.arguments.items():
        if name in ("Item", "Key") and call.service == "dynamodb":
            yield from _item_keys(source, Value(value, function), whole=name == "Key")
            if name == "Item" and call.lacks("ConditionExpression", "Expected") and not guards(source, call):
                yield from _time_keys(source, Value(value, function))
        elif name in ("RequestItems", "TransactItems") and call.service == "dynamodb":
            for inner in _nested_items(source, value, function):
                yield from _item_keys(source, inner[1], whole=inner[0] == "Key")
        elif name not in _NO_IDENTITY and _IDENTITY.search(name) and not isinstance(value, ast.Dict | ast.List):
            yield Identity(name, Value(value, function))
        elif isinstance(value, ast.Dict):
            for member, parts in (source.values.fields(value, function) or {}).items():
                if _TOKENS.fullmatch(member):
                    yield from (Identity(member, part) for part in parts)
        elif name == "Entries" and call.method == "send_message_batch":
            # An entry's Id only has to differ within its batch.
            for entry in _dicts(source, value, function):
                for given in entry.get("MessageDeduplicationId", ()):
                    yield Identity("MessageDeduplicationId", given)


def _item_keys(source: HandlerSource, item: Value, *, whole: bool) -> Iterator[Identity]:
    """The key attributes of an item: by their names, since the table's schema is out of sight. Of a `Key`, all."""
    fields = source.values.fields(item.node, item.function) or {}
    strong = [name for name in fields if whole or _STRONG_KEYS.match(name)]
    # Of several `..._id` the first is taken for the key, ids of the run itself last; the others are mostly references.
    weak = sorted((name for name in fields if _WEAK_KEYS.search(name)), key=lambda n: _RUN_IDS.search(n) is not None)
    chosen = strong or weak[:1]
    for name in chosen:
        for value in fields[name]:
            yield Identity(f"key {name!r}", value, name)


def _time_keys(source: HandlerSource, item: Value) -> Iterator[Identity]:
    """The time that is likely the sort key beside an item's `..._id`; none where a key of another name is there."""
    fields = source.values.fields(item.node, item.function) or {}
    if any(_STRONG_KEYS.match(name) for name in fields) or not any(_WEAK_KEYS.search(name) for name in fields):
        return
    for name in filter(_TIME_KEYS.match, fields):
        for value in fields[name]:
            yield Identity(f"key {name!r}", value, name)


def _nested_items(source: HandlerSource, node: ast.expr, function: Function) -> Iterator[tuple[str, Value]]:
    """The `Item` and `Key` of each request of a batch or transaction, where they are written out."""
    pending: list[Value] = [Value(node, function)]
    seen = 0
    while pending and seen < 200:
        seen += 1
        settled = pending.pop()
        value = source.values.settled(settled.node, settled.function)
        if isinstance(value.node, ast.Dict):
            for key, inner in zip(value.node.keys, value.node.values, strict=True):
                text = source.values.text(key, value.function) if key is not None else None
                if text in ("Item", "Key"):
                    yield text, Value(inner, value.function)
                else:
                    pending.append(Value(inner, value.function))
        elif isinstance(value.node, ast.List | ast.Tuple):
            pending += [Value(e.value if isinstance(e, ast.Starred) else e, value.function) for e in value.node.elts]
        elif isinstance(value.node, ast.ListComp | ast.GeneratorExp):
            pending.append(Value(value.node.elt, value.function))
        elif isinstance(value.node, ast.Name):
            pending += [
                v for v in source.values.definitions(value.node.id, value.function) if not isinstance(v.node, ast.Name)
            ]


def _dicts(source: HandlerSource, node: ast.expr, function: Function) -> Iterator[dict[str, list[Value]]]:
    """The dicts of a list that is written out, by a literal or a comprehension."""
    value = source.values.settled(node, function)
    if isinstance(value.node, ast.List | ast.Tuple):
        elements = list(value.node.elts)
    elif isinstance(value.node, ast.ListComp | ast.GeneratorExp):
        elements = [value.node.elt]
    else:
        elements = (
            [v.node for v in source.values.definitions(value.node.id, function)]
            if isinstance(value.node, ast.Name)
            else []
        )
    for element in elements:
        fields = source.values.fields(element, value.function)
        if fields is not None:
            yield fields


# -- what makes a repeat harmless -------------------------------------------------------------------------------------


def is_covered(source: HandlerSource, function: Function) -> bool:
    """Whether every handler that runs a function takes care of repeats itself: once, delegated, none, Powertools."""
    entries = source.reached.get(function, ())
    if function in source.entries.covered:
        return True
    return bool(entries) and all(entry.idempotency in ("once", "none", "delegated") for entry in entries)


def guards(source: HandlerSource, call: AwsCall | ast.AST, function: Function | None = None) -> bool:
    """Whether something refuses a repeat before a write is made: a conditional write, a transaction, a look whether it
    was done already.
    """
    node = call.node if isinstance(call, AwsCall) else call
    function = call.function if isinstance(call, AwsCall) else function
    if function is None:
        return False
    handlers = set(source.reached.get(function, ()))
    line = getattr(node, "lineno", 0)
    for other, first in source.shared("guards", _first_guards).items():
        if first < line if other is function else not handlers.isdisjoint(source.reached.get(other, ())):
            return True
    below = node
    for up in source.tree.above(node):
        if (
            isinstance(up, ast.If)
            and below in up.body
            and _is_absence(up.test)
            and _is_answer(source, up.test, function)
        ):
            return True
        below = up
    return False


def _first_guards(source: HandlerSource) -> dict[Function, int]:
    """The functions in which something refuses a repeat, each with the first line of it."""
    found: dict[Function, int] = {}
    for function in source.reached:
        line = next((getattr(n, "lineno", 0) for n in function.nodes if _is_guard(source, function, n)), None)
        if line is not None:
            found[function] = line
    return found


def _is_guard(source: HandlerSource, function: Function, node: ast.AST) -> bool:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return any(word in node.value for word in GUARD_WORDS) or _SQL_GUARD.search(node.value) is not None
    if isinstance(node, ast.keyword):
        return node.arg == "ConditionExpression"
    if isinstance(node, ast.Attribute):
        return node.attr in ("ConditionalCheckFailedException", "TransactionCanceledException", "rowcount")
    if isinstance(node, ast.If) and any(isinstance(s, ast.Return) for s in node.body):
        # `if "Item" in answer: return`: looked up before, and left when it was there.
        if not _is_absence(node.test) and _is_answer(source, node.test, function):
            return True
        return _asks_elsewhere(source, node.test)
    return False


def _asks_elsewhere(source: HandlerSource, test: ast.expr) -> bool:
    """`if already_done(id): return`, where the function is in another file: its name is believed."""
    for call in ast.walk(test):
        if isinstance(call, ast.Call):
            name = (
                call.func.attr
                if isinstance(call.func, ast.Attribute)
                else call.func.id
                if isinstance(call.func, ast.Name)
                else ""
            )
            if _ASKING.search(name) and name not in source.tree.functions:
                return True
    return False


def _is_answer(source: HandlerSource, test: ast.expr, function: Function) -> bool:
    """Whether a test reads what AWS or a database answered."""
    return any(
        source.origins(inner, function) & ANSWER for inner in ast.walk(test) if isinstance(inner, ast.Name | ast.Call)
    )


def _is_absence(test: ast.expr) -> bool:
    """`not x`, `x is None`, `k not in x`."""
    if isinstance(test, ast.UnaryOp):
        return isinstance(test.op, ast.Not)
    if isinstance(test, ast.Compare):
        return isinstance(test.ops[0], ast.Is | ast.NotIn)
    return False


# -- beyond AWS's tables ----------------------------------------------------------------------------------------------

_INSERT = re.compile(r"\binsert\s+(?:or\s+\w+\s+|ignore\s+)?into\s+[\w.\"`\[\]\0]+\s*\(([^)]*)\)\s*values", re.I)
_MESSAGE_ID = re.compile(r"^(id|(event|message|msg)_?id|messageId|eventId)$", re.I)


def inserted_keys(source: HandlerSource, function: Function, node: ast.Call) -> Iterator[Identity]:
    """The values an SQL INSERT gives to its key columns: those of its first column, and of columns called id or key."""
    if not (isinstance(node.func, ast.Attribute) and node.func.attr in ("execute", "executemany", "run", "query")):
        return
    text = source.values.text(node.args[0], function) if node.args else None
    match = _INSERT.search(text) if text else None
    if match is None or len(node.args) < 2:
        return
    columns = [column.strip(' "`[]\n') for column in match[1].split(",")]
    given = source.values.settled(node.args[1], function)
    if isinstance(given.node, ast.Tuple | ast.List):
        values = {c: Value(v, given.function) for c, v in zip(columns, given.node.elts, strict=False)}
    else:
        fields = source.values.fields(given.node, given.function) or {}
        values = {c: fields[c][0] for c in columns if c in fields}
    for i, column in enumerate(columns):
        if column in values and (_STRONG_KEYS.match(column) or (i == 0 and _WEAK_KEYS.search(column))):
            yield Identity(f"column {column!r} of the INSERT", values[column])


def message_ids(source: HandlerSource, call: AwsCall) -> Iterator[Value]:
    """The ids written into the bodies of events and records, which have no de-duplication of their own."""
    if call.service == "events" and call.method == "put_events" and "Entries" in call.arguments:
        bodies = [v for e in _dicts(source, call.arguments["Entries"], call.function) for v in e.get("Detail", ())]
    elif call.method in ("put_record", "put_records", "put_record_batch") and call.service in ("kinesis", "firehose"):
        bodies = [Value(v, call.function) for n, v in call.arguments.items() if n == "Data"]
        for name in ("Records", "Record"):
            if name in call.arguments:
                holders = [*_dicts(source, call.arguments[name], call.function)]
                holders += [source.values.fields(call.arguments[name], call.function) or {}]
                bodies += [v for holder in holders for v in holder.get("Data", ())]
    else:
        return
    for body in bodies:
        node = body.node
        # json.dumps(x), json.dumps(x).encode(), json.dumps(x) + "\n"
        while True:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "encode":
                node = node.func.value
            elif isinstance(node, ast.BinOp):
                node = node.left
            else:
                break
        fields = source.values.fields(node, body.function) or {}
        for name, values in fields.items():
            if _MESSAGE_ID.match(name):
                yield from values


def nested_updates(source: HandlerSource, node: ast.expr, function: Function) -> Iterator[Value]:
    """The dicts below `Put`, `Update`, `Delete` and `ConditionCheck` of a transaction, as far as they are written out.

    An element that is not gives a Value whose fields nobody knows.
    """
    pending: list[Value] = [Value(node, function)]
    seen = 0
    while pending and seen < 200:
        seen += 1
        current = pending.pop(0)
        value = source.values.settled(current.node, current.function)
        inner = value.node
        if isinstance(inner, ast.List | ast.Tuple):
            pending += [Value(e.value if isinstance(e, ast.Starred) else e, value.function) for e in inner.elts]
            if isinstance(current.node, ast.Name):
                # items.append({...}) fills the list that was made empty.
                holder = source.values.contributed.get(current.function, {}) if current.function else {}
                pending += [Value(e, current.function) for e in holder.get(current.node.id, ())]
        elif isinstance(inner, ast.ListComp | ast.GeneratorExp):
            pending.append(Value(inner.elt, value.function))
        elif isinstance(inner, ast.BinOp):
            pending += [Value(inner.left, value.function), Value(inner.right, value.function)]
        elif isinstance(inner, ast.Dict):
            for key, part in zip(inner.keys, inner.values, strict=True):
                if key is not None and source.values.text(key, value.function) in (
                    "Put",
                    "Update",
                    "Delete",
                    "ConditionCheck",
                ):
                    yield Value(part, value.function)
        else:
            yield Value(inner, value.function)
