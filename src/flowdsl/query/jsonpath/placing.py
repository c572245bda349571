"""What ResultPath does: a value put at a reference path of a document, without writing into the document."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

from flowdsl.query.base import ExpressionError, ExpressionSyntaxError, Value
from flowdsl.query.jsonpath.syntax import Path, parse_path
from flowdsl.query.jsontext import dumps

Json = Any
Place = Callable[[Json, Json], Json]
"""(document, value) -> new document; shares with the old one all that the path does not touch."""

MATCH_FAILURE: Final = "States.ResultPathMatchFailure"


def set_at(path: str | Path, document: Json, value: Json) -> Json:
    """A document with `value` at a reference path; objects on the way are made where they are missing (spec).

    Raises ExpressionError States.ResultPathMatchFailure where the path meets something that is no object, or an index
    that the array does not have.
    """
    return compile_set_at(path)(document, value)


def compile_set_at(path: str | Path) -> Place:
    """`set_at` for one path, as a closure; raises ExpressionSyntaxError for what is no ResultPath."""
    return _compiled(path if isinstance(path, str) else path.text)


@lru_cache(maxsize=4096)
def _compiled(text: str) -> Place:
    path = parse_path(text)
    if not path.is_reference:
        raise ExpressionSyntaxError("Value is not a Reference Path", 0)
    if path.root != "input":
        raise ExpressionSyntaxError(
            "a ResultPath begins with '$.' or '$['; it can write neither variables nor the context", 0
        )
    keys = path.names
    if not keys:
        return lambda document, value: value
    if len(keys) == 1 and isinstance(keys[0], str):
        name = keys[0]

        def place_one(document: Value, value: Json) -> Json:
            if isinstance(document, dict):
                return {**document, name: value}
            raise _failure(text, document)

        return place_one

    def place(document: Json, value: Json) -> Json:
        new = _copy(document, keys[0], text, document)
        here = new
        for key, following in pairwise(keys):
            if isinstance(key, str) and key not in here:
                # Only objects are made: an array that is not there has no element to write.
                inner: Json = {}
            else:
                inner = here[key]
            here[key] = here = _copy(inner, following, text, document)
        here[keys[-1]] = value
        return new

    return place


def _copy(value: Value, key: str | int, text: str, document: Json) -> Json:
    if isinstance(key, str):
        if isinstance(value, dict):
            return dict(value)
    elif isinstance(value, list) and -len(value) <= key < len(value):
        return list(value)
    raise _failure(text, document)


def _failure(text: str, document: Json) -> ExpressionError:
    return ExpressionError(
        MATCH_FAILURE, f"Unable to apply ResultPath '{text}' to input '{dumps(document)}'", "ResultPath"
    )
