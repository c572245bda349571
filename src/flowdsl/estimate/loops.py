"""How often a loop can go round, where a counter with a literal bound says so, or the time it must spend each round."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flowdsl.analysis.bounds import number_of
from flowdsl.analysis.graph import Loop, ScopeGraph, Transition
from flowdsl.asl.definition import StateNode
from flowdsl.estimate.amount import Number
from flowdsl.integrations.base import as_list, as_object

_COMPARE = re.compile(r"\$(\w+(?:\.\w+)*)\s*(<=|>=|<|>|=)\s*(-?\d+)")
_COMPARE_TURNED = re.compile(r"(-?\d+)\s*(<=|>=|<|>|=)\s*\$(\w+(?:\.\w+)*)")
_TURN = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "="}
_STEP = re.compile(r"\{%\s*\$(\w+(?:\.\w+)*)\s*\+\s*(\d+)\s*%\}")
_ADD = re.compile(r"States\.MathAdd\(\s*(\$[\w.$]*)\s*,\s*(\d+)\s*\)")
_OPERATORS = {
    "NumericEquals": "=",
    "NumericGreaterThan": ">",
    "NumericGreaterThanEquals": ">=",
    "NumericLessThan": "<",
    "NumericLessThanEquals": "<=",
}


@dataclass(frozen=True, slots=True)
class Bound:
    """The most rounds of a loop."""

    rounds: int
    why: str
    counter: str
    """What counts: `$attempt`, `$.count`."""
    pointer: str
    """Of the condition that ends it."""
    surely: bool
    """Whether the counter is known to start at a literal; otherwise it is taken to start at 0."""
    exact: bool = False
    """Whether nothing but the counter ends the loop, unless something fails: it then goes round just so often."""


def counted(graph: ScopeGraph, loop: Loop) -> Bound | None:
    """The bound that a counter gives: raised on every round, compared with a literal on every round, left by nothing else.

    A variable (`Assign: {"n": "{% $n + 1 %}"}`, `"n.$": "States.MathAdd($n, 1)"`) or a field (`ResultPath: "$.n"`).
    """
    inside = set(loop.rows)
    best: Bound | None = None
    for row in loop.rows:
        node = graph.nodes[row]
        if node.type != "Choice" or not _cuts(graph, loop, row):
            continue
        for counter, limit, pointer in _limits(graph, node, inside):
            steps = [_step(graph.nodes[r], counter) for r in loop.rows]
            raising = [r for r, step in zip(loop.rows, steps, strict=True) if step]
            if any(_fails_into(graph, inside, r) for r in raising):
                continue  # What is caught has not counted.
            written = [r for r in loop.rows if _writes(graph.nodes[r], counter)]
            if not raising or set(written) != set(raising):
                continue
            if not any(_cuts(graph, loop, r) for r in raising):
                continue
            least = min(step for step in steps if step)
            starts = [_start(n, counter) for i, n in enumerate(graph.nodes) if i not in inside and _writes(n, counter)]
            known = [s for s in starts if s is not None]
            first = min(known) if known else 0
            # What counts before it is looked at for the first time leaves one round less.
            rounds = max(0, -(-(limit - first) // least) - _first_raised(graph, loop, raising, row))
            if best is None or rounds < best.rounds:
                why = f"{counter} reaches {limit:,}"
                surely = bool(starts) and len(known) == len(starts)
                exact = surely and len(set(known)) == 1 and len(raising) == 1 and _only_way_out(graph, loop, row)
                best = Bound(rounds, why, counter, pointer, surely, exact)
    return best


def _fails_into(graph: ScopeGraph, inside: set[int], row: int) -> bool:
    """Whether a Catcher of a row goes on inside the loop."""
    return any(graph.transitions[n].via == "Catch" and graph.targets[n] in inside for n in graph.out[row])


def _first_raised(graph: ScopeGraph, loop: Loop, raising: list[int], choice: int) -> bool:
    """Whether every way from outside to the Choice passes a row that raises the counter."""
    rows = set(loop.rows)
    seen = {r for r in rows if r == graph.start or any(graph.sources[n] not in rows for n in graph.into[r])}
    blocked = set(raising) - {choice}
    ready = [r for r in seen if r not in blocked]
    while ready:
        row = ready.pop()
        if row == choice:
            return False
        for number in graph.out[row]:
            target = graph.targets[number]
            if target in rows and target not in blocked and target not in seen:
                seen.add(target)
                ready.append(target)
    return True


def _only_way_out(graph: ScopeGraph, loop: Loop, choice: int) -> bool:
    """Whether the loop ends by this Choice alone, which asks for nothing but the counter; failures apart."""
    rows = set(loop.rows)
    for row in loop.rows:
        if graph.ends[row]:
            return False
        leaves = any(graph.targets[n] not in rows and graph.transitions[n].via != "Catch" for n in graph.out[row])
        if leaves and row != choice:
            return False
    rules = as_list(graph.nodes[choice].fields.get("Choices"))
    return len(rules) == 1 and len(graph.out[choice]) == 2 and any(_conjuncts(rules[0], whole=True))


def least_seconds(graph: ScopeGraph, loop: Loop) -> Number:
    """The least time that one way round is sure to take: that of its literal Waits; 0 where some way round has none."""
    waits = {row: wait_seconds(graph.nodes[row]) for row in loop.rows}
    if _cycle_among(graph, loop, [row for row in loop.rows if not waits[row]]):
        return 0
    return min((seconds for seconds in waits.values() if seconds), default=0)


def wait_seconds(node: StateNode) -> Number:
    """Seconds that a state surely takes: a Wait of a literal length."""
    found = number_of(node.fields.get("Seconds")) if node.type == "Wait" else None
    return found or 0


def _cuts(graph: ScopeGraph, loop: Loop, row: int) -> bool:
    """Whether every way round passes a row: without it, nothing goes round."""
    return not _cycle_among(graph, loop, [r for r in loop.rows if r != row])


def _cycle_among(graph: ScopeGraph, loop: Loop, rows: list[int]) -> bool:
    """Whether some of a loop's rows still lead round to each other (Kahn's order leaves something over)."""
    kept = set(rows)
    degree = dict.fromkeys(rows, 0)
    ways: dict[int, list[int]] = {r: [] for r in rows}
    for number in loop.inner:
        source, target = graph.sources[number], graph.targets[number]
        if source in kept and target in kept:
            ways[source].append(target)
            degree[target] += 1
    ready = [r for r in rows if not degree[r]]
    done = 0
    while ready:
        row = ready.pop()
        done += 1
        for target in ways[row]:
            degree[target] -= 1
            if not degree[target]:
                ready.append(target)
    return done < len(rows)


def _limits(graph: ScopeGraph, node: StateNode, inside: set[int]) -> Iterator[tuple[str, int, str]]:
    """(counter, the value at which the Choice surely leaves the loop, pointer of the condition)."""
    staying: list[Transition] = []
    leaving: list[tuple[Transition, tuple[str, str, int]]] = []
    ordered = [graph.transitions[t] for t in graph.out[graph.row[node.name]]]
    for transition in ordered:
        rule = node.fields["Choices"][transition.number] if transition.via == "Choices" else None
        stays = graph.row[transition.target] in inside
        if not stays:
            for test in _conjuncts(rule, whole=True):
                # What stays may come before: it is tried first, and must have its own bound.
                if not staying and test[1] in (">", ">="):
                    leaving.append((transition, test))
            continue
        staying.append(transition)
    for transition, (counter, operator, number) in leaving:
        yield counter, number + (operator == ">"), f"{node.pointer}/Choices/{transition.number}"
    # Every way that stays must itself say "as long as it is less".
    found: dict[str, int] = {}
    for i, transition in enumerate(staying):
        rule = node.fields["Choices"][transition.number] if transition.via == "Choices" else None
        here = {c: n + (o == "<=") for c, o, n in _conjuncts(rule) if o in ("<", "<=")}
        found = here if i == 0 else {c: max(n, here[c]) for c, n in found.items() if c in here}
    for counter, number in found.items():
        yield counter, number, f"{node.pointer}/Choices/{staying[0].number}"


def _conjuncts(rule: Any, whole: bool = False) -> Iterator[tuple[str, str, int]]:
    """Comparisons of a counter with a literal that must hold for a rule; with `whole`, only one that is the whole rule."""
    fields = as_object(rule)
    condition = fields.get("Condition")
    if isinstance(condition, str):
        text = condition.strip().removeprefix("{%").removesuffix("%}").strip()
        parts = [text] if whole else [p.strip() for p in re.split(r"\band\b", text)]
        if not whole and re.search(r"\bor\b", text):
            return
        for part in parts:
            if match := _COMPARE.fullmatch(part.strip("() ")):
                yield f"${match.group(1)}", match.group(2), int(match.group(3))
            elif match := _COMPARE_TURNED.fullmatch(part.strip("() ")):
                yield f"${match.group(3)}", _TURN[match.group(2)], int(match.group(1))
        return
    if not whole and "And" in fields:
        for part in as_list(fields["And"]):
            yield from _conjuncts(part)
        return
    variable = fields.get("Variable")
    for operator, sign in _OPERATORS.items():
        number = fields.get(operator)
        if isinstance(variable, str) and isinstance(number, int) and not isinstance(number, bool):
            yield variable, sign, number


def _step(node: StateNode, counter: str) -> int:
    """By how much a state raises a counter; 0 where it does not."""
    value = _written(node, counter)
    if isinstance(value, str):
        match = _STEP.fullmatch(value)
        if match and f"${match.group(1)}" == counter:
            return int(match.group(2))
        match = _ADD.fullmatch(value)
        if match and match.group(1) == counter:
            return int(match.group(2))
    return 0


_COMPUTED = object()
"""What a state writes when its text does not say."""


def _written(node: StateNode, counter: str) -> Any:
    """What a state writes to a variable or a field: its text, _COMPUTED, or None where it writes nothing."""
    fields = node.fields
    if not counter.startswith("$."):
        assign = fields.get("Assign")
        return _member(assign, counter.removeprefix("$")) if isinstance(assign, dict) else None
    if node.type not in ("Pass", "Task", "Map", "Parallel") or node.is_jsonata:
        return None
    result_path = fields.get("ResultPath", "$")
    given = fields.get("Result", fields.get("Parameters")) if node.type == "Pass" else _COMPUTED
    if given is None or not isinstance(result_path, str):
        return None  # A Pass that passes its input on, or a result that is thrown away.
    steps, target = counter.split("."), result_path.split(".")
    if steps[: len(target)] != target:
        return None
    for step in steps[len(target) :]:
        if not isinstance(given, dict):
            return _COMPUTED
        given = _member(given, step)
        if given is None:
            return _COMPUTED  # The object that stands there now has no such member.
    return given


def _member(holder: Any, name: str) -> Any:
    fields = as_object(holder)
    return fields.get(name, fields.get(f"{name}.$"))


def _writes(node: StateNode, counter: str) -> bool:
    return _written(node, counter) is not None


def _start(node: StateNode, counter: str) -> int | None:
    """The literal that a state outside the loop gives a counter."""
    value = _written(node, counter)
    found = number_of(value)
    return int(found) if found is not None else None
