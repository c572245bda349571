"""ASL915 effect-outside-transaction."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flowdsl.checks.handler_rule import HandlerRule, SourceExample, entries_of, named
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_tree import Function
from flowdsl.checks.handler_writes import guards
from flowdsl.checks.rules.send_without_deduplication import repeated_post
from flowdsl.checks.rules.unconditional_update import repeated_transaction, repeated_update
from flowdsl.diagnostics import Diagnostic, Severity


class EffectOutsideTransaction(HandlerRule):
    """A handler declared `once` that adds or posts by itself, where its key's record knows nothing of it.

    `once` writes what is in `transaction()` together with the record of the key. What the handler does directly is done
    before that record: a delivery that is killed between the two is delivered again, and does it again.

    Instead: `transaction().update(...)` with the same arguments; for a call to somewhere else, pass `current_key()` on as the
    key by which the receiver drops repeats.
    """

    code = "ASL915"
    severity = Severity.WARNING
    bad = (
        SourceExample(
            """
            import boto3
            from flowdsl.handler import handler, once

            dynamodb = boto3.client("dynamodb")

            @handler(idempotency=once("order_id"))
            def award(*, order_id: str, customer: str) -> None:
                dynamodb.update_item(
                    TableName="points",
                    Key={"customer": {"S": customer}},
                    UpdateExpression="ADD points :n",
                    ExpressionAttributeValues={":n": {"N": "10"}},
                )
            """,
            8,
            "dynamodb.update_item adds to 'points' outside transaction(): a delivery that is killed after it is delivered again, and "
            "does it again; write it with transaction(), together with the record of the key",
        ),
        SourceExample(
            """
            import requests
            from flowdsl.handler import handler, once

            @handler(idempotency=once("payment_id"))
            def charge(*, payment_id: str, cents: int) -> None:
                requests.post("https://pay.example.com/charges", json={"cents": cents}, timeout=5)
            """,
            6,
            "this POST carries no key: a delivery that is killed after it is delivered again, and posts again; pass current_key() in an "
            "Idempotency-Key header",
        ),
    )
    good = (
        SourceExample(
            """
            from flowdsl.handler import handler, once, transaction

            @handler(idempotency=once("order_id"))
            def award(*, order_id: str, customer: str) -> None:
                transaction().update(
                    TableName="points",
                    Key={"customer": customer},
                    UpdateExpression="ADD points :n",
                    ExpressionAttributeValues={":n": 10},
                )
            """
        ),
        SourceExample(
            """
            import requests
            from flowdsl.handler import current_key, handler, once

            @handler(idempotency=once("payment_id"))
            def charge(*, payment_id: str, cents: int) -> None:
                headers = {"Idempotency-Key": current_key()}
                requests.post("https://pay.example.com/charges", json={"cents": cents}, headers=headers, timeout=5)
            """
        ),
    )

    def check(self, source: HandlerSource) -> Iterator[Diagnostic]:
        for call in source.calls.all:
            if not _is_once(source, call.function) or guards(source, call):
                continue
            what = ""
            if call.method == "update_item":
                what = repeated_update(source, call)
            elif call.method == "transact_write_items" and call.lacks("ClientRequestToken"):
                what = repeated_transaction(source, call)
            if what:
                message = (
                    f"{named(call)} {what} outside transaction(): a delivery that is killed after it is delivered again, and does it "
                    "again; write it with transaction(), together with the record of the key"
                )
                yield self.at(source, call.node, message)
        for function, node in source.runs(ast.Call):
            if (
                _is_once(source, function)
                and repeated_post(source, function, node)
                and not guards(source, node, function)
            ):
                message = (
                    "this POST carries no key: a delivery that is killed after it is delivered again, and posts again; pass "
                    "current_key() in an Idempotency-Key header"
                )
                yield self.at(source, node, message)


def _is_once(source: HandlerSource, function: Function) -> bool:
    """Whether flowdsl's `once` is all that the handlers which run a function declare."""
    entries = entries_of(source, function)
    return bool(entries) and all(e.kind == "flowdsl" and e.idempotency == "once" for e in entries)
