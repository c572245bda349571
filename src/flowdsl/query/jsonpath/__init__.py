"""JSONPath states: paths, payload templates, intrinsic functions, Choice rules."""

from __future__ import annotations

from flowdsl.query.jsonpath.comparisons import compile_choice
from flowdsl.query.jsonpath.evaluate import compile_path
from flowdsl.query.jsonpath.intrinsics import compile_intrinsic, parse_intrinsic
from flowdsl.query.jsonpath.placing import compile_set_at, set_at
from flowdsl.query.jsonpath.syntax import Path, is_reference_path, parse_path
from flowdsl.query.jsonpath.template import TemplateError, compile_template, template_errors

__all__ = [
    "Path",
    "TemplateError",
    "compile_choice",
    "compile_intrinsic",
    "compile_path",
    "compile_set_at",
    "compile_template",
    "is_reference_path",
    "parse_intrinsic",
    "parse_path",
    "set_at",
    "template_errors",
]
