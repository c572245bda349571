"""Kind: what is known of a value on the wire, from a Python annotation. Knows pydantic models without importing pydantic."""

from __future__ import annotations

import builtins
import inspect
import sys
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin


class _Mark:
    """A value that is itself alone."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


REQUIRED: Any = _Mark("REQUIRED")
"""A field that is always there."""
DERIVED: Any = _Mark("DERIVED")
"""A field that is no member of the document, but computed from it."""
COMPUTED: Any = _Mark("COMPUTED")
"""A field whose default is computed when it is asked for, so that no expression can stand for it."""

UNRESOLVED: Any = _Mark("UNRESOLVED")
"""A field whose annotation names nothing here, so that nothing is known of it."""

ABSENT: Any = _Mark("ABSENT")
"""A field that may be left out, with nothing to stand for it."""


class FieldKind:
    """A field of an object: its JSON name, its Kind, and what stands for it where the document leaves it out."""

    __slots__ = ("default", "kind", "wire")

    def __init__(self, wire: str, kind: Kind, default: Any = REQUIRED) -> None:
        self.wire = wire
        self.kind = kind
        self.default = default


class Kind:
    """A type as its JSON looks. `json` is "any", "object", "array", "string", "number", "boolean" or "null"."""

    __slots__ = (
        "_fields",
        "alternatives",
        "item",
        "items",
        "json",
        "literals",
        "name",
        "nullable",
        "open",
        "special",
        "values",
    )

    def __init__(
        self,
        json: str,
        name: str,
        *,
        fields: Mapping[str, FieldKind] | Callable[[], Mapping[str, FieldKind]] | None = None,
        item: Kind | None = None,
        values: Kind | None = None,
        literals: tuple[Any, ...] | None = None,
        nullable: bool = False,
        special: str = "",
        alternatives: tuple[Kind, ...] = (),
        open: bool = False,
        items: tuple[Kind, ...] = (),
    ) -> None:
        self.json = json
        self.name = name
        """As the user would write it: `Order`, `list[Line]`."""
        self._fields = fields
        self.item = item
        """Of an array: what its elements are."""
        self.values = values
        """Of an object without named fields: what its members are."""
        self.literals = literals
        """The values that it may have, where they are few and known."""
        self.nullable = nullable
        self.special = special
        """"decimal", "datetime", "date", ...: what a text stands for; "" for plain JSON."""
        self.alternatives = alternatives
        self.items = items
        """Of a tuple: what each of its elements is."""
        self.open = open
        """Whether it may have fields beyond the named ones."""

    @property
    def fields(self) -> Mapping[str, FieldKind] | None:
        """Fields by Python name; None for an object that may have any."""
        if callable(self._fields):
            self._fields = self._fields()
        return self._fields

    def __repr__(self) -> str:
        return f"Kind({self.name})"

    def optional(self) -> Kind:
        """The same, or null."""
        if self.nullable or self.json == "any":
            return self
        return self._with(nullable=True)

    def present(self) -> Kind:
        """The same without null."""
        return self._with(nullable=False) if self.nullable else self

    def _with(self, nullable: bool) -> Kind:
        name = (
            self.name
            if nullable == self.nullable
            else f"{self.name} | None"
            if nullable
            else self.name.removesuffix(" | None")
        )
        return Kind(
            self.json,
            name,
            fields=self._fields,
            item=self.item,
            values=self.values,
            literals=self.literals,
            nullable=nullable,
            special=self.special,
            alternatives=self.alternatives,
            open=self.open,
            items=self.items,
        )


ANY = Kind("any", "Any")
STRING = Kind("string", "str")
NUMBER = Kind("number", "float")
INTEGER = Kind("number", "int")
BOOLEAN = Kind("boolean", "bool")
NULL = Kind("null", "None", nullable=True)
OBJECT = Kind("object", "dict")
ARRAY = Kind("array", "list", item=ANY)

_SIMPLE: dict[Any, Kind] = {
    Any: ANY,
    object: ANY,
    str: STRING,
    int: INTEGER,
    float: NUMBER,
    bool: BOOLEAN,
    None: NULL,
    type(None): NULL,
    dict: OBJECT,
    list: ARRAY,
    tuple: ARRAY,
    set: ARRAY,
    frozenset: ARRAY,
    bytes: Kind("string", "bytes", special="bytes"),
}
_TEXTS: dict[tuple[str, str], Kind] = {
    ("decimal", "Decimal"): Kind("string", "Decimal", special="decimal"),
    ("datetime", "datetime"): Kind("string", "datetime", special="datetime"),
    ("datetime", "date"): Kind("string", "date", special="date"),
    ("datetime", "time"): Kind("string", "time", special="time"),
    ("datetime", "timedelta"): Kind("string", "timedelta", special="timedelta"),
    ("uuid", "UUID"): Kind("string", "UUID", special="uuid"),
}
"""Classes that travel as text, by module and name: none of their modules is imported for it."""
_known: dict[tuple[Any, bool], Kind] = {}


def kind_of(annotation: Any, *, is_input: bool) -> Kind:
    """The Kind of an annotation.

    An execution's input and a handler's event are read by validation aliases, and may leave out what has a default
    (`is_input`); a result is written by serialization aliases, with every field.
    """
    try:
        known = _known.get((annotation, is_input))
    except TypeError:  # an annotation that cannot be hashed
        return _kind_of(annotation, is_input)
    if known is None:
        known = _known[annotation, is_input] = _kind_of(annotation, is_input)
    return known


def _kind_of(annotation: Any, is_input: bool) -> Kind:
    try:
        simple = _SIMPLE.get(annotation)
    except TypeError:
        simple = None
    if simple is not None:
        return simple
    origin = get_origin(annotation)
    if origin is None:
        return _of_class(annotation, is_input)
    arguments = get_args(annotation)
    if origin is Annotated or origin in (typing.Required, typing.NotRequired, typing.Final):
        return kind_of(arguments[0], is_input=is_input)
    if origin is Literal:
        return _of_literals(arguments)
    if origin is Union or origin is types.UnionType:
        return union([kind_of(a, is_input=is_input) for a in arguments])
    if isinstance(origin, type):
        if issubclass(cast("type[Any]", origin), tuple) or origin in (list, set, frozenset) or _is_sequence(origin):
            items = [kind_of(a, is_input=is_input) for a in arguments if a is not ...]
            item = union(items) if items else ANY
            each = tuple(items) if origin is tuple and ... not in arguments else ()
            return Kind("array", f"{origin.__name__}[{', '.join(i.name for i in items)}]", item=item, items=each)
        if issubclass(origin, Mapping):
            values = kind_of(arguments[1], is_input=is_input) if len(arguments) > 1 else ANY
            return Kind("object", f"{origin.__name__}[str, {values.name}]", values=values)
        return _of_class(origin, is_input, annotation)
    return ANY


def _is_sequence(origin: type) -> bool:
    return hasattr(origin, "__iter__") and hasattr(origin, "__len__") and not issubclass(origin, (str, bytes, Mapping))


def _of_literals(values: tuple[Any, ...]) -> Kind:
    plain = tuple(v.value if isinstance(v, Enum) else v for v in values)
    present = tuple(v for v in plain if v is not None)
    kinds = {
        ("boolean" if isinstance(v, bool) else "number" if isinstance(v, (int, float)) else "string") for v in present
    }
    name = f"Literal[{', '.join(repr(v) for v in plain)}]"
    return Kind(kinds.pop() if len(kinds) == 1 else "any", name, literals=present, nullable=len(present) < len(plain))


def union(kinds: list[Kind]) -> Kind:
    """One of several Kinds."""
    present = [k for k in kinds if k.json != "null"]
    nullable = len(present) < len(kinds) or any(k.nullable for k in present)
    if not present:
        return NULL
    first = present[0]
    if all(k is first for k in present):
        return first.optional() if nullable else first
    json = first.json if all(k.json == first.json for k in present) else "any"
    name = " | ".join(dict.fromkeys(k.name for k in present)) + (" | None" if nullable else "")
    literals: tuple[Any, ...] | None = ()
    for k in present:
        literals = None if literals is None or k.literals is None else literals + k.literals
    special = first.special if all(k.special == first.special for k in present) else ""
    return Kind(json, name, nullable=nullable, alternatives=tuple(present), literals=literals, special=special)


_is_dataclass: Callable[[Any], bool] = is_dataclass
# As plain functions, so that a checker narrows no class by them.
_is_typed_dict: Callable[[Any], bool] = typing.is_typeddict


def _of_class(cls: Any, is_input: bool, annotation: Any = None) -> Kind:
    if not isinstance(cls, type):
        value = getattr(cls, "__value__", None)  # `type X = ...`
        bound = getattr(cls, "__supertype__", None)  # NewType
        inner = value if value is not None else bound
        return kind_of(inner, is_input=is_input) if inner is not None else ANY
    if hasattr(cls, "__pydantic_fields__") or hasattr(cls, "model_fields"):
        if getattr(cls, "__pydantic_root_model__", False):
            root: Any = cls
            return kind_of(root.model_fields["root"].annotation, is_input=is_input)
        return Kind("object", cls.__name__, fields=lambda: dict(_model_fields(cls, is_input)), open=_is_open(cls))
    if _is_dataclass(cls):
        return Kind("object", cls.__name__, fields=lambda: dict(_dataclass_fields(cls, is_input)))
    if _is_typed_dict(cls):
        return Kind("object", cls.__name__, fields=lambda: dict(_typed_dict_fields(cls, is_input)))
    if issubclass(cls, Enum):
        return _of_literals(tuple(cls)) if len(cls) else ANY
    for base in cls.__mro__[:-1]:
        kind = _SIMPLE.get(base) or _TEXTS.get((base.__module__, base.__name__))
        if kind is not None:
            return kind
    return ANY


def _is_open(cls: Any) -> bool:
    return bool(cls.model_config.get("extra") == "allow")


def _hints(cls: Any) -> dict[str, Any]:
    """A class's annotations as types; those that cannot be resolved are left out."""
    try:
        return typing.get_type_hints(cls, include_extras=True)
    except Exception:  # whatever an annotation's own code raises
        found: dict[str, Any] = {}
        for base in reversed(cast("tuple[type, ...]", cls.__mro__)):
            space = vars(sys.modules.get(base.__module__, builtins))
            for name, annotation in inspect.get_annotations(base).items():
                probe = type("probe", (), {"__annotations__": {name: annotation}, "__module__": base.__module__})
                try:
                    found.update(typing.get_type_hints(probe, space, include_extras=True))
                except Exception:  # likewise
                    found.pop(name, None)
        return found


