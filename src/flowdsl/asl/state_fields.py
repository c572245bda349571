"""The fields of a state machine, its scopes and its eight states. Order is the order in which a person writes them."""

from __future__ import annotations

from typing import Final

from flowdsl.asl.field import Exclusion, Field

MAX_SECONDS: Final = 99_999_999
"""The largest number of seconds or attempts anywhere in ASL (documentation)."""

COMMENT: Final = Field("Comment", "text", "For people; changes nothing.")
QUERY_LANGUAGE: Final = Field(
    "QueryLanguage",
    "enum",
    "How data is selected and computed; JSONPath where nothing says. A machine in JSONata has no JSONPath state.",
    values=("JSONPath", "JSONata"),
)

_TYPE = Field(
    "Type",
    "enum",
    "Which of the eight states it is.",
    required=True,
    values=("Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map"),
)
_HEAD = (_TYPE, COMMENT, QUERY_LANGUAGE)
_NEXT = (
    Field("Next", "state-name", "The state that follows."),
    Field("End", "true", "True where the scope ends with this state."),
)
_INPUT_PATH = Field(
    "InputPath", "path", "The part of the input that the state works on; null: {}.", "JSONPath", nullable=True
)
_OUTPUT_PATH = Field(
    "OutputPath", "path", "The part of the result that the state passes on; null: {}.", "JSONPath", nullable=True
)
_RESULT_PATH = Field(
    "ResultPath", "reference-path", "Where the result goes in the raw input; null: nowhere.", "JSONPath", nullable=True
)
_RESULT_SELECTOR = Field(
    "ResultSelector", "template", "Builds the result anew from the raw one.", "JSONPath", shape="object"
)
_PARAMETERS = Field("Parameters", "template", "What the work gets.", "JSONPath")
_ARGUMENTS = Field("Arguments", "template", "What the work gets.", "JSONata", shape="object-or-array")
ASSIGN: Final = Field("Assign", "template", "Variables to set, by name.", shape="object")
OUTPUT: Final = Field("Output", "template", "What the state passes on.", "JSONata")
_RETRY = Field("Retry", "list", "Which errors are tried again, and how.", of="Retrier")
_CATCH = Field("Catch", "list", "Which errors lead where.", of="Catcher")
_AFTER = (_RESULT_SELECTOR, _RESULT_PATH, _RETRY, _CATCH, ASSIGN, OUTPUT, _OUTPUT_PATH, *_NEXT)
_SCOPE = (
    Field("StartAt", "text", "The name of the state to begin with.", required=True),
    Field("States", "states", "The states, by name.", required=True, non_empty=True),
)

SCOPES: Final[dict[str, tuple[Field, ...]]] = {
    "StateMachine": (
        COMMENT,
        QUERY_LANGUAGE,
        Field("Version", "enum", "Of the language; there is only one.", values=("1.0",)),
        Field("TimeoutSeconds", "integer", "Most seconds that an execution may take.", minimum=1, maximum=MAX_SECONDS),
        *_SCOPE,
    ),
    "Branch": (COMMENT, *_SCOPE),
    "ItemProcessor": (
        COMMENT,
        Field("ProcessorConfig", "object", "Where the items are worked on.", of="ProcessorConfig"),
        *_SCOPE,
    ),
}

