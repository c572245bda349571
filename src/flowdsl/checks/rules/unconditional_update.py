"""ASL911 unconditional-update."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flowdsl.checks.handler_calls import AwsCall
from flowdsl.checks.handler_marks import apart_from_its_mark
from flowdsl.checks.handler_rewrites import rewrites
from flowdsl.checks.handler_rule import HandlerRule, SourceExample, named
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_tree import Function
from flowdsl.checks.handler_values import CHANCE, CLOCK, Value
from flowdsl.checks.handler_writes import CREATED, guards, identities, is_covered, nested_updates
from flowdsl.diagnostics import Diagnostic, Severity

_ADD = re.compile(r"(?:^|\s)ADD\s+([^\s,]+)\s+(:[\w\0]+|\0)", re.I)
_OPERAND = r"(?:if_not_exists\s*\([^)]*\)|[\w#.\[\]\0]+)"
_ARITHMETIC = re.compile(rf"=\s*(?:{_OPERAND}\s*[-+]\s*:?[\w\0]+|:[\w\0]+\s*[-+]\s*{_OPERAND})", re.I)
_APPENDS = re.compile(r"list_append\s*\(", re.I)
_EXISTS = re.compile(r"attribute_exists\s*\([^)]*\)", re.I)
_BOUND = re.compile(r"[#\w.]+\s*(?:>=|>|<=|<)\s*:\w+")
_SQL = re.compile(r"\bupdate\b.*?\bset\b.*?\b(\w+)\s*=\s*(?:\w+\.)?\1\s*[-+]", re.I | re.S)
_SETS = re.compile(r"(?:SET|,)\s*([#\w.]+)\s*=\s*(:\w+)\s*(?=,|$|REMOVE|ADD|DELETE)", re.I)
_TRACES = re.compile(r"trace|correlation|request|span|session|etag|nonce|salt|jitter|log|debug", re.I)
"""Attributes that are there to tell deliveries apart."""
_WHAT_IS_PUT = {"put_item": "Item", "put_object": "Body", "put_parameter": "Value"}
_MONGO = {"update_one", "update_many", "find_one_and_update"}
_INCREMENTS = {"incr", "incrby", "incrbyfloat", "decr", "decrby", "lpush", "rpush", "hincrby", "zincrby", "append"}


class UnconditionalUpdate(HandlerRule):
    """A write that does more the second time: a counter, an append, what was read and written back.

    A retry, a second delivery or a redrive runs it again: the counter counts twice, the list holds it twice, the stock is taken
    twice. Overwriting an item under its own key, SET of a value and adding to a set change nothing more; they are fine.

    Instead: a ConditionExpression that refuses the repeat (a marker in the same item, a version), one transaction with a marker,
    or idempotency=once(key=...).
    """

    code = "ASL911"
    severity = Severity.WARNING
    bad = (
        SourceExample(
            """
            import boto3

            table = boto3.resource("dynamodb").Table("counters")

            def handler(event, context):
                table.update_item(
                    Key={"page": event["page"]},
                    UpdateExpression="ADD views :one",
                    ExpressionAttributeValues={":one": 1},
                )
            """,
            6,
            "dynamodb.update_item adds to 'views' with no condition: a second delivery adds again; refuse it with a ConditionExpression, "
            "or declare idempotency=once(...)",
        ),
        SourceExample(
            """
            import boto3

            table = boto3.resource("dynamodb").Table("accounts")

            def handler(event, context):
                account = table.get_item(Key={"id": event["id"]})["Item"]
                account["balance"] = account["balance"] + event["amount"]
                table.put_item(Item=account)
            """,
            8,
            "dynamodb.put_item writes back what was read and changed, with no condition: a second delivery changes it again, and a "
            "parallel one is lost; compare what was read in a ConditionExpression",
        ),
    )
    good = (
        SourceExample(
            """
            import boto3

            table = boto3.resource("dynamodb").Table("orders")

            def handler(event, context):
                table.update_item(
                    Key={"id": event["id"]},
                    UpdateExpression="SET #s = :paid ADD tags :tags",
                    ExpressionAttributeNames={"#s": "status"},
                    ExpressionAttributeValues={":paid": "PAID", ":tags": {"paid"}},
                )
                table.put_item(Item={"id": event["id"], "total": event["total"]})
            """
        ),
        SourceExample(
            """
            import boto3

            table = boto3.resource("dynamodb").Table("stock")

            def handler(event, context):
                table.update_item(
                    Key={"sku": event["sku"]},
                    UpdateExpression="SET available = available - :n ADD orders :order",
                    ConditionExpression="NOT contains(orders, :id)",
                    ExpressionAttributeValues={":n": event["n"], ":order": {event["id"]}, ":id": event["id"]},
                )
            """
        ),
    )

    def check(self, source: HandlerSource) -> Iterator[Diagnostic]:
        for call in source.calls.all:
            if is_covered(source, call.function):
                continue
            what = ""
            if call.method == "update_item":
                what = repeated_update(source, call)
            elif call.method == "transact_write_items" and call.lacks("ClientRequestToken"):
                what = repeated_transaction(source, call)
            elif call.method in ("put_item", "put_object", "put_parameter"):
                yield from self._put(source, call)
            elif call.service == "dynamodb" and call.method == "execute_statement":
                what = _of_sql(source.values.text(call.arguments.get("Statement"), call.function))
            elif call.service == "rds-data" and call.method in ("execute_statement", "batch_execute_statement"):
                what = _of_sql(source.values.text(call.arguments.get("sql"), call.function))
            apart = apart_from_its_mark(source, call) if what and call.method == "update_item" else ""
            if apart:
                yield self.at(source, call.node, f"{named(call)} {what} {apart}")
            elif what and not guards(source, call):
                held = (
                    "no condition" if call.lacks("ConditionExpression", "Expected") else "a condition that holds again"
                )
                yield self.at(
                    source,
                    call.node,
                    f"{named(call)} {what} with {held}: a second delivery {_again(what)}; refuse it with a "
                    "ConditionExpression, or declare idempotency=once(...)",
                )
        yield from self._elsewhere(source)

    def _put(self, source: HandlerSource, call: AwsCall) -> Iterator[Diagnostic]:
        if not call.lacks("ConditionExpression", "Expected", "IfMatch", "IfNoneMatch") or guards(source, call):
            return
        body = call.arguments.get(_WHAT_IS_PUT[call.method])
        if body is None:
            return
        if rewrites(source, call):
            yield self.at(
                source,
                call.node,
                f"{named(call)} writes back what was read and changed, with no condition: a second delivery changes it again, and a "
                "parallel one is lost; compare what was read in a ConditionExpression",
            )
        elif call.method == "put_item":
            keys = {identity.key for identity in identities(source, call)}
            for name, values in (source.values.fields(body, call.function) or {}).items():
                origins = 0
                for value in values:
                    origins |= source.origins(value.node, value.function)
                what = ""
                if CREATED.match(name) and origins & CLOCK:
                    what = f"sets {name!r} to the time of each delivery"
                elif origins & CHANCE and name not in keys and not _TRACES.search(name):
                    what = f"sets {name!r} to a random value"
                if what:
                    yield self.at(
                        source,
                        call.node,
                        f"dynamodb.put_item {what}, with no condition: a second one makes the item anew; add "
                        "ConditionExpression attribute_not_exists(...)",
                    )
                    return

    def _elsewhere(self, source: HandlerSource) -> Iterator[Diagnostic]:
        """SQL that counts on, and the counters of Redis."""
        for function, node in source.runs(ast.Call):
            if not isinstance(node.func, ast.Attribute) or is_covered(source, function):
                continue
            what = ""
            if node.func.attr in ("execute", "executemany") and node.args:
                what = _of_sql(source.values.text(_inside_text(source, node.args[0]), function))
            elif node.func.attr in _MONGO and len(node.args) > 1:
                what = _of_mongo(source, function, node)
            elif node.func.attr in _INCREMENTS:
                held = source.clients.receiver(node.func.value, function)
                if held is not None and held.kind == "connection" and held.made.startswith("redis"):
                    what = "appends" if "push" in node.func.attr or node.func.attr == "append" else "counts on"
            if what and not guards(source, node, function):
                yield self.at(
                    source,
                    node,
                    f"{node.func.attr} {what} with no condition: a second delivery {_again(what)}; keep the event's id beside it "
                    "and refuse a repeat, or declare idempotency=once(...)",
                )


def _inside_text(source: HandlerSource, node: ast.expr) -> ast.expr:
    """SQLAlchemy's text("UPDATE ...")."""
    is_text = isinstance(node, ast.Call) and source.tree.dotted(node.func) in ("sqlalchemy.text", "sqlalchemy.sql.text")
    return node.args[0] if is_text and isinstance(node, ast.Call) and node.args else node


