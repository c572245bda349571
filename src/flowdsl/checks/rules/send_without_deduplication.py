"""ASL912 send-without-deduplication."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flowdsl.checks.handler_calls import AwsCall
from flowdsl.checks.handler_entries import Entry
from flowdsl.checks.handler_rule import HandlerRule, SourceExample, entries_of, named
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_tree import Function
from flowdsl.checks.handler_values import EVENT, FRESH
from flowdsl.checks.handler_writes import guards, is_covered, message_ids
from flowdsl.diagnostics import Diagnostic, Severity

_DEDUPLICATED = {
    ("sqs", "send_message"): "MessageDeduplicationId",
    ("sns", "publish"): "MessageDeduplicationId",
}
_BATCHES = {
    ("sqs", "send_message_batch"): "Entries",
    ("sqs", "send_messages"): "Entries",
    ("sns", "publish_batch"): "PublishBatchRequestEntries",
}
_MAILS = {
    ("ses", "send_email"), ("ses", "send_raw_email"), ("ses", "send_templated_email"), ("ses", "send_bulk_templated_email"),
    ("sesv2", "send_email"), ("sesv2", "send_bulk_email"), ("pinpoint", "send_messages"), ("pinpoint", "send_users_messages"),
    ("pinpoint-sms-voice-v2", "send_text_message"), ("iot-data", "publish"), ("apigatewaymanagementapi", "post_to_connection"),
}  # fmt: skip
_STREAMS = {
    ("events", "put_events"), ("kinesis", "put_record"), ("kinesis", "put_records"), ("firehose", "put_record"),
    ("firehose", "put_record_batch"),
}  # fmt: skip
_NAMED_REQUESTS = {f"{module}.request" for module in ("requests", "httpx", "urllib3")}
"""Functions that are told the method."""
_POSTS = {f"{module}.post" for module in ("requests", "httpx")}
_HTTP_CLIENTS = ("requests.", "httpx.", "urllib3.", "aiohttp.")
_ASKS = re.compile(
    r"token|oauth|auth|login|search|query|graphql|lookup|verify|validate|predict|infer|embed|complet|chat|slack_?test",
    re.I,
)
_STRIPE = re.compile(r"^stripe(\.\w+)*\.(create|capture|refund|confirm)$")


class SendWithoutDeduplication(HandlerRule):
    """A message, mail or charge that nothing keeps from going out twice.

    Lambda delivers more than once, and a Task is retried after errors that may have come after the send. The queue, the
    mailbox and the payment service take a repeat for a new one, unless they are told.

    Instead: pass a key of the event on (MessageDeduplicationId of a FIFO queue or topic, an Idempotency-Key header); or declare
    idempotency=once(key=...), or =delegated(...) where the receiver drops repeats.
    """

    code = "ASL912"
    severity = Severity.WARNING
    bad = (
        SourceExample(
            """
            import boto3
            from flowdsl.handler import handler

            sqs = boto3.client("sqs")

            @handler
            def notify(*, order_id: str, queue: str) -> None:
                sqs.send_message(QueueUrl=queue, MessageBody=f"order {order_id} was paid")
            """,
            8,
            "sqs.send_message without MessageDeduplicationId: a second delivery sends it again; pass an id of the event to a FIFO queue, "
            "or declare idempotency=once(...) or delegated(...)",
        ),
        SourceExample(
            """
            import boto3

            ses = boto3.client("ses")

            def handler(event, context):
                ses.send_email(Source=event["from"], Destination={"ToAddresses": [event["to"]]}, Message=render(event))
            """,
            6,
            "ses.send_email has no de-duplication of its own: a second delivery sends it again; remember in a table what was sent, or "
            "declare idempotency=once(...)",
        ),
    )
    good = (
        SourceExample(
            """
            import boto3

            sqs = boto3.client("sqs")

            def handler(event, context):
                body = render(event)
                sqs.send_message(
                    QueueUrl=event["queue"], MessageBody=body, MessageGroupId=event["id"], MessageDeduplicationId=event["id"]
                )
            """
        ),
        SourceExample(
            """
            import boto3
            from flowdsl.handler import delegated, handler

            sns = boto3.client("sns")

            @handler(idempotency=delegated("subscribers drop an order's second message by its id"))
            def announce(*, order_id: str, topic: str) -> None:
                sns.publish(TopicArn=topic, Message=order_id)
            """
        ),
    )

    def check(self, source: HandlerSource) -> Iterator[Diagnostic]:
        for call in source.calls.all:
            entries = entries_of(source, call.function)
            message = _of_call(source, call) or _of_stream(source, call, entries)
            if message and not is_covered(source, call.function) and not guards(source, call):
                yield self.at(source, call.node, message, severity=_severity(entries))
        for function, node in source.runs(ast.Call):
            entries = entries_of(source, function)
            message = repeated_post(source, function, node)
            if message and not is_covered(source, function) and not guards(source, node, function):
                yield self.at(source, node, message, severity=_severity(entries))


def _severity(entries: tuple[Entry, ...]) -> Severity:
    """A warning where a Task calls it and nothing says how repeats are met; advice where nothing shows a retry."""
    return Severity.WARNING if any(e.is_task and e.retried is not False for e in entries) else Severity.INFO


def _of_call(source: HandlerSource, call: AwsCall) -> str:
    pair = (call.service, call.method)
    again = "a second delivery sends it again"
    otherwise = "or declare idempotency=once(...) or delegated(...)"
    if pair in _DEDUPLICATED:
        if call.method == "publish" and "PhoneNumber" in call.arguments:
            return f"sns.publish to a phone has no de-duplication: {again}; remember in a table what was sent, or declare idempotency=once(...)"
        if call.lacks(_DEDUPLICATED[pair]):
            kind = "queue" if call.service == "sqs" else "topic"
            return f"{named(call)} without MessageDeduplicationId: {again}; pass an id of the event to a FIFO {kind}, {otherwise}"
    elif pair in _BATCHES:
        entries = call.arguments.get(_BATCHES[pair])
        if call.complete and entries is not None and _lacks_deduplication(source, entries, call.function):
            kind = "queue" if call.service == "sqs" else "topic"
            return (
                f"{named(call)} with entries without MessageDeduplicationId: a second delivery sends them again; pass ids of the event "
                f"to a FIFO {kind}, {otherwise}"
            )
    elif pair in _MAILS:
        return (
            f"{named(call)} has no de-duplication of its own: {again}; remember in a table what was sent, or declare "
            "idempotency=once(...)"
        )
    return ""


def _of_stream(source: HandlerSource, call: AwsCall, entries: tuple[Entry, ...]) -> str:
    """Events and records, which no service de-duplicates: said where a declaration could say who does."""
    if (call.service, call.method) not in _STREAMS or not any(e.kind == "flowdsl" and not e.declares for e in entries):
        return ""
    ids = [source.origins(value.node, value.function) for value in message_ids(source, call)]
    if ids and all(origins & EVENT and not origins & FRESH for origins in ids):
        # Each carries an id of the event's own, by which whoever reads it can drop a repeat.
        return ""
    return (
        f"{named(call)} has no de-duplication: a second delivery sends it again; declare idempotency=delegated(...) where its readers "
        "drop repeats, or once(...)"
    )


def _lacks_deduplication(source: HandlerSource, node: ast.expr, function: Function) -> bool:
    """Whether the text shows the entries, and none names a de-duplication id. The word anywhere in the function counts."""
    if any(
        (isinstance(n, ast.Constant) and n.value == "MessageDeduplicationId")
        or (isinstance(n, ast.keyword) and n.arg == "MessageDeduplicationId")
        for n in function.nodes
    ):
        return False
    value = source.values.settled(node, function).node
    if isinstance(value, ast.Name):
        return any(isinstance(v, ast.Dict) for v in source.values.contributed.get(function, {}).get(value.id, []))
    if isinstance(value, ast.List) and not value.elts and isinstance(node, ast.Name):
        return any(isinstance(v, ast.Dict) for v in source.values.contributed.get(function, {}).get(node.id, []))
    if isinstance(value, ast.List):
        return any(isinstance(e, ast.Dict) for e in value.elts)
    return isinstance(value, ast.ListComp) and isinstance(value.elt, ast.Dict)


def repeated_post(source: HandlerSource, function: Function, node: ast.Call) -> str:
    """What is wrong with an HTTP call that a second delivery makes again; empty where nothing is."""
    name = source.tree.dotted(node.func)
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("send_message", "sendmail"):
        held = source.values.settled(node.func.value, function).node
        if isinstance(held, ast.Call) and source.tree.dotted(held.func) in ("smtplib.SMTP", "smtplib.SMTP_SSL"):
            return (
                "a mail has no de-duplication: a second delivery sends it again; remember in a table what was sent, or declare "
                "idempotency=once(...)"
            )
    given = {k.arg for k in node.keywords}
    if _STRIPE.match(name):
        if not given & {"idempotency_key", None}:
            return f"{name} without idempotency_key: a second delivery charges again; pass an id of the event"
        return ""
    if name == "urllib.request.urlopen":
        node = _request(source, function, node)
    elif not _is_post(source, function, node, name):
        return ""
    if None in given or not _sends(node, name):
        return ""
    texts = [*node.args, *(k.value for k in node.keywords if k.arg == "url")]
    address = " ".join(filter(None, (source.values.text(t, function) or _dotted_text(t) for t in texts)))
    if _ASKS.search(address) or _ASKS.search(function.name):
        return ""
    headers = next((k.value for k in node.keywords if k.arg == "headers"), None)
    if headers is not None:
        fields = source.values.fields(headers, function)
        if fields is None or any("idempot" in name.lower() for name in fields):
            return ""
    if any("idempot" in word.lower() for n in function.of(ast.Constant) if isinstance(word := n.value, str)):
        return ""
    return "this POST carries no idempotency key: a second delivery posts again; pass an id of the event in an Idempotency-Key header"


def _is_post(source: HandlerSource, function: Function, node: ast.Call, name: str) -> bool:
    if name in _POSTS:
        return True
    if name in _NAMED_REQUESTS:
        return _method(node) == "POST"
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in ("post", "request"):
        return False
    if node.func.attr == "request":
        made = source.values.settled(node.func.value, function).node
        if isinstance(made, ast.Call) and source.tree.dotted(made.func).startswith("http.client.HTTP"):
            return _method(node) == "POST"
    held = source.clients.receiver(node.func.value, function)
    if held is None or not held.made.startswith(_HTTP_CLIENTS):
        return False
    return node.func.attr == "post" or _method(node) == "POST"


def _request(source: HandlerSource, function: Function, node: ast.Call) -> ast.Call:
    """The Request that urlopen is given, where there is one."""
    made = source.values.settled(node.args[0], function).node if node.args else node
    is_one = isinstance(made, ast.Call) and source.tree.dotted(made.func) == "urllib.request.Request"
    return made if is_one and isinstance(made, ast.Call) else node


def _sends(node: ast.Call, name: str) -> bool:
    """Whether urllib posts: it does when there is data, unless another method is named."""
    if name != "urllib.request.urlopen":
        return True
    method = next((k.value for k in node.keywords if k.arg == "method"), None)
    if method is not None:
        return isinstance(method, ast.Constant) and method.value == "POST"
    return len(node.args) > 1 or any(k.arg == "data" for k in node.keywords)


def _method(node: ast.Call) -> object:
    first = node.args[0] if node.args else next((k.value for k in node.keywords if k.arg == "method"), None)
    return first.value.upper() if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


def _dotted_text(node: ast.expr) -> str:
    """Names in an address say something too: TOKEN_URL, os.environ["SEARCH_URL"]."""
    return " ".join(
        n.id if isinstance(n, ast.Name) else str(n.value)
        for n in ast.walk(node)
        if isinstance(n, ast.Name) or (isinstance(n, ast.Constant) and isinstance(n.value, str))
    )