STATES: Final[dict[str, tuple[Field, ...]]] = {
    "Task": (
        *_HEAD,
        Field("Resource", "resource", "The ARN of what does the work; never computed.", required=True),
        Field("Credentials", "object", "The role to do the work with, in another account.", of="Credentials"),
        Field(
            "TimeoutSeconds",
            "integer",
            "Most seconds that one attempt may take.",
            expression=True,
            minimum=1,
            maximum=MAX_SECONDS,
        ),
        Field("TimeoutSecondsPath", "reference-path", "Where TimeoutSeconds stands.", "JSONPath"),
        Field(
            "HeartbeatSeconds",
            "integer",
            "Most seconds between two signs of life; smaller than TimeoutSeconds.",
            expression=True,
            minimum=1,
            maximum=MAX_SECONDS,
        ),
        Field("HeartbeatSecondsPath", "reference-path", "Where HeartbeatSeconds stands.", "JSONPath"),
        _INPUT_PATH,
        _PARAMETERS,
        _ARGUMENTS,
        *_AFTER,
    ),
    "Pass": (
        *_HEAD,
        _INPUT_PATH,
        _PARAMETERS,
        Field("Result", "json", "The result, as it stands; nothing in it is evaluated.", "JSONPath"),
        _RESULT_PATH,
        ASSIGN,
        OUTPUT,
        _OUTPUT_PATH,
        *_NEXT,
    ),
    "Choice": (
        *_HEAD,
        _INPUT_PATH,
        Field(
            "Choices",
            "list",
            "The rules, tried in order; the first that holds decides.",
            required=True,
            of="ChoiceRule",
            non_empty=True,
        ),
        Field("Default", "state-name", "The state that follows when no rule holds."),
        ASSIGN,
        OUTPUT,
        _OUTPUT_PATH,
    ),
    "Wait": (
        *_HEAD,
        Field("Seconds", "integer", "How long to wait.", expression=True, minimum=0, maximum=MAX_SECONDS),
        Field("SecondsPath", "reference-path", "Where Seconds stands.", "JSONPath"),
        Field("Timestamp", "timestamp", "Until when to wait.", expression=True),
        Field("TimestampPath", "reference-path", "Where Timestamp stands.", "JSONPath"),
        _INPUT_PATH,
        ASSIGN,
        OUTPUT,
        _OUTPUT_PATH,
        *_NEXT,
    ),
    "Succeed": (*_HEAD, _INPUT_PATH, OUTPUT, _OUTPUT_PATH),
    "Fail": (
        *_HEAD,
        Field("Error", "text", "The error's name.", expression=True),
        Field("ErrorPath", "error-path", "Where Error stands, or an intrinsic that gives it.", "JSONPath"),
        Field("Cause", "text", "What happened, for people.", expression=True),
        Field("CausePath", "error-path", "Where Cause stands, or an intrinsic that gives it.", "JSONPath"),
    ),
    "Parallel": (
        *_HEAD,
        _INPUT_PATH,
        _PARAMETERS,
        _ARGUMENTS,
        Field("Branches", "list", "What runs side by side.", required=True, of="Branch", non_empty=True),
        *_AFTER,
    ),
    "Map": (
        *_HEAD,
        Field("Label", "label", "The Map Run's name in ARNs; of a Distributed Map.", expression=False),
        _INPUT_PATH,
        Field("ItemReader", "object", "Where a Distributed Map reads its items.", of="ItemReader"),
        Field("ItemsPath", "reference-path", "Where the items stand.", "JSONPath"),
        Field("Items", "template", "The items.", "JSONata", shape="object-or-array"),
        Field("Parameters", "template", "The older name of ItemSelector.", "JSONPath", deprecated="ItemSelector"),
        Field("ItemSelector", "template", "What the processor gets for one item.", shape="object"),
        Field("ItemBatcher", "object", "How a Distributed Map groups items.", of="ItemBatcher"),
        Field(
            "MaxConcurrency",
            "integer",
            "Most items at a time; 0: as many as possible.",
            expression=True,
            minimum=0,
        ),
        Field("MaxConcurrencyPath", "reference-path", "Where MaxConcurrency stands.", "JSONPath"),
        Field(
            "ToleratedFailurePercentage",
            "number",
            "Percentage of items of a Distributed Map that may fail.",
            expression=True,
            minimum=0,
            maximum=100,
        ),
        Field(
            "ToleratedFailurePercentagePath", "reference-path", "Where ToleratedFailurePercentage stands.", "JSONPath"
        ),
        Field(
            "ToleratedFailureCount",
            "integer",
            "Number of items of a Distributed Map that may fail.",
            expression=True,
            minimum=0,
        ),
        Field("ToleratedFailureCountPath", "reference-path", "Where ToleratedFailureCount stands.", "JSONPath"),
        Field("ItemProcessor", "object", "What is done with each item.", of="ItemProcessor"),
        Field("Iterator", "object", "The older name of ItemProcessor.", of="ItemProcessor", deprecated="ItemProcessor"),
        Field("ResultWriter", "object", "Where a Distributed Map writes its results.", of="ResultWriter"),
        *_AFTER,
    ),
}

_FOLLOWS = Exclusion(("Next", "End"), exactly_one=True)

EXCLUSIONS: Final[dict[str, tuple[Exclusion, ...]]] = {
    "Task": (
        Exclusion(("TimeoutSeconds", "TimeoutSecondsPath")),
        Exclusion(("HeartbeatSeconds", "HeartbeatSecondsPath")),
        _FOLLOWS,
    ),
    "Pass": (_FOLLOWS,),
    "Wait": (Exclusion(("Seconds", "SecondsPath", "Timestamp", "TimestampPath"), exactly_one=True), _FOLLOWS),
    "Fail": (Exclusion(("Error", "ErrorPath")), Exclusion(("Cause", "CausePath"))),
    "Parallel": (_FOLLOWS,),
    "Map": (
        Exclusion(("ItemProcessor", "Iterator"), exactly_one=True),
        Exclusion(("ItemSelector", "Parameters")),
        Exclusion(("MaxConcurrency", "MaxConcurrencyPath")),
        Exclusion(("ToleratedFailurePercentage", "ToleratedFailurePercentagePath")),
        Exclusion(("ToleratedFailureCount", "ToleratedFailureCountPath")),
        _FOLLOWS,
    ),
}
