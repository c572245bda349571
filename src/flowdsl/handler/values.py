"""Which reader an annotation asks for: ours for plain types, pydantic's for the types that are pydantic's."""

from __future__ import annotations

import sys
import types
import typing
from collections import abc
from collections.abc import Callable
from enum import Enum
from typing import Any, TypeGuard

from flowdsl.handler.readers import SIMPLE, Read, fields, fixed_tuple, items, literal, mapping, number_key, union

_TYPING = [m for m in (typing, sys.modules.get("typing_extensions")) if m is not None]
_NOT_REQUIRED = {getattr(m, "NotRequired", None) for m in _TYPING} - {None}
_QUALIFIERS = _NOT_REQUIRED | {getattr(m, n, None) for m in _TYPING for n in ("Required", "ReadOnly", "Final")} - {None}

_COLLECTIONS: dict[Any, Callable[[list[Any]], Any]] = {
    list: list,
    abc.Sequence: list,
    abc.MutableSequence: list,
    abc.Iterable: list,
    abc.Collection: list,
    set: set,
    abc.MutableSet: set,
    frozenset: frozenset,
    abc.Set: frozenset,
}


def is_object(annotation: Any) -> bool:
    """Whether a type's JSON is an object, or may be anything."""
    annotation = _bare(annotation)
    if annotation is Any or annotation is object:
        return True
    origin = typing.get_origin(annotation) or annotation
    if origin in (typing.Union, types.UnionType):
        return any(is_object(a) for a in typing.get_args(annotation))
    if origin is typing.Annotated:
        return is_object(typing.get_args(annotation)[0])
    if not _is_class(origin):
        return False
    return issubclass(origin, abc.Mapping) or hasattr(origin, "__dataclass_fields__") or _is_pydantic(origin)


def reader_of(annotation: Any, where: str) -> Read:
    """The reader of a type. Raises TypeError, which begins with `where`, for a type that no JSON can become."""
    try:
        return _Maker().make(annotation)
    except _NeedsPydantic:
        # Whatever holds a pydantic type is read by pydantic as a whole, so that aliases and validators act alike.
        from flowdsl.handler.models import model_reader

        return model_reader(annotation, where)


class _NeedsPydantic(Exception):
    """A type that only pydantic can read."""


class _Maker:
    """Makes the reader of a type; knows the classes it is in the middle of, so that a class may hold itself."""

    def __init__(self) -> None:
        self._classes: dict[type, list[Read]] = {}

    def make(self, annotation: Any) -> Read:
        bare = _bare(annotation)
        try:
            simple = SIMPLE.get(bare)
        except TypeError:  # an annotation that cannot be hashed
            simple = None
        if simple is not None:
            return simple
        origin, arguments = typing.get_origin(bare), typing.get_args(bare)
        if origin is typing.Annotated:
            if any(_constrains(extra) for extra in arguments[1:]):
                raise _NeedsPydantic
            return self.make(arguments[0])
        if origin is typing.Literal:
            return literal(arguments)
        if origin in (typing.Union, types.UnionType):
            return union([self.make(a) for a in arguments])
        if _is_class(origin) and not _is_pydantic(origin):
            if origin is tuple:
                return self._tuple(arguments)
            if issubclass(origin, abc.Mapping):
                key, item = arguments
                return mapping(number_key if key is int else self.make(key), self.make(item))
            if origin in _COLLECTIONS:
                return items(self.make(arguments[0]), _COLLECTIONS[origin])
        return self._of_class(bare)

    def _tuple(self, arguments: tuple[Any, ...]) -> Read:
        if len(arguments) == 2 and arguments[1] is ...:
            return items(self.make(arguments[0]), tuple)
        return fixed_tuple([self.make(a) for a in arguments])

    def _of_class(self, cls: Any) -> Read:
        if not _is_class(cls) or _is_pydantic(cls):
            raise _NeedsPydantic
        if issubclass(cls, Enum):
            return literal(tuple(cls))
        named: Any = cls
        if typing.is_typeddict(cls) or hasattr(cls, "__required_keys__"):
            return self._members(named, named.__required_keys__, dict)
        if hasattr(cls, "__dataclass_fields__"):
            return self._members(named, _required_fields(named), named)
        if issubclass(cls, tuple) and hasattr(named, "_fields"):
            return self._members(named, set(named._fields) - named._field_defaults.keys(), named)
        raise _NeedsPydantic

    def _members(self, cls: Any, required: abc.Set[str], build: Callable[..., Any]) -> Read:
        known = self._classes.get(cls)
        if known is not None:
            return lambda value, at, problems: known[0](value, at, problems)
        slot: list[Read] = []
        self._classes[cls] = slot
        hints = typing.get_type_hints(cls, include_extras=True)
        # Under `from __future__ import annotations` a TypedDict itself does not see its NotRequired.
        optional = {name for name, hint in hints.items() if typing.get_origin(hint) in _NOT_REQUIRED}
        taken: Any = getattr(cls, "__dataclass_fields__", None)
        if taken is not None:
            hints = {name: hints[name] for name, field in taken.items() if field.init and name in hints}
        read = fields({name: self.make(hint) for name, hint in hints.items()}, frozenset(required - optional), build)
        slot.append(read)
        return read


def _is_class(annotation: Any) -> TypeGuard[type[Any]]:
    return isinstance(annotation, type)


def _required_fields(cls: Any) -> set[str]:
    from dataclasses import MISSING, fields  # whoever defines a dataclass has loaded it

    return {f.name for f in fields(cls) if f.default is MISSING and f.default_factory is MISSING}


def _bare(annotation: Any) -> Any:
    """An annotation without what does not change its JSON: Required[...], NewType, `type X = ...`."""
    while True:
        if typing.get_origin(annotation) in _QUALIFIERS:
            annotation = typing.get_args(annotation)[0]
        elif hasattr(annotation, "__supertype__"):
            annotation = annotation.__supertype__
        elif type(annotation).__name__ == "TypeAliasType":
            annotation = annotation.__value__
        else:
            return annotation


def _is_pydantic(cls: Any) -> bool:
    return hasattr(cls, "__get_pydantic_core_schema__") or hasattr(cls, "__pydantic_core_schema__")


def _constrains(metadata: Any) -> bool:
    """Whether metadata of an Annotated is pydantic's (Field, validators) or a constraint that it checks (annotated_types)."""
    package = type(metadata).__module__.partition(".")[0]
    return package in ("pydantic", "pydantic_core", "annotated_types") or hasattr(
        metadata, "__get_pydantic_core_schema__"
    )
