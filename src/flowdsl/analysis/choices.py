"""The rules of one Choice, taken apart: which can hold, which are taken by earlier ones, what none of them takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal, NamedTuple

from flowdsl.analysis import shape as s
from flowdsl.analysis import value_sets as v
from flowdsl.analysis.conditions import Cases, Taken, cases_of, uncovered
from flowdsl.analysis.flow import Flow
from flowdsl.analysis.jsonata_trees import Access, access_of, field_tree, key_of, steps_of
from flowdsl.analysis.jsonpath_syntax import parse_path
from flowdsl.analysis.shape import Shape
from flowdsl.analysis.shape_paths import element, follow, member
from flowdsl.analysis.value_sets import Values
from flowdsl.asl.definition import StateNode
from flowdsl.asl.values import is_list, is_object
from flowdsl.query.jsonata import nodes as n

_PRESENCE = (v.PRESENT, Values(absent=True))
"""What IsPresent leaves."""
_TYPES = (
    Values(null=True),
    Values(true=True, false=True),
    Values(numbers=v.EVERY_NUMBER),
    Values(strings=v.EVERY_STRING),
)
"""What IsNull, IsBoolean, IsNumeric and IsString leave."""


class DeadRule(NamedTuple):
    """A rule that is never taken."""

    number: int
    why: Literal["same", "covered", "contradictory"]
    earlier: int | None = None
    """The rule with the same condition."""


class Choices:
    """One Choice state."""

    def __init__(self, state: StateNode) -> None:
        self.state = state
        rules = state.fields.get("Choices")
        self.rules: list[Any] = rules if is_list(rules) else []

    @cached_property
    def cases(self) -> list[Cases | None]:
        """Of each rule, the cases in which it holds; None where that is not known."""
        return [cases_of(rule, jsonata=self.state.is_jsonata) for rule in self.rules]

    def dead_rules(self) -> list[DeadRule]:
        """The rules that are never taken, whatever comes in."""
        found: list[DeadRule] = []
        seen: dict[str, int] = {}
        taken = Taken()
        for i, rule in enumerate(self.rules):
            text = condition_text(rule)
            if text is None:
                continue
            if text in seen:
                found.append(DeadRule(i, "same", seen[text]))
                continue
            seen[text] = i
            cases = self.cases[i]
            if cases is None:
                continue
            if not cases:
                found.append(DeadRule(i, "contradictory"))
            elif taken.covers(cases):
                found.append(DeadRule(i, "covered"))
            else:
                taken.add(cases)
        return found

    def is_exhaustive(self, flow: Flow) -> bool:
        """Whether some rule holds for every value that the paths looked at can have, as far as that is known."""
        return self.left_over(flow) == ()

    def left_over(self, flow: Flow) -> Cases | None:
        """The cases in which no rule holds; None where that is not known."""
        known = [cases for cases in self.cases if cases is not None]
        mentioned: dict[str, list[Values]] = {}
        for cases in known:
            for case in cases:
                for name, values in case.subjects.items():
                    mentioned.setdefault(name, []).append(values)
        universe = {name: self._universe(name, mentioned[name], flow) for name in sorted(mentioned)}
        return uncovered(known, universe)

    def _universe(self, subject: str, asked: list[Values], flow: Flow) -> Values:
        """What a path may hold: by its shape where that is known, else what the rules take it for."""
        is_presence_asked = any(values in _PRESENCE for values in asked)
        absent = self.state.is_jsonata or is_presence_asked or any(values.absent for values in asked)
        shape = self._shape(subject, flow)
        if shape is not None and not shape.vague:
            return of_shape(shape, absent=absent)
        if is_presence_asked:
            # Whether it is there is asked, so it may be either.
            return v.EVERYTHING
        if any(values in _TYPES for values in asked):
            return v.EVERYTHING if absent else v.PRESENT
        booleans = any(values.true or values.false for values in asked)
        numbers = any(values.numbers for values in asked)
        strings = any(values.strings for values in asked)
        return Values(
            any(values.absent for values in asked),
            any(values.null for values in asked),
            booleans,
            booleans,
            v.EVERY_NUMBER if numbers else (),
            v.EVERY_STRING if strings else (),
            any(values.other for values in asked) and not (numbers or strings),
        )

    def _shape(self, subject: str, flow: Flow) -> Shape | None:
        known = flow.of(self.state)
        if known is None:
            return None
        if not self.state.is_jsonata:
            path = parse_path(subject)
            if path is None or not path.is_definite or path.root == "context":
                return None
            root = known.effective if path.root == "input" else flow.variable(self.state, path.variable)
            return None if root is None else follow(root, path.steps)
        node = self._nodes.get(subject)
        access = access_of(node) if node is not None else None
        if access is None:
            return None
        if access[:2] == ("states", "input"):
            return _down(known.input, access[2:])
        if access[:4] == ("states", "context", "Execution", "Input"):
            return _down(flow.input, access[4:]) if not self.state.scope.distributed else None
        root = flow.variable(self.state, access[0])
        return None if root is None else _down(root, access[1:])

    @cached_property
    def _nodes(self) -> Mapping[str, n.Node]:
        """The parts of the conditions, by what they are called as subjects."""
        found: dict[str, n.Node] = {}
        for rule in self.rules:
            tree = field_tree(rule.get("Condition")) if is_object(rule) else None
            for node in n.walk(tree) if tree is not None else ():
                if isinstance(node, (n.Path, n.Variable)):
                    found.setdefault(key_of(node), node)
        return found


def condition_text(rule: Any) -> str | None:
    """A rule's condition in one spelling, blanks and comments apart; None for what is no rule."""
    if not is_object(rule):
        return None
    if "Condition" in rule:
        tree = field_tree(rule["Condition"])
        return key_of(tree) if tree is not None else None
    return json.dumps(_bare(rule), sort_keys=True)


def of_shape(shape: Shape, *, absent: bool) -> Values:
    """The values that a shape admits."""
    if shape.presence == s.NEVER:
        return Values(absent=True)
    found = Values(
        absent and shape.presence == s.MAYBE,
        bool(shape.kinds & s.NULL),
        bool(shape.kinds & s.BOOLEAN),
        bool(shape.kinds & s.BOOLEAN),
        v.EVERY_NUMBER if shape.kinds & s.NUMBER else (),
        v.EVERY_STRING if shape.kinds & s.TEXT else (),
        bool(shape.kinds & (s.ARRAY | s.OBJECT)),
    )
    if shape.values is not None:
        scalars = v.NOTHING
        for _, value in sorted(shape.values, key=repr):
            one = v.constant(value)
            scalars = scalars | one if one is not None else scalars
        found = scalars._replace(absent=found.absent, other=found.other)
    return found


def _bare(rule: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in rule.items() if key not in ("Next", "Comment", "Assign", "Output")}


def _down(shape: Shape, access: Access) -> Shape:
    for step in steps_of(access):
        # A name picks from every item of a list, and a place from what is no list is that itself.
        if shape.kinds != s.ARRAY if isinstance(step, int) else shape.kinds & s.ARRAY:
            return s.ANY
        shape = element(shape, step) if isinstance(step, int) else member(shape, step)
    return shape