def _of_mongo(source: HandlerSource, function: Function, node: ast.Call) -> str:
    """`update_one({"_id": id}, {"$inc": {"n": 1}})`, whose filter asks for nothing that the update ends."""
    asked = {n.value for n in ast.walk(node.args[0]) if isinstance(n, ast.Constant)}
    if asked & {"$ne", "$nin", "$exists", "$not", "$lt", "$gt"}:
        return ""
    fields = source.values.fields(node.args[1], function) or {}
    for operator, does in (("$inc", "adds to"), ("$mul", "multiplies"), ("$push", "appends to")):
        for value in fields.get(operator, ()):
            name = next(iter(source.values.fields(value.node, value.function) or {}), "a field")
            return f"{does} {name!r}"
    return ""


def _again(what: str) -> str:
    if what.startswith("sets"):
        return "sets another"
    return "appends again" if what.startswith("appends") else "adds again"


def repeated_update(source: HandlerSource, call: AwsCall) -> str:
    """What an update_item does again the second time; empty when it does not, or cannot be told."""
    condition = source.values.text(call.arguments.get("ConditionExpression"), call.function)
    has_condition = not call.lacks("ConditionExpression", "Expected")
    if has_condition and not condition:
        return ""
    if "AttributeUpdates" in call.arguments and not has_condition:
        for name, values in (source.values.fields(call.arguments["AttributeUpdates"], call.function) or {}).items():
            for value in values:
                action = (source.values.fields(value.node, value.function) or {}).get("Action", [])
                if any(source.values.constant(a.node, a.function) == "ADD" for a in action):
                    return f"adds to {name!r}"
    text = source.values.text(call.arguments.get("UpdateExpression"), call.function)
    given = call.arguments.get("ExpressionAttributeValues")
    names = call.arguments.get("ExpressionAttributeNames")
    found, target = _of_expression(source, text, given, names, call.function)
    if has_condition and not _holds_again(condition or "", target):
        return ""
    if found:
        return found
    if has_condition:
        return ""
    return "writes back what was read and changed" if rewrites(source, call) else ""


