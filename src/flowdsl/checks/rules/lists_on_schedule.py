"""ASL935 lists-on-schedule."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flowdsl.checks.handler_calls import AwsCall
from flowdsl.checks.handler_entries import Entry
from flowdsl.checks.handler_rule import HandlerRule, SourceExample, entries_of
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_values import DELIVERY, EVENT
from flowdsl.diagnostics import Diagnostic, Severity

_LISTING = {
    ("s3", "list_objects_v2"): ("a bucket", "Bucket Prefix StartAfter ContinuationToken"),
    ("s3", "list_objects"): ("a bucket", "Bucket Prefix Marker"),
    ("s3", "list_object_versions"): ("a bucket", "Bucket Prefix"),
    ("dynamodb", "scan"): (
        "a table",
        "TableName FilterExpression ExpressionAttributeValues ExclusiveStartKey ScanFilter Segment",
    ),
}
_SCHEDULED = re.compile(r"schedul|cron|nightly|hourly|daily|periodic|every\s+\w+\s+(minute|hour)|sweep|poll", re.I)
_TIMED = {"time", "detail-type", "resources", "source", "id", "account", "region", "version"}
"""What an event of a schedule says: only that it is time."""


class ListsOnSchedule(HandlerRule):
    """A handler that lists a bucket or scans a table to find out what there is to do.

    What it finds was there minutes or hours before; it reads everything to find what is new, takes longer as the bucket grows until it
    outlasts 15 minutes, and what is found by two runs is done twice.

    Instead: let each object or item start the work: S3's Object Created event through EventBridge, the table's stream. For all there
    is, a DistributedMap reads the bucket itself.
    """

    code = "ASL935"
    severity = Severity.WARNING
    bad = SourceExample(
        """
        import os
        import boto3

        s3 = boto3.client("s3")

        def handler(event, context):
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=os.environ["INBOX"]):
                for found in page.get("Contents", []):
                    convert(found["Key"])
        """,
        7,
        "a bucket is listed to find what is to do, and nothing of the event says what; let each object start the work "
        "(Object Created), or give the bucket to a DistributedMap",
    )
    good = SourceExample(
        """
        import os
        import boto3

        s3 = boto3.client("s3")

        def handler(event, context):
            pages = s3.get_paginator("list_objects_v2").paginate(Bucket=os.environ["UPLOADS"], Prefix=event["upload_id"] + "/")
            return {"parts": sum(page["KeyCount"] for page in pages)}
        """
    )

    def check(self, source: HandlerSource) -> Iterator[Diagnostic]:
        for call in source.calls.all:
            known = _LISTING.get((call.service, call.method))
            if known is None or not call.complete:
                continue
            what, names = known
            entries = entries_of(source, call.function)
            if any(entry.kind == "helper" for entry in entries) or self._says_what(source, call, names):
                continue
            if not all(_is_told_nothing(source, entry) for entry in entries):
                continue
            instead = (
                "let each object start the work (Object Created), or give the bucket to a DistributedMap"
                if what == "a bucket"
                else "let each item start the work (the table's stream), or query by a key of the event"
            )
            verb = "listed" if what == "a bucket" else "scanned"
            message = f"{what} is {verb} to find what is to do, and nothing of the event says what; {instead}"
            yield self.at(source, call.node, message)
            break

    def _says_what(self, source: HandlerSource, call: AwsCall, names: str) -> bool:
        """Whether the event decides what is listed."""
        values = [value for name, value in call.arguments.items() if name in names.split()]
        if call.receiver is not None and call.receiver.call is not None:
            made = call.receiver.call
            if any(source.origins(a, call.receiver.function) & (EVENT | DELIVERY) for a in made.args):
                return True
        return any(source.origins(value, call.function) & EVENT for value in values)


def _is_told_nothing(source: HandlerSource, entry: Entry) -> bool:
    """Whether a handler reads nothing from its event but that it is time, or says that it runs on a schedule."""
    function = entry.function
    said = (
        f"{function.name} {ast.get_docstring(function.node) or '' if not isinstance(function.node, ast.Lambda) else ''}"
    )
    if _SCHEDULED.search(said):
        return True
    for node in function.nodes:
        if isinstance(node, ast.Name) and node.id in entry.event and isinstance(node.ctx, ast.Load):
            up = source.tree.parents.get(node)
            if isinstance(up, ast.Subscript) and isinstance(up.slice, ast.Constant) and up.slice.value in _TIMED:
                continue
            if isinstance(up, ast.Attribute) and up.attr == "get":
                call = source.tree.parents.get(up)
                if (
                    isinstance(call, ast.Call)
                    and call.args
                    and isinstance(call.args[0], ast.Constant)
                    and call.args[0].value in _TIMED
                ):
                    continue
            if _is_logged(source, node):
                continue
            return False
    return True


def _is_logged(source: HandlerSource, node: ast.AST) -> bool:
    for up in source.tree.above(node):
        if isinstance(up, ast.Call):
            name = source.tree.dotted(up.func).lower()
            if name == "print" or name.startswith(("logger.", "log.", "logging.")):
                return True
        if isinstance(up, ast.stmt):
            return False
    return False
