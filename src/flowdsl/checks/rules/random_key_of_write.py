"""ASL910 random-key-of-write."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flowdsl.checks.handler_calls import AwsCall
from flowdsl.checks.handler_rule import HandlerRule, SourceExample, entries_of, named
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_tree import Function
from flowdsl.checks.handler_values import CHANCE, CLOCK, DELIVERY, FRESH, Value
from flowdsl.checks.handler_writes import Identity, identities, inserted_keys, is_write, message_ids
from flowdsl.diagnostics import Diagnostic, Severity

_TOKEN = re.compile(r"token|dedup|idempot|reference|request_?id", re.I)


class RandomKeyOfWrite(HandlerRule):
    """A write under a key, name or token that is another one at each delivery.

    A retry, a second delivery or a redrive runs the handler again for the same event. Under a key of uuid, of the clock or of
    the request id it writes a second item, object or job, and nothing can tell the two apart.

    Instead: make the key of what the event says: its own id, a hash of it (uuid5), the execution's name.
    """

    code = "ASL910"
    severity = Severity.WARNING
    bad = (
        SourceExample(
            """
            import uuid
            import boto3

            orders = boto3.resource("dynamodb").Table("orders")

            def handler(event, context):
                order_id = str(uuid.uuid4())
                orders.put_item(Item={"order_id": order_id, "total": event["total"]})
                return {"order_id": order_id}
            """,
            8,
            "key 'order_id' of dynamodb.put_item is random, another at each delivery of one event: a retry writes a second one; "
            "make it of what the event says",
        ),
        SourceExample(
            """
            from datetime import datetime
            import boto3

            s3 = boto3.client("s3")

            def handler(event, context):
                s3.put_object(Bucket=event["bucket"], Key=f"reports/{datetime.now().isoformat()}.json", Body=render(event))
            """,
            7,
            "Key of s3.put_object is of the clock, another at each delivery of one event: a retry writes a second one; make it of "
            "what the event says",
        ),
    )
    good = (
        SourceExample(
            """
            import time
            import uuid
            import boto3

            orders = boto3.resource("dynamodb").Table("orders")

            def handler(event, context):
                trace = str(uuid.uuid4())
                orders.put_item(
                    Item={"order_id": event["order_id"], "trace": trace, "expires": int(time.time()) + 3600},
                    ConditionExpression="attribute_not_exists(order_id)",
                )
            """
        ),
        SourceExample(
            """
            import uuid
            import boto3

            s3 = boto3.client("s3")

            def handler(event, context):
                name = uuid.uuid5(uuid.NAMESPACE_URL, event["url"])
                s3.put_object(Bucket=event["bucket"], Key=f"pages/{name}.html", Body=fetch(event["url"]))
            """
        ),
    )

    def check(self, source: HandlerSource) -> Iterator[Diagnostic]:
        for call in source.calls.all:
            if not is_write(call):
                continue
            for identity in identities(source, call):
                origin = source.origins(identity.value.node, identity.value.function) & FRESH
                if origin and not _is_settled(source, call.function, identity.what):
                    yield self.at(source, call.node, _says(f"{identity.what} of {named(call)}", origin))
                    break
            else:
                yield from self._message(source, call)
        for function, node in source.runs(ast.Call):
            yield from self._elsewhere(source, function, node)

    def _message(self, source: HandlerSource, call: AwsCall) -> Iterator[Diagnostic]:
        """An id made up inside a message that has no other way to be told apart from its repeat."""
        for value in message_ids(source, call):
            if source.origins(value.node, value.function) & (CHANCE | DELIVERY) and not _is_settled(
                source, call.function, ""
            ):
                message = (
                    f"the id inside the message of {named(call)} is random, another at each delivery of one event: its readers "
                    "cannot drop the repeat; make it of what the event says"
                )
                yield self.at(source, call.node, message)
                return

    def _elsewhere(self, source: HandlerSource, function: Function, node: ast.Call) -> Iterator[Diagnostic]:
        """SQL inserts, and the idempotency keys of HTTP and payment calls."""
        found = [*inserted_keys(source, function, node), *_http_keys(source, function, node)]
        for identity in found:
            origin = source.origins(identity.value.node, identity.value.function) & FRESH
            if origin and not _is_settled(source, function, identity.what):
                yield self.at(source, node, _says(identity.what, origin))
                return


def _says(what: str, origin: int) -> str:
    made = "random" if origin & CHANCE else "of the clock" if origin & CLOCK else "of this one delivery's request id"
    if _TOKEN.search(what):
        rest = "a retry is taken for a new request"
    elif what.startswith("column"):
        rest = "a retry inserts a second row"
    else:
        rest = "a retry writes a second one"
    return f"{what} is {made}, another at each delivery of one event: {rest}; make it of what the event says"


def _is_settled(source: HandlerSource, function: Function, what: str) -> bool:
    """Whether repeats are taken care of elsewhere. `delegated` relies on the very token: a random one breaks it."""
    if function in source.entries.covered:
        return True
    entries = entries_of(source, function)
    return bool(entries) and all(
        entry.keeps_its_own or (entry.idempotency == "delegated" and not _TOKEN.search(what)) for entry in entries
    )


def _http_keys(source: HandlerSource, function: Function, node: ast.Call) -> Iterator[Identity]:
    for keyword in node.keywords:
        if keyword.arg == "headers":
            for name, values in (source.values.fields(keyword.value, function) or {}).items():
                if "idempot" in name.lower():
                    for value in values:
                        yield Identity(f"header {name!r}", value)
        elif keyword.arg in ("idempotency_key", "idempotency_token"):
            yield Identity(keyword.arg, Value(keyword.value, function))