def _holds_again(condition: str, target: str) -> bool:
    """Whether a condition is as true the second time: that the item exists, that there is still enough."""
    rest = _EXISTS.sub(" ", condition)
    terms = [term.strip(" ()") for term in re.split(r"\bAND\b", rest, flags=re.I)]
    return all(
        not term or (_BOUND.fullmatch(term) and target and re.match(rf"{re.escape(target)}\b", term)) for term in terms
    )


def _of_expression(
    source: HandlerSource, text: str | None, given: ast.expr | None, names: ast.expr | None, function: Function | None
) -> tuple[str, str]:
    """What an UpdateExpression does again, and the attribute, as it stands there; empty when it does not."""
    if not text:
        return "", ""
    values = source.values.fields(given, function) or {} if given is not None else {}
    called = source.values.fields(names, function) or {} if names is not None else {}

    def shown(name: str) -> str:
        meant = called.get(name, [])
        real = source.values.constant(meant[0].node, meant[0].function) if meant else name
        return repr(real) if isinstance(real, str) and "\0" not in real else "a number"

    for name, value in _ADD.findall(text):
        if not any(_is_set(source, v) for v in values.get(value, [])):
            return f"adds to {shown(name)}", name
    if _APPENDS.search(text):
        return "appends to a list", ""
    for match in _ARITHMETIC.finditer(text):
        target = re.search(r"([\w#.\[\]\0]+)\s*$", text[: match.start()])
        operands = re.findall(r"[\w#.\[\]\0]+", match.group())
        if target and target[1] in operands:
            return f"adds to {shown(target[1])}", target[1]
    for attribute, placeholder in _SETS.findall(text):
        if any(source.origins(v.node, v.function) & CHANCE for v in values.get(placeholder, [])):
            name = shown(attribute)
            if not _TRACES.search(name):
                return f"sets {name} to a random value", attribute
    return "", ""


def repeated_transaction(source: HandlerSource, call: AwsCall) -> str:
    """What a transaction does again: none of its parts has a condition, and one of them adds."""
    items = call.arguments.get("TransactItems")
    if items is None:
        return ""
    found = ""
    for update in nested_updates(source, items, call.function):
        fields = source.values.fields(update.node, update.function)
        if fields is None or "ConditionExpression" in fields:
            return ""
        expression = fields.get("UpdateExpression", [])
        values = fields.get("ExpressionAttributeValues", [])
        if expression:
            text = source.values.text(expression[0].node, expression[0].function)
            given = values[0].node if values else None
            found = found or _of_expression(source, text, given, None, update.function)[0]
    return found


def _of_sql(text: str | None) -> str:
    match = _SQL.search(text) if text else None
    return f"adds to {match[1]!r}" if match else ""


def _is_set(source: HandlerSource, value: Value) -> bool:
    """Whether a value is a set, to which adding twice is adding once."""
    node = source.values.settled(value.node, value.function).node
    if isinstance(node, ast.Set | ast.SetComp):
        return True
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in ("set", "frozenset")
    fields = source.values.fields(node, value.function) or {}
    return any(name in ("SS", "NS", "BS") for name in fields)
