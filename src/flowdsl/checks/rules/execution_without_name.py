"""ASL913 execution-without-name."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.handler_rule import HandlerRule, SourceExample
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_writes import guards, is_covered
from flowdsl.diagnostics import Diagnostic, Severity


class ExecutionWithoutName(HandlerRule):
    """start_execution without a name of the event's.

    Without a name each delivery starts another execution. With a name of the event, a second start of a Standard machine gives
    the running execution back, or is refused. A fixed name lets only the first event ever start.

    Instead: name=..., made of the event's own id (at most 80 characters).
    """

    code = "ASL913"
    severity = Severity.WARNING
    bad = (
        SourceExample(
            """
            import json
            import os
            import boto3

            sfn = boto3.client("stepfunctions")

            def handler(event, context):
                sfn.start_execution(stateMachineArn=os.environ["MACHINE"], input=json.dumps(event["detail"]))
            """,
            8,
            "start_execution without a name: each delivery of one event starts another execution; give name= an id of the event",
        ),
        SourceExample(
            """
            import os
            import boto3

            sfn = boto3.client("stepfunctions")

            def handler(event, context):
                sfn.start_execution(stateMachineArn=os.environ["MACHINE"], name="import", input=event["body"])
            """,
            7,
            "the execution's name is always 'import': the second event's start is refused for 90 days; make it of an id of the event",
        ),
    )
    good = SourceExample(
        """
        import json
        import os
        import boto3

        sfn = boto3.client("stepfunctions")

        def handler(event, context):
            sfn.start_execution(stateMachineArn=os.environ["MACHINE"], name=event["id"], input=json.dumps(event["detail"]))
        """
    )

    def check(self, source: HandlerSource) -> Iterator[Diagnostic]:
        for call in source.called("start_execution"):
            if call.service != "stepfunctions" or is_covered(source, call.function):
                continue
            if call.lacks("name"):
                if not guards(source, call):
                    yield self.at(
                        source,
                        call.node,
                        "start_execution without a name: each delivery of one event starts another execution; "
                        "give name= an id of the event",
                    )
                continue
            name = source.values.constant(call.arguments.get("name"), call.function)
            if isinstance(name, str):
                yield self.at(
                    source,
                    call.node,
                    f"the execution's name is always {name!r}: the second event's start is refused for 90 days; "
                    "make it of an id of the event",
                )
