"""What a role needs, from the definition."""

from __future__ import annotations

from typing import Any

from flowdsl.asl.bindings import Binding, Bindings
from flowdsl.asl.definition import Definition
from flowdsl.integrations.base import Environment
from flowdsl.integrations.permissions import permissions_of

HERE = Environment("aws", "eu-west-1", "123456789012")


def machine(*states: dict[str, Any], bindings: Bindings | None = None) -> Definition:
    named = {f"S{i}": {**state, "End": True} for i, state in enumerate(states)}
    return Definition({"StartAt": "S0", "States": named}, name="Order", bindings=bindings or Bindings())


def task(resource: str, **fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", **fields}


def statements(*states: dict[str, Any]) -> list[dict[str, Any]]:
    written: list[dict[str, Any]] = permissions_of(machine(*states), HERE).policy()["Statement"]
    return written


def test_a_function_is_invoked_by_its_arn_and_those_of_its_versions() -> None:
    assert statements(task("lambda:invoke", Parameters={"FunctionName": "charge"})) == [
        {
            "Effect": "Allow",
            "Action": ["lambda:InvokeFunction"],
            "Resource": [
                "arn:aws:lambda:eu-west-1:123456789012:function:charge",
                "arn:aws:lambda:eu-west-1:123456789012:function:charge:*",
            ],
        }
    ]


def test_a_qualified_function_is_invoked_as_that_alone() -> None:
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:charge:LIVE"
    assert statements({"Type": "Task", "Resource": arn})[0]["Resource"] == arn


def test_a_placeholder_stays_one_and_is_an_arn_by_its_name_alone() -> None:
    found = statements(task("dynamodb:getItem", Arguments={"TableName": "${Orders}"}), task("sns:publish", Arguments={"TopicArn": "${Topic.Arn}"}))  # fmt: skip
    assert [s["Resource"] for s in found] == ["arn:aws:dynamodb:eu-west-1:123456789012:table/${Orders}", "${Topic.Arn}"]


def test_a_queue_is_known_by_its_url() -> None:
    url = "https://sqs.us-east-1.amazonaws.com/210987654321/jobs"
    assert (
        statements(task("sqs:sendMessage", Parameters={"QueueUrl": url}))[0]["Resource"]
        == "arn:aws:sqs:us-east-1:210987654321:jobs"
    )


def test_a_child_that_is_waited_for_needs_the_rule_that_aws_checks_at_creation() -> None:
    child = "arn:aws:states:eu-west-1:123456789012:stateMachine:Child"
    found = statements(task("states:startExecution.sync:2", Arguments={"StateMachineArn": child}))
    assert [(s["Action"], s["Resource"]) for s in found] == [
        (
            ["events:DescribeRule", "events:PutRule", "events:PutTargets"],
            "arn:aws:events:eu-west-1:123456789012:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule",
        ),
        (
            ["states:DescribeExecution", "states:StopExecution"],
            "arn:aws:states:eu-west-1:123456789012:execution:Child:*",
        ),
        (["states:StartExecution"], child),
    ]


def test_what_only_the_execution_knows_is_granted_on_everything_and_said() -> None:
    found = permissions_of(machine(task("sns:publish", Parameters={"TopicArn.$": "$.topic"})), HERE)
    (grant,) = found.wider_than_needed
    assert grant.statement.resources == ("*",)
    assert grant.statement.unknown == "TopicArn is computed at run time"
    assert grant.states == ("S0",)


def test_statements_on_one_resource_are_one() -> None:
    table = {"TableName": "orders"}
    found = statements(task("dynamodb:putItem", Parameters=table), task("dynamodb:getItem", Parameters=table))
    assert [s["Action"] for s in found] == [["dynamodb:GetItem", "dynamodb:PutItem"]]


def test_an_sdk_call_needs_the_action_that_iam_knows() -> None:
    found = statements(
        task("aws-sdk:s3:listObjectsV2", Parameters={"Bucket": "b"}),
        task("aws-sdk:s3:copyObject", Parameters={"Bucket": "b", "Key": "k", "CopySource": "a/k"}),
        task("aws-sdk:dynamodb:transactWriteItems", Parameters={"TransactItems": []}),
        task("aws-sdk:ssm:getParameter", Parameters={"Name": "/db/url"}),
    )
    assert [(s["Action"], s["Resource"]) for s in found] == [
        (["dynamodb:ConditionCheckItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], "*"),
        (["s3:GetObject"], "arn:aws:s3:::a/k"),
        (["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::b/k"),
        (["s3:ListBucket"], "arn:aws:s3:::b"),
        (["ssm:GetParameter"], "arn:aws:ssm:eu-west-1:123456789012:parameter//db/url"),
    ]


def test_a_role_that_is_handed_on_needs_passrole() -> None:
    found = statements(
        task(
            "sagemaker:createTrainingJob",
            Parameters={"TrainingJobName": "j", "RoleArn": "arn:aws:iam::123456789012:role/train"},
        )
    )
    assert found[0] == {
        "Effect": "Allow",
        "Action": ["iam:PassRole"],
        "Resource": "arn:aws:iam::123456789012:role/train",
        "Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
    }


def test_with_credentials_only_the_other_role_is_taken() -> None:
    role = "arn:aws:iam::210987654321:role/other"
    state = task("dynamodb:getItem", Parameters={"TableName": "t"}, Credentials={"RoleArn": role})
    assert statements(state) == [{"Effect": "Allow", "Action": ["sts:AssumeRole"], "Resource": role}]


def test_a_distributed_map_starts_executions_of_its_own_machine() -> None:
    state = {
        "Type": "Map",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "P",
            "States": {"P": {"Type": "Pass", "End": True}},
        },
        "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Arguments": {"Bucket": "in", "Key": "rows.csv"}},
        "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Arguments": {"Bucket": "out", "Prefix": "runs"}},
    }
    found = {tuple(s["Action"]): s["Resource"] for s in statements(state)}
    assert found == {
        (
            "s3:AbortMultipartUpload",
            "s3:GetObject",
            "s3:ListMultipartUploadParts",
            "s3:PutObject",
        ): "arn:aws:s3:::out/runs/*",
        ("s3:GetObject",): "arn:aws:s3:::in/rows.csv",
        ("states:DescribeExecution", "states:StopExecution"): [
            "arn:aws:states:eu-west-1:123456789012:execution:Order/*",
            "arn:aws:states:eu-west-1:123456789012:execution:Order:*",
        ],
        ("states:RedriveExecution",): "arn:aws:states:eu-west-1:123456789012:execution:Order/*",
        ("states:StartExecution",): "arn:aws:states:eu-west-1:123456789012:stateMachine:Order",
    }


def test_a_placeholder_is_what_its_binding_says() -> None:
    bound = Bindings(placeholders={"Charge": Binding("Charge", "lambda", "handlers.orders:charge")})
    definition = machine(
        {"Type": "Task", "Resource": "${Charge}"}, {"Type": "Task", "Resource": "${Other}"}, bindings=bound
    )
    found = permissions_of(definition, HERE)
    assert [g.statement.actions for g in found.grants] == [("lambda:InvokeFunction",)]
    assert [(u.state, u.reason) for u in found.unresolved] == [("S1", "what ${Other} stands for is not known")]


def test_an_activity_needs_nothing_in_the_role() -> None:
    assert statements({"Type": "Task", "Resource": "arn:aws:states:eu-west-1:123456789012:activity:approve"}) == []


def test_logging_and_tracing_are_added_on_demand() -> None:
    found = permissions_of(machine({"Type": "Succeed"}), HERE, logging=True, tracing=True)
    assert {g.statement.actions[0].split(":")[0] for g in found.grants} == {"logs", "xray"}
