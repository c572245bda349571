"""What rules see in other spellings than their examples show, and what makes a finding an error or a warning."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.asl.definition import Definition, MachineType
from flowdsl.checks.config import Settings
from flowdsl.checks.runner import check

INVOKE: dict[str, Any] = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {"FunctionName": "f"},
    "TimeoutSeconds": 30,
}
TYPED: dict[str, Any] = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}


def found(
    states: dict[str, Any],
    code: str,
    *,
    jsonata: bool = False,
    schema: dict[str, Any] | None = None,
    strict: bool = False,
    type: MachineType | None = None,
    **machine: Any,
) -> list[tuple[str, str, str]]:
    """(severity, pointer, message) of what one rule says."""
    head = {"QueryLanguage": "JSONata"} if jsonata else {}
    document = {**head, "StartAt": next(iter(states)), **machine, "States": states}
    settings = Settings(strict=strict)
    findings = check(Definition(document), type=type, input_schema=schema, settings=settings)
    return [(str(f.severity.value), f.pointer, f.message) for f in findings if f.code == code]


def severities(states: dict[str, Any], code: str, **options: Any) -> list[str]:
    return [severity for severity, _, _ in found(states, code, **options)]


def retried(*retriers: tuple[str, int]) -> dict[str, Any]:
    return {"Call": {**INVOKE, "Retry": [{"ErrorEquals": [n], "MaxAttempts": m} for n, m in retriers], "End": True}}


def test_a_wider_retrier_that_retries_less_than_the_one_behind_it_is_an_error() -> None:
    assert severities(retried(("States.TaskFailed", 2), ("Lambda.ServiceException", 3)), "ASL401") == ["error"]


def test_a_wider_retrier_that_retries_what_should_not_be_is_an_error() -> None:
    assert severities(retried(("States.TaskFailed", 2), ("CardDeclined", 0)), "ASL401") == ["error"]


def test_a_wider_retrier_that_retries_as_often_is_a_warning() -> None:
    assert severities(retried(("States.TaskFailed", 9), ("Lambda.ServiceException", 3)), "ASL401") == ["warning"]


READ_PAST_THE_ENVELOPE = {
    "Call": {**INVOKE, "Next": "Read"},
    "Read": {"Type": "Pass", "InputPath": "$.status", "End": True},
}


def test_what_aws_makes_of_a_result_is_proof_where_the_input_is_typed() -> None:
    assert severities(READ_PAST_THE_ENVELOPE, "ASL301", schema=TYPED) == ["error"]


def test_what_aws_makes_of_a_result_is_a_warning_where_the_input_is_not_typed() -> None:
    assert severities(READ_PAST_THE_ENVELOPE, "ASL301") == ["warning"]


CAUGHT_IN_JSONATA = {
    "Call": {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": "f"},
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Undo"}],
        "End": True,
    },
    "Undo": {"Type": "Pass", "Output": {"id": "{% $states.input.id %}"}, "End": True},
}


@pytest.mark.parametrize(("schema", "severity"), [(TYPED, "error"), (None, "warning")])
def test_an_input_dropped_by_a_catcher_in_jsonata_is_an_error_where_the_input_is_typed(
    schema: dict[str, Any] | None, severity: str
) -> None:
    assert severities(CAUGHT_IN_JSONATA, "ASL302", jsonata=True, schema=schema) == [severity]


@pytest.mark.parametrize(("name", "severity"), [("ID", "error"), ("Label", "warning")])
def test_a_context_field_in_another_case_is_an_error(name: str, severity: str) -> None:
    states = {"Show": {"Type": "Pass", "Parameters": {"v.$": f"$$.Execution.{name}"}, "End": True}}
    assert severities(states, "ASL305") == [severity]


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("States.TimeOut", "error"),
        ("States.Permission", "error"),
        ("States.HeartBeatTimeout", "error"),
        ("States.TaskFailedId", "warning"),
        ("States.NoSuchThing", "warning"),
    ],
)
def test_a_reserved_name_with_one_letter_wrong_is_an_error_and_one_that_may_be_new_a_warning(
    name: str, severity: str
) -> None:
    assert severities(retried((name, 2)), "ASL402") == [severity]


def dead(*tests: dict[str, Any]) -> list[str]:
    rules = [{**test, "Next": "Done"} for test in tests]
    states = {"Pick": {"Type": "Choice", "Choices": rules, "Default": "Done"}, "Done": {"Type": "Succeed"}}
    codes = ("ASL203", "ASL205", "ASL206")
    return [pointer for code in codes for _, pointer, _ in found(states, code)]


def test_two_spellings_of_one_path_are_one_path_in_a_choice() -> None:
    first = {"Not": {"Variable": "$.order.kind", "StringEquals": "a"}}
    assert dead(first, {"Not": {"Variable": "$['order']['kind']", "StringEquals": "a"}}) == ["/States/Pick/Choices/1"]


def after(moment: str) -> dict[str, Any]:
    return {"Variable": "$.at", "TimestampGreaterThan": moment}


def before(moment: str) -> dict[str, Any]:
    return {"Variable": "$.at", "TimestampLessThan": moment}


def test_a_later_moment_is_covered_by_an_earlier_one() -> None:
    assert dead(after("2020-01-01T00:00:00Z"), after("2021-01-01T00:00:00+01:00")) == ["/States/Pick/Choices/1"]


def test_an_earlier_moment_is_not_covered_by_a_later_one() -> None:
    assert dead(after("2021-01-01T00:00:00Z"), after("2020-01-01T00:00:00Z")) == []


def test_no_moment_is_before_and_after() -> None:
    both = {"And": [after("2021-01-01T00:00:00Z"), before("2020-01-01T00:00:00Z")]}
    assert dead(both) == ["/States/Pick/Choices/0"]


def test_what_is_not_after_a_moment_may_be_no_moment_at_all() -> None:
    assert dead(after("2020-01-01T00:00:00Z"), {"Not": after("2020-01-01T00:00:00Z")}) == []


def test_a_text_that_reads_true_is_never_true() -> None:
    states = {
        "Set": {"Type": "Pass", "Assign": {"mode": "true"}, "Next": "Pick"},
        "Pick": {"Type": "Choice", "Choices": [{"Condition": "{% $mode = true %}", "Next": "Done"}], "Default": "Done"},
        "Done": {"Type": "Succeed"},
    }
    assert found(states, "ASL308", jsonata=True) == [
        (
            "error",
            "/States/Pick/Choices/0/Condition",
            "'$mode = true' is always false: it compares a string with a boolean",
        )
    ]


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("Seconds", "{% -5 %}", "Seconds must be at least 0, and is -5"),
        (
            "Timestamp",
            "{% 'tomorrow' %}",
            "Timestamp must be a timestamp such as 2030-01-02T03:04:05Z, and is 'tomorrow'",
        ),
    ],
)
def test_a_constant_that_a_field_does_not_take_is_an_error(field: str, value: str, says: str) -> None:
    states = {"Hold": {"Type": "Wait", field: value, "End": True}}
    assert found(states, "ASL307", jsonata=True) == [("error", f"/States/Hold/{field}", says)]


def test_the_sum_of_a_text_is_an_error() -> None:
    states = {"Add": {"Type": "Pass", "Output": {"v": "{% $sum('x') %}"}, "End": True}}
    assert severities(states, "ASL307", jsonata=True) == ["error"]


def test_what_literals_come_to_is_held_against_the_machines_timeout() -> None:
    states = {"Hold": {"Type": "Wait", "Seconds": "{% 60 * 60 %}", "End": True}}
    assert severities(states, "ASL601", jsonata=True, TimeoutSeconds=900) == ["error"]


def test_a_map_over_a_range_of_numbers_has_a_known_number_of_items() -> None:
    steps: dict[str, Any] = {f"Step{i}": {"Type": "Pass", "Next": f"Step{i + 1}"} for i in range(14)}
    inner = {"StartAt": "Step0", "States": {**steps, "Step14": {"Type": "Pass", "End": True}}}
    states = {"Each": {"Type": "Map", "Items": "{% [1..1000] %}", "ItemProcessor": inner, "End": True}}
    assert severities(states, "ASL603", jsonata=True) == ["error"]


def test_a_loop_that_asks_a_variable_asks_what_the_variable_was_given() -> None:
    states = {
        "Hold": {"Type": "Wait", "Seconds": 10, "Next": "GetJob"},
        "GetJob": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": {"FunctionName": "f"},
            "Assign": {"answer": "{% $states.result.Payload.status %}"},
            "Next": "Is it",
        },
        "Is it": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $answer = 'DONE' %}", "Next": "Done"}],
            "Default": "Hold",
        },
        "Done": {"Type": "Succeed"},
    }
    assert severities(states, "ASL208", jsonata=True) == ["warning"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Authorization", "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc123def456"),
        ("secret", "9f86d081884c7d659a2feaa0c55ad015"),
    ],
)
def test_a_credential_is_known_by_its_form(key: str, value: str) -> None:
    states = {"Call": {"Type": "Pass", "Parameters": {key: value}, "End": True}}
    assert severities(states, "ASL505") == ["warning"]


def test_the_name_of_a_secret_is_none() -> None:
    states = {"Call": {"Type": "Pass", "Parameters": {"secret": "production-database-credentials"}, "End": True}}
    assert severities(states, "ASL505") == []


EACH = {
    "Type": "Map",
    "ItemProcessor": {"StartAt": "One", "States": {"One": {**INVOKE, "End": True}}},
    "Retry": [{"ErrorEquals": ["States.ALL"]}],
    "End": True,
}


@pytest.mark.parametrize(("strict", "severity"), [(True, ["warning"]), (False, [])])
def test_an_inline_map_without_max_concurrency_is_told_under_strict_alone(strict: bool, severity: list[str]) -> None:
    assert severities({"Each": EACH}, "ASL611", strict=strict) == severity


def test_under_strict_a_task_of_an_express_machine_has_a_timeout_too() -> None:
    task = {name: value for name, value in INVOKE.items() if name != "TimeoutSeconds"}
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}]
    states = {
        "Call": {**task, "Retry": [{"ErrorEquals": ["States.ALL"]}], "Catch": catch, "End": True},
        "Failed": {"Type": "Fail"},
    }
    assert severities(states, "ASL503", type="EXPRESS", strict=True) == ["warning"]
    assert severities(states, "ASL503", type="EXPRESS") == []


def test_a_timeout_of_an_express_machine_that_never_fires_is_told() -> None:
    assert found({"Call": {**INVOKE, "End": True}}, "ASL602", type="EXPRESS", TimeoutSeconds=600) == [
        (
            "warning",
            "/TimeoutSeconds",
            "TimeoutSeconds of the machine is 10 min, and an Express execution is ended after 5 min",
        )
    ]


def test_an_item_of_another_kind_is_told_as_an_item() -> None:
    states = {
        "Set": {"Type": "Pass", "Assign": {"parts": ["a", 1]}, "Next": "Join"},
        "Join": {"Type": "Pass", "Output": {"v": "{% $join($parts) %}"}, "End": True},
    }
    assert found(states, "ASL307", jsonata=True) == [
        (
            "warning",
            "/States/Join/Output/v",
            "'$join' takes an array, each item of which is a string, and one of '$parts' may be a number; "
            "convert it with $string()",
        )
    ]


@pytest.mark.parametrize(
    ("path", "told"),
    [("$.job.status", 1), ("$['job']['status']", 1), ("$.status.owner", 0), ("$['status']['owner']", 0)],
)
def test_a_loop_asks_for_a_status_by_the_last_name_of_its_path(path: str, told: int) -> None:
    states = {
        "Hold": {"Type": "Wait", "Seconds": 10, "Next": "GetJob"},
        "GetJob": {**INVOKE, "Next": "Is it"},
        "Is it": {
            "Type": "Choice",
            "Choices": [{"Variable": path, "StringEquals": "DONE", "Next": "Done"}],
            "Default": "Hold",
        },
        "Done": {"Type": "Succeed"},
    }
    assert len(severities(states, "ASL208")) == told


def test_the_context_object_by_one_dollar_is_told() -> None:
    states = {
        "Set": {"Type": "Pass", "Result": {"id": 1}, "Next": "Show"},
        "Show": {"Type": "Pass", "Parameters": {"run.$": "$.Execution.Name"}, "End": True},
    }
    [(_, _, message)] = found(states, "ASL301")
    assert message.endswith("there is 'id'; did you mean '$$.Execution.Name', of the context object?")


@pytest.mark.parametrize("operator", ["&", "+", "and", "="])
def test_operators_chained_too_deep_are_told_once_and_crash_no_rule(operator: str) -> None:
    text = f" {operator} ".join(["$states.input.a"] * 3_000)
    document = {
        "QueryLanguage": "JSONata",
        "StartAt": "A",
        "States": {"A": {"Type": "Pass", "Output": f"{{% {text} %}}", "End": True}},
    }
    findings = check(Definition(document), settings=Settings())
    assert [(f.code, f.message) for f in findings] == [
        (
            "ASL710",
            "Output of 'A' chains 3001 operators or steps, and AWS's engine overflows its stack on more than some 200 "
            "(Stack overflow error); use $join or $sum on a list, or brackets of equal halves",
        )
    ]


def test_operators_chained_as_deep_as_aws_evaluates_crash_no_rule() -> None:
    text = " and ".join(["$states.input.a"] * 198)
    states = {"A": {"Type": "Pass", "Output": f"{{% {text} %}}", "End": True}}
    assert found(states, "ASL710", jsonata=True) == found(states, "ASL890", jsonata=True) == []


@pytest.mark.parametrize(
    ("call", "why"),
    [
        ("States.Format('{}', $.a, $.b)", "its text has 1 {} and gets 2 values"),
        (
            "States.Hash($.a, 'SHA-3')",
            "there is no algorithm 'SHA-3'; there are MD5, SHA-1, SHA-256, SHA-384, SHA-512",
        ),
        ("States.JsonMerge($.a, $.b, true)", "AWS merges shallowly alone: its third argument must be false"),
        ("States.ArrayPartition($.a, 0)", "chunks of 0 items cannot be"),
        ("States.ArrayRange(1, 5000, 1)", "it would give 5000 items, and may give 1000"),
        ("States.ArrayRange($.a, $.b, 0)", "a step of 0 leads nowhere"),
        ("States.MathRandom(5, 5)", "there is no number from 5 up to 5, which is left out"),
        ("States.ArrayGetItem($.a, -1)", "there is no item -1: they are counted from 0"),
    ],
)
def test_a_call_that_fails_whatever_comes_in_is_an_error(call: str, why: str) -> None:
    states = {"A": {"Type": "Pass", "Parameters": {"v.$": call}, "End": True}}
    assert found(states, "ASL722") == [("error", "/States/A/Parameters/v.$", f"{call!r} always fails: {why}")]


@pytest.mark.parametrize(
    "call",
    [
        r"States.Format('\\{\\} {}', $.a)".replace("\\\\", "\\"),
        "States.Format($.template, $.a, $.b)",
        "States.Hash($.a, $.algorithm)",
        "States.ArrayRange(1, 1000, 1)",
        "States.ArrayRange(1000, 1, -1)",
        "States.JsonMerge($.a, $.b, $.deep)",
        "States.Format('{}', States.Format('{}-{}', $.a, $.b))",
    ],
)
def test_a_call_that_may_work_is_none(call: str) -> None:
    assert found({"A": {"Type": "Pass", "Parameters": {"v.$": call}, "End": True}}, "ASL722") == []


@pytest.mark.parametrize(
    "text",
    [
        "($fact := function($n){ $n <= 1 ? 1 : $n * $fact($n - 1) }; $fact(5))",
        "($even := function($n){ $n = 0 ? true : $odd($n - 1) }; $odd := function($n){ $n != 0 and $even($n - 1) }; $even(4))",
    ],
)
def test_a_function_that_calls_itself_or_one_bound_after_it_is_none(text: str) -> None:
    assert found({"A": {"Type": "Pass", "Output": f"{{% {text} %}}", "End": True}}, "ASL723", jsonata=True) == []


def caught(path: str, **catcher: Any) -> dict[str, Any]:
    return {
        "Call": {**INVOKE, "Catch": [{"ErrorEquals": ["States.ALL"], **catcher, "Next": "Show"}], "End": True},
        "Show": {"Type": "Pass", "Parameters": {"v.$": path}, "End": True},
    }


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("Message", "; the text of the error is in '$.error.Cause'"),
        ("cause", "; did you mean 'Cause'?"),
        ("requestId", ""),
    ],
)
def test_of_an_error_that_is_kept_it_is_said_what_it_has(name: str, instead: str) -> None:
    message = f"'$.error.{name}' is not there: '$.error' has Error and Cause alone{instead}"
    findings = found(caught(f"$.error.{name}", ResultPath="$.error"), "ASL302")
    assert findings == [("error", "/States/Show/Parameters/v.$", message)]


def test_the_cause_of_an_error_is_a_text_that_has_no_fields() -> None:
    [(_, _, message)] = found(caught("$.error.Cause.errorType", ResultPath="$.error"), "ASL301")
    assert message == (
        "'$.error.Cause.errorType' is not there: '$.error.Cause' is a string; 'States.StringToJson($.error.Cause)' first"
    )


@pytest.mark.parametrize("key", ["Idempotency-Key", "Idempotency-Key.$", "X-Idempotency-Key"])
def test_a_post_with_an_idempotency_key_may_be_retried(key: str) -> None:
    assert retried_post({key: "$.id"}) == []


def test_a_post_without_one_is_told_of_the_header() -> None:
    assert retried_post({"Accept": "text/plain"}) == [
        "a retry of 'Pay' on 'States.ALL' may do http:invoke a second time; give it a key (an Idempotency-Key header), or "
        "retry throttling alone"
    ]


def retried_post(headers: dict[str, str]) -> list[str]:
    post = {
        "Type": "Task",
        "Resource": "arn:aws:states:::http:invoke",
        "Parameters": {"ApiEndpoint": "https://pay.example/charges", "Method": "POST", "Headers": headers},
        "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}],
        "End": True,
    }
    return [message for _, _, message in found({"Pay": post}, "ASL406")]


STATUS = "$states.result.QueryExecution.Status.State"


@pytest.mark.parametrize(
    "output",
    [
        {"id": "{% $states.input.id %}", "st": f"{{% {STATUS} %}}"},
        f"{{% $merge([$states.input, {{'st': {STATUS}}}]) %}}",
        f"{{% {{'id': $states.input.id, 'st': {STATUS}}} %}}",
    ],
)
def test_a_poll_of_a_status_under_another_name_is_one(output: Any) -> None:
    states = {
        "Hold": {"Type": "Wait", "Seconds": 15, "Next": "Ask"},
        "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::athena:getQueryExecution",
            "Arguments": {"QueryExecutionId": "{% $states.input.id %}"},
            "Output": output,
            "Next": "IsDone",
        },
        "IsDone": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $states.input.st = 'SUCCEEDED' %}", "Next": "Done"}],
            "Default": "Hold",
        },
        "Done": {"Type": "Succeed"},
    }
    [(severity, pointer, _)] = found(states, "ASL208", jsonata=True)
    assert (severity, pointer) == ("warning", "/States/IsDone")


def counting(count: dict[str, Any], rule: dict[str, Any]) -> dict[str, Any]:
    return {
        "Ask": {"Type": "Choice", "Choices": [{**rule, "Next": "Done"}], "Default": "Count"},
        "Count": {"Type": "Pass", **count, "Next": "Hold"},
        "Hold": {"Type": "Wait", "Seconds": 5, "Next": "Ask"},
        "Done": {"Type": "Succeed"},
    }


AT_LEAST_3 = {"Variable": "$.n", "NumericGreaterThanEquals": 3}
NEVER = "the loop of 'Ask', 'Count' and 'Hold' never ends once it goes round: "
UNCHANGED = NEVER + "nothing in it changes '$.n', by which 'Ask' would lead out"
AWAY = NEVER + "each round counts '$.n' away from where 'Ask' would lead out"
CONSTANT = NEVER + "each round gives '$.n' the same value, with which 'Ask' does not lead out"


@pytest.mark.parametrize(
    ("count", "rule", "message"),
    [
        ({}, AT_LEAST_3, UNCHANGED),
        ({"Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "ResultPath": "$.m"}, AT_LEAST_3, UNCHANGED),
        ({}, {"Variable": "$.n", "NumericGreaterThanEqualsPath": "$.most"}, UNCHANGED),
        ({"Result": 1, "ResultPath": "$.n"}, AT_LEAST_3, CONSTANT),
        ({"Result": {"n": 1}}, AT_LEAST_3, CONSTANT),
        ({"Parameters": {"n.$": "States.MathAdd($.n, -1)"}}, AT_LEAST_3, AWAY),
        (
            {"Parameters": {"n.$": "States.MathAdd($.n, 1)"}},
            {"Variable": "$.n", "NumericLessThan": 0},
            AWAY,
        ),
    ],
)
def test_a_loop_that_does_not_bring_its_condition_to_hold_never_ends(
    count: dict[str, Any], rule: dict[str, Any], message: str
) -> None:
    assert found(counting(count, rule), "ASL202") == [("warning", "/States/Ask", message)]


@pytest.mark.parametrize(
    ("count", "rule"),
    [
        ({"Parameters": {"n.$": "States.MathAdd($.n, 1)"}}, AT_LEAST_3),
        ({"Parameters": {"n.$": "States.MathAdd($.n, -1)"}}, {"Variable": "$.n", "NumericEquals": 0}),
        ({"Result": 3, "ResultPath": "$.n"}, AT_LEAST_3),
        ({}, {"Variable": "$$.State.EnteredTime", "TimestampGreaterThanPath": "$.until"}),
        ({}, {"Variable": "$.until", "TimestampLessThanPath": "$$.State.EnteredTime"}),
        ({"Parameters": {"n.$": "$.list[0]"}}, AT_LEAST_3),
        ({"Assign": {"k.$": "$.n"}}, {"Variable": "$k", "NumericGreaterThan": 3}),
    ],
)
def test_a_loop_that_may_bring_its_condition_to_hold_ends(count: dict[str, Any], rule: dict[str, Any]) -> None:
    assert found(counting(count, rule), "ASL202") == []


@pytest.mark.parametrize(
    ("count", "condition", "ends"),
    [
        ({}, "$states.input.n >= 3", False),
        ({"Output": {"n": "{% $states.input.n - 1 %}"}}, "$states.input.n >= 3", False),
        ({"Output": {"n": "{% $states.input.n + 1 %}"}}, "$states.input.n >= 3", True),
        ({"Output": "{% $merge([$states.input, {'m': $states.input.n + 1}]) %}"}, "$states.input.n >= 3", False),
        ({"Output": "{% $merge([$states.input, {'n': $states.input.n + 1}]) %}"}, "$states.input.n >= 3", True),
        ({"Assign": {"m": "{% $n + 1 %}"}}, "$n >= 3", False),
        ({"Assign": {"n": "{% $n + 1 %}"}}, "$n >= 3", True),
        ({}, "$millis() > $states.input.until", True),
        ({}, "$states.context.State.EnteredTime > $states.input.until", True),
        ({"Assign": {"left": "{% $left[[1..9]] %}"}}, "$count($left) = 0", True),
    ],
)
def test_a_loop_in_jsonata_is_looked_at_the_same_way(count: dict[str, Any], condition: str, ends: bool) -> None:
    states = counting(count, {"Condition": f"{{% {condition} %}}"})
    assert (found(states, "ASL202", jsonata=True) == []) is ends


def test_a_comparison_of_what_never_changes_bounds_no_poll() -> None:
    states = {
        "Hold": {"Type": "Wait", "Seconds": 15, "Next": "Ask"},
        "Ask": {**INVOKE, "ResultPath": "$.job", "Next": "IsDone"},
        "IsDone": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.job.Payload.status", "StringEquals": "DONE", "Next": "Done"},
                {"Variable": "$.tries", "NumericGreaterThan": 10, "Next": "Done"},
            ],
            "Default": "Hold",
        },
        "Done": {"Type": "Succeed"},
    }
    assert severities(states, "ASL208") == ["warning"]
    counted = {
        **states,
        "Hold": {**states["Hold"], "Next": "Count"},
        "Count": {
            "Type": "Pass",
            "Parameters": {"job.$": "$.job", "tries.$": "States.MathAdd($.tries, 1)"},
            "Next": "Ask",
        },
    }
    assert severities(counted, "ASL208") == []


def test_a_way_of_more_events_than_a_history_holds_is_an_error() -> None:
    def line(length: int) -> dict[str, Any]:
        states = {f"S{i}": {"Type": "Pass", "Next": f"S{i + 1}"} for i in range(length - 1)}
        return {**states, f"S{length - 1}": {"Type": "Succeed"}}

    assert found(line(12_500), "ASL603") == [
        (
            "error",
            "/StartAt",
            "the shortest way through the states makes 25002 events: the execution fails at event 25000; let a child execution do "
            "part of the work",
        )
    ]
    assert found(line(12_000), "ASL603") == []
    assert found(line(12_500), "ASL603", type="EXPRESS") == []


def test_an_item_with_another_key_of_its_own_is_not_doubled() -> None:
    save: dict[str, Any] = {
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:putItem",
        "Parameters": {"TableName": "t", "Item": {"orderId": {"S.$": "$.id"}, "traceId": {"S.$": "States.UUID()"}}},
        "Retry": [{"ErrorEquals": ["States.ALL"]}],
        "End": True,
    }
    assert found({"Save": save}, "ASL508") == []


def read_after_catch(use: dict[str, Any], **more: Any) -> dict[str, Any]:
    catch = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.err", "Next": "Use"}]
    return {"Call": {**INVOKE, "ResultPath": "$.a", "Catch": catch, "Next": "Use"}, "Use": use, **more}


def test_a_result_read_after_its_own_catch_may_be_absent() -> None:
    states = read_after_catch({"Type": "Pass", "Parameters": {"v.$": "$.a.Payload"}, "End": True})
    message = (
        "'$.a.Payload' may be absent: over the Catch of 'Call' its result is not there; ask with IsPresent first, or lead the "
        "Catcher elsewhere"
    )
    assert found(states, "ASL303") == [("warning", "/States/Use/Parameters/v.$", message)]


def test_a_result_read_after_its_own_catch_is_fine_where_a_choice_asks_or_a_state_before_leaves_one() -> None:
    read = {"Type": "Pass", "Parameters": {"v.$": "$.a.Payload"}, "End": True}
    asks = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.a", "IsPresent": True, "Next": "Read"}],
        "Default": "Done",
    }
    assert found(read_after_catch(asks, Read=read, Done={"Type": "Succeed"}), "ASL303") == []
    start = {"Start": {"Type": "Pass", "Result": {"Payload": None}, "ResultPath": "$.a", "Next": "Call"}}
    assert found({**start, **read_after_catch(read)}, "ASL303") == []


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("$states.input.a && $states.input.b", "and for &&"),
        ("$states.input.a || $states.input.b", "or for ||"),
        ("$states.input.a == 1", "= for =="),
        ("!$states.input.a", "$not(...) for !"),
    ],
)
def test_an_operator_of_another_language_is_told_by_jsonatas(text: str, hint: str) -> None:
    states = {"A": {"Type": "Pass", "Output": f"{{% {text} %}}", "End": True}}
    [(_, _, message)] = found(states, "ASL710", jsonata=True)
    assert message.endswith(f"; JSONata writes {hint}")


def codes(states: dict[str, Any], *, jsonata: bool = False) -> list[str]:
    head = {"QueryLanguage": "JSONata"} if jsonata else {}
    findings = check(Definition({**head, "StartAt": next(iter(states)), "States": states}), settings=Settings())
    return [finding.code for finding in findings if finding.severity.value != "info"]


@pytest.mark.parametrize(
    ("state", "jsonata", "code"),
    [
        ({"Type": "Pass", "Parameters": {"v.$": "States.ArrayRange(1, 10)"}}, False, "ASL703"),
        ({**INVOKE, "Parameters": {"functionName": "f"}}, False, "ASL512"),
        (
            {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Arguments": {"FunctionName": "f", "Payload": "{% $states.result.x %}"},
                "TimeoutSeconds": 30,
            },
            True,
            "ASL712",
        ),
    ],
)
def test_one_defect_is_one_finding(state: dict[str, Any], jsonata: bool, code: str) -> None:
    assert codes({"A": {**state, "End": True}}, jsonata=jsonata) == [code]


def test_a_state_that_undoes_need_not_be_undone() -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Undo"}]
    states = {
        "Reserve": {**INVOKE, "ResultPath": "$.reserved", "Next": "Charge"},
        "Charge": {**INVOKE, "ResultPath": "$.paid", "Catch": catch, "End": True},
        "Undo": {**INVOKE, "Next": "Failed"},
        "Failed": {"Type": "Fail", "Error": "NotCharged"},
    }
    assert found(states, "ASL405", strict=True) == []


def test_an_item_that_an_intrinsic_reads_is_asked_for_by_the_length() -> None:
    query = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:dynamodb:query",
        "Parameters": {"TableName": "orders", "KeyConditionExpression": "id = :id"},
        "ResultPath": "$.found",
        "Next": "Show",
    }
    show = {"Type": "Pass", "Parameters": {"v.$": "States.ArrayGetItem($.found.Items, 0)"}, "End": True}
    [(_, _, message)] = found({"Find": query, "Show": show}, "ASL322")
    assert message.endswith("is then not there; look at States.ArrayLength first")


@pytest.mark.parametrize(
    ("tests", "values"),
    [
        ([{"StringEquals": "a"}, {"StringEquals": "b"}], "another string than 'a' and 'b'"),
        ([{"BooleanEquals": True}], "false"),
        ([{"NumericLessThan": 3}, {"NumericGreaterThan": 5}], "from 3 to 5"),
        ([{"NumericEquals": 3}], "less than 3 or more than 3"),
        ([{"IsPresent": True}], "absent"),
    ],
)
def test_a_choice_without_default_is_told_what_no_rule_takes(tests: list[dict[str, Any]], values: str) -> None:
    rules = [{"Variable": "$.k", **test, "Next": "Done"} for test in tests]
    [(_, _, message)] = found({"Pick": {"Type": "Choice", "Choices": rules}, "Done": {"Type": "Succeed"}}, "ASL204")
    assert message == (
        f"'Pick' has no Default, and its rules do not take every value: '$.k' may be {values}; add a Default, or a last rule "
        "that always holds"
    )


def test_an_inline_map_of_too_many_known_items_is_told_once() -> None:
    calls = [f"C{i}" for i in range(20)]
    inner = {
        name: {**INVOKE, **({"Next": after} if after else {"End": True})}
        for name, after in zip(calls, [*calls[1:], ""], strict=True)
    }
    states = {
        "Each": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "ItemProcessor": {"StartAt": "C0", "States": inner},
            "End": True,
        }
    }
    schema = {
        "type": "object",
        "properties": {"items": {"type": "array", "minItems": 900, "maxItems": 900}},
        "required": ["items"],
    }
    assert [len(found(states, code, schema=schema)) for code in ("ASL603", "ASL608")] == [1, 0]
    assert [len(found(states, code)) for code in ("ASL603", "ASL608")] == [0, 1]