def _model_fields(cls: Any, is_input: bool) -> Iterator[tuple[str, FieldKind]]:
    if not cls.__pydantic_complete__:
        # A name that was defined after the model, or that stands under TYPE_CHECKING.
        cls.model_rebuild(raise_errors=False)
    for name, info in cls.model_fields.items():
        wire = (_first_alias(info.validation_alias) if is_input else info.serialization_alias) or info.alias or name
        default = REQUIRED if info.is_required() or not is_input else _default(info.default, info.default_factory)
        if not cls.__pydantic_complete__ and _is_open_reference(info.annotation):
            default = UNRESOLVED
        yield name, FieldKind(wire, kind_of(info.annotation, is_input=is_input), default)
    if not is_input:
        for name, computed in cls.model_computed_fields.items():
            yield name, FieldKind(computed.alias or name, kind_of(computed.return_type, is_input=False))


def _is_open_reference(annotation: Any) -> bool:
    """Whether an annotation still holds a name that was not found."""
    return isinstance(annotation, (str, typing.ForwardRef)) or any(map(_is_open_reference, get_args(annotation)))


def _first_alias(alias: Any) -> str | None:
    """A validation alias as one JSON name; of an AliasChoices the first, of an AliasPath none."""
    if alias is None or isinstance(alias, str):
        return alias
    choices = getattr(alias, "choices", None)
    return _first_alias(choices[0]) if choices else None


