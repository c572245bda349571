"""The grammar's table: what AWS refuses field by field, each with its code, name, page and a pair of examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flowdsl.diagnostics import Severity

SCHEMA: Final = "SCHEMA_VALIDATION_FAILED"


@dataclass(frozen=True, slots=True)
class GrammarRule:
    """One kind of mistake that AWS refuses when a machine is created."""

    code: str
    name: str
    summary: str
    why: str
    instead: str
    bad: dict[str, Any]
    """A definition with the mistake."""
    at: str
    """JSON Pointer of the mistake in `bad`."""
    says: str
    """The whole message for it."""
    good: dict[str, Any]
    """The same without it."""
    aws_code: str = SCHEMA
    severity: Severity = Severity.ERROR


_OK: dict[str, Any] = {"Type": "Succeed"}
_LAMBDA = "arn:aws:lambda:eu-west-1:123456789012:function:f"


def _machine(state: dict[str, Any], **machine: Any) -> dict[str, Any]:
    return {**machine, "StartAt": "A", "States": {"A": state}}


def _choice(rule: dict[str, Any], **machine: Any) -> dict[str, Any]:
    states = {"A": {"Type": "Choice", "Choices": [rule], "Default": "B"}, "B": _OK}
    return {**machine, "StartAt": "A", "States": states}


def _map(**fields: Any) -> dict[str, Any]:
    processor = {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": True}}}
    return _machine({"Type": "Map", "ItemProcessor": processor, "End": True} | fields)


def _distributed(**fields: Any) -> dict[str, Any]:
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    processor = {"ProcessorConfig": config, "StartAt": "B", "States": {"B": {"Type": "Pass", "End": True}}}
    return _machine({"Type": "Map", "ItemProcessor": processor, "End": True} | fields)


def _reader(**config: Any) -> dict[str, Any]:
    return _distributed(
        ItemReader={
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": config,
            "Parameters": {"Bucket": "b", "Key": "k"},
        }
    )


def _task(**fields: Any) -> dict[str, Any]:
    return _machine({"Type": "Task", "Resource": _LAMBDA, "End": True} | fields)


def _two_maps(label: str) -> dict[str, Any]:
    first, second = (_distributed(Label=text)["States"]["A"] for text in ("rows", label))
    del first["End"]
    second["ItemProcessor"] |= {"StartAt": "D", "States": {"D": _OK}}
    return {"StartAt": "A", "States": {"A": {**first, "Next": "C"}, "C": second}}


RULES: Final = (
    GrammarRule(
        "ASL101",
        "missing-field",
        "A field that must be there is missing.",
        "AWS refuses the machine.",
        "Write the field.",
        bad={"States": {"A": _OK}},
        at="",
        says="These fields are required: [StartAt] in the state machine",
        good={"StartAt": "A", "States": {"A": _OK}},
    ),
    GrammarRule(
        "ASL102",
        "unknown-field",
        "A field that nothing in ASL has.",
        "AWS refuses the machine; the field was most likely meant to be another one.",
        "Correct its name, or remove it.",
        bad=_task(TimeoutSecond=30),
        at="/States/A/TimeoutSecond",
        says="Field 'TimeoutSecond' is not supported in 'A'; did you mean 'TimeoutSeconds'?",
        good=_task(TimeoutSeconds=30),
    ),
    GrammarRule(
        "ASL103",
        "field-not-on-this-state",
        "A field that states of other types have, but not this one.",
        "AWS refuses the machine. Retry and Catch, for one, belong to Task, Parallel and Map only: a Pass cannot fail.",
        "Remove it, or use a state of a type that has it.",
        bad=_machine({"Type": "Pass", "Retry": [{"ErrorEquals": ["States.ALL"]}], "End": True}),
        at="/States/A/Retry",
        says="Field 'Retry' is not supported in 'A', a Pass; Task, Parallel and Map have it",
        good=_task(Retry=[{"ErrorEquals": ["States.ALL"]}]),
    ),
    GrammarRule(
        "ASL104",
        "field-of-other-language",
        "A field of JSONPath in a JSONata state, or the other way round.",
        "AWS refuses the machine: the two query languages have different fields for data.",
        "Use the field of the state's language, or set the state's QueryLanguage.",
        bad=_task(Arguments={"id": 1}),
        at="/States/A/Arguments",
        says="The QueryLanguage is set to 'JSONPath', but field 'Arguments' is only supported for the 'JSONata' "
        "QueryLanguage in 'A'; write Parameters",
        good=_task(Parameters={"id": 1}),
    ),
    GrammarRule(
        "ASL105",
        "jsonpath-in-jsonata-machine",
        "A JSONPath state in a JSONata machine.",
        "AWS refuses the machine. A JSONPath machine may have JSONata states, but not the other way round.",
        'Leave the machine\'s QueryLanguage out and write "QueryLanguage": "JSONata" on the states, or rewrite this state.',
        bad=_machine({"Type": "Succeed", "QueryLanguage": "JSONPath"}, QueryLanguage="JSONata"),
        at="/States/A/QueryLanguage",
        says="'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine: 'A' is a JSONPath state; "
        "rewrite it in JSONata",
        good=_machine({"Type": "Succeed", "QueryLanguage": "JSONata"}),
    ),
    GrammarRule(
        "ASL106",
        "wrong-json-type",
        "A value of the wrong JSON type.",
        "AWS refuses the machine.",
        "Write a value of the type that the message names.",
        bad=_task(TimeoutSeconds="thirty"),
        at="/States/A/TimeoutSeconds",
        says="TimeoutSeconds of 'A' must be a whole number, not the text 'thirty'",
        good=_task(TimeoutSeconds=30),
    ),
    GrammarRule(
        "ASL107",
        "unknown-value",
        "A value that is none of those the field knows.",
        "AWS refuses the machine. Upper and lower case count.",
        "Write one of the values that the message lists.",
        bad=_machine({"Type": "pass", "End": True}),
        at="/States/A/Type",
        says="The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map], "
        "but that of 'A' is 'pass'; did you mean 'Pass'?",
        good=_machine({"Type": "Pass", "End": True}),
    ),
    GrammarRule(
        "ASL108",
        "out-of-range",
        "A number that the field does not allow.",
        "AWS refuses the machine.",
        "Write a number within the range.",
        bad=_map(MaxConcurrency=-1),
        at="/States/A/MaxConcurrency",
        says="Minimum value is 0, but MaxConcurrency of 'A' is -1",
        good=_map(MaxConcurrency=0),
    ),
    GrammarRule(
        "ASL109",
        "exclusive-fields",
        "Two fields of which one object may have only one.",
        "AWS refuses the machine: it could not know which of the two counts.",
        "Remove one of them.",
        bad=_task(TimeoutSeconds=30, TimeoutSecondsPath="$.timeout"),
        at="/States/A/TimeoutSecondsPath",
        says="There should only be one of the following fields: [TimeoutSeconds, TimeoutSecondsPath] in 'A'; remove one",
        good=_task(TimeoutSecondsPath="$.timeout"),
    ),
    GrammarRule(
        "ASL110",
        "next-or-end",
        "A state with both Next and End, or with neither.",
        "AWS refuses the machine: every state but Choice, Succeed and Fail says what follows, or that nothing does.",
        'Write Next with the state that follows, or "End": true.',
        bad=_machine({"Type": "Pass"}),
        at="/States/A",
        says="'A' has neither Next nor End; write \"End\": true, or Next with the state that follows",
        good=_machine({"Type": "Pass", "End": True}),
    ),
    GrammarRule(
        "ASL111",
        "empty-value",
        "A list or an object that must not be empty.",
        "AWS refuses the machine.",
        "Put at least one member into it.",
        bad=_machine({"Type": "Parallel", "Branches": [], "End": True}),
        at="/States/A/Branches",
        says="Value cannot be empty: Branches of 'A'",
        good=_machine({"Type": "Parallel", "Branches": [{"StartAt": "B", "States": {"B": _OK}}], "End": True}),
    ),
    GrammarRule(
        "ASL112",
        "invalid-timestamp",
        "A timestamp that is none.",
        "AWS refuses the machine. It wants RFC 3339 with an upper-case T and a zone: 2030-12-05T21:29:29Z.",
        "Write date, T, time and Z (or an offset such as +01:00).",
        bad=_machine({"Type": "Wait", "Timestamp": "2030-12-05 21:29:29", "End": True}),
        at="/States/A/Timestamp",
        says="String does not match RFC3339 timestamp: Timestamp of 'A' is '2030-12-05 21:29:29'; write it as "
        "2030-12-05T21:29:29Z",
        good=_machine({"Type": "Wait", "Timestamp": "2030-12-05T21:29:29Z", "End": True}),
    ),
    GrammarRule(
        "ASL113",
        "choice-rule-shape",
        "A Choice rule that is not one comparison, or one combination of rules.",
        "AWS refuses the machine. In JSONPath a rule is Variable with exactly one comparison, or And, Or or Not; in JSONata "
        "it is a Condition.",
        "Combine several comparisons with And, or write several rules.",
        bad=_choice({"Variable": "$.n", "NumericGreaterThan": 1, "NumericLessThan": 9, "Next": "B"}),
        at="/States/A/Choices/0/NumericLessThan",
        says="Choices[0] of 'A' has several comparisons (NumericGreaterThan, NumericLessThan), where one is due; join rules "
        "with And",
        good=_choice(
            {
                "And": [{"Variable": "$.n", "NumericGreaterThan": 1}, {"Variable": "$.n", "NumericLessThan": 9}],
                "Next": "B",
            }
        ),
    ),
    GrammarRule(
        "ASL114",
        "nested-rule-transition",
        "Next, Assign or Output in a rule inside And, Or or Not.",
        "AWS refuses the machine: only the outermost rule leads somewhere.",
        "Move it to the outermost rule.",
        bad=_choice({"And": [{"Variable": "$.n", "IsPresent": True, "Next": "B"}], "Next": "B"}),
        at="/States/A/Choices/0/And/0/Next",
        says="Field 'Next' is not supported in Choices[0].And[0] of 'A'; only the outermost rule has it",
        good=_choice({"And": [{"Variable": "$.n", "IsPresent": True}], "Next": "B"}),
    ),
    GrammarRule(
        "ASL115",
        "invalid-state-name",
        "A state's name that is empty or has more than 80 characters.",
        "AWS refuses the machine.",
        "Give the state a shorter name, and a Comment for the rest.",
        bad={"StartAt": "A" * 81, "States": {"A" * 81: _OK}},
        at="/States/" + "A" * 81,
        says=f"the state's name {'A' * 81!r} has 81 characters; at most 80 are allowed",
        good={"StartAt": "A" * 80, "States": {"A" * 80: _OK}},
        aws_code="INVALID_STATE_NAME",
    ),
    GrammarRule(
        "ASL116",
        "map-configuration",
        "Settings of a Map that contradict its mode.",
        "AWS refuses the machine. ItemReader, ItemBatcher and ResultWriter belong to a Distributed Map; one needs an "
        "ExecutionType.",
        'Give the processor {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, or remove the setting.',
        bad=_map(
            ItemProcessor={
                "ProcessorConfig": {"Mode": "DISTRIBUTED"},
                "StartAt": "B",
                "States": {"B": _OK},
            }
        ),
        at="/States/A/ItemProcessor/ProcessorConfig",
        says="ItemProcessor.ProcessorConfig of 'A' has the Mode DISTRIBUTED, but no ExecutionType; write STANDARD or EXPRESS",
        good=_distributed(),
    ),
    GrammarRule(
        "ASL117",
        "reader-configuration",
        "Settings of an ItemReader that contradict each other.",
        "AWS refuses the machine (recorded for each combination).",
        "Keep the settings of the file's form: CSV headers for CSV, ItemsPointer for JSON.",
        bad=_reader(InputType="CSV", CSVHeaderLocation="GIVEN"),
        at="/States/A/ItemReader/ReaderConfig",
        says="ItemReader.ReaderConfig of 'A' has the CSVHeaderLocation GIVEN, but no CSVHeaders; list the columns",
        good=_reader(InputType="CSV", CSVHeaderLocation="GIVEN", CSVHeaders=["id"]),
    ),
    GrammarRule(
        "ASL118",
        "invalid-label",
        "A Map's Label that is too long or holds a character that labels may not hold.",
        "AWS refuses the machine: the label becomes part of ARNs. At most 40 characters; no blank and none of "
        '? * < > { } [ ] : ; , \\ | ^ ~ $ # % & ` ".',
        "Use letters, digits, - and _.",
        bad=_distributed(Label="import rows"),
        at="/States/A/Label",
        says="the Label 'import rows' of 'A' holds ' ', which labels may not hold",
        good=_distributed(Label="import-rows"),
        aws_code="INVALID_LABEL_NAME",
    ),
    GrammarRule(
        "ASL119",
        "duplicate-label",
        "Two Maps with one Label.",
        "AWS refuses the machine: the label names the Map's runs.",
        "Give each its own.",
        bad=_two_maps("rows"),
        at="/States/C/Label",
        says="the Label 'rows' of 'C' is that of 'A' too; give each Map its own",
        good=_two_maps("columns"),
        aws_code="DUPLICATE_LABEL_NAME",
    ),
    GrammarRule(
        "ASL120",
        "states-all-misplaced",
        "States.ALL beside other errors, or before the last retrier or catcher.",
        "AWS refuses the machine: States.ALL takes every error, so what stands beside or behind it could never count.",
        "Let it stand alone, in the last one.",
        bad=_task(Retry=[{"ErrorEquals": ["States.ALL", "Custom"]}]),
        at="/States/A/Retry/0/ErrorEquals",
        says="States.ALL must stand alone in Retry[0] of 'A', without 'Custom'; it takes every error",
        good=_task(Retry=[{"ErrorEquals": ["Custom"]}, {"ErrorEquals": ["States.ALL"]}]),
    ),
    GrammarRule(
        "ASL121",
        "heartbeat-not-smaller",
        "HeartbeatSeconds that is not smaller than TimeoutSeconds.",
        "The language demands it (spec): the timeout would always come first.",
        "Make the heartbeat shorter than the timeout.",
        bad=_task(TimeoutSeconds=30, HeartbeatSeconds=60),
        at="/States/A/HeartbeatSeconds",
        says="HeartbeatSeconds of 'A' is 60, but must be smaller than TimeoutSeconds, which is 30",
        good=_task(TimeoutSeconds=60, HeartbeatSeconds=30),
    ),
    GrammarRule(
        "ASL122",
        "definition-too-large",
        "A definition of more than 1 MiB.",
        "AWS refuses it: 1,048,576 bytes is the most (quota).",
        "Move large literals to S3 or DynamoDB, or parts of the machine to a nested workflow.",
        bad=_machine({"Type": "Pass", "Result": "x" * 1_048_600, "End": True}),
        at="",
        says="the definition has 1,048,669 bytes even without blanks; AWS takes 1,048,576",
        good=_machine({"Type": "Pass", "Result": "x", "End": True}),
    ),
)


GRAMMAR_RULES: Final[dict[str, GrammarRule]] = {rule.code: rule for rule in RULES}
"""The grammar's rules by code."""

BY_NAME: Final[dict[str, GrammarRule]] = {rule.name: rule for rule in RULES}
