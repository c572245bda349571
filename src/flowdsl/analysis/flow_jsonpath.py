"""The data flow of JSONPath states: InputPath, Parameters, ResultSelector, ResultPath, OutputPath; what a Catcher makes."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from flowdsl.analysis import shape as s
from flowdsl.analysis.choice_tests import try_rule
from flowdsl.analysis.flow_paths import put_result, read_field, template
from flowdsl.analysis.flow_state import Edge, InnerRun, Visit, spelled
from flowdsl.analysis.jsonpath_syntax import parse_path
from flowdsl.analysis.map_items import check_items, child_input, items_read, map_result
from flowdsl.analysis.shape import EMPTY_OBJECT, Origin, Shape
from flowdsl.analysis.shape_constants import constant, tuple_of
from flowdsl.analysis.shape_join import join
from flowdsl.analysis.shape_paths import follow, put
from flowdsl.asl.values import is_list, is_object

PATH_FIELDS: dict[str, tuple[str, ...]] = {
    "Wait": ("SecondsPath", "TimestampPath"),
    "Task": ("TimeoutSecondsPath", "HeartbeatSecondsPath"),
    "Map": ("MaxConcurrencyPath", "ToleratedFailurePercentagePath", "ToleratedFailureCountPath"),
    "Fail": ("ErrorPath", "CausePath"),
}
"""Fields that hold a path into the effective input, by the type of the state."""

Steps = Generator[InnerRun, Shape, list[Edge]]


def visit_jsonpath(visit: Visit, result: Shape | None) -> Steps:
    """What leaves a state over each transition. `result` is that of a Task's call; None for other states."""
    node, fields, flow = visit.node, visit.fields, visit.flow
    raw = flow.input
    effective = _document(visit, "InputPath", raw)
    flow.effective = effective
    for name in PATH_FIELDS.get(node.type, ()):
        if name in fields:
            _kind_is_right(visit, name, read_field(visit, name, effective))
    if node.type == "Choice":
        return _choose(visit, effective)
    if node.type in ("Wait", "Succeed"):
        _assign(visit, fields.get("Assign"), effective, "Assign")
        flow.output = _document(visit, "OutputPath", visit.learned(effective) if effective is raw else effective)
        return _next(visit, flow.output)
    if node.type == "Fail":
        return []
    arguments = (
        template(visit, fields["Parameters"], effective, f"{node.pointer}/Parameters", "Parameters")
        if ("Parameters" in fields and node.type != "Map")
        else effective
    )
    flow.arguments = arguments
    if node.type == "Pass":
        result = constant(fields["Result"]) if "Result" in fields else arguments
    elif node.type == "Parallel":
        outputs: list[Shape] = []
        for inner in visit.inner:
            outputs.append((yield InnerRun(inner, arguments, None, flow.facts)))
        result = tuple_of(tuple(output.having(s.ALWAYS) if output.kinds else s.SOME for output in outputs))
        result = result.closed_by((Origin("branches", node.name),))
    elif node.type == "Map":
        result = yield from _map(visit, effective)
    elif node.type == "Task":
        credentials = fields.get("Credentials")
        if is_object(credentials):
            template(visit, credentials, effective, f"{node.pointer}/Credentials", "Credentials")
    result = result if result is not None else s.SOME
    flow.result = result
    # Assign sees the raw result, before ResultSelector (recorded).
    _assign(visit, fields.get("Assign"), result, "Assign")
    selected = result
    if "ResultSelector" in fields:
        selected = template(visit, fields["ResultSelector"], result, f"{node.pointer}/ResultSelector", "ResultSelector")
    combined = _combined(visit, visit.learned(raw), selected)
    flow.output = _document(visit, "OutputPath", combined)
    return _next(visit, flow.output) + _caught(visit, raw)


def _kind_is_right(visit: Visit, name: str, found: Shape | None) -> None:
    """Notes a number or timestamp that is, or may be, something else: States.Runtime (recorded)."""
    kind = 0 if found is None or name in ("ErrorPath", "CausePath") else s.TEXT if name == "TimestampPath" else s.NUMBER
    if found is None or not kind:
        return
    certain = not found.kinds & kind
    if certain or (found.kinds & ~kind and not found.vague):
        pointer, text = f"{visit.node.pointer}/{name}", str(visit.fields[name])
        visit.problem("type", pointer, text, found, certain=certain, expected=kind, name=name, role=name)


def _document(visit: Visit, name: str, document: Shape) -> Shape:
    """After InputPath or OutputPath: null gives an empty object."""
    if name not in visit.fields:
        return document
    if visit.fields[name] is None:
        return EMPTY_OBJECT
    if visit.fields[name] == "$":
        return document
    found = read_field(visit, name, document)
    return document if found is None else found


def _combined(visit: Visit, raw: Shape, selected: Shape) -> Shape:
    """The raw input with the result where ResultPath puts it; without one, the result alone."""
    if "ResultPath" not in visit.fields:
        return _replaced(visit, raw, selected)
    text = visit.fields["ResultPath"]
    if text is None:
        return raw
    return _put(visit, raw, selected, text, f"{visit.node.pointer}/ResultPath", "ResultPath")


