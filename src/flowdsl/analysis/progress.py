"""Whether a loop gets anywhere: what each of its states does to the values that its Choices lead out by."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final, Literal, NamedTuple

from flowdsl.analysis import value_sets as v
from flowdsl.analysis.bounds import MATH_ADD
from flowdsl.analysis.conditions import Case, cases_of
from flowdsl.analysis.graph import Loop, ScopeGraph
from flowdsl.analysis.jsonata_trees import access_of, called, field_tree, key_of, plain
from flowdsl.analysis.jsonpath_syntax import parse_path
from flowdsl.asl.definition import StateNode
from flowdsl.asl.values import is_list, is_object
from flowdsl.query.jsonata import nodes as n

Subject = tuple[str, ...]
"""A value by its way: ("input", "order", "n"), or ("variable", "n")."""


class Given(NamedTuple):
    """What a state makes of a subject: another value of which nothing is known, a constant, or so much more than before."""

    kind: Literal["other", "constant", "step"]
    value: Any = None


OTHER: Final = Given("other")


class Stuck(NamedTuple):
    """A loop that never ends once it has gone round."""

    state: StateNode
    """The Choice that would lead out."""
    subject: str
    """What it looks at, as it is written."""
    why: Literal["unchanged", "constant", "away"]


def stuck(graph: ScopeGraph, loop: Loop) -> Stuck | None:
    """Why a loop never leads out, where its Choices alone do and nothing in it brings them to; None for one that may end."""
    inside = set(loop.rows)
    first: Stuck | None = None
    for row in loop.rows:
        state = graph.nodes[row]
        for number in graph.out[row]:
            if graph.targets[number] in inside:
                continue
            transition = graph.transitions[number]
            if transition.via not in ("Choices", "Default"):
                return None
            found = _dead_exit(graph, loop, state, transition.number if transition.via == "Choices" else None)
            if found is None:
                return None
            first = first or found
    return first


def may_change(graph: ScopeGraph, loop: Loop, state: StateNode, rule: Any) -> bool:
    """Whether something in a loop may bring a rule that does not hold to hold."""
    return _dead_rule(graph, loop, state, rule) is None


def _dead_exit(graph: ScopeGraph, loop: Loop, state: StateNode, number: int | None) -> Stuck | None:
    rules = state.fields.get("Choices")
    rules = rules if is_list(rules) else []
    if number is not None:
        return _dead_rule(graph, loop, state, rules[number])
    # The Default is taken when no rule holds: nothing that any of them looks at may change.
    first: Stuck | None = None
    for rule in rules:
        cases = cases_of(rule, jsonata=state.is_jsonata)
        names = _names(rule, state.is_jsonata)
        for case in cases if cases is not None else (Case({}, {"": True}),):
            for name, subject in _looked_at(case, names):
                if subject is None or next(_makes(graph, loop, subject), None) is not None:
                    return None
                first = first or Stuck(state, name, "unchanged")
    return first


def _dead_rule(graph: ScopeGraph, loop: Loop, state: StateNode, rule: Any) -> Stuck | None:
    cases = cases_of(rule, jsonata=state.is_jsonata)
    names = _names(rule, state.is_jsonata)
    first: Stuck | None = None
    for case in cases or ():
        for name, subject in _looked_at(case, names):
            if subject is None:
                return None
            made = list(_makes(graph, loop, subject))
            wanted = case.subjects.get(name)
            if any(wanted is None or _may_lead_to(given, wanted) for given in made):
                return None
            kinds = {given.kind for given in made}
            why: Literal["unchanged", "constant", "away"] = (
                "away" if "step" in kinds else "constant" if kinds else "unchanged"
            )
            if len(kinds) > 1:
                return None
            if first is None or why != "unchanged":
                first = Stuck(state, name if not state.is_jsonata else ".".join(_written(subject)), why)
    return first


def _written(subject: Subject) -> Iterator[str]:
    yield "$states.input" if subject[0] == "input" else f"${subject[1]}"
    yield from subject[1 if subject[0] == "input" else 2 :]


def _may_lead_to(given: Given, wanted: v.Values) -> bool:
    if given.kind == "constant":
        value = v.constant(given.value)
        return value is None or not (value & wanted).is_empty
    if given.kind == "step" and given.value:
        # From outside a range that is open to one side, one step after the other to the other side never gets there.
        ends = [i.low == -v.INFINITY if given.value > 0 else i.high == v.INFINITY for i in wanted.numbers]
        return not ends or not all(ends)
    return given.kind == "other"


def _looked_at(case: Case, names: dict[str, Subject]) -> Iterator[tuple[str, Subject | None]]:
    """(as it is written, subject) of what a case looks at; None for what is not simply named."""
    for name in case.subjects:
        bare = name.removesuffix(" as a moment")
        yield name, names.get(bare) or _of_path(bare)
    for question in case.answers:
        try:
            asked = json.loads(question)
        except ValueError:
            asked = None
        if not is_list(asked) or len(asked) != 3:
            yield question, None
            continue
        yield asked[0], _of_path(asked[0])
        if str(asked[1]).endswith("Path"):
            yield asked[2], _of_path(asked[2])


def _of_path(text: Any) -> Subject | None:
    path = parse_path(text) if isinstance(text, str) else None
    if path is None or path.root == "context" or not all(isinstance(step, str) for step in path.steps):
        return None
    start = ("input",) if path.root == "input" else ("variable", path.variable)
    return (*start, *(str(step) for step in path.steps))


def _names(rule: Any, jsonata: bool) -> dict[str, Subject]:
    """By the key of a tree, the subject it names, of a JSONata condition."""
    tree = field_tree(rule.get("Condition")) if jsonata and is_object(rule) else None
    found: dict[str, Subject] = {}
    for node in n.walk(tree) if tree is not None else ():
        subject = _of_tree(node)
        if subject is not None:
            found[key_of(node)] = subject
    return found


def _of_tree(node: n.Node) -> Subject | None:
    access = access_of(node)
    if access is None or any(part.startswith("[") for part in access):
        return None
    if access[0] != "states":
        return ("variable", *access)
    return access[1:] if access[1:2] == ("input",) else None


def _makes(graph: ScopeGraph, loop: Loop, subject: Subject) -> Iterator[Given]:
    """What the states of a loop make of a subject; nothing where all of them leave it alone."""
    inside = set(loop.rows)
    for row in loop.rows:
        state = graph.nodes[row]
        holders = [(state.fields, "")]
        for number in graph.out[row]:
            transition = graph.transitions[number]
            if transition.via in ("Choices", "Catch") and graph.targets[number] in inside:
                holders.append((state.fields[transition.via][transition.number], transition.via))
        for holder, via in holders:
            found = (
                _assigned(holder.get("Assign"), subject)
                if subject[0] == "variable"
                else _in_jsonata(state, holder, via, subject)
                if state.is_jsonata
                else _in_jsonpath(state, holder, via, subject)
            )
            if found is not None:
                yield found


def _assigned(given: Any, subject: Subject) -> Given | None:
    if not is_object(given):
        return None if given is None else OTHER
    name = subject[1]
    if name not in given and f"{name}.$" not in given:
        return None
    return _value(given, subject[1:], subject) if len(subject) == 2 else OTHER


def _in_jsonpath(state: StateNode, fields: dict[str, Any], via: str, subject: Subject) -> Given | None:
    if via == "Choices":
        return None
    if any(fields.get(name, "$") != "$" for name in ("InputPath", "OutputPath")):
        return OTHER
    if state.type in ("Choice", "Wait"):
        return None
    replaces = "ResultPath" not in fields or fields["ResultPath"] == "$"
    makes_none = not any(name in fields for name in ("Parameters", "Result"))
    if not via and state.type == "Pass" and makes_none and replaces:
        return None
    if not replaces:
        if fields["ResultPath"] is None:
            return None
        target = _of_path(fields["ResultPath"])
        if target is None or target[0] != "input":
            return OTHER
        length = min(len(target), len(subject))
        if target[:length] != subject[:length]:
            return None
        if via or state.type != "Pass" or len(target) > len(subject):
            return OTHER
        rest = subject[len(target) :]
    else:
        rest = subject[1:]
    if via or state.type != "Pass":
        return OTHER
    return _value(fields.get("Parameters", fields.get("Result")), rest, subject)


def _in_jsonata(state: StateNode, fields: dict[str, Any], via: str, subject: Subject) -> Given | None:
    if "Output" not in fields:
        return OTHER if via == "Catch" or (not via and state.type in ("Task", "Map", "Parallel")) else None
    output = fields["Output"]
    if is_object(output):
        return _value(output, subject[1:], subject)
    tree = field_tree(output)
    tree = plain(tree) if tree is not None else None
    if tree is not None and _of_tree(tree) == ("input",):
        return None
    if isinstance(tree, n.Call) and called(tree) == "merge" and len(tree.arguments) == 1:
        parts = tree.arguments[0]
        items = parts.items if isinstance(parts, n.Array) else ()
        if len(items) >= 2 and _of_tree(items[0]) == ("input",) and all(isinstance(i, n.Object) for i in items[1:]):
            given = {
                key.value: value
                for item in items[1:]
                if isinstance(item, n.Object)
                for key, value in item.pairs
                if isinstance(key, n.Literal)
            }
            if len(given) == sum(len(i.pairs) for i in items[1:] if isinstance(i, n.Object)):
                if subject[1:2] and subject[1] not in given:
                    return None
                return _computed(given[subject[1]], subject) if len(subject) == 2 else OTHER
    return OTHER


def _value(given: Any, rest: Subject, subject: Subject) -> Given | None:
    """What a template gives a subject, the names of `rest` further in."""
    here = given
    for name in rest:
        if not is_object(here):
            return OTHER
        if f"{name}.$" in here:
            path = here[f"{name}.$"] if name == rest[-1] else None
            if _of_path(path) == subject:
                return None
            match = MATH_ADD.fullmatch(path.strip()) if isinstance(path, str) else None
            return Given("step", float(match[2])) if match is not None and _of_path(match[1]) == subject else OTHER
        if name not in here:
            return OTHER
        here = here[name]
    if isinstance(here, str) and here.startswith("{%"):
        tree = field_tree(here)
        return OTHER if tree is None else _computed(tree, subject)
    return OTHER if is_object(here) or is_list(here) else Given("constant", here)


def _computed(tree: n.Node, subject: Subject) -> Given | None:
    tree = plain(tree)
    if _of_tree(tree) == subject:
        return None
    if isinstance(tree, n.Literal):
        return Given("constant", tree.value)
    if isinstance(tree, n.Binary) and tree.operator in ("+", "-"):
        left, right = plain(tree.left), plain(tree.right)
        if isinstance(left, n.Literal) and tree.operator == "+":
            left, right = right, left
        if _of_tree(left) == subject and isinstance(right, n.Literal):
            step = right.value
            if isinstance(step, (int, float)) and not isinstance(step, bool):
                return Given("step", step if tree.operator == "+" else -step)
    return OTHER
