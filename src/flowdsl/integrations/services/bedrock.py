"""Bedrock: models invoked (`Body`, or S3 in and out) and customised."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flowdsl.integrations.base import Action, Call, OptimizedService, Statement, as_object, is_expression
from flowdsl.integrations.model import ANY, TEXT, structure


def permissions(call: Call) -> Iterator[Statement]:
    env = call.environment
    if call.action == "createModelCustomizationJob":
        actions = ["bedrock:CreateModelCustomizationJob", "bedrock:TagResource"]
        if call.is_sync:
            actions += ["bedrock:GetModelCustomizationJob", "bedrock:StopModelCustomizationJob"]
        arns = (
            env.arn("bedrock", "foundation-model/*", account=False),
            env.arn("bedrock", "custom-model/*"),
            env.arn("bedrock", "model-customization-job/*"),
        )
        yield Statement(tuple(sorted(actions)), arns)
        yield call.pass_role("RoleArn", service="bedrock.amazonaws.com")
        if call.is_sync:
            rule = env.arn("events", "rule/StepFunctionsGetEventsForBedrock*")
            yield Statement(
                ("events:DescribeRule", "events:PutRule", "events:PutTargets"),
                (rule,),
                unknown="the name of the rule that Step Functions keeps for Bedrock is not documented",
            )
        return
    yield call.statement(
        "bedrock:InvokeModel", "ModelId", lambda model: env.arn("bedrock", f"foundation-model/{model}", account=False)
    )
    for member, action in (("Input", "s3:GetObject"), ("Output", "s3:PutObject")):
        if not call.has(member):
            continue
        uri: Any = as_object(call.parameters.get(member)).get("S3Uri")
        known = isinstance(uri, str) and not is_expression(uri) and uri.startswith("s3://")
        arn = (
            env.arn("s3", uri.removeprefix("s3://"), region=False, account=False)
            if known and isinstance(uri, str)
            else "*"
        )
        yield Statement((action,), (arn,), unknown="" if known else f"{member}.S3Uri is computed at run time")
    if call.has("GuardrailIdentifier"):
        yield call.statement(
            "bedrock:ApplyGuardrail", "GuardrailIdentifier", lambda name: env.arn("bedrock", f"guardrail/{name}")
        )


service = OptimizedService(
    token="bedrock",
    folder="bedrock",
    sdk="bedrock",
    actions=(
        Action(
            "invokeModel",
            parameters=(
                "ModelId",
                "Body",
                "Input",
                "Output",
                "Accept",
                "ContentType",
                "GuardrailIdentifier",
                "GuardrailVersion",
                "Trace",
            ),
            required=("ModelId",),
            token=True,
            api=None,
            result=structure(Body=ANY, ContentType=TEXT),
        ),
        Action("createModelCustomizationJob", sync=True, polled=("GetModelCustomizationJob",)),
    ),
    permissions=permissions,
    error_prefix="Bedrock",
    base_error="AmazonBedrockException",
)
