"""CheckContext: one definition and everything about it that several rules want to know, each computed once."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flowdsl.analysis.choices import Choices, DeadRule
from flowdsl.analysis.errors import Handler, handlers
from flowdsl.analysis.errors import Kind as HandlerKind
from flowdsl.analysis.flow import Flow
from flowdsl.analysis.flow_state import Problem, ProblemKind
from flowdsl.analysis.graph import Graph
from flowdsl.analysis.literals import Leaf, leaves
from flowdsl.analysis.polling import Poll, polls_in
from flowdsl.analysis.variables import Variables
from flowdsl.asl.definition import Definition, MachineType, Scope, StateNode
from flowdsl.asl.objects import Here, objects
from flowdsl.checks.integration_calls import CallProblem, call_problems
from flowdsl.checks.syntax import Kind, SyntaxProblem, syntax_problems

if TYPE_CHECKING:
    from flowdsl.checks.variable_reads import Misread


class CheckContext:
    """What a rule gets. Analyses are computed on first use and shared by all rules."""

    def __init__(
        self,
        definition: Definition,
        *,
        type: MachineType | None = None,
        input_schema: dict[str, Any] | None = None,
        options: dict[str, Any] | None = None,
        strict: bool = False,
    ) -> None:
        self.definition = definition
        self.type: MachineType | None = type or definition.type
        """None where nothing says."""
        self.input_schema = definition.bindings.input_schema if input_schema is None else input_schema
        """JSON Schema of the execution's input; None: an open document."""
        self.strict = strict
        """Whether hygiene is reported state by state rather than once for the definition."""
        self._choices: dict[str, Choices] = {}
        self._handlers: dict[HandlerKind, dict[str, list[Handler]]] = {"Retry": {}, "Catch": {}}
        self.options: dict[str, Any] = options or {}
        """Settings of single rules: `max-retry-time` in seconds, ..."""

    @property
    def document(self) -> dict[str, Any]:
        return self.definition.document

    @property
    def is_express(self) -> bool:
        return self.type == "EXPRESS"

    @property
    def is_typed(self) -> bool:
        """Whether somebody says what the execution's input is. Who does wants to be told of all that does not fit."""
        return bool(self.input_schema)

    @cached_property
    def objects(self) -> list[Here]:
        """Every object of ASL, an outer one before its inner ones."""
        return list(objects(self.definition))

    def syntax(self, *kinds: Kind) -> list[SyntaxProblem]:
        """Paths, templates and expressions that AWS refuses, of these kinds, in document order."""
        return [problem for kind in kinds for problem in self._syntax.get(kind, ())]

    @cached_property
    def _syntax(self) -> dict[str, list[SyntaxProblem]]:
        found: dict[str, list[SyntaxProblem]] = defaultdict(list)
        for problem in syntax_problems(self.objects):
            found[problem.kind].append(problem)
        return found

    @cached_property
    def graph(self) -> Graph:
        """How the states of each scope lead to each other."""
        return Graph(self.definition)

    @cached_property
    def variables(self) -> Variables:
        """Which assignments reach each state."""
        return Variables(self.graph)

    @cached_property
    def flow(self) -> Flow:
        """The shape of the document at every state, and what cannot work on the way."""
        return Flow(self.definition, self.graph, self.variables, self.input_schema)

    def problems(self, *kinds: ProblemKind) -> list[Problem]:
        """What the data flow found, of these kinds, in the order of the states."""
        return [problem for kind in kinds for problem in self._problems.get(kind, ())]

    @cached_property
    def _problems(self) -> dict[str, list[Problem]]:
        found: dict[str, list[Problem]] = defaultdict(list)
        for problem in self.flow.problems:
            found[problem.kind].append(problem)
        return found

    def call_problems(self, *kinds: str) -> list[CallProblem]:
        """What is wrong with the parameters of calls, of these kinds, in document order."""
        return [found for found in self._call_problems if found.problem.kind in kinds]

    @cached_property
    def _call_problems(self) -> list[CallProblem]:
        return list(call_problems(self.states("Task")))

    @cached_property
    def polls(self) -> list[Poll]:
        """Loops that ask until the answer changes."""
        return [poll for graph in self.graph.scopes for poll in polls_in(graph)]

    @cached_property
    def is_hardened(self) -> bool:
        """Whether somebody thought of failures: two at least of a Retry, a Catch and a timeout stand somewhere."""
        states = self.states("Task", "Map", "Parallel")
        marks = (
            any(state.fields.get("Retry") for state in states),
            any(state.fields.get("Catch") for state in states),
            "TimeoutSeconds" in self.document
            or any("TimeoutSeconds" in state.fields or "TimeoutSecondsPath" in state.fields for state in states),
        )
        return sum(marks) >= 2

    @cached_property
    def texts(self) -> list[tuple[StateNode, Leaf]]:
        """Every text in the values that states are given (Parameters, Output, ...), with its state, in document order."""
        return [(state, leaf) for state in self.states() for leaf in leaves(state) if isinstance(leaf.value, str)]

    @cached_property
    def misreads(self) -> list[Misread]:
        """Reads of variables that find no value, or not on every way."""
        from flowdsl.checks.variable_reads import misreads

        return list(misreads(self))

    def handlers(self, state: StateNode, kind: HandlerKind) -> list[Handler]:
        """A state's Retriers or Catchers, in order."""
        known = self._handlers[kind]
        found = known.get(state.pointer)
        if found is None:
            found = known[state.pointer] = handlers(state, kind)
        return found

    def all_handlers(self, state: StateNode) -> list[Handler]:
        """Retriers, then Catchers."""
        return self.handlers(state, "Retry") + self.handlers(state, "Catch")

    def choices(self, state: StateNode) -> Choices:
        """The rules of a Choice state, taken apart once."""
        found = self._choices.get(state.pointer)
        if found is None:
            found = self._choices[state.pointer] = Choices(state)
        return found

    @cached_property
    def dead_rules(self) -> list[tuple[StateNode, DeadRule]]:
        """Choice rules that are never taken."""
        return [(state, dead) for state in self.states("Choice") for dead in self.choices(state).dead_rules()]

    @cached_property
    def scopes(self) -> tuple[Scope, ...]:
        """Every scope, an outer one before its inner ones."""
        return tuple(self.definition.scopes())

    @cached_property
    def _by_type(self) -> dict[str, list[StateNode]]:
        found: dict[str, list[StateNode]] = defaultdict(list)
        for state in self.definition.states():
            found[""].append(state)
            found[state.type].append(state)
        return found

    def states(self, *types: str) -> list[StateNode]:
        """Every state (of these types), an outer one before its inner ones. Not to be written to."""
        if not types:
            return self._by_type[""]
        if len(types) == 1:
            return self._by_type[types[0]] if types[0] else []
        return [state for state in self._by_type[""] if state.type in types]
