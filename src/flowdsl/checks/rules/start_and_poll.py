"""ASL931 start-and-poll."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.handler_direct import task_line
from flowdsl.checks.handler_loops import waits
from flowdsl.checks.handler_rule import HandlerRule, SourceExample, named
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.diagnostics import Diagnostic, Severity


class StartAndPoll(HandlerRule):
    """A handler that asks again and again until a job is done.

    The function is paid for while nothing happens, and is killed after 15 minutes at most: then the job runs on and nobody waits for
    it; the retry starts a second one.

    Instead: a Task that waits by itself, Task(sync(...)), where the service has it; else a Wait state and a Choice around a Task that
    looks once.
    """

    code = "ASL931"
    severity = Severity.WARNING
    bad = (
        SourceExample(
            """
            import time
            import boto3

            glue = boto3.client("glue")

            def handler(event, context):
                run = glue.start_job_run(JobName=event["job"])["JobRunId"]
                while True:
                    state = glue.get_job_run(JobName=event["job"], RunId=run)["JobRun"]["JobRunState"]
                    if state in ("SUCCEEDED", "FAILED"):
                        return {"state": state}
                    time.sleep(30)
            """,
            8,
            "a function waits here for glue.start_job_run (it asks glue.get_job_run again and again); "
            "let the Task wait: Task(sync(aws.glue.start_job_run(JobName=...)))",
        ),
        SourceExample(
            """
            import boto3

            ec2 = boto3.client("ec2")

            def handler(event, context):
                ec2.get_waiter("instance_running").wait(InstanceIds=event["ids"])
                return event["ids"]
            """,
            6,
            "a function waits here (it asks waiter ec2.instance_running again and again); use a Wait state and a Choice around a Task "
            "that looks once",
        ),
    )
    good = SourceExample(
        """
        import boto3

        glue = boto3.client("glue")

        def handler(event, context):
            run = glue.get_job_run(JobName=event["job"], RunId=event["run"])["JobRun"]
            return {"done": run["JobRunState"] in ("SUCCEEDED", "FAILED")}
        """
    )

    def check(self, source: HandlerSource) -> Iterator[Diagnostic]:
        for wait in waits(source):
            line = task_line(wait.started, sync=True) if wait.started else None
            what = f" for {named(wait.started)}" if wait.started else ""
            instead = (
                f"let the Task wait: {line}" if line else "use a Wait state and a Choice around a Task that looks once"
            )
            related = [(source.tree.locate(wait.started.node), "started here")] if wait.started else []
            yield self.at(
                source,
                wait.node,
                f"a function waits here{what} (it asks {wait.looks} again and again); {instead}",
                related=related,
            )
