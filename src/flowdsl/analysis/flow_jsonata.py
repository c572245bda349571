"""The data flow of JSONata states: Arguments, Output, Assign, and what a Catcher or a Choice rule makes of its own."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from flowdsl.analysis import shape as s
from flowdsl.analysis.flow_jsonpath import error_output
from flowdsl.analysis.flow_state import Edge, InnerRun, Visit
from flowdsl.analysis.jsonata_guards import NO_FACTS, THERE, Facts, all_prefixes, facts_if, forget
from flowdsl.analysis.jsonata_shapes import Finding, Inference, Scope, down
from flowdsl.analysis.jsonata_trees import Access, expression_of, steps_of, tree_of
from flowdsl.analysis.map_items import check_items, child_input, items_read, map_result
from flowdsl.analysis.shape import Origin, Shape
from flowdsl.analysis.shape_constants import constant, tuple_of
from flowdsl.analysis.shape_join import join
from flowdsl.analysis.shape_paths import assume, element, member
from flowdsl.asl.source_map import escape
from flowdsl.asl.values import is_list, is_object
from flowdsl.query.jsonata import nodes as n
from flowdsl.query.timestamps import instant

FIELDS_OF_KIND = {
    "Seconds": s.NUMBER,
    "Timestamp": s.TEXT,
    "TimeoutSeconds": s.NUMBER,
    "HeartbeatSeconds": s.NUMBER,
    "MaxConcurrency": s.NUMBER,
    "ToleratedFailurePercentage": s.NUMBER,
    "ToleratedFailureCount": s.NUMBER,
    "Error": s.TEXT,
    "Cause": s.TEXT,
}
"""Fields of a state that an expression may give, and the kind it must be of."""
LEAST = {
    "Seconds": 0,
    "TimeoutSeconds": 1,
    "HeartbeatSeconds": 1,
    "MaxConcurrency": 0,
    "ToleratedFailurePercentage": 0,
    "ToleratedFailureCount": 0,
}
"""The least number that such a field may come to."""

_DEEPEST = 60
_STATES = Origin("states")
Steps = Generator[InnerRun, Shape, list[Edge]]


def visit_jsonata(visit: Visit, result: Shape | None) -> Steps:
    """What leaves a state over each transition. `result` is that of a Task's call; None for other states."""
    node, fields, flow = visit.node, visit.fields, visit.flow
    if not FIELDS_OF_KIND.keys().isdisjoint(fields):
        for name, kind in FIELDS_OF_KIND.items():
            if name in fields:
                _typed_field(visit, name, kind)
    credentials = fields.get("Credentials")
    if is_object(credentials):
        evaluate(visit, credentials, f"{node.pointer}/Credentials", "Credentials")
    if node.type == "Choice":
        return _choose(visit)
    if node.type == "Fail":
        return []
    arguments = flow.input
    if "Arguments" in fields and node.type in ("Task", "Parallel"):
        arguments = evaluate(visit, fields["Arguments"], f"{node.pointer}/Arguments", "Arguments")
        flow.arguments = arguments
    if node.type == "Parallel":
        outputs: list[Shape] = []
        for inner in visit.inner:
            outputs.append((yield InnerRun(inner, arguments, None, flow.facts)))
        result = tuple_of(tuple(output.having(s.ALWAYS) if output.kinds else s.SOME for output in outputs))
        result = result.closed_by((Origin("branches", node.name),))
    elif node.type == "Map":
        items = items_read(visit, flow.input, _template, _no_path)
        flow.items = items
        check_items(visit, items)
        given, execution_input = child_input(visit, items, flow.input, _template)
        flow.arguments = given
        output = s.SOME
        for inner in visit.inner:
            output = yield InnerRun(inner, given, execution_input, flow.facts)
        result = map_result(visit, items, output, flow.input, _template)
    works = node.type in ("Task", "Parallel", "Map")
    extra = {"result": result if result is not None else s.SOME} if works else {}
    if works:
        flow.result = extra["result"]
    assigned = _assign(visit, fields.get("Assign"), "Assign", extra)
    facts = forget(flow.facts, assigned)
    if "Output" in fields:
        flow.output = evaluate(visit, fields["Output"], f"{node.pointer}/Output", "Output", extra)
    else:
        flow.output = flow.result if works else visit.learned(flow.input)
        if works and flow.output.is_closed:
            flow.output = flow.output.closed_by((Origin("replaced", node.name, node.type), *flow.output.origins))
    real = not visit.fails_for_sure()
    edges = [
        Edge(number, flow.output, facts, real)
        for number in visit.transitions()
        if visit.graph.transitions[number].via == "Next"
    ]
    return edges + _caught(visit)


def evaluate(visit: Visit, value: Any, pointer: str, role: str, extra: dict[str, Shape] | None = None) -> Shape:
    """What a JSONata field gives: expressions evaluated, everything else as it stands."""
    return _value(visit, value, pointer, role, _scope(visit, extra or {}, visit.flow.facts), 0)


