"""JSONPath said in JSONata: paths, intrinsic functions, payload templates and Choice rules, or the reason why not."""

from __future__ import annotations

from flowdsl.query.migration.choices import condition
from flowdsl.query.migration.moving import Moving, NotMovable
from flowdsl.query.migration.paths import path_value
from flowdsl.query.migration.templates import evaluated, template
from flowdsl.query.migration.values import Array, Code, Literal, Object, Put, Value, as_field, as_text, put

__all__ = [
    "Array",
    "Code",
    "Literal",
    "Moving",
    "NotMovable",
    "Object",
    "Put",
    "Value",
    "as_field",
    "as_text",
    "condition",
    "evaluated",
    "path_value",
    "put",
    "template",
]