def _replaced(visit: Visit, raw: Shape, selected: Shape) -> Shape:
    """The result in the input's stead; remembers so, for who misses the input later."""
    if visit.node.type == "Pass" and "Result" not in visit.fields and "Parameters" not in visit.fields:
        return selected
    if selected.is_closed and selected is not raw:
        return selected.closed_by((Origin("replaced", visit.node.name, visit.node.type), *selected.origins))
    return selected


def _put(visit: Visit, raw: Shape, value: Shape, text: Any, pointer: str, role: str) -> Shape:
    path = parse_path(text) if isinstance(text, str) else None
    if path is None or path.root != "input":
        return s.SOME
    if path.is_whole:
        return _replaced(visit, raw, value)
    blocked = put_result(raw, path.steps)
    if blocked is not None:
        certain, at = blocked
        visit.problem(
            "result-path",
            pointer,
            path.text,
            follow(raw, path.steps[:at]),
            certain=certain,
            name=str(path.steps[at]),
            below=spelled(path, at),
            expected=s.OBJECT,
            role=role,
        )
    return put(raw, path.steps, value)


def _assign(visit: Visit, given: Any, document: Shape, at: str) -> None:
    if is_object(given):
        pointer = f"{visit.node.pointer}/{at}"
        for name, value in template(visit, given, document, pointer, "Assign").fields.items():
            visit.assign(pointer, name, value)


def _next(visit: Visit, output: Shape) -> list[Edge]:
    real = not visit.fails_for_sure()
    return [
        Edge(number, output, visit.flow.facts, real)
        for number in visit.transitions()
        if visit.graph.transitions[number].via == "Next"
    ]


def _caught(visit: Visit, raw: Shape) -> list[Edge]:
    """What each Catcher's target gets: the raw input with the error where the Catcher's own ResultPath puts it."""
    edges: list[Edge] = []
    for number in visit.transitions():
        transition = visit.graph.transitions[number]
        if transition.via != "Catch":
            continue
        catcher = visit.fields["Catch"][transition.number]
        at = f"Catch/{transition.number}"
        error = error_output(visit.node.name)
        _assign(visit, catcher.get("Assign"), error, f"{at}/Assign")
        if "ResultPath" not in catcher:
            output = error
        elif catcher["ResultPath"] is None:
            output = raw
        else:
            pointer = f"{visit.node.pointer}/{at}/ResultPath"
            path = parse_path(catcher["ResultPath"]) if isinstance(catcher["ResultPath"], str) else None
            output = (
                error
                if path is not None and path.is_whole
                else _put(visit, raw, error, catcher["ResultPath"], pointer, "ResultPath")
            )
        edges.append(Edge(number, output, visit.flow.facts))
    return edges


def error_output(state: str) -> Shape:
    """What a Catcher has in hand. Both texts may be null: a task token's failure may name neither (recorded)."""
    return Shape(s.OBJECT, fields=_ERROR_FIELDS, origins=(Origin("error", state),))


_WORD = Shape(s.TEXT | s.NULL, vague=True)
_ERROR_FIELDS = {"Error": _WORD, "Cause": _WORD}


def _choose(visit: Visit, effective: Shape) -> list[Edge]:
    """What each rule's target gets: the document, narrowed by what the rules tried have shown."""
    node, fields = visit.node, visit.fields
    rules = fields.get("Choices")
    rules = rules if is_list(rules) else []
    here = effective
    held: dict[int, Shape] = {}
    for i, rule in enumerate(rules):
        held[i], here = try_rule(visit, rule, here, f"{node.pointer}/Choices/{i}")
    edges: list[Edge] = []
    first = True
    through = [not visit.fails_for_sure(i) for i in range(len(rules))]
    for number in visit.transitions():
        transition = visit.graph.transitions[number]
        if transition.via == "Choices":
            document = held.get(transition.number, effective)
            rule = rules[transition.number]
            _assign(visit, rule.get("Assign"), effective, f"Choices/{transition.number}/Assign")
        else:
            document = here
            _assign(visit, fields.get("Assign"), effective, "Assign")
        problems = len(visit.flow.problems)
        output = _document(visit, "OutputPath", document)
        if not first:
            # One OutputPath is one reading, however many rules lead through it.
            del visit.flow.problems[problems:]
        first = False
        visit.flow.output = join(visit.flow.output, output) if visit.flow.output.kinds else output
        real = through[transition.number] if transition.via == "Choices" else all(through)
        edges.append(Edge(number, output, visit.flow.facts, real))
    return edges


def _map(visit: Visit, effective: Shape) -> Generator[InnerRun, Shape, Shape]:
    items = items_read(visit, effective, template, read_field)
    visit.flow.items = items
    check_items(visit, items)
    given, execution_input = child_input(visit, items, effective, template)
    visit.flow.arguments = given
    output = s.SOME
    for inner in visit.inner:
        output = yield InnerRun(inner, given, execution_input, visit.flow.facts)
    return map_result(visit, items, output, effective, template)
