"""ASL930 lambda-calls-lambda."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.handler_rule import HandlerRule, SourceExample
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.diagnostics import Diagnostic, Severity


class LambdaCallsLambda(HandlerRule):
    """A function that calls another function and waits for its answer.

    Two functions are paid for while one works; the caller's time limit cuts the other off; an error inside comes back as a
    successful answer with FunctionError set, which is easily missed; nothing retries the inner call.

    Instead: two Tasks, one after the other: the first one's result is the second one's argument.
    """

    code = "ASL930"
    severity = Severity.WARNING
    bad = SourceExample(
        """
        import json
        import boto3

        functions = boto3.client("lambda")

        def handler(event, context):
            answer = functions.invoke(FunctionName="price", Payload=json.dumps(event))
            return json.loads(answer["Payload"].read())
        """,
        7,
        "a function waits for another function; make them two Tasks of a workflow: this one's result is the next one's argument",
    )
    good = SourceExample(
        """
        def handler(event, context):
            return {"price": event["quantity"] * event["cents"]}
        """
    )

    def check(self, source: HandlerSource) -> Iterator[Diagnostic]:
        for call in source.called("invoke"):
            if call.service != "lambda":
                continue
            kind = source.values.constant(call.arguments.get("InvocationType"), call.function)
            if call.lacks("InvocationType") or kind == "RequestResponse":
                yield self.at(
                    source,
                    call.node,
                    "a function waits for another function; make them two Tasks of a workflow: this one's result is the next "
                    "one's argument",
                )
