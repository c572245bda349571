"""The states and their fields: each keyword is in the output, in the field's own spelling."""

from __future__ import annotations

import pytest

from flowdsl.asl.dump import canonical
from tests.dsl.conftest import Source


def one(source: Source, declaration: str, rest: str = "") -> dict[str, object]:
    """The only state of a workflow, as written."""
    states = source.states(f"""
        @workflow
        def flow(order: Order):
            one = {declaration}
            {rest}
    """)
    state: dict[str, object] = canonical({"States": states})["States"]["One"]
    return state


@pytest.mark.parametrize(
    ("declaration", "written"),
    [
        ("Wait(seconds=30)", {"Type": "Wait", "Seconds": 30, "End": True}),
        ("Wait(timedelta(minutes=5))", {"Type": "Wait", "Seconds": 300, "End": True}),
        (
            "Wait(timestamp=datetime(2030, 1, 2, 3, tzinfo=UTC))",
            {"Type": "Wait", "Timestamp": "2030-01-02T03:00:00Z", "End": True},
        ),
        (
            "Wait(timestamp=order.id)",
            {"Type": "Wait", "Timestamp": "{% $states.context.Execution.Input.id %}", "End": True},
        ),
        ('Wait(seconds=placeholder("Pause", int))', {"Type": "Wait", "Seconds": "${Pause}", "End": True}),
        ("Pass()", {"Type": "Pass", "End": True}),
        ("Pass(output=None)", {"Type": "Pass", "Output": None, "End": True}),
        (
            'Pass(output={"a": [1, 2.0, 2.5, True, None, "x"]})',
            {"Type": "Pass", "Output": {"a": [1, 2, 2.5, True, None, "x"]}, "End": True},
        ),
        ('Pass(comment="hm", output=1)', {"Type": "Pass", "Comment": "hm", "Output": 1, "End": True}),
        ("Succeed()", {"Type": "Succeed"}),
        ("Succeed(output=order.id)", {"Type": "Succeed", "Output": "{% $states.context.Execution.Input.id %}"}),
        ("Fail()", {"Type": "Fail"}),
        ('Fail("Bad", cause="why")', {"Type": "Fail", "Error": "Bad", "Cause": "why"}),
        ("Fail(CardDeclined)", {"Type": "Fail", "Error": "CardDeclined"}),
        ('Pass(assign={"x": 1})', {"Type": "Pass", "Assign": {"x": 1}, "End": True}),
        (
            'Task(resource="arn:aws:states:::sns:publish", arguments={"Message": order.id}, credentials={"RoleArn": "arn:aws:iam::1:role/r"})',
            {
                "Type": "Task",
                "Resource": "arn:aws:states:::sns:publish",
                "Credentials": {"RoleArn": "arn:aws:iam::1:role/r"},
                "Arguments": {"Message": "{% $states.context.Execution.Input.id %}"},
                "End": True,
            },
        ),
        (
            'Task(send_receipt(to="a"), timeout_seconds=9, heartbeat_seconds=3, output="done")',
            {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "TimeoutSeconds": 9,
                "HeartbeatSeconds": 3,
                "Arguments": {"FunctionName": "${SendReceipt}", "Payload": {"to": "a"}},
                "Output": "done",
                "End": True,
            },
        ),
    ],
)
def test_a_state_is_written_with_its_fields(source: Source, declaration: str, written: dict[str, object]) -> None:
    found = one(source, declaration)
    assert found == written
    assert list(found) == list(written)


def test_a_field_that_flowdsl_does_not_know_is_written_with_a_note(source: Source) -> None:
    workflow = source.workflow("""
        @workflow
        def flow(order: Order):
            one = Pass(extra={"NewField": {"a": order.id}})
    """)
    assert workflow.definition.document["States"]["One"]["NewField"] == {
        "a": "{% $states.context.Execution.Input.id %}"
    }
    (note,) = workflow.diagnostics
    assert (note.severity, note.message) == (
        "info",
        "'NewField' is a field that flowdsl does not know; it is written as given",
    )


