"""The fields of Choice rules: a Condition in JSONata, a Variable with one comparison or And, Or, Not in JSONPath."""

from __future__ import annotations

from typing import Final

from flowdsl.asl.field import Field, Kind
from flowdsl.asl.state_fields import ASSIGN, COMMENT, OUTPUT

_RELATIONS = ("Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals")
_FAMILIES: tuple[tuple[str, Kind, tuple[str, ...]], ...] = (
    ("String", "text", _RELATIONS),
    ("Numeric", "number", _RELATIONS),
    ("Boolean", "boolean", ("Equals",)),
    ("Timestamp", "timestamp", _RELATIONS),
)
_TYPE_TESTS = ("IsNull", "IsString", "IsNumeric", "IsBoolean", "IsTimestamp", "IsPresent")


def _operators() -> tuple[Field, ...]:
    found: list[Field] = []
    for family, kind, relations in _FAMILIES:
        for relation in relations:
            name = f"{family}{relation}"
            found.append(Field(name, kind, f"Holds when Variable compares so with a {family.lower()}.", "JSONPath"))
            found.append(Field(f"{name}Path", "reference-path", f"Where the value of {name} stands.", "JSONPath"))
        if family == "String":
            found.append(
                Field("StringMatches", "text", "Holds when Variable fits the pattern; * is any text.", "JSONPath")
            )
    found.extend(Field(name, "boolean", f"Whether {name} holds of Variable.", "JSONPath") for name in _TYPE_TESTS)
    return tuple(found)


OPERATORS: Final[dict[str, Field]] = {field.name: field for field in _operators()}
"""The 39 comparisons of a JSONPath Choice, by name."""
COMBINATORS: Final = ("And", "Or", "Not")

_VARIABLE = Field("Variable", "reference-path", "What is compared.", "JSONPath")
_COMBINED = (
    Field("And", "list", "Holds when all of these hold.", "JSONPath", of="NestedRule", non_empty=True),
    Field("Or", "list", "Holds when one of these holds.", "JSONPath", of="NestedRule", non_empty=True),
    Field("Not", "object", "Holds when this does not.", "JSONPath", of="NestedRule"),
)
_NEXT = Field("Next", "state-name", "The state that follows when the rule holds.", required=True)

OBJECTS: Final[dict[str, tuple[Field, ...]]] = {
    "ChoiceRule": (
        COMMENT,
        Field("Condition", "condition", "Whether the rule holds.", "JSONata", expression=True),
        _VARIABLE,
        *OPERATORS.values(),
        *_COMBINED,
        ASSIGN,
        OUTPUT,
        _NEXT,
    ),
    "NestedRule": (COMMENT, _VARIABLE, *OPERATORS.values(), *_COMBINED),
}
