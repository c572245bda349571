"""One call runs every rule; a rule that crashes names itself and the definition, and the others still report."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from flowdsl.asl.definition import Definition
from flowdsl.asl.load import loads
from flowdsl.checks import runner
from flowdsl.checks.context import CheckContext
from flowdsl.checks.example import Example
from flowdsl.checks.registry import rules
from flowdsl.checks.rule import Rule, state_at
from flowdsl.checks.runner import check, has_crashed, worst
from flowdsl.diagnostics import Diagnostic, FlowDslError, Severity

TEXT = """{
  "StartAt": "Route",
  "States": {
    "Route": {"Type": "Choice", "Choices": [{"Variable": "$.ok", "BooleanEquals": true, "Next": "Done"}]},
    "Done": {"Type": "Succeed"}
  }
}"""


class Broken(Rule):
    """A rule that fails.

    It is there to fail.

    Instead: nothing.
    """

    code = "ASL299"
    severity = Severity.ERROR
    bad = good = Example({"A": {"Type": "Succeed"}})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        yield self.at("", "before it fails")
        raise KeyError("boom")


def test_a_finding_has_file_line_and_column() -> None:
    [definition] = loads(TEXT, path="flows/order.asl.json")
    assert [str(finding) for finding in check(definition)] == [
        "flows/order.asl.json:4:14: ASL204 choice-without-default: 'Route' has no Default, and its rules do not take every value: '$.ok' may be false; "
        "add a Default, or a last rule that always holds"
    ]


def test_a_rule_that_crashes_is_a_finding_and_the_others_still_report(monkeypatch: pytest.MonkeyPatch) -> None:
    every = rules()
    monkeypatch.setattr(runner, "rules", lambda: (Broken(), *every))
    [definition] = loads(TEXT, path="order.asl.json")
    found = check(definition)
    assert has_crashed(found)
    assert [finding.code for finding in found] == ["ASL299", "ASL890", "ASL204"]
    crash = next(finding for finding in found if finding.code == "ASL890")
    assert crash.message.startswith("ASL299 broken crashed on order.asl.json: KeyError: 'boom' (")


def test_findings_come_in_the_order_of_the_text_each_once() -> None:
    [definition] = loads(TEXT)
    found = check(definition, own=[Diagnostic("ASL203", "x", Severity.ERROR, "m", pointer="/States/Done")] * 2)
    assert [finding.code for finding in found] == ["ASL204", "ASL203"]


@pytest.mark.parametrize(
    "document", [{}, {"States": 5}, {"StartAt": [], "States": {"A": None}}, {"States": {"A": {"Type": 7}}}]
)
def test_a_malformed_document_crashes_nothing(document: dict[str, object]) -> None:
    assert not has_crashed(check(Definition(document)))


def test_the_worst_severity_of_nothing_is_none() -> None:
    assert worst([]) is None
    assert worst(check(loads(TEXT)[0])) is Severity.WARNING


@pytest.mark.parametrize(
    ("pointer", "state"),
    [
        ("", None),
        ("/StartAt", None),
        ("/States/A", "A"),
        ("/States/A/Next", "A"),
        ("/States/A/Branches/0/States/B/Catch/1", "B"),
        ("/States/Iterator/Iterator/States/States/Next", "States"),
        ("/States/a~1b/Parameters/States/x", "a/b"),
    ],
)
def test_the_state_of_a_pointer_is_told_by_position(pointer: str, state: str | None) -> None:
    assert state_at(pointer) == state


def scopes_inside_one_another(count: int) -> Definition:
    inner: dict[str, object] = {"StartAt": "S", "States": {"S": {"Type": "Succeed"}}}
    for i in range(count, 0, -1):
        inner = {"StartAt": f"P{i}", "States": {f"P{i}": {"Type": "Parallel", "Branches": [inner], "End": True}}}
    return Definition(inner)


def test_four_times_as_many_scopes_inside_one_another_as_a_text_can_hold_are_checked() -> None:
    assert check(scopes_inside_one_another(500)) == []


def test_ten_thousand_scopes_inside_one_another_are_refused_in_one_line() -> None:
    with pytest.raises(FlowDslError, match=r"^state 'P501': Maps and Parallels are nested more than 500 deep$"):
        check(scopes_inside_one_another(10_000))
