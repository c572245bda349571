"""Field: what ASL allows at one member of one of its objects. The tables of fields are made of these."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "text",  # any string
    "enum",  # one of `values`
    "true",  # the literal true
    "boolean",
    "integer",
    "number",
    "timestamp",  # RFC 3339, upper-case T and Z
    "resource",  # an ARN, never dynamic
    "label",  # of a Distributed Map
    "state-name",  # names a state of the same scope
    "path",  # JSONPath, or null
    "reference-path",  # JSONPath that names one place
    "error-path",  # a reference path, or one intrinsic that gives a text
    "pointer",  # JSON Pointer (RFC 6901) into a file
    "template",  # a payload template in JSONPath, a JSON value with {% %} strings in JSONata
    "condition",  # true, false or a {% %} string
    "json",  # a literal, never evaluated
    "strings",  # a list of strings
    "error-names",  # ErrorEquals
    "object",  # one `of`
    "list",  # several `of`
    "states",  # name -> state
]
"""How a field's value is formed."""

Language = Literal["JSONPath", "JSONata"]


def keyword_of(name: str) -> str:
    """A field's name in snake_case: MaxItemsPerBatch is max_items_per_batch, CSVHeaders is csv_headers."""
    name = name.replace("JSONata", "Jsonata").replace("JSONPath", "Jsonpath")
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


@dataclass(frozen=True, slots=True)
class Field:
    """One member of one object of ASL."""

    name: str
    """As in JSON: TimeoutSeconds."""
    kind: Kind
    doc: str
    """What it is for, in a sentence."""
    language: Language | None = None
    """The only query language that has it; None: both."""
    required: bool = False
    expression: bool = False
    """Whether a JSONata state may compute it: a `{% %}` string in place of the literal."""
    nullable: bool = False
    minimum: float | None = None
    maximum: float | None = None
    values: tuple[str, ...] = ()
    """Of an enum."""
    shape: Literal["object", "array", "object-or-array"] | None = None
    """What a template's value must be, beside a `{% %}` string; None: any JSON value."""
    of: str = ""
    """Of `object` and `list`: the type of the object(s) inside."""
    non_empty: bool = False
    """Of `list`, `error-names`, `states`, `object`: at least one must stand there."""
    deprecated: str = ""
    """The field that took its place."""

    @property
    def keyword(self) -> str:
        """Its name in Python: timeout_seconds."""
        return keyword_of(self.name)

    @property
    def holds_user_data(self) -> bool:
        """Whether the keys inside are the user's own, never to be reordered or judged."""
        return self.kind in ("template", "json")


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Fields of one object of which at most one may be given, or exactly one."""

    fields: tuple[str, ...]
    exactly_one: bool = False
