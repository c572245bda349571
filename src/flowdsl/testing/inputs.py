"""An execution's input: as JSON carries it, and held against what the workflow's function says it takes."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flowdsl.asl.values import MAX_INPUT_DEPTH, deeper_than
from flowdsl.diagnostics import FlowDslError


def jsonable(value: Any) -> Any:
    """A value as JSON carries it: models and dataclasses by their JSON form."""
    import dataclasses
    import json

    def convert(item: Any) -> Any:
        dump = getattr(item, "model_dump", None)
        if callable(dump):
            return dump(mode="json", by_alias=True)
        if dataclasses.is_dataclass(item) and not isinstance(item, type):
            return dataclasses.asdict(item)
        raise TypeError(f"{type(item).__name__} is no JSON")

    try:
        if deeper_than(value, MAX_INPUT_DEPTH):
            raise RecursionError
        return json.loads(json.dumps(value, default=convert, allow_nan=False))
    except RecursionError:
        raise FlowDslError("the input is nested too deeply to be worked with") from None
    except (TypeError, ValueError) as error:
        raise FlowDslError(f"the input is no JSON: {error}") from None


def misfit(value: Any, annotation: Any) -> str | None:
    """What is wrong with a JSON value as the input of a workflow whose parameter is annotated so, place by place: what
    follows on "the input ...".

    None where it fits, where there is no annotation, and for a type that pydantic knows nothing of.
    """
    if annotation is None or annotation is Any:
        return None
    import json

    from pydantic import ValidationError
    from pydantic.errors import PydanticUndefinedAnnotation, PydanticUserError

    try:
        _adapter(annotation).validate_json(json.dumps(value))
    except ValidationError as error:
        places = ((".".join(str(part) for part in e["loc"]) or "the whole", e["msg"]) for e in error.errors())
        name = getattr(annotation, "__name__", str(annotation))
        return f"is no {name}: {'; '.join(f'{place}: {message}' for place, message in places)}"
    except (PydanticUserError, PydanticUndefinedAnnotation):
        return None
    return None


def _adapter(annotation: Any) -> Any:
    try:
        return _kept(annotation)
    except TypeError:  # an annotation that cannot be a key
        from pydantic import TypeAdapter

        return TypeAdapter(annotation)


@lru_cache(maxsize=256)
def _kept(annotation: Any) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(annotation)
