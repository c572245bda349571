"""Reading the fields of JSONPath states: paths, payload templates, intrinsic calls."""

from __future__ import annotations

from typing import Any

from flowdsl.analysis import shape as s
from flowdsl.analysis.flow_state import Visit, spelled
from flowdsl.analysis.intrinsic_functions import INTRINSICS, refusal, result_of
from flowdsl.analysis.jsonpath_syntax import Call, Literal_, Many, Path, Step, Value, parse_path, parse_value
from flowdsl.analysis.shape import Origin, Shape
from flowdsl.analysis.shape_constants import constant, tuple_of
from flowdsl.analysis.shape_paths import element, failing_step, follow
from flowdsl.asl.source_map import escape
from flowdsl.asl.values import is_list, is_object

_DEEPEST = 60


def read_path(visit: Visit, path: Path, document: Shape, pointer: str, role: str) -> Shape:
    """What a path leads to; notes where it leads nowhere. The result is a value: there is none after a failure."""
    root = visit.root(path, document, pointer, role)
    found = follow(root, path.steps)
    if found.presence <= s.UNKNOWN:
        return found.having(s.ALWAYS)
    if not path.is_definite and found.presence != s.NEVER:
        return found.having(s.ALWAYS)
    at, base = failing_step(root, path.steps)
    if at >= len(path.steps) or isinstance(path.steps[at], Many):
        return s.SOME
    visit.problem(
        "missing",
        pointer,
        path.text,
        base,
        certain=found.presence == s.NEVER,
        name=str(path.steps[at]),
        below=spelled(path, at),
        role=role,
    )
    value = s.SOME if found.presence == s.NEVER else found.having(s.ALWAYS)
    if path.root == "input" and document is visit.flow.input:
        visit.found.append((path.steps, value))
    return value


def read_field(
    visit: Visit, name: str, document: Shape, holder: dict[str, Any] | None = None, at: str = ""
) -> Shape | None:
    """What the path in a field leads to; None when there is no such field or it holds no path."""
    text = (visit.node.fields if holder is None else holder).get(name)
    if not isinstance(text, str):
        return None
    pointer = f"{at or visit.node.pointer}/{name}"
    value = parse_value(text) if text.startswith("States.") else parse_path(text)
    if value is None:
        return s.SOME
    if isinstance(value, Call):
        return read_value(visit, value, document, pointer, name)
    return read_path(visit, value, document, pointer, name)


def read_value(visit: Visit, value: Value, document: Shape, pointer: str, role: str) -> Shape:
    """What a path or an intrinsic call gives."""
    if isinstance(value, Path):
        return read_path(visit, value, document, pointer, role)
    given: list[Shape] = []
    for argument in value.arguments:
        if isinstance(argument, Literal_):
            given.append(constant(argument.value))
        else:
            given.append(read_value(visit, argument, document, pointer, role))
    _check_call(visit, value, given, pointer, role)
    if value.name == "ArrayGetItem" and len(given) == 2:
        return _item(visit, value, given[0], pointer, role)
    return result_of(value, given)


def _item(visit: Visit, call: Call, items: Shape, pointer: str, role: str) -> Shape:
    """States.ArrayGetItem: it fails where the list is shorter than that."""
    argument, place = call.arguments
    index = place.value if isinstance(place, Literal_) else None
    if items.kinds != s.ARRAY or not isinstance(index, int) or isinstance(index, bool):
        return result_of(call, (items, s.SOME))
    found = element(items, index)
    if found.presence >= s.MAYBE:
        below = argument.text if not isinstance(argument, Literal_) else ""
        certain = found.presence == s.NEVER
        visit.problem("missing", pointer, call.text, items, certain=certain, name=str(index), below=below, role=role)
    return s.SOME if found.presence == s.NEVER else found.having(s.ALWAYS)


def template(visit: Visit, value: Any, document: Shape, pointer: str, role: str, depth: int = 0) -> Shape:
    """What a payload template makes of a document."""
    if is_object(value):
        if depth > _DEEPEST:
            return s.SOME
        fields: dict[str, Shape] = {}
        for key, inner in value.items():
            if key.endswith(".$"):
                fields[key[:-2]] = _entry(visit, inner, document, pointer, key, role)
            elif isinstance(inner, (dict, list)):
                fields[key] = template(visit, inner, document, f"{pointer}/{escape(key)}", role, depth + 1)
            else:
                fields[key] = constant(inner)
        return Shape(s.OBJECT, fields=fields, origins=(Origin("template", visit.node.name, role),))
    if is_list(value):
        if depth > _DEEPEST:
            return s.SOME
        return tuple_of(
            tuple(template(visit, inner, document, f"{pointer}/{i}", role, depth + 1) for i, inner in enumerate(value))
        )
    return constant(value)


def _entry(visit: Visit, text: Any, document: Shape, pointer: str, key: str, role: str) -> Shape:
    """What the value under a key that ends in `.$` gives."""
    parsed = parse_value(text) if isinstance(text, str) else None
    if parsed is None:
        return s.SOME
    if isinstance(parsed, Path) and parsed.root == "input":
        # Most paths lead somewhere: where they stand is worked out only for those that do not.
        found = follow(document, parsed.steps)
        if found.presence <= s.UNKNOWN:
            return found.having(s.ALWAYS)
    return read_value(visit, parsed, document, f"{pointer}/{escape(key)}", role)


def put_result(document: Shape, steps: tuple[Step, ...]) -> tuple[bool, int] | None:
    """(whether it is certain, number of steps to the value in the way) where a ResultPath cannot be followed; else None."""
    here = document
    for i, step in enumerate(steps):
        if isinstance(step, Many):
            return None
        wanted = s.ARRAY if isinstance(step, int) else s.OBJECT
        if here.presence == s.NEVER:
            return None
        if not here.kinds & wanted:
            return here.presence == s.ALWAYS, i
        if here.kinds & ~wanted and not here.vague and here.presence == s.ALWAYS:
            return False, i
        here = follow(here, (step,))
    return None


def _check_call(visit: Visit, call: Call, given: list[Shape], pointer: str, role: str) -> None:
    function = INTRINSICS.get(call.name)
    if function is None:
        visit.problem("function", pointer, call.text, s.SOME, certain=True, name=f"States.{call.name}", role=role)
        return
    if len(given) < function.least or (function.most is not None and len(given) > function.most):
        visit.problem("arity", pointer, call.text, s.SOME, certain=True, name=f"States.{call.name}", role=role)
        return
    refused = refusal(call)
    if refused is not None:
        name = f"States.{call.name}"
        visit.problem("refused", pointer, call.text, s.SOME, certain=True, name=name, below=refused, role=role)
    for i, (argument, shape) in enumerate(zip(call.arguments, given, strict=True)):
        takes = function.takes[min(i, len(function.takes) - 1)]
        if takes == s.ALL:
            continue
        said = argument.text if not isinstance(argument, Literal_) else repr(argument.value)
        if not shape.kinds & takes:
            visit.problem(
                "argument", pointer, said, shape, certain=True, name=f"States.{call.name}", expected=takes, role=role
            )
        elif shape.kinds & ~takes and not shape.vague:
            visit.problem(
                "argument", pointer, said, shape, certain=False, name=f"States.{call.name}", expected=takes, role=role
            )