def _no_path(*_: object) -> None:
    """JSONata has no field that holds a path."""


def _template(visit: Visit, value: Any, document: Shape, pointer: str, role: str) -> Shape:
    return evaluate(visit, value, pointer, role)


def _scope(visit: Visit, extra: dict[str, Shape], facts: Facts) -> Scope:
    document = visit.flow.input

    def lookup(name: str) -> Shape | None:
        if name == "states":
            return s.closed({"input": document, "context": visit.context, **extra}, _STATES)
        return visit.lookup(name)

    return Scope(lookup, facts)


def _value(visit: Visit, value: Any, pointer: str, role: str, scope: Scope, depth: int) -> Shape:
    if is_object(value):
        if depth > _DEEPEST:
            return s.SOME
        fields = {k: _value(visit, v, f"{pointer}/{escape(k)}", role, scope, depth + 1) for k, v in value.items()}
        return Shape(s.OBJECT, fields=fields, origins=(Origin("template", visit.node.name, role),))
    if is_list(value):
        if depth > _DEEPEST:
            return s.SOME
        return tuple_of(tuple(_value(visit, v, f"{pointer}/{i}", role, scope, depth + 1) for i, v in enumerate(value)))
    text = expression_of(value)
    if text is None:
        return constant(value)
    tree = tree_of(text)
    if tree is None:
        return s.SOME
    return _plainly_read(visit, tree, scope) or expression(visit, tree, text, pointer, role, scope)


def _plainly_read(visit: Visit, tree: n.Node, scope: Scope) -> Shape | None:
    """What `$states.input.a.b` gives where all of it is surely there, as it mostly is; None for anything else."""
    if scope.facts or not isinstance(tree, n.Path):
        return None
    first, second, *_ = steps = tree.steps
    if not isinstance(first, n.Variable) or first.name != "states":
        return None
    if not isinstance(second, n.Name) or second.name != "input":
        return None
    found, passed = down(visit.flow.input, steps, 2)
    return found if passed == len(steps) and found.presence == s.ALWAYS and found.kinds else None


def expression(
    visit: Visit, tree: n.Node, text: str, pointer: str, role: str, scope: Scope, *, quiet: bool = False
) -> Shape:
    """What one expression gives; notes what cannot work in it. The result is a value: there is none after a failure."""
    inference = Inference(scope)
    found = inference.quietly(tree) if quiet else inference.of(tree)
    for name, tolerant in inference.reads.items():
        visit.read_variable(name, pointer, role, tolerant=tolerant)
    lost = False
    for finding in inference.findings:
        if finding.kind == "missing":
            # What is absent does harm where the whole comes to nothing for it; `&` and `=` make do without.
            if found.presence < s.MAYBE and not finding.certain:
                continue
            lost = True
        _note(visit, finding, text, pointer, role, found)
    if found.presence >= s.MAYBE and not lost:
        visit.problem("undefined", pointer, text.strip(), found, certain=found.presence == s.NEVER, role=role)
    if found.kinds == s.FUNCTION:
        visit.problem("type", pointer, text.strip(), found, certain=True, expected=s.ALL, role=role)
        return s.SOME
    return found.having(s.ALWAYS) if found.kinds else s.SOME


def _note(visit: Visit, finding: Finding, text: str, pointer: str, role: str, found: Shape) -> None:
    access = finding.access
    if finding.kind == "missing" and access is not None and access[:2] == ("states", "input"):
        # One mistake is told about once: what follows may take it that the field is there.
        visit.found.append((steps_of(access[2:]), s.SOME))
    harmless = finding.kind == "missing" and finding.certain and found.presence < s.MAYBE
    start, end = finding.span
    visit.problem(
        "absent" if harmless else finding.kind,
        pointer,
        " ".join(text[start:end].split()),
        finding.shape,
        certain=finding.certain,
        name=finding.name,
        expected=finding.expected,
        below=" ".join(text[start : finding.below].split()) if finding.below else "",
        role=role,
    )


def _typed_field(visit: Visit, name: str, kind: int) -> None:
    value = visit.fields[name]
    if expression_of(value) is None:
        return
    pointer = f"{visit.node.pointer}/{name}"
    found = evaluate(visit, value, pointer, name)
    text = str(expression_of(value)).strip()
    if not found.kinds & kind:
        visit.problem("type", pointer, text, found, certain=True, expected=kind, name=name, role=name)
    elif found.kinds & ~kind and not found.vague:
        visit.problem("type", pointer, text, found, certain=False, expected=kind, name=name, role=name)
    elif (
        name.endswith("Seconds")
        and found.values is not None
        and any(isinstance(v, float) and not v.is_integer() for _, v in found.values)
    ):
        visit.problem("type", pointer, text, found, certain=True, expected=kind, name=f"whole {name}", role=name)
    elif found.values and all(not _is_in_range(name, value) for _, value in found.values):
        visit.problem("range", pointer, text, found, certain=True, expected=kind, name=name, role=name)


