"""SQS: `sqs:sendMessage`."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.integrations.base import Action, Call, OptimizedService, Statement


def permissions(call: Call) -> Iterator[Statement]:
    # A queue URL ends in account/name; a queue under a customer key needs kms:GenerateDataKey and kms:Decrypt on it too.
    def arn(url: str) -> str:
        parts = url.rstrip("/").split("/")
        if len(parts) >= 2 and url.startswith("https://"):
            host = parts[2].split(".") if len(parts) > 2 else []
            region = host[1] if len(host) > 2 and host[0] == "sqs" else call.environment.region
            return f"arn:{call.environment.partition}:sqs:{region}:{parts[-2]}:{parts[-1]}"
        return call.environment.arn("sqs", url)

    text = call.text("QueueUrl")
    if text is not None and text.startswith(("${", "#{")):
        # What fills the placeholder is a URL, never an ARN: the queue's name is not known.
        yield Statement(("sqs:SendMessage",), ("*",), unknown=f"QueueUrl is the placeholder {text}, a URL and no ARN")
    else:
        yield call.statement("sqs:SendMessage", "QueueUrl", arn)


service = OptimizedService(
    token="sqs",
    folder="sqs",
    sdk="sqs",
    actions=(
        Action(
            "sendMessage",
            parameters=(
                "QueueUrl",
                "MessageBody",
                "DelaySeconds",
                "MessageAttributes",
                "MessageDeduplicationId",
                "MessageGroupId",
            ),
            token=True,
            errors=("SQS.SdkClientException",),
            json_text=("MessageBody",),
            ranges={"DelaySeconds": (0, 900)},
        ),
    ),
    permissions=permissions,
    error_prefix="SQS",
    base_error="AmazonSQSException",
    errors_recorded=True,
)
