"""A finding can be silenced where it is, with a reason; what silences nothing is told about."""

from __future__ import annotations

from typing import Any

from flowdsl.asl.definition import Definition
from flowdsl.asl.source_map import SourceMap
from flowdsl.checks.config import Settings, read_settings
from flowdsl.checks.runner import check
from flowdsl.checks.suppress import python_suppressions
from flowdsl.diagnostics import Diagnostic, Location

RULE = {"Variable": "$.ok", "BooleanEquals": True, "Next": "Done"}


def machine(**more: Any) -> dict[str, Any]:
    route: dict[str, Any] = {"Type": "Choice", "Choices": [RULE], **more}
    return {"StartAt": "Route", "States": {"Route": route, "Done": {"Type": "Succeed"}}}


def said(document: dict[str, Any], settings: Settings | None = None) -> list[str]:
    return [f"{f.code} {f.message}" for f in check(Definition(document), settings=settings)]


def test_a_states_comment_silences_a_rule_in_that_state() -> None:
    assert said(machine(Comment="flowdsl: ignore[ASL204] the caller sends nothing else")) == []


def test_a_name_will_do_for_a_code() -> None:
    assert said(machine(Comment="Routes. flowdsl: ignore[choice-without-default] tested")) == []


def test_the_machines_comment_silences_a_rule_everywhere() -> None:
    assert said({**machine(), "Comment": "flowdsl: ignore[ASL204] all of them"}) == []


def test_a_comment_in_another_state_silences_nothing_and_is_told_about() -> None:
    document = machine()
    document["States"]["Done"]["Comment"] = "flowdsl: ignore[ASL204] here"
    assert said(document) == [
        "ASL204 'Route' has no Default, and its rules do not take every value: '$.ok' may be false; add a Default, or a last rule that always holds",
        "ASL891 nothing here is ASL204 choice-without-default; remove the suppression",
    ]


def test_an_unknown_code_is_told_about_with_a_near_name() -> None:
    document = machine(Comment="flowdsl: ignore[ASL2O4] x")
    assert "ASL891 no rule 'ASL2O4'; did you mean 'ASL204'?, in this suppression" in said(document)


def test_a_reason_may_be_asked_for() -> None:
    strictly = read_settings({"require-reason": True})
    assert said(machine(Comment="flowdsl: ignore[ASL204]"), strictly) == [
        "ASL892 say why ASL204 is suppressed: flowdsl: ignore[ASL204] why it is right here"
    ]
    assert said(machine(Comment="flowdsl: ignore[ASL204] tested"), strictly) == []


def test_several_codes_in_one_comment_are_told_apart() -> None:
    document = machine(Comment="flowdsl: ignore[ASL204, ASL203] both")
    assert said(document) == ["ASL891 nothing here is ASL203 repeated-choice-rule; remove the suppression"]


def test_what_is_off_needs_no_suppression_and_is_not_missed() -> None:
    assert said(machine(Comment="flowdsl: ignore[ASL204] x"), read_settings({"ignore": ["ASL204"]})) == []


SOURCE = """
review = Choice()  # flowdsl: ignore[ASL204] the model allows two values
charge = Task(
    charge_card(
        amount=1,
    ),
)  # flowdsl: ignore[ASL404] retried by its caller
# flowdsl: ignore[ASL503] a person decides
ask = Task(resource="x")
text = "# flowdsl: ignore[ASL1] not a comment"
"""


def test_a_python_comment_covers_its_whole_statement() -> None:
    found = [(s.selector, s.reason, s.lines) for s in python_suppressions(SOURCE, "w.py")]
    assert found == [
        ("ASL204", "the model allows two values", (2, 2)),
        ("ASL404", "retried by its caller", (3, 7)),
        ("ASL503", "a person decides", (9, 9)),
    ]


def test_a_python_comment_silences_what_is_found_on_its_lines() -> None:
    places = {"": Location("w.py", 1), "/States/Route": Location("w.py", 2, 10)}
    definition = Definition(machine(), SourceMap(places))
    suppressions = python_suppressions(SOURCE.replace("[ASL404]", "[ASL204]"), "w.py")
    codes = [f.code for f in check(definition, suppressions=suppressions)]
    assert codes == ["ASL891", "ASL891"]


def test_a_file_that_is_no_python_has_no_suppressions() -> None:
    assert python_suppressions("# flowdsl: ignore[ASL204]\n'''", "w.py") == []


def test_a_finding_that_came_with_a_workflow_is_silenced_like_any() -> None:
    own = Diagnostic("ASL204", "choice-without-default", Settings().fail_on, "m", location=Location("w.py", 2, 1))
    found = check(
        Definition({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}),
        own=[own],
        suppressions=python_suppressions("\nx = 1  # flowdsl: ignore[ASL204] so\n", "w.py"),
    )
    assert found == []


def test_what_is_wrong_with_a_suppression_is_told_at_its_comment() -> None:
    document = {"StartAt": "A", "States": {"A": {"Type": "Succeed", "Comment": "flowdsl: ignore[ASL204] once"}}}
    assert [finding.pointer for finding in check(Definition(document))] == ["/States/A/Comment"]
