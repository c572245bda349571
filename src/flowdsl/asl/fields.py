"""Every field of every object of ASL: the one table that grammar, key order, JSON Schema and the language's keywords read."""

from __future__ import annotations

from functools import cache
from typing import Final

from flowdsl.asl import choice_fields, error_fields, map_fields, state_fields
from flowdsl.asl.field import Exclusion, Field, Kind, Language

__all__ = [
    "OBJECTS",
    "STATE_TYPES",
    "Exclusion",
    "Field",
    "Kind",
    "Language",
    "exclusions_of",
    "fields_of",
    "key_order",
]

STATE_TYPES: Final = ("Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map")
"""In the order in which AWS names them (recorded)."""

OBJECTS: Final[dict[str, dict[str, Field]]] = {
    type: {field.name: field for field in fields}
    for table in (
        state_fields.SCOPES,
        state_fields.STATES,
        choice_fields.OBJECTS,
        error_fields.OBJECTS,
        map_fields.OBJECTS,
    )
    for type, fields in table.items()
}
"""type -> name -> Field, in canonical order. Types: StateMachine, Branch, ItemProcessor; the eight states; ChoiceRule
(of both languages) and NestedRule (inside And, Or, Not); Retrier, Catcher; ProcessorConfig, ItemReader, ReaderConfig,
ItemBatcher, ResultWriter, WriterConfig, Credentials."""

_EXCLUSIONS: Final = {**state_fields.EXCLUSIONS, **map_fields.EXCLUSIONS}


def fields_of(type: str) -> dict[str, Field]:
    """The fields of an object of ASL by JSON name, in canonical order. Not to be written to.

    `type`: a state's Type, StateMachine, Branch, ItemProcessor, Retrier, Catcher, ChoiceRule, ... (the keys of OBJECTS).
    """
    return OBJECTS[type]


def exclusions_of(type: str) -> tuple[Exclusion, ...]:
    """Which fields of an object of ASL stand in each other's place."""
    return _EXCLUSIONS.get(type, ())


@cache
def key_order(type: str) -> dict[str, int]:
    """Each field's place in the canonical order."""
    return {name: i for i, name in enumerate(OBJECTS[type])}


@cache
def by_keyword(type: str) -> dict[str, Field]:
    """The fields of an object of ASL by their name in Python, in canonical order."""
    return {field.keyword: field for field in OBJECTS[type].values()}
