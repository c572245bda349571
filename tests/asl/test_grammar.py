"""What AWS refuses field by field: each rule by its own examples, then the mistakes one by one with their full messages."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdsl.asl.definition import Definition
from flowdsl.asl.grammar import GRAMMAR_RULES, GrammarRule, check_grammar
from flowdsl.diagnostics import Diagnostic, Severity
from tests.asl.test_dump import JSON

RULES = [pytest.param(rule, id=f"{rule.code}-{rule.name}") for rule in GRAMMAR_RULES.values()]


def found_in(document: Any) -> list[Diagnostic]:
    return list(check_grammar(Definition(document)))


def messages(document: Any) -> list[str]:
    return [diagnostic.message for diagnostic in found_in(document)]


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_finds_its_bad_example_and_nothing_else_there(rule: GrammarRule) -> None:
    assert [(d.code, d.name, d.pointer, d.message, d.aws_code) for d in found_in(rule.bad)] == [
        (rule.code, rule.name, rule.at, rule.says, rule.aws_code)
    ]


@pytest.mark.parametrize("rule", RULES)
def test_nothing_is_found_in_a_good_example(rule: GrammarRule) -> None:
    assert messages(rule.good) == []


def task(**fields: Any) -> dict[str, Any]:
    return {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${F}", "End": True, **fields}}}


def state(**fields: Any) -> dict[str, Any]:
    return {"StartAt": "A", "States": {"A": fields}}


def choice(*rules: Any, **fields: Any) -> dict[str, Any]:
    return {
        "StartAt": "A",
        "States": {"A": {"Type": "Choice", "Choices": list(rules), **fields}, "B": {"Type": "Fail"}},
    }


def jsonata(document: dict[str, Any]) -> dict[str, Any]:
    return {"QueryLanguage": "JSONata", **document}


def distributed(**fields: Any) -> dict[str, Any]:
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "B",
        "States": {"B": {"Type": "Succeed"}},
    }
    return state(Type="Map", ItemProcessor=processor, End=True, **fields)


S3_GET = "arn:aws:states:::s3:getObject"
S3_LIST = "arn:aws:states:::s3:listObjectsV2"


def reader(resource: str = S3_GET, **config: Any) -> dict[str, Any]:
    return distributed(ItemReader={"Resource": resource, "ReaderConfig": config, "Parameters": {"Bucket": "b"}})


MISTAKES: list[tuple[Any, list[str]]] = [
    ({}, ["These fields are required: [States, StartAt] in the state machine"]),
    ({"StartAt": "A", "States": {}}, ["Value cannot be empty: States of the state machine"]),
    ([], ["Definition must be a valid JSON object"]),
    ({"StartAt": "A", "States": []}, ["States of the state machine must be an object, not a list"]),
    ({"StartAt": 5, "States": {"A": {"Type": "Fail"}}}, ["StartAt of the state machine must be a text, not the number 5"]),
    ({"StartAt": "A", "States": {"A": 5}}, ["the state 'A' must be an object, not the number 5"]),
    (state(End=True), ["These fields are required: [Type] in 'A'"]),
    (
        state(Type=5),
        [
            "The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map], but "
            "that of 'A' is 5"
        ],
    ),
    (state(Type="Task", End=True), ["These fields are required: [Resource] in 'A'"]),
    (state(Type="Map", End=True), ["These fields are required: [ItemProcessor] in 'A'"]),
    (state(Type="Parallel", End=True), ["These fields are required: [Branches] in 'A'"]),
    (state(Type="Choice"), ["These fields are required: [Choices] in 'A'"]),
    (choice(), ["Value cannot be empty: Choices of 'A'"]),
    (state(Type="Fail", Next="A"), ["Field 'Next' is not supported in 'A', a Fail; Task, Wait, Pass, Parallel and Map have it"]),
    (state(Type="Succeed", Assign={}), [
        "Field 'Assign' is not supported in 'A', a Succeed; Task, Wait, Pass, Choice, Parallel and Map have it"
    ]),
    (state(Type="Pass", Next="A", End=True), ["There should only be one of the following fields: [Next, End] in 'A'; remove one"]),
    (state(Type="Pass", Next="A", End=False), [
        "There should only be one of the following fields: [Next, End] in 'A'; remove one",
        "End of 'A' must be true, not false; leave it out where Next stands",
    ]),
    (task(TimeoutSeconds=0), ["Minimum value is 1, but TimeoutSeconds of 'A' is 0"]),
    (task(TimeoutSeconds=100_000_000), ["Maximum value is 99999999, but TimeoutSeconds of 'A' is 100000000"]),
    (task(TimeoutSeconds=1.5), ["TimeoutSeconds of 'A' must be a whole number, not 1.5"]),
    (task(TimeoutSeconds="30"), ["TimeoutSeconds of 'A' must be a whole number, not the text '30'; write 30"]),
    (task(TimeoutSeconds=True), ["TimeoutSeconds of 'A' must be a whole number, not true"]),
    (task(TimeoutSeconds="{% 5 %}"), ["TimeoutSeconds of 'A' must be a whole number, not the text '{% 5 %}'"]),
    (task(**{"TimeoutSeconds.$": "$.t"}), [
        "Field 'TimeoutSeconds.$' is not supported in 'A'; a field of a state is computed with TimeoutSecondsPath"
    ]),
    (task(Credentials={}), ["The field 'RoleArn' is required but was missing in Credentials of 'A'"]),
    (task(Credentials="x"), ["Credentials of 'A' must be an object, not the text 'x'"]),
    (task(Retry={}), ["Retry of 'A' must be a list, not an object"]),
    (task(Retry=[5]), ["Retry[0] of 'A' must be an object, not the number 5"]),
    (task(Retry=[{}]), ["These fields are required: [ErrorEquals] in Retry[0] of 'A'"]),
    (task(Retry=[{"ErrorEquals": []}]), ["Value cannot be empty: ErrorEquals of Retry[0] of 'A'"]),
    (task(Retry=[{"ErrorEquals": "X"}]), ["ErrorEquals of Retry[0] of 'A' must be a list of texts, not the text 'X'"]),
    (task(Retry=[{"ErrorEquals": ["X"], "BackoffRate": 0.5}]), ["Minimum value is 1.0, but BackoffRate of Retry[0] of 'A' is 0.5"]),
    (task(Retry=[{"ErrorEquals": ["X"], "MaxAttempts": -1}]), ["Minimum value is 0, but MaxAttempts of Retry[0] of 'A' is -1"]),
    (task(Retry=[{"ErrorEquals": ["X"], "JitterStrategy": "full"}]), [
        "Value should be one of the following: [FULL, NONE], but JitterStrategy of Retry[0] of 'A' is 'full'; did you mean 'FULL'?"
    ]),
    (task(Catch=[{"ErrorEquals": ["X"]}]), ["These fields are required: [Next] in Catch[0] of 'A'"]),
    (task(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "A"}, {"ErrorEquals": ["X"], "Next": "A"}]), [
        "States.ALL must stand in the last catcher, but is in Catch[0] of 'A'"
    ]),
    (state(Type="Wait", End=True), [
        "'A' says not how long to wait; write Seconds, SecondsPath, Timestamp or TimestampPath"
    ]),
    (state(Type="Wait", Seconds=1, Timestamp="2030-01-01T00:00:00Z", End=True), [
        "There should only be one of the following fields: [Seconds, Timestamp] in 'A'; remove one"
    ]),
    (state(Type="Wait", Timestamp="{% $now() %}", End=True), [
        "String does not match RFC3339 timestamp: Timestamp of 'A' is '{% $now() %}'; {% %} is for JSONata states, this is a "
        "JSONPath one"
    ]),
    (choice({"Next": "B"}), [
        "Choices[0] of 'A' compares nothing; write Variable with a comparison, or And, Or or Not"
    ]),
    (choice({"StringEquals": "x", "Next": "B"}), ["Choices[0] of 'A' has StringEquals, but no Variable to compare"]),
    (choice({"Variable": "$.a", "StringEqual": "x", "Next": "B"}), [
        "Field 'StringEqual' is not supported in Choices[0] of 'A'; did you mean 'StringEquals'?"
    ]),
    (choice({"Variable": "$.a", "StringEquals": 5, "Next": "B"}), [
        "StringEquals of Choices[0] of 'A' must be a text, not the number 5"
    ]),
    (choice({"Variable": "$.a", "TimestampEquals": "yesterday", "Next": "B"}), [
        "String does not match RFC3339 timestamp: TimestampEquals of Choices[0] of 'A' is 'yesterday'; write it as "
        "2030-12-05T21:29:29Z"
    ]),
    (choice({"Not": {"Or": []}, "Next": "B"}), ["Value cannot be empty: Or of Choices[0].Not of 'A'"]),
    (choice({"Variable": "$.a", "Not": {"Variable": "$.a", "IsNull": True}, "Next": "B"}), [
        "Choices[0] of 'A' has a Variable beside Not; a combination has none of its own"
    ]),
    (choice({"Condition": "{% true %}", "Next": "B"}), [
        "The QueryLanguage is set to 'JSONPath', but field 'Condition' is only supported for the 'JSONata' QueryLanguage in "
        "Choices[0] of 'A'; write Variable with a comparison"
    ]),
    (jsonata(choice({"Next": "B"})), ["These fields are required: [Condition] in Choices[0] of 'A'"]),
    (jsonata(choice({"Condition": "x", "Next": "B"})), [
        "Condition of Choices[0] of 'A' must be true, false or a {% ... %} text, not the text 'x'"
    ]),
    (jsonata(task(ResultPath="$.x")), [
        "The QueryLanguage is set to 'JSONata', but field 'ResultPath' is only supported for the 'JSONPath' QueryLanguage in "
        "'A'; write Output, or keep the result with Assign"
    ]),
    (jsonata(task(Assign="{% 1 %}")), ["Assign of 'A' must be an object, not the text '{% 1 %}'"]),
    ({"QueryLanguage": "jsonata", **state(Type="Succeed")}, [
        "Value should be one of the following: [JSONPath, JSONata], but QueryLanguage of the state machine is 'jsonata'; did "
        "you mean 'JSONata'?"
    ]),
    (state(Type="Parallel", Branches=[{"States": {"B": {"Type": "Fail"}}, "QueryLanguage": "JSONata", "StartAt": "B"}], End=True), [
        "Field 'QueryLanguage' is not supported in Branches[0] of 'A'"
    ]),
    (distributed(ToleratedFailurePercentage=101), ["Maximum value is 100.0, but ToleratedFailurePercentage of 'A' is 101"]),
    (distributed(Label="x" * 41), ["the Label of 'A' has 41 characters; at most 40 are allowed"]),
    (distributed(ResultWriter={}), ["Value cannot be empty: ResultWriter of 'A'; write WriterConfig, or Resource with Parameters"]),
    (distributed(ResultWriter={"Resource": S3_GET, "Parameters": {}}), [
        "Resource of ResultWriter of 'A' must be arn:aws:states:::s3:putObject, not 'arn:aws:states:::s3:getObject'"
    ]),
    (reader(InputType="CSV"), [
        "ItemReader.ReaderConfig of 'A' has the InputType CSV, but no CSVHeaderLocation; write FIRST_ROW or GIVEN"
    ]),
    (reader(InputType="JSON", CSVHeaderLocation="FIRST_ROW"), [
        "ItemReader.ReaderConfig of 'A' has CSVHeaderLocation, which only CSV files have, though the InputType is JSON"
    ]),
    (reader(InputType="JSON", ItemsPointer="data"), [
        "ItemReader.ReaderConfig of 'A' has the ItemsPointer 'data', which is no JSON Pointer; it begins with /"
    ]),
    (reader(InputType="CSV", CSVHeaderLocation="FIRST_ROW", ItemsPointer="/a"), [
        "ItemReader.ReaderConfig of 'A' has an ItemsPointer, which only JSON files have, though the InputType is CSV"
    ]),
    (reader(InputType="CSV", ManifestType="S3_INVENTORY", CSVHeaderLocation="FIRST_ROW"), [
        "ItemReader.ReaderConfig of 'A' has the ManifestType S3_INVENTORY beside the InputType CSV; an inventory names its "
        "own form, remove it"
    ]),
    (reader(InputType="JSON", ManifestType="ATHENA_DATA"), [
        "ItemReader.ReaderConfig of 'A' has the ManifestType ATHENA_DATA with the InputType JSON; write CSV, JSONL or PARQUET"
    ]),
    (task(Credentials={"RoleArn": 5}), ["RoleArn of Credentials of 'A' must be a text, not the number 5"]),
    (reader(InputType="JSON", Transformation="LOAD_AND_FLATTEN"), [
        "Transformation LOAD_AND_FLATTEN of ItemReader of 'A' is for s3:listObjectsV2 only"
    ]),
    (reader(S3_LIST, Transformation="LOAD_AND_FLATTEN"), [
        "ItemReader.ReaderConfig of 'A' has the Transformation LOAD_AND_FLATTEN, but no InputType; say of what form the files are"
    ]),
    (reader("arn:aws:states:::s3:getObjects", InputType="JSON"), [
        "Resource of ItemReader of 'A' must be arn:aws:states:::s3:getObject or arn:aws:states:::s3:listObjectsV2, not "
        "'arn:aws:states:::s3:getObjects'"
    ]),
    ({"StartAt": "A", "States": {"": {"Type": "Fail"}}}, ["a state's name is empty; give it one"]),
    (state(Type="Map", ItemProcessor="${Whole}", End=True), [
        "ItemProcessor of 'A' must be an object, not the text '${Whole}'; a placeholder in quotes is filled in as a text, never "
        "as an object"
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("document", "expected"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_is_said_in_full(document: Any, expected: list[str]) -> None:
    assert messages(document) == expected


RIGHT: list[Any] = [
    task(TimeoutSeconds=30.0),
    task(TimeoutSeconds="${Limit}", Retry=[{"ErrorEquals": ["${Error}"], "MaxAttempts": "${Attempts}"}]),
    task(Credentials={"RoleArn.$": "$.role"}, ResultPath=None, InputPath=None),
    task(Retry=[], Catch=[]),
    jsonata(
        task(
            TimeoutSeconds="{% $t %}", Arguments="{% $states.input %}", Output=None, Credentials={"RoleArn": "{% $r %}"}
        )
    ),
    jsonata(
        choice(
            {"Condition": True, "Next": "B"}, {"Condition": "{% $x %}", "Next": "B", "Assign": {"y": 1}, "Output": 1}
        )
    ),
    choice({"And": [{"Variable": "$.a", "IsNull": False, "Comment": "c"}], "Next": "B", "Assign": {"x": 1}}),
    state(Type="Wait", Seconds=0, End=True),
    state(Type="Wait", Timestamp="2016-12-05T21:29:29.123+01:00", End=True),
    state(Type="Fail"),
    state(Type="Fail", ErrorPath="$.e", Cause="c"),
    state(Type="Parallel", Branches=[{"Comment": "c", "StartAt": "B", "States": {"B": {"Type": "Fail"}}}], End=True),
    {**state(Type="Succeed", QueryLanguage="JSONata", Output="{% 1 %}"), "Version": "1.0", "TimeoutSeconds": 5},
    {"StartAt": "A", "States": {"A": {"Type": "${Type}", "${Key}": 1}}},
    distributed(ResultWriter={"WriterConfig": {"Transformation": "NONE", "OutputType": "JSONL"}}, Label="a-b_1"),
    reader(S3_LIST),
    reader(S3_LIST, Transformation="LOAD_AND_FLATTEN", InputType="CSV", CSVHeaderLocation="FIRST_ROW"),
    reader(InputType="MANIFEST"),
    reader(ManifestType="ATHENA_DATA", InputType="PARQUET"),
    reader(InputType="JSON", ItemsPointer="/a/~1b"),
    state(Type="Map", Iterator={"StartAt": "B", "States": {"B": {"Type": "Fail"}}}, Parameters={"x": 1}, End=True),
]


@pytest.mark.parametrize("document", RIGHT, ids=range(len(RIGHT)))
def test_what_aws_takes_is_met_with_silence(document: Any) -> None:
    assert messages(document) == []


def test_a_finding_has_aws_own_code_and_place() -> None:
    (found,) = found_in(choice({"Variable": "$.a", "IsNull": True}))
    assert (found.pointer, found.aws_location, found.aws_code) == (
        "/States/A/Choices/0",
        "/States/A/Choices[0]",
        "SCHEMA_VALIDATION_FAILED",
    )
    (top,) = found_in({"States": {"A": {"Type": "Fail"}}})
    assert (top.pointer, top.aws_location, top.state) == ("", "/", None)


def test_aws_places_an_unknown_field_at_its_state() -> None:
    (found,) = found_in(task(Timeout=5))
    assert (found.pointer, found.aws_location, found.state) == ("/States/A/Timeout", "/States/A", "A")


def test_states_inside_take_the_machines_language_not_that_of_the_state_around_them() -> None:
    inner = {"StartAt": "B", "States": {"B": {"Type": "Pass", "Output": 1, "End": True}}}
    (found,) = found_in(state(Type="Map", QueryLanguage="JSONata", ItemProcessor=inner, End=True))
    assert (found.name, found.state) == ("field-of-other-language", "B")


def test_a_state_may_have_the_name_of_a_field() -> None:
    names = ["States", "Iterator", "ItemProcessor", "Branches", "Choices", "Retry", "Next"]
    assert messages({"StartAt": "States", "States": {name: {"Type": "Succeed"} for name in names}}) == []


def test_a_chain_of_scopes_as_deep_as_can_be_read_needs_no_recursion() -> None:
    document: dict[str, Any] = {"StartAt": "x", "States": {"x": {"Type": "Fail"}}}
    for depth in range(2_000):
        processor = document
        document = state(Type="Map", ItemProcessor=processor, **({"End": True} if depth else {}))
    assert [d.name for d in found_in(document)] == ["next-or-end"]


@given(st.dictionaries(st.sampled_from(["StartAt", "States", "QueryLanguage", "Comment"]), JSON))
def test_any_document_is_judged(document: Any) -> None:
    before = copy.deepcopy(document)
    for found in found_in(document):
        assert found.severity is Severity.ERROR
    assert document == before


FIELDS = st.sampled_from(
    [
        *(
            "Type",
            "Next",
            "End",
            "Choices",
            "Retry",
            "Catch",
            "Branches",
            "ItemProcessor",
            "Iterator",
            "Parameters",
            "Assign",
        ),
        *(
            "And",
            "Or",
            "Not",
            "Variable",
            "ErrorEquals",
            "ItemReader",
            "ReaderConfig",
            "ResultWriter",
            "Credentials",
            "Label",
        ),
        *("StartAt", "States", "ProcessorConfig", "Mode", "Seconds", "Timestamp", "Output", "${x}", "QueryLanguage"),
    ]
)
LEAVES = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        2.5,
        "",
        "${x}",
        "{% x %}",
        "$.a",
        "Task",
        "Map",
        "Choice",
        "Parallel",
        "JSONata",
        "A",
        "DISTRIBUTED",
    ]
)
NEAR_ASL = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=5), max_leaves=30
)


@given(NEAR_ASL)
def test_what_is_nearly_asl_is_judged_without_a_crash(value: Any) -> None:
    found_in(value)
    found_in({"StartAt": "A", "States": value})
    found_in({"StartAt": "A", "States": {"A": value}})
