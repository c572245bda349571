"""A Resource text, taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdsl.integrations.resource import SUFFIXES, parse_resource


def test_an_optimised_integration_is_service_action_and_pattern() -> None:
    found = parse_resource("arn:aws:states:::states:startExecution.sync:2")
    assert found is not None
    assert (found.kind, found.service, found.action, found.pattern) == (
        "optimized",
        "states",
        "startExecution",
        "sync:2",
    )


def test_events_name_the_action_with_its_suffix() -> None:
    found = parse_resource("arn:aws:states:::sqs:sendMessage.waitForTaskToken")
    assert found is not None
    assert (found.resource_type, found.resource) == ("sqs", "sendMessage.waitForTaskToken")


def test_events_name_an_sdk_integration_with_its_prefix() -> None:
    found = parse_resource("arn:aws:states:::aws-sdk:s3:getObject")
    assert found is not None
    assert (found.kind, found.service, found.resource_type) == ("aws-sdk", "s3", "aws-sdk:s3")


def test_a_placeholder_may_stand_for_partition_region_and_account() -> None:
    found = parse_resource(
        "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:aws-sdk:polly:startSpeechSynthesisTask"
    )
    assert found is not None
    assert (found.kind, found.partition, found.account) == ("aws-sdk", None, "${AWS::AccountId}")
    assert found.action == "startSpeechSynthesisTask"


@pytest.mark.parametrize(
    "text",
    [
        "${Function.Arn}",
        "#{AWS::Thing}",
        "${Prefix}:states:::lambda:invoke",
        "arn:aws:states:::${service}:go",
        "arn:aws:${x}:y",
    ],
)
def test_a_placeholder_that_hides_the_call_is_said_to_be_one(text: str) -> None:
    found = parse_resource(text)
    assert found is not None
    assert found.kind == "placeholder"
    assert found.resource == text


def test_a_function_keeps_its_alias() -> None:
    found = parse_resource("arn:aws-cn:lambda:cn-north-1:123456789012:function:charge:LIVE")
    assert found is not None
    assert (found.kind, found.name, found.partition) == ("lambda", "charge:LIVE", "aws-cn")


def test_an_activity_has_its_own_kind() -> None:
    found = parse_resource("arn:aws:states:eu-west-1:123456789012:activity:approve")
    assert found is not None
    assert (found.kind, found.name) == ("activity", "approve")


def test_a_suffix_that_is_no_pattern_stays_on_the_action() -> None:
    found = parse_resource("arn:aws:states:::glue:startJobRun.synk")
    assert found is not None
    assert (found.action, found.pattern) == ("startJobRun.synk", "request-response")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "my-function",
        "arn:aws:s3:::bucket",
        "arn:aws:states:::",
        "arn::states:::lambda:invoke",
        "arn:aws:states:eu-west-1:1:stateMachine:x",
    ],
)
def test_what_no_task_can_call_is_none(text: str) -> None:
    assert parse_resource(text) is None


@given(st.text())
def test_any_text_is_read_without_a_fault(text: str) -> None:
    found = parse_resource(text)
    assert found is None or found.text == text


@given(st.sampled_from(list(SUFFIXES)), st.from_regex(r"[a-z][a-zA-Z]{0,12}", fullmatch=True))
def test_a_pattern_is_read_as_it_is_written(pattern: str, action: str) -> None:
    found = parse_resource(f"arn:aws:states:::svc:{action}{SUFFIXES[pattern]}")  # type: ignore[index]
    assert found is not None
    assert (found.action, found.pattern) == (action, pattern)
