"""The shapes of constants."""

from __future__ import annotations

from typing import Any

from flowdsl.analysis.shape import (
    ARRAY,
    BOOLEAN,
    DEPTH,
    MOST_ITEMS,
    NULL,
    NULL_SHAPE,
    NUMBER,
    OBJECT,
    SOME,
    TEXT,
    TEXT_SHAPE,
    Origin,
    Shape,
    array,
    closed,
)
from flowdsl.analysis.shape_join import join_all
from flowdsl.asl.values import is_list, is_object


def tuple_of(items: tuple[Shape, ...]) -> Shape:
    """An array of exactly these items."""
    if len(items) > MOST_ITEMS:
        return array(join_all(items), len(items), len(items))
    return Shape(ARRAY, items=items, item=join_all(items) if items else None, low=len(items), high=len(items))


def constant(value: Any, depth: int = 0) -> Shape:
    """The shape of a JSON value."""
    if value is None:
        return NULL_SHAPE
    if isinstance(value, bool):
        return Shape(BOOLEAN, values=frozenset({(BOOLEAN, value)}))
    if isinstance(value, (int, float)):
        return Shape(NUMBER, values=frozenset({(NUMBER, value)}))
    if isinstance(value, str):
        if "${" in value or "#{" in value:
            # A placeholder that is the whole text may stand for anything until it is filled in.
            return SOME if value[0] in "$#" and value[-1] == "}" else TEXT_SHAPE
        return Shape(TEXT, values=frozenset({(TEXT, value)})) if len(value) <= 200 else TEXT_SHAPE
    if depth >= DEPTH:
        return SOME
    if is_list(value):
        if len(value) > MOST_ITEMS:
            return (
                array(join_all(tuple(constant(v, depth + 1) for v in value[:MOST_ITEMS])), len(value), len(value))
                if _alike(value)
                else array(None, len(value), len(value))
            )
        return tuple_of(tuple(constant(v, depth + 1) for v in value))
    if is_object(value):
        return closed({str(k): constant(v, depth + 1) for k, v in value.items()}, Origin("literal"))
    return SOME


def kind_of(value: Any) -> int:
    """The kind of a JSON value."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, (int, float)):
        return NUMBER
    if isinstance(value, str):
        return TEXT
    return ARRAY if is_list(value) else OBJECT


def _alike(values: list[Any]) -> bool:
    return len({kind_of(value) for value in values[:200]}) == 1