@pytest.mark.parametrize(
    ("declaration", "mistake"),
    [
        ("Task()", "ASL370 no-call: a Task takes a call, Task(charge_card(...)), or resource="),
        ("Task(charge_card)", "ASL370 no-call: a Task takes a call that the workflow will make; found the handler charge_card itself: write Task(charge_card(...))"),
        ("Task(order.id)", "ASL370 no-call: a Task takes a call that the workflow will make; found an expression: what computes without calling anything is a Pass, Pass(output=...)"),
        ("Task(5)", "ASL370 no-call: a Task takes a call that the workflow will make; found 5: what is called here needs @handler, or it has run just now"),
        ('Task(send_receipt(to="a"), next="X")', "ASL157 misplaced-keyword: Task takes no next=: a transition is written state >> other"),
        ('Task(send_receipt(to="a"), result_path="$.x")', "ASL157 misplaced-keyword: result_path= is a field of JSONPath, and this is JSONata; read the state's .result where it is needed"),
        ('Task(send_receipt(to="a"), timeout_seconds="3")', "ASL154 bad-value: timeout_seconds must be a whole number, found '3'"),
        ('Task(send_receipt(to="a"), timeout_seconds=True)', "ASL154 bad-value: timeout_seconds must be a whole number, found True"),
        ('Task(send_receipt(to="a"), timeout_seconds=None)', "ASL154 bad-value: timeout_seconds cannot be null; leave it out"),
        ("Pass(comment=order.id)", "ASL154 bad-value: comment cannot be computed: it is fixed when the workflow is deployed"),
        ("Pass(name=order.id)", "ASL151 bad-state-name: a state's name is a text that is known when the workflow is built, found <expression of type str>"),
        ('Pass(query_language="JSONATA")', "ASL154 bad-value: query_language must be 'JSONPath' or 'JSONata', found 'JSONATA'; did you mean 'JSONata'?"),
        ("Wait()", "ASL156 conflicting-keywords: a Wait has exactly one of seconds, timestamp, seconds_path, timestamp_path; found none of them"),
        ("Wait(seconds=3, timestamp='2030-01-01T00:00:00Z')", "ASL156 conflicting-keywords: a Wait has exactly one of seconds, timestamp, seconds_path, timestamp_path; found Seconds and Timestamp"),
        ("Wait(timedelta(seconds=1.5))", "ASL154 bad-value: a Wait takes whole seconds, found 0:00:01.500000"),
        ("Wait(timestamp=datetime(2030, 1, 1))", "ASL154 bad-value: a timestamp says its time zone, found datetime.datetime(2030, 1, 1, 0, 0); write datetime(..., tzinfo=UTC)"),
        ("Wait(seconds=-1)", "ASL154 bad-value: seconds must be from 0 to 99,999,999, found -1"),
        ("Pass(output=float('nan'))", "ASL362 no-json: nan is no JSON number"),
        ("Pass(output={1: 2})", "ASL362 no-json: a key of a JSON object is a text, found 1"),
        ("Pass(output=object)", "ASL362 no-json: found the class object where a JSON value is due"),
        ("Pass(output=Retry(Timeout))", "ASL362 no-json: found a Retry where a JSON value is due"),
        ("Pass(output=Var())", "ASL362 no-json: found a Var where a JSON value is due; what a Var holds is its .value"),
    ],
)  # fmt: skip
def test_a_wrong_declaration_says_what_to_write(source: Source, declaration: str, mistake: str) -> None:
    found = source.mistakes(f"""
        @workflow
        def flow(order: Order):
            one = {declaration}
    """)
    shown = found[0].partition(": ")[2].replace("\ue000", "")
    assert shown == mistake


def test_what_python_has_for_json_is_written_as_pydantic_would(source: Source) -> None:
    found = source.states("""
        class Colour(Enum):
            RED = "red"


        @dataclass
        class Row:
            a: str
            b: str


        @workflow
        def flow(order: Order):
            one = Pass(output={
                "enum": Colour.RED, "date": date(2030, 1, 2), "decimal": Decimal("1.10"), "tuple": (1, 2),
                "model": Line(sku="a", quantity=1), "when": datetime(2030, 1, 1, tzinfo=UTC), "row": Row("x", order.id),
            })
    """)["One"]
    assert found["Output"] == {
        "enum": "red",
        "date": "2030-01-02",
        "decimal": "1.10",
        "tuple": [1, 2],
        "model": {"sku": "a", "quantity": 1},
        "when": "2030-01-01T00:00:00Z",
        "row": {"a": "x", "b": "{% $states.context.Execution.Input.id %}"},
    }
