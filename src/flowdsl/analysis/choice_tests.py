"""A JSONPath Choice rule over a Shape: what it reads, and what is known of the document once it has held, or not."""

from __future__ import annotations

from typing import Any

from flowdsl.analysis import shape as s
from flowdsl.analysis.flow_paths import read_path
from flowdsl.analysis.flow_state import Visit
from flowdsl.analysis.jsonpath_syntax import Path, parse_path
from flowdsl.analysis.shape import NOTHING, Shape
from flowdsl.analysis.shape_constants import constant, kind_of
from flowdsl.analysis.shape_join import join
from flowdsl.analysis.shape_paths import assume, follow, without
from flowdsl.asl.values import is_list, is_object

TYPE_TESTS = {
    "IsNull": s.NULL,
    "IsString": s.TEXT,
    "IsNumeric": s.NUMBER,
    "IsBoolean": s.BOOLEAN,
    "IsTimestamp": s.TEXT,
}
FAMILIES = {"String": s.TEXT, "Numeric": s.NUMBER, "Boolean": s.BOOLEAN, "Timestamp": s.TEXT}
_NOT_OPERATORS = frozenset({"Variable", "Next", "Comment", "Assign", "Output", "And", "Or", "Not", "Condition"})
_DEEPEST = 60


def operator_of(rule: dict[str, Any]) -> tuple[str, Any] | None:
    """The comparison of a data test and its operand; None when there is none, or more than one."""
    found = [(key, value) for key, value in rule.items() if key not in _NOT_OPERATORS]
    return found[0] if len(found) == 1 else None


def family_of(operator: str) -> int:
    """The kind of value that a comparison can hold for; 0 for IsPresent and what is no operator."""
    if operator in TYPE_TESTS:
        return TYPE_TESTS[operator]
    return next((kind for family, kind in FAMILIES.items() if operator.startswith(family)), 0)


def try_rule(visit: Visit, rule: Any, document: Shape, pointer: str, depth: int = 0) -> tuple[Shape, Shape]:
    """(the document once the rule has held, the same once it has not). Reads that may fail are noted."""
    if not is_object(rule) or depth > _DEEPEST:
        return document, document
    if is_list(rule.get("And")):
        failed: Shape | None = None
        here = document
        for i, inner in enumerate(rule["And"]):
            here, not_here = try_rule(visit, inner, here, f"{pointer}/And/{i}", depth + 1)
            failed = not_here if failed is None else join(failed, not_here)
        return here, failed if failed is not None else document
    if is_list(rule.get("Or")):
        held: Shape | None = None
        here = document
        for i, inner in enumerate(rule["Or"]):
            true, here = try_rule(visit, inner, here, f"{pointer}/Or/{i}", depth + 1)
            held = true if held is None else join(held, true)
        return held if held is not None else document, here
    if "Not" in rule:
        true, false = try_rule(visit, rule["Not"], document, f"{pointer}/Not", depth + 1)
        return false, true
    return _data_test(visit, rule, document, pointer)


def _data_test(visit: Visit, rule: dict[str, Any], document: Shape, pointer: str) -> tuple[Shape, Shape]:
    text = rule.get("Variable")
    path = parse_path(text) if isinstance(text, str) else None
    comparison = operator_of(rule)
    if path is None or comparison is None:
        return document, document
    operator, operand = comparison
    if operator == "IsPresent":
        return _presence(visit, path, document, operand, f"{pointer}/Variable")
    value = read_path(visit, path, document, f"{pointer}/Variable", "Variable")
    if operator.endswith("Path") and isinstance(operand, str):
        other = parse_path(operand)
        if other is not None:
            read_path(visit, other, document, f"{pointer}/{operator}", operator)
    _known_mismatch(visit, path, value, operator, operand, pointer)
    if path.root != "input" or not path.is_definite:
        return document, document
    here = assume(document, path.steps) if follow(document, path.steps).presence > s.UNKNOWN else document
    kind = family_of(operator)
    if not kind:
        return here, here
    if operator in TYPE_TESTS:
        if operator == "IsTimestamp":
            return (_refined(here, path, value.only(kind)), here) if operand is True else (here, here)
        yes, no = value.only(kind), value.only(~kind)
        if operand is False:
            yes, no = no, yes
        return _refined(here, path, yes), _refined(here, path, no)
    held = value.only(kind)
    if operator.endswith("Equals") and operator in ("StringEquals", "NumericEquals", "BooleanEquals"):
        equal = constant(operand)
        if equal.values is not None and held.kinds & equal.kinds:
            held = equal
        without_it = _without_value(value, operand)
        return _refined(here, path, held), _refined(here, path, without_it)
    return _refined(here, path, held), here


def _refined(document: Shape, path: Path, value: Shape) -> Shape:
    # What cannot be leaves the document as it was: the rule never holds, and that is for others to say.
    return document if value is NOTHING or value.kinds == 0 else assume(document, path.steps, value)


def _without_value(value: Shape, operand: Any) -> Shape:
    kind = kind_of(operand)
    if value.values is None:
        if kind == s.BOOLEAN and value.kinds & s.BOOLEAN and isinstance(operand, bool):
            rest = frozenset({(s.BOOLEAN, not operand)})
            return Shape(s.BOOLEAN, values=rest) if value.kinds == s.BOOLEAN else value
        return value
    left = frozenset(v for v in value.values if v != (kind, operand))
    if left == value.values or not left:
        return value
    kinds = 0
    for kind_left, _ in left:
        kinds |= kind_left
    kinds |= value.kinds & ~s.SCALAR
    return value.changed(values=left, kinds=kinds)


def _presence(visit: Visit, path: Path, document: Shape, operand: Any, pointer: str) -> tuple[Shape, Shape]:
    visit.root(path, document, pointer, "Variable", tolerant=True)
    if path.root != "input" or not path.is_definite or not isinstance(operand, bool):
        return document, document
    found = follow(document, path.steps)
    there = document if found.presence in (s.ALWAYS, s.NEVER) else assume(document, path.steps)
    absent = document if found.presence in (s.ALWAYS, s.NEVER) else without(document, path.steps)
    return (there, absent) if operand else (absent, there)


def _known_mismatch(visit: Visit, path: Path, value: Shape, operator: str, operand: Any, pointer: str) -> None:
    kind = family_of(operator)
    if not kind or operator in TYPE_TESTS or value.presence == s.NEVER:
        return
    if not value.kinds & kind:
        visit.problem("type", pointer, path.text, value, certain=True, name=operator, expected=kind, role="Variable")
