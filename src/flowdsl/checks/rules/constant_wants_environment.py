"""ASL942 constant-wants-environment."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flowdsl.checks.handler_rule import HandlerRule, SourceExample
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_texts import ARN, QUEUE_URL
from flowdsl.diagnostics import Diagnostic, Severity

_THING = re.compile(
    r"(^|_)(table|bucket|queue|topic|state_?machine|cluster|database|db_?host|endpoint|event_?bus|user_?pool)(_?(name|url|arn|id|host))?$|"
    r"(^|_)(function|stream|host|log_?group|index)_?(name|url|arn|id)$|(^|_)(api|base|service|callback|webhook|endpoint)_?ur[il]$|(^|_)ur[il]$",
    re.I,
)
_STANDARDS = re.compile(
    r"schema|xmlns|namespace|json-?ld|w3\.org|spec|docs?(_|$)|licen[cs]e|help|example\.(com|org)", re.I
)
_URL = re.compile(r"^https?://", re.I)


class ConstantWantsEnvironment(HandlerRule):
    """The name of a table, bucket, queue or service as a constant.

    The test stage then writes into production's table, or the code differs from stage to stage. A template cannot give the thing its
    name, nor the function a permission that is as narrow as it should be.

    Instead: os.environ["ORDERS_TABLE"], set by the template.
    """

    code = "ASL942"
    severity = Severity.INFO
    bad = (
        SourceExample(
            """
            import boto3

            TABLE_NAME = "orders"
            orders = boto3.resource("dynamodb").Table(TABLE_NAME)

            def handler(event, context):
                orders.put_item(Item={"id": event["id"], "total": sum(event["cents"])})
            """,
            3,
            "'TABLE_NAME' is fixed in the source; read it from an environment variable: os.environ['TABLE_NAME']",
        ),
    )
    good = SourceExample(
        """
        import os
        import boto3

        TABLE_NAME = os.environ.get("TABLE_NAME", "orders")
        SCHEMA_URL = "https://json-schema.org/draft/2020-12/schema"
        MOST = 25
        orders = boto3.resource("dynamodb").Table(TABLE_NAME)

        def handler(event, context):
            orders.put_item(Item={"id": event["id"], "total": sum(event["cents"])})
        """
    )

    def check(self, source: HandlerSource) -> Iterator[Diagnostic]:
        if not source.handlers:
            return
        for node in source.tree.top:
            if isinstance(node, ast.Assign | ast.AnnAssign) and source.tree.class_of(node) is None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for target in targets:
                    if isinstance(target, ast.Name) and _is_fixed(target.id, node.value):
                        yield self.at(
                            source,
                            node,
                            f"{target.id!r} is fixed in the source; read it from an environment variable: os.environ[{target.id.upper()!r}]",
                        )


def _is_fixed(name: str, value: ast.expr | None) -> bool:
    if not (isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value.strip()):
        return False
    text = value.value
    if _is_told_elsewhere(text) or _STANDARDS.search(name) or _STANDARDS.search(text) or any(c.isspace() for c in text):
        return False
    # The name of a variable is what is wanted: TABLE = "TABLE_NAME".
    if re.fullmatch(r"[A-Z][A-Z0-9_]+", text):
        return False
    return bool(_THING.search(name)) or bool(_URL.match(text) and name.isupper())


def _is_told_elsewhere(text: str) -> bool:
    """ARNs and queue URLs are ASL941's; a secret's name is where one may stand."""
    return ARN.search(text) is not None or QUEUE_URL.search(text) is not None or "$" in text or not text