def _default(default: Any, factory: Any) -> Any:
    if factory is not None:
        # The built-in containers are empty every time; anything else may be different each time.
        made: Any = factory() if factory in (list, dict, set, tuple) else COMPUTED  # pyright: ignore[reportUnknownVariableType]
        return made
    return default


def _dataclass_fields(cls: Any, is_input: bool) -> Iterator[tuple[str, FieldKind]]:
    hints = _hints(cls)
    for field in fields(cls):
        default = REQUIRED if field.name in hints else UNRESOLVED
        if default is UNRESOLVED:
            pass
        elif is_input and field.default is not MISSING:
            default = field.default
        elif is_input and field.default_factory is not MISSING:
            default = _default(None, field.default_factory)
        yield field.name, FieldKind(field.name, kind_of(hints.get(field.name, Any), is_input=is_input), default)


def _typed_dict_fields(cls: Any, is_input: bool) -> Iterator[tuple[str, FieldKind]]:
    hints = _hints(cls)
    for name in dict.fromkeys((*hints, *cls.__annotations__)):
        kind = kind_of(hints.get(name, Any), is_input=is_input)
        default = (REQUIRED if name in cls.__required_keys__ else ABSENT) if name in hints else UNRESOLVED
        yield name, FieldKind(name, kind, default)