def _is_in_range(name: str, value: object) -> bool:
    if name == "Timestamp":
        return not isinstance(value, str) or instant(value) is not None
    if name not in LEAST or not isinstance(value, (int, float)) or isinstance(value, bool):
        return True
    return value >= LEAST[name]


def _assign(visit: Visit, given: Any, at: str, extra: dict[str, Shape]) -> list[str]:
    """Evaluates an Assign; the names it assigns."""
    if not is_object(given):
        return []
    pointer = f"{visit.node.pointer}/{at}"
    shape = evaluate(visit, given, pointer, "Assign", extra)
    for name, value in shape.fields.items():
        visit.assign(pointer, name, value)
    return list(shape.fields)


def _caught(visit: Visit) -> list[Edge]:
    """What each Catcher's target gets: its Output, or the error itself."""
    edges: list[Edge] = []
    for number in visit.transitions():
        transition = visit.graph.transitions[number]
        if transition.via != "Catch":
            continue
        catcher = visit.fields["Catch"][transition.number]
        at = f"Catch/{transition.number}"
        error = error_output(visit.node.name)
        extra = {"errorOutput": error}
        assigned = _assign(visit, catcher.get("Assign"), f"{at}/Assign", extra)
        output = error
        if "Output" in catcher:
            output = evaluate(visit, catcher["Output"], f"{visit.node.pointer}/{at}/Output", "Output", extra)
        edges.append(Edge(number, output, forget(visit.flow.facts, assigned)))
    return edges


def _choose(visit: Visit) -> list[Edge]:
    """What each rule's target gets, with what the conditions tried have proved."""
    node, fields = visit.node, visit.fields
    rules = fields.get("Choices")
    rules = rules if is_list(rules) else []
    passed: Facts = visit.flow.facts
    held: dict[int, Facts] = {}
    for i, rule in enumerate(rules):
        condition = rule.get("Condition") if is_object(rule) else None
        text = expression_of(condition)
        tree = tree_of(text) if text is not None else None
        if tree is None or text is None:
            held[i] = passed
            continue
        pointer = f"{node.pointer}/Choices/{i}/Condition"
        found = expression(visit, tree, text, pointer, "Condition", _scope(visit, {}, passed))
        if not found.kinds & s.BOOLEAN:
            visit.problem(
                "type",
                pointer,
                text.strip(),
                found,
                certain=True,
                expected=s.BOOLEAN,
                name="Condition",
                role="Condition",
            )
        elif found.kinds & ~s.BOOLEAN and not found.vague:
            visit.problem(
                "type",
                pointer,
                text.strip(),
                found,
                certain=False,
                expected=s.BOOLEAN,
                name="Condition",
                role="Condition",
            )
        held[i] = passed | all_prefixes(facts_if(tree, True))
        passed = passed | all_prefixes(facts_if(tree, False))
    edges: list[Edge] = []
    through = [not visit.fails_for_sure(i) for i in range(len(rules))]
    for number in visit.transitions():
        transition = visit.graph.transitions[number]
        is_rule = transition.via == "Choices"
        facts = held.get(transition.number, passed) if is_rule else passed
        holder = rules[transition.number] if is_rule else fields
        at = f"Choices/{transition.number}/" if is_rule else ""
        before = visit.flow.facts
        visit.flow.facts = facts
        document, facts = _narrowed(visit, facts)
        assigned = _assign(visit, holder.get("Assign"), f"{at}Assign", {})
        output = document
        if "Output" in holder:
            output = evaluate(visit, holder["Output"], f"{node.pointer}/{at}Output", "Output")
        visit.flow.facts = before
        visit.flow.output = join(visit.flow.output, output) if visit.flow.output.kinds else output
        real = through[transition.number] if is_rule else all(through)
        edges.append(Edge(number, output, forget(facts, assigned), real))
    return edges


def _narrowed(visit: Visit, facts: Facts) -> tuple[Shape, Facts]:
    """The document with what the conditions say of it, and the facts about everything else (the input is another's next)."""
    document = visit.learned(visit.flow.input)
    if not facts:
        return document, NO_FACTS
    kept: set[tuple[Access, str]] = set()
    for access, what in sorted(facts):
        if access[:2] == ("states", "input"):
            document = _with_fact(document, steps_of(access[2:]), what)
        elif access[0] != "states" or access[:4] == ("states", "context", "Execution", "Input"):
            kept.add((access, what))
    return document, frozenset(kept)


def _with_fact(document: Shape, steps: Sequence[str | int], what: str) -> Shape:
    here = document
    for step in steps:
        if isinstance(step, int) and here.kinds != s.ARRAY:
            return document
        here = element(here, step) if isinstance(step, int) else member(here, step)
        if here.presence == s.NEVER:
            return document
    if what == THERE:
        return assume(document, steps) if here.presence != s.ALWAYS else document
    if here.kinds & s.NULL and here.kinds != s.NULL and not here.vague:
        return assume(document, steps, here.only(~s.NULL).having(s.ALWAYS)) if here.presence == s.ALWAYS else document
    return document
