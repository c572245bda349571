"""JSON values become pydantic's models. The one place of a handler that loads pydantic, and only where a type needs it."""

from __future__ import annotations

import json
from typing import Any

from flowdsl.handler.readers import Read
from flowdsl.handler.wire import Problems, report


def model_reader(annotation: Any, where: str) -> Read:
    """The reader of a type that pydantic knows. Raises TypeError for one that it does not."""
    try:
        from pydantic import TypeAdapter, ValidationError
        from pydantic.errors import PydanticSchemaGenerationError, PydanticUndefinedAnnotation, PydanticUserError
    except ImportError:
        raise TypeError(f"{where} is {annotation!r}, which no JSON value can become") from None
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(annotation)
    except (PydanticSchemaGenerationError, PydanticUndefinedAnnotation, PydanticUserError) as error:
        raise TypeError(f"{where} is {annotation!r}, which no JSON value can become: {error.message}") from None

    def read(value: Any, at: str, problems: Problems) -> Any:
        try:
            # As JSON, not as Python objects: a strict model takes a date's text from JSON only.
            text = json.dumps(value, ensure_ascii=False)
        except (TypeError, ValueError):
            text = None
        try:
            return adapter.validate_python(value) if text is None else adapter.validate_json(text)
        except ValidationError as error:
            for one in error.errors(include_url=False, include_context=False, include_input=False):
                report(problems, _place(at, one["loc"]), "missing" if one["type"] == "missing" else one["msg"])
            return None

    return read


def _place(at: str, loc: tuple[int | str, ...]) -> str:
    for part in loc:
        at = f"{at}[{part}]" if isinstance(part, int) else f"{at}.{part}" if at else str(part)
    return at
