"""Why no input takes a way, where that can be proved: from the graph, the conditions, the errors and the data flow."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any, Final

from flowdsl.analysis import value_sets as v
from flowdsl.analysis.choices import Choices, DeadRule, of_shape
from flowdsl.analysis.conditions import Cases, uncovered
from flowdsl.analysis.errors import handlers, impossible, taken_before
from flowdsl.analysis.flow import Flow
from flowdsl.analysis.flow_state import FATAL, Problem
from flowdsl.analysis.graph import ScopeGraph, is_end
from flowdsl.analysis.shape import ALWAYS
from flowdsl.analysis.task_results import target
from flowdsl.analysis.value_sets import TooManyTerms, Values
from flowdsl.analysis.variables import Variables
from flowdsl.asl.definition import StateNode, is_distributed
from flowdsl.asl.values import has_placeholder, is_expression, is_list, is_object
from flowdsl.errors import DataLimitExceeded
from flowdsl.explore.guide import Map, taken_apart
from flowdsl.explore.running import Budget
from flowdsl.interpreter.ways import Way

Json = Any

_NOT_EVALUATED: Final = frozenset({"Branches", "ItemProcessor", "Iterator", "Comment", "Catch", "Retry"})
_WORDS: Final = {
    "missing": "it reads {text}, and nothing is there",
    "undefined": "{text} gives nothing",
    "items": "{text} is no array",
    "result-path": "{text} leads into what is no object",
    "argument": "an argument of {text} is of the wrong type",
    "function": "{text} calls what is no function",
    "hidden": "a variable hides the function that {text} calls",
}


class Impossible:
    """What can never happen in a definition."""

    def __init__(self, map: Map, input_schema: Json, budget: Budget) -> None:
        self.map = map
        self.budget = budget
        self._input_schema = input_schema
        self._known: dict[str, str | None] = {}
        self._scopes: dict[str, list[bool]] = {}
        self._by_state: dict[str, Choices] = {}
        self._dead: dict[str, dict[int, DeadRule]] = {}

    @cached_property
    def flow(self) -> Flow:
        """The data flow."""
        schema = self._input_schema
        if schema is None:
            schema = self.map.definition.bindings.input_schema
        return Flow(self.map.definition, self.map.graph, Variables(self.map.graph), schema)

    def why(self, way: Way) -> str | None:
        """Why no input can take a way; None where that is not proved."""
        state = self.map.states[taken_apart(way.pointer)[0]]
        found = self.unreached(state)
        return found if found is not None else self.closed(way.pointer)

    def unreached(self, state: StateNode) -> str | None:
        """Why a state is never entered, in its own scope or because of the one around it."""
        here: StateNode | None = state
        while here is not None:
            graph = self.map.graph.of(here.scope)
            row = graph.row[here.name]
            if not graph.reachable[row]:
                return f"nothing leads to {here.name!r}"
            if not self._entered(graph)[row]:
                return self._gate(graph, here)
            here = here.scope.parent
        return None

    def _gate(self, graph: ScopeGraph, state: StateNode) -> str:
        """The ways that would have to be taken to a state, and why they are not."""
        entered = self._entered(graph)
        for number, transition in enumerate(graph.transitions):
            if entered[graph.sources[number]] and not entered[graph.targets[number]]:
                why = self.closed(transition.pointer)
                if why is not None and self._leads_to(graph, graph.targets[number], graph.row[state.name]):
                    return why if transition.target == state.name else f"{why}; {state.name!r} comes only after that"
        return f"no way leads to {state.name!r}"

    def _leads_to(self, graph: ScopeGraph, start: int, end: int) -> bool:
        seen = {start}
        stack = [start]
        while stack:
            row = stack.pop()
            if row == end:
                return True
            for next_row in graph.successors(row):
                if next_row not in seen:
                    seen.add(next_row)
                    stack.append(next_row)
        return False

    def _entered(self, graph: ScopeGraph) -> list[bool]:
        """Which states of a scope can be entered over ways that are not closed."""
        key = graph.scope.pointer
        known = self._scopes.get(key)
        if known is not None:
            return known
        seen = [graph.start is None] * len(graph)
        stack = [] if graph.start is None else [graph.start]
        for row in stack:
            seen[row] = True
        while stack:
            for number in graph.out[stack.pop()]:
                following = graph.targets[number]
                if not seen[following] and self.closed(graph.transitions[number].pointer) is None:
                    seen[following] = True
                    stack.append(following)
        self._scopes[key] = seen
        return seen

    def closed(self, pointer: str) -> str | None:
        """Why a way is not taken though its state is entered; None where that is not proved. Raises TimeIsUp."""
        if pointer not in self._known:
            self.budget.look()
            self._known[pointer] = None
            self._known[pointer] = self._closed(pointer)
        return self._known[pointer]

    def _closed(self, pointer: str) -> str | None:
        at, kind, number = taken_apart(pointer)
        state = self.map.states[at]
        if kind == "Choices":
            return self._rule(state, number)
        if kind == "Default":
            return self._default(state)
        if kind in ("Retry", "Catch"):
            return self._handler(state, kind, number)
        fails = self.fails(state)
        if fails is not None:
            return fails
        if state.type == "Parallel":
            for graph in self.map.graph.inner(state):
                if self._never_ends(graph):
                    return f"branch {graph.scope.start_at!r} of {state.name!r} never ends well"
        if state.type == "Map":
            return self._map_fails(state)
        return None

    # -- states that fail ------------------------------------------------------------------------------------------------

    def fails(self, state: StateNode) -> str | None:
        """Why a state always fails, whatever comes in."""
        known = self.flow.of(state)
        for problem in known.problems if known is not None else ():
            if problem.certain and problem.kind in FATAL and not _in_catch(problem):
                return f"{state.name!r} always fails: {_words(problem)}"
        if self._lacks_the_token(state):
            return f"{state.name!r} always fails: it reads $$.Task.Token, and only what waits for a token has one"
        return None

    def _lacks_the_token(self, state: StateNode) -> bool:
        """Whether a Task reads the token of a callback and is none (JSONPath: a path that leads nowhere)."""
        resource = target(state).resource
        if state.type != "Task" or state.is_jsonata or resource is None or resource.kind in ("activity", "placeholder"):
            return False
        return resource.pattern != "wait_for_task_token" and _reads_the_token(state.fields.get("Parameters"))

    def _never_ends(self, graph: ScopeGraph) -> bool:
        """Whether a scope can only fail, or go round."""
        entered = self._entered(graph)
        return not any(
            entered[row] and is_end(node) and node.type != "Fail" and self.fails(node) is None
            for row, node in enumerate(graph.nodes)
        )

    def is_endless(self) -> bool:
        """Whether no end of the workflow can be entered."""
        graph = self.map.by_scope[""]
        return not any(seen and is_end(node) for seen, node in zip(self._entered(graph), graph.nodes, strict=True))

    def _map_fails(self, state: StateNode) -> str | None:
        known = self.flow.of(state)
        items = None if known is None else known.items
        least = 0 if items is None else len(items.items) if items.items is not None else items.low
        tolerates = any(name.startswith("ToleratedFailure") for name in state.fields)
        for graph in self.map.graph.inner(state):
            if least and not tolerates and self._never_ends(graph):
                return f"every iteration of {state.name!r} fails"
        return None

    # -- Choice ----------------------------------------------------------------------------------------------------------

    def _rule(self, state: StateNode, number: int) -> str | None:
        choices = self._choices(state)
        fails = self._choice_fails(state, number)
        if fails is not None:
            return fails
        dead = self._dead_rules(state).get(number)
        if dead is not None:
            if dead.why == "same":
                return f"rule {dead.earlier} of {state.name!r} has the same condition, and comes first"
            if dead.why == "covered":
                return f"earlier rules of {state.name!r} take everything that rule {number} is for"
            return f"the condition of rule {number} of {state.name!r} contradicts itself"
        return self._never_holds(state, choices, number)

    def _never_holds(self, state: StateNode, choices: Choices, number: int) -> str | None:
        """Whether what the condition asks about can never be as it asks."""
        cases = choices.cases[number]
        if not cases:
            return None
        reason = None
        for case in cases:
            closed = False
            for subject, values in case.subjects.items():
                if subject == "$" and not state.is_jsonata and (values & v.PRESENT).is_empty:
                    closed = True
                    reason = f"rule {number} of {state.name!r} never holds: $ is always there"
                    continue
                shape = choices._shape(subject, self.flow)  # pyright: ignore[reportPrivateUsage]
                if shape is None or shape.vague or shape.presence:
                    continue
                try:
                    if (values & of_shape(shape, absent=True)).is_empty:
                        closed = True
                        what = subject if not state.is_jsonata else "what it reads"
                        reason = f"rule {number} of {state.name!r} never holds: {what} is never so"
                except TooManyTerms:
                    continue
            if not closed:
                return None
        return reason

    def _default(self, state: StateNode) -> str | None:
        fails = self._choice_fails(state, None)
        if fails is not None:
            return fails
        choices = self._choices(state)
        known = [cases for cases in choices.cases if cases is not None]
        subjects = sorted({subject for cases in known for case in cases for subject in case.subjects})
        universe = {subject: self._universe(choices, subject, known) for subject in subjects}
        rest = uncovered(known, universe)
        return f"the rules of {state.name!r} cover everything" if rest is not None and not rest else None

    def _universe(self, choices: Choices, subject: str, known: list[Cases]) -> Values:
        """Everything that a path may hold when Default is come to. To compare what is absent fails a JSONPath state."""
        shape = choices._shape(subject, self.flow)  # pyright: ignore[reportPrivateUsage]
        sure = shape is not None and shape.presence == ALWAYS
        asked = any(
            case.subjects[subject].absent or case.subjects[subject] == v.PRESENT
            for cases in known
            for case in cases
            if subject in case.subjects
        )
        absent = not sure and (asked or choices.state.is_jsonata)
        if shape is None or shape.vague:
            return v.EVERYTHING._replace(absent=absent)
        return of_shape(shape, absent=False)._replace(absent=absent)

    def _choice_fails(self, state: StateNode, number: int | None) -> str | None:
        """Whether a Choice fails before it comes to a rule (None: to Default)."""
        known = self.flow.of(state)
        for problem in known.problems if known is not None else ():
            if not problem.certain or problem.kind not in FATAL:
                continue
            tokens = problem.pointer[len(state.pointer) + 1 :].split("/")
            if tokens[0] != "Choices":
                if tokens[0] == "InputPath":
                    return f"{state.name!r} always fails: {_words(problem)}"
                continue
            # What stands behind the first test of a rule may not be asked at all.
            deeper = [token for token in tokens[2:] if token.isdigit()]
            before = number is None or int(tokens[1]) <= number
            if before and not any(int(token) for token in deeper) and "Assign" not in tokens and "Output" not in tokens:
                return f"{state.name!r} always fails: {_words(problem)}"
        return None

    def _choices(self, state: StateNode) -> Choices:
        return self._by_state.setdefault(state.pointer, Choices(state))

    def _dead_rules(self, state: StateNode) -> dict[int, DeadRule]:
        if state.pointer not in self._dead:
            self._dead[state.pointer] = {dead.number: dead for dead in self._choices(state).dead_rules()}
        return self._dead[state.pointer]

    # -- Retry and Catch -------------------------------------------------------------------------------------------------

    def _handler(self, state: StateNode, kind: str, number: int) -> str | None:
        entries = handlers(state, "Retry" if kind == "Retry" else "Catch")
        place = next((i for i, entry in enumerate(entries) if entry.number == number), None)
        if place is None:
            return None
        entry = entries[place]
        taken = taken_before(entries, place)
        reasons: list[str] = []
        for name in entry.names:
            if name in taken:
                reasons.append(f"{kind}[{taken[name].number}] of {state.name!r} takes {name!r} first")
                continue
            found = impossible(state, name)
            if found is not None and found.kind != "undeclared":
                reasons.append(found.message)
            elif name != DataLimitExceeded and self._raises_nothing(state):
                reasons.append(f"nothing in {state.name!r} fails in a way that can be caught")
            elif not name.startswith("States.") and name not in self._own_errors(state, name):
                reasons.append(f"nothing in {state.name!r} fails with {name!r}")
            else:
                return None
        return reasons[0] if reasons else None

    def _raises_nothing(self, state: StateNode) -> bool:
        """Whether all that can go wrong inside a Map or Parallel is States.Runtime, which is never caught."""
        if state.type == "Task" or state.is_jsonata or is_distributed(state.fields):
            # What fails in a child execution, States.Runtime too, is a failure of the Map that can be caught.
            return False
        if _may_raise(state.fields):
            return False
        return all(
            inner.type in ("Pass", "Wait", "Choice", "Succeed", "Map", "Parallel")
            and not inner.is_jsonata
            and not is_distributed(inner.fields)
            and not _may_raise(inner.fields)
            for graph in self._within(state)
            for inner in graph.nodes
        )

    def _own_errors(self, state: StateNode, asked: str) -> set[str]:
        """The errors that are no reserved ones that can come out of a Map or Parallel; with `asked` where any can."""
        if state.type == "Task":
            return {asked}
        found: set[str] = set()
        for graph in self._within(state):
            for inner in graph.nodes:
                error = inner.fields.get("Error", "")
                if inner.type == "Task" or "ErrorPath" in inner.fields:
                    return {asked}
                if inner.type == "Fail" and (
                    not isinstance(error, str) or has_placeholder(error) or is_expression(error)
                ):
                    return {asked}
                if inner.type == "Fail":
                    found.add(str(error))
        return found

    def _within(self, state: StateNode) -> list[ScopeGraph]:
        prefix = f"{state.pointer}/"
        return [graph for graph in self.map.graph.scopes if graph.scope.pointer.startswith(prefix)]


def _may_raise(fields: dict[str, Json]) -> bool:
    """Whether a JSONPath state has a field that fails with another error than States.Runtime: an intrinsic, a ResultPath."""
    path = fields.get("ResultPath")
    if isinstance(path, str) and path != "$" and not (_is_member(path) and _reads_a_member(fields)):
        return True
    stack: list[Json] = [value for name, value in fields.items() if name not in _NOT_EVALUATED]
    while stack:
        here = stack.pop()
        if is_object(here):
            stack.extend(here.values())
        elif is_list(here):
            stack.extend(here)
        elif isinstance(here, str) and here.startswith("States."):
            return True
    return False


def _reads_the_token(template: Json) -> bool:
    stack: list[Json] = [template]
    while stack:
        here = stack.pop()
        if is_object(here):
            stack.extend(here.values())
            if any(name.endswith(".$") and value == "$$.Task.Token" for name, value in here.items()):
                return True
        elif is_list(here):
            stack.extend(here)
    return False


def _is_member(path: Json) -> bool:
    """Whether a path leads to a member of the input itself."""
    return isinstance(path, str) and re.fullmatch(r"\$\.\w+", path) is not None


def _reads_a_member(fields: dict[str, Json]) -> bool:
    """Whether a state has failed with States.Runtime by then if its input is no object."""
    path = fields.get("InputPath", "$")
    return _is_member(path) or (path == "$" and _is_member(fields.get("ItemsPath")))


def _in_catch(problem: Problem) -> bool:
    return problem.pointer[len(problem.state.pointer) + 1 :].startswith(("Catch", "Retry", "Choices"))


def _words(problem: Problem) -> str:
    text = " ".join(problem.text.split())
    return _WORDS.get(problem.kind, "{text} cannot be evaluated").format(
        text=text if len(text) <= 80 else f"{text[:77]}..."
    )
