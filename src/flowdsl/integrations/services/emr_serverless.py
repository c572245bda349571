"""EMR Serverless: applications and job runs."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.integrations.base import Action, Call, OptimizedService, Statement
from flowdsl.integrations.model import TEXT, structure
from flowdsl.integrations.names import operation_of

_WATCHED = {"startJobRun": ("CancelJobRun", "GetJobRun"), "cancelJobRun": ("GetJobRun",)}
_ID = structure(ApplicationId=TEXT)


def permissions(call: Call) -> Iterator[Statement]:
    env = call.environment
    job = "JobRun" in call.action
    watching = _WATCHED.get(call.action, ("GetApplication",)) if call.is_sync else ()
    named = tuple(f"emr-serverless:{a}" for a in sorted((operation_of(call.action), *watching)))
    if call.action == "createApplication":
        yield Statement(named, (env.arn("emr-serverless", "/*"),))
        role = env.arn(
            "iam",
            "role/aws-service-role/ops.emr-serverless.amazonaws.com/AWSServiceRoleForAmazonEMRServerless*",
            region=False,
        )
        condition = (("StringLike", (("iam:AWSServiceName", "ops.emr-serverless.amazonaws.com"),)),)
        yield Statement(("iam:CreateServiceLinkedRole",), (role,), condition)
    else:

        def arns(name: str) -> tuple[str, ...]:
            application = env.arn("emr-serverless", f"/applications/{name}")
            return (application, f"{application}/jobruns/*") if job else (application,)

        yield call.statement(named, "ApplicationId", arns)
    if call.action == "startJobRun":
        yield call.pass_role("ExecutionRoleArn", service="emr-serverless.amazonaws.com")
    if call.is_sync:
        yield call.managed_rule(f"StepFunctionsGetEventsForEMRServerless{'Job' if job else 'Application'}Rule")


service = OptimizedService(
    token="emr-serverless",
    folder="emr-serverless",
    sdk="emrserverless",
    actions=(
        Action("createApplication", sync=True, polled=("GetApplication",)),
        # The API answers these with nothing; Step Functions gives the id (documented).
        Action("startApplication", sync=True, result=_ID, polled=("GetApplication",)),
        Action("stopApplication", sync=True, result=_ID, polled=("GetApplication",)),
        Action("deleteApplication", sync=True, result=_ID, polled=("GetApplication",)),
        Action("startJobRun", sync=True, polled=("GetJobRun",)),
        Action("cancelJobRun", sync=True, polled=("GetJobRun",)),
    ),
    permissions=permissions,
    error_prefix="EMRServerless",
    base_error="AWSEMRServerlessException",
)
