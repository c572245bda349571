"""ASL941 account-in-code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flowdsl.checks.handler_rule import HandlerRule, SourceExample
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_texts import ACCOUNT, ARN, QUEUE_URL, docstrings
from flowdsl.diagnostics import Diagnostic, Severity

_ACCOUNT_NAME = re.compile(r"account|owner", re.I)


class AccountInCode(HandlerRule):
    """An ARN, a queue's URL or an account number written into the source.

    The code works in one account only: a test stage, a second region, a move to another account each need another source.

    Instead: read it from an environment variable that the template sets.
    """

    code = "ASL941"
    severity = Severity.WARNING
    bad = SourceExample(
        """
        import boto3

        sns = boto3.client("sns")
        TOPIC = "arn:aws:sns:eu-west-1:210987654321:orders.fifo"

        def handler(event, context):
            sns.publish(TopicArn=TOPIC, Message=event["id"], MessageGroupId="orders", MessageDeduplicationId=event["id"])
            return {"told": event["id"], "count": len(event["lines"])}
        """,
        4,
        "an ARN with an account stands in the source; read it from an environment variable that the template sets",
    )
    good = SourceExample(
        '''
        """Tells arn:aws:sns:eu-west-1:210987654321:orders, say."""
        import os
        import boto3

        sns = boto3.client("sns")
        TOPIC = os.environ["TOPIC_ARN"]
        READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"

        def handler(event, context):
            sns.publish(TopicArn=TOPIC, Message=event["id"], MessageGroupId="orders", MessageDeduplicationId=event["id"])
            return {"told": event["id"], "count": len(event["lines"])}
        '''
    )

    def check(self, source: HandlerSource) -> Iterator[Diagnostic]:
        documented = docstrings(source.tree)
        told: set[int] = set()
        for node in source.tree.parents:
            if isinstance(node, ast.JoinedStr) and node.lineno not in told:
                # A region or partition that is computed does not hide the account.
                whole = "".join(_part(part) for part in node.values)
                what = "an ARN with an account" if ARN.search(whole) else ""
            elif not isinstance(node, ast.Constant) or node in documented or node.lineno in told:
                continue
            else:
                what = _what(source, node)
            if what:
                told.add(node.lineno)
                message = f"{what} stands in the source; read it from an environment variable that the template sets"
                yield self.at(source, node, message)


def _part(part: ast.expr) -> str:
    """A piece of an f-string, what is computed as x."""
    return part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else "x"


def _what(source: HandlerSource, node: ast.Constant) -> str:
    text = node.value
    if isinstance(text, str):
        if QUEUE_URL.search(text):
            return "a queue's URL with an account"
        if ARN.search(text):
            return "an ARN with an account"
    if isinstance(text, str | int) and not isinstance(text, bool) and ACCOUNT.fullmatch(str(text)):
        up = source.tree.parents.get(node)
        names: list[str] = []
        if isinstance(up, ast.Assign):
            names = [t.id for t in up.targets if isinstance(t, ast.Name)]
        elif isinstance(up, ast.keyword) and up.arg:
            names = [up.arg]
        elif isinstance(up, ast.Dict):
            names = [
                str(k.value)
                for k, v in zip(up.keys, up.values, strict=True)
                if v is node and isinstance(k, ast.Constant)
            ]
        elif isinstance(up, ast.Compare):
            names = [source.tree.dotted(s) for s in (up.left, *up.comparators)]
        if any(_ACCOUNT_NAME.search(name) for name in names):
            return "an account number"
    return ""
