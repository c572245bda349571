"""One state as the data flow sees it: what comes in, what its fields read, and what cannot work (Problem)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from flowdsl.analysis import shape as s
from flowdsl.analysis.graph import ScopeGraph
from flowdsl.analysis.jsonata_guards import NO_FACTS, Facts
from flowdsl.analysis.jsonpath_syntax import Path, Step
from flowdsl.analysis.shape import Shape
from flowdsl.analysis.shape_paths import assume
from flowdsl.asl.definition import StateNode

ProblemKind = Literal[
    "missing",
    "absent",
    "undefined",
    "never-equal",
    "type",
    "range",
    "arity",
    "function",
    "hidden",
    "items",
    "result-path",
    "argument",
    "refused",
]
"""`missing`: a path or expression reads what is not there. `absent`: the same where it does no more harm than to be left out or
to compare as false. `undefined`: an expression gives nothing. `type`: a value of a
kind that cannot be used so. `range`: a constant that its field does not take. `never-equal`: two values of kinds that are never equal. `arity`, `function`: a call that is none. `hidden`: a call
of a function that a variable hides. `items`: a Map over what is no array. `result-path`:
a ResultPath into what is no object. `argument`: an intrinsic's argument of the wrong kind. `refused`: an
intrinsic call that always fails; `below` says why."""


FATAL = frozenset({"missing", "undefined", "items", "result-path", "argument", "refused", "function", "hidden"})
"""Kinds that end the state when they are certain."""


class Problem(NamedTuple):
    """Something that cannot work (`certain`), or not on every way or for every value."""

    kind: ProblemKind
    certain: bool
    state: StateNode
    pointer: str
    """Of the text that reads."""
    text: str
    """The path or expression, as it stands; of a larger expression the part that fails."""
    shape: Shape
    """What was found: the object that lacks a member, the value of another kind."""
    name: str = ""
    """The member that is not there, the function or operator."""
    expected: int = 0
    """Kinds that would do."""
    below: str = ""
    """The path to the object that lacks the member: `$.detail`."""
    role: str = ""
    """The field's name: Parameters, InputPath, Variable, Output, ..."""


class VariableRead(NamedTuple):
    """A field that reads a workflow variable."""

    state: StateNode
    name: str
    pointer: str
    role: str
    """The field's name."""
    tolerant: bool
    """Whether it does no harm when the variable is not assigned: `$exists($x)`, IsPresent."""


class InnerRun(NamedTuple):
    """Asks the driver for the output of an inner scope, given its input."""

    graph: ScopeGraph
    input: Shape
    execution_input: Shape | None
    """Of the child execution, for a Distributed Map; None: the surrounding execution's."""
    facts: Facts


class Edge(NamedTuple):
    """What leaves a state over one transition."""

    number: int
    """Into the transitions of its scope's graph."""
    output: Shape
    facts: Facts = NO_FACTS
    real: bool = True
    """False where the state surely fails before: what follows is looked at all the same, but says nothing about others."""


class StateFlow:
    """What is known about one state once the analysis has come to rest."""

    __slots__ = ("arguments", "effective", "facts", "input", "items", "node", "output", "problems", "reads", "result")

    def __init__(self, node: StateNode, input: Shape, facts: Facts) -> None:
        self.node = node
        self.input = input
        """The document as it comes in."""
        self.facts = facts
        """What conditions passed on the way say of variables."""
        self.effective = input
        """After InputPath."""
        self.arguments: Shape = input
        """What the task, the branches or the iterations get."""
        self.items: Shape | None = None
        """What a Map iterates over; None for other states, and where an ItemReader reads."""
        self.result: Shape = input
        """The raw result of the work; the input of a state without any."""
        self.output: Shape = s.NOTHING
        """What the next state gets, catchers apart; NOTHING for a state that has none."""
        self.problems: list[Problem] = []
        self.reads: list[VariableRead] = []


class Visit:
    """One pass over one state. Fields are read through it, so that what cannot be read is noted."""

    def __init__(
        self,
        flow: StateFlow,
        graph: ScopeGraph,
        row: int,
        context: Shape,
        lookup: Callable[[str], Shape | None],
        assign: Callable[[str, str, Shape], None],
        inner: list[ScopeGraph],
    ) -> None:
        self.flow = flow
        self.node = flow.node
        self.graph = graph
        self.row = row
        self.context = context
        self.lookup = lookup
        """A workflow variable's shape; None: no scope around assigns it."""
        self.assign = assign
        """Notes the value that an Assign, by its pointer, gives a name."""
        self.inner = inner
        """The graphs of a Map's processor or a Parallel's branches."""
        self.found: list[tuple[tuple[Step, ...], Shape]] = []
        """Paths into the input that had to be there, and now may be taken to be."""

    @property
    def fields(self) -> Mapping[str, Any]:
        return self.node.fields

    def problem(
        self,
        kind: ProblemKind,
        pointer: str,
        text: str,
        shape: Shape,
        *,
        certain: bool,
        name: str = "",
        expected: int = 0,
        below: str = "",
        role: str = "",
    ) -> None:
        self.flow.problems.append(Problem(kind, certain, self.node, pointer, text, shape, name, expected, below, role))

    def learned(self, document: Shape) -> Shape:
        """The input, with what had to be there for the state to get this far."""
        for steps, value in self.found:
            document = assume(document, steps, value)
        return document

    def fails_for_sure(self, choice: int | None = None) -> bool:
        """Whether something found so far ends the execution (or the state) whatever comes in; of a Choice, in trying a rule."""
        for problem in self.flow.problems:
            if not problem.certain or problem.kind not in FATAL:
                continue
            if self.node.type != "Choice":
                return True
            tokens = problem.pointer[len(self.node.pointer) + 1 :].split("/")
            if tokens[0] == "Choices" and choice is not None:
                # What stands behind the first test of a rule may not be asked at all.
                deeper = [token for token in tokens[2:] if token.isdigit()]
                if int(tokens[1]) <= choice and not any(int(token) for token in deeper) and "Assign" not in tokens:
                    return True
        return False

    def read_variable(self, name: str, pointer: str, role: str, *, tolerant: bool = False) -> None:
        """Notes that a field reads a variable."""
        self.flow.reads.append(VariableRead(self.node, name, pointer, role, tolerant))

    def root(self, path: Path, document: Shape, pointer: str, role: str, *, tolerant: bool = False) -> Shape:
        """What a path starts from."""
        if path.root == "input":
            return document
        if path.root == "context":
            return self.context
        self.read_variable(path.variable, pointer, role, tolerant=tolerant)
        found = self.lookup(path.variable)
        # That nothing has assigned it on some way is told of the variable itself.
        return s.ANY if found is None or found.presence == s.NEVER else found.having(s.ALWAYS)

    def transitions(self) -> list[int]:
        """Numbers of the transitions that leave this state."""
        return self.graph.out[self.row]


def spelled(path: Path, count: int) -> str:
    """The first `count` steps of a path, as they would be written."""
    text = {"input": "$", "context": "$$", "variable": f"${path.variable}"}[path.root]
    for step in path.steps[:count]:
        if isinstance(step, int):
            text += f"[{step}]"
        elif isinstance(step, str):
            text += f".{step}" if step.replace("_", "a").replace("-", "a").isalnum() else f"['{step}']"
        else:
            text += step.text
    return text
