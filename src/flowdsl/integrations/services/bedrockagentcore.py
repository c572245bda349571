"""Bedrock AgentCore: `bedrockagentcore:invokeHarness`, fifteen minutes at most."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.integrations.base import Action, Call, OptimizedService, Statement
from flowdsl.integrations.model import ANY


def permissions(call: Call) -> Iterator[Statement]:
    yield call.statement(
        "bedrock-agentcore:InvokeHarness",
        "HarnessArn",
        lambda name: call.environment.arn("bedrock-agentcore", f"harness/{name}"),
    )


service = OptimizedService(
    token="bedrockagentcore",
    folder="bedrock-agentcore",
    sdk="bedrockagentcore",
    # The API answers with an event stream; what the state gets of it is not documented.
    actions=(Action("invokeHarness", result=ANY),),
    permissions=permissions,
    error_prefix="BedrockAgentCore",
)
