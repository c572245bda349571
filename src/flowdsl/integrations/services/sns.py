"""SNS: `sns:publish`."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.integrations.base import Action, Call, OptimizedService, Statement


def permissions(call: Call) -> Iterator[Statement]:
    if call.has("PhoneNumber") and not call.has("TopicArn"):
        # A text message has no topic: SNS allows it on * only.
        yield Statement(("sns:Publish",), ("*",))
        return
    name = "TopicArn" if call.has("TopicArn") or not call.has("TargetArn") else "TargetArn"
    yield call.statement(
        "sns:Publish", name, lambda text: text if text[:2] in ("${", "#{") else call.environment.arn("sns", text)
    )


service = OptimizedService(
    token="sns",
    folder="sns",
    sdk="sns",
    actions=(
        Action(
            "publish",
            parameters=(
                "Message",
                "MessageAttributes",
                "MessageStructure",
                "MessageDeduplicationId",
                "MessageGroupId",
                "PhoneNumber",
                "Subject",
                "TargetArn",
                "TopicArn",
            ),
            token=True,
            json_text=("Message",),
        ),
    ),
    permissions=permissions,
    error_prefix="SNS",
    base_error="AmazonSNSException",
    errors_recorded=True,
)
