"""What is not run, and said before anything runs: the state and the field."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.asl.definition import Definition
from flowdsl.interpreter.failures import NotSupported
from flowdsl.interpreter.program import compile
from tests.interpreter.machines import one

SERVICE = "arn:aws:states:::"


def jsonata(type: str = "Pass", **fields: Any) -> Definition:
    return one(Type=type, QueryLanguage="JSONata", **fields)


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        ("foo:bar", "no AWS service 'foo'"),
        ("dynamodb:query", "dynamodb has no action 'query'; it is arn:aws:states:::aws-sdk:dynamodb:query"),
        ("aws-sdk:s3:GetObject", "aws-sdk:s3 has no action 'GetObject'; did you mean 'getObject'?"),
        ("aws-sdk:sts:assumeRole", "Step Functions does not offer AssumeRole of sts"),
        ("dynamodb:putItem.sync", "dynamodb:putItem has no .sync; it offers request and response only"),
        ("batch:submitJob.waitForTaskToken", "batch:submitJob has no .waitForTaskToken; it offers .sync"),
        ("ecs:runTask.sync:2", "ecs:runTask has no .sync:2; it offers .sync, .waitForTaskToken"),
        ("aws-sdk:ecs:runTask.sync", "aws-sdk:ecs:runTask has no .sync; it offers .waitForTaskToken"),
        ("s3:getObject", "s3:getObject stands in ItemReader only; a Task calls aws-sdk:s3:getObject"),
    ],
)
def test_a_resource_that_aws_does_not_know_is_refused(resource: str, reason: str) -> None:
    with pytest.raises(NotSupported) as refused:
        compile(one(Type="Task", Resource=f"{SERVICE}{resource}", Parameters={}))
    assert str(refused.value) == f"state 'S', Resource: {reason}"


@pytest.mark.parametrize(
    ("definition", "field", "reason"),
    [
        (jsonata(Output={"a": ["{% $states.input.a ?: 1 %}"]}), "Output/a[0]", 'The symbol ":" cannot be used'),
        (jsonata(Output="{% $states.result %}"), "Output", "Field '$states.result' does not exist."),
        (jsonata("Wait", Seconds="{% $states.errorOutput %}"), "Seconds", "Field '$states.errorOutput' does not exist."),
        (jsonata("Task", Resource=f"{SERVICE}lambda:invoke", Arguments={"Payload": "{% $states.result %}"}),
         "Arguments/Payload", "Field '$states.result' does not exist."),
        (jsonata("Task", Resource=f"{SERVICE}lambda:invoke", Arguments={}, Output="{% foo %}"), "Output", "Reference to"),
        (one(Type="Pass", Parameters={"a.$": "States.Foo(1)"}), "Parameters", ""),
        (one(Type="Pass", InputPath="$.a["), "InputPath", ""),
        (one(Type="Pass", ResultPath="$.a[*]"), "ResultPath", ""),
    ],
)  # fmt: skip
def test_an_expression_that_aws_refuses_is_named_by_its_field(definition: Definition, field: str, reason: str) -> None:
    with pytest.raises(NotSupported) as refused:
        compile(definition)
    assert (refused.value.state, refused.value.field) == ("S", field)
    assert str(refused.value).startswith(f"state 'S', {field}: {reason}")


def test_what_a_catcher_reads_of_the_error_is_its_own() -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "S", "Output": "{% $states.errorOutput %}"}]
    fine = {"Type": "Task", "Resource": f"{SERVICE}lambda:invoke", "Arguments": {}, "Output": "{% $states.result %}"}
    compile(one(QueryLanguage="JSONata", Catch=catch, **fine))
    catch[0]["Output"] = "{% $states.result %}"
    with pytest.raises(NotSupported, match=r"Catch\[0\]/Output: Field '\$states.result' does not exist."):
        compile(one(QueryLanguage="JSONata", Catch=catch, **fine))


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("states", "is reserved for $states"),
        ("a.b", "is no identifier: a letter, then letters, digits and underscores"),
        ("v" * 81, "is longer than 80 characters"),
    ],
)
def test_a_variable_needs_a_name(name: str, problem: str) -> None:
    for definition in (jsonata(Assign={name: 1}), one(Type="Pass", Assign={f"{name}.$": "$"})):
        with pytest.raises(NotSupported) as refused:
            compile(definition)
        assert str(refused.value) == f"state 'S', Assign: the variable name {name!r} {problem}"
