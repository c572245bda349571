"""The fields of Retrier and Catcher."""

from __future__ import annotations

from typing import Final

from flowdsl.asl.field import Field
from flowdsl.asl.state_fields import ASSIGN, COMMENT, MAX_SECONDS, OUTPUT

_ERROR_EQUALS = Field("ErrorEquals", "error-names", "The errors it takes.", required=True, non_empty=True)

OBJECTS: Final[dict[str, tuple[Field, ...]]] = {
    "Retrier": (
        COMMENT,
        _ERROR_EQUALS,
        Field(
            "IntervalSeconds",
            "integer",
            "Seconds before the first retry; 1 where nothing says.",
            minimum=1,
            maximum=MAX_SECONDS,
        ),
        Field("MaxAttempts", "integer", "Most retries; 3 where nothing says, 0: none.", minimum=0, maximum=MAX_SECONDS),
        Field("BackoffRate", "number", "Factor between two delays; 2 where nothing says.", minimum=1),
        Field("MaxDelaySeconds", "integer", "The longest delay.", minimum=1, maximum=31_622_400),
        Field("JitterStrategy", "enum", "FULL: a random delay up to the computed one.", values=("FULL", "NONE")),
    ),
    "Catcher": (
        COMMENT,
        _ERROR_EQUALS,
        Field(
            "ResultPath",
            "reference-path",
            "Where the error goes in the state's raw input; null: nowhere.",
            "JSONPath",
            nullable=True,
        ),
        ASSIGN,
        OUTPUT,
        Field("Next", "state-name", "The state that follows.", required=True),
    ),
}
