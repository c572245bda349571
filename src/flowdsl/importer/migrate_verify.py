"""Whether a migrated definition does what it did: both are run on the same made-up inputs and answers, and compared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from flowdsl.asl.definition import Definition, StateNode
from flowdsl.asl.values import is_list, is_object
from flowdsl.diagnostics import FlowDslError
from flowdsl.importer.migrate import Migration, migrate
from flowdsl.importer.samples import Samples
from flowdsl.importer.verify import first_difference
from flowdsl.interpreter.answers import Answer, Call
from flowdsl.interpreter.execution import Execution, start
from flowdsl.interpreter.frames import Frame
from flowdsl.interpreter.program import Program, compile
from flowdsl.interpreter.task import TaskNode
from flowdsl.query.languages import variables_read

MOST_EVENTS = 2_000
"""Where a run that does not end is cut."""


_DATA_ERRORS = frozenset({"States.Runtime", "States.ResultPathMatchFailure", "States.ExceedToleratedFailureThreshold"})
"""How a JSONPath definition fails on data that it does not expect (the last of them: in the children of a Map)."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A run in which the two definitions part. `what` names the place; the values are those of before and after."""

    state: str
    """The state alone, or "" when the whole machine ran."""
    seed: int
    what: str
    before: Any
    after: Any

    def __str__(self) -> str:
        return f"{self.what}: {_short(self.before)} became {_short(self.after)}"


def _short(value: Any) -> str:
    text = "nothing" if value is ... else repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


@dataclass
class Verification:
    """What was compared, and where the two differ."""

    compared: int = 0
    """Runs that both definitions were compared on."""
    failed: int = 0
    """Runs left out: the JSONPath definition itself failed on its data, which JSONata does under another name."""
    states: set[str] = field(default_factory=lambda: set[str]())
    """States entered in the runs compared."""
    refused: str | None = None
    """Why the machine cannot be run whole offline; its states were compared alone."""
    differences: list[Difference] = field(default_factory=lambda: list[Difference]())


def verified(
    before: Definition,
    states: frozenset[str] | None,
    runs: int,
    seed: int = 0,
    advance: Callable[[int], None] | None = None,
) -> tuple[Migration, Verification]:
    """A migration in which each state that was moved did the same as before in every run; a state that did not stays.

    `advance` is told of the states as they are compared.
    """
    kept: dict[str, str] = {}
    while True:
        migration = migrate(before, states, kept)
        outcome = verify(before, migration, runs, seed, advance)
        culprits = {d.state: d for d in reversed(outcome.differences) if d.state}
        if not culprits:
            return migration, outcome
        for name, difference in culprits.items():
            kept[name] = f"its form in JSONata differs (seed {difference.seed}): {difference}"


def verify(
    before: Definition, migration: Migration, runs: int, seed: int = 0, advance: Callable[[int], None] | None = None
) -> Verification:
    """Runs both definitions `runs` times whole, and each moved state `runs` times alone, and compares them."""
    samples = Samples(before)
    outcome = Verification()
    before, moved_whole = filled(before), filled(migration.definition)
    try:
        _compare(outcome, "", compile(before), compile(moved_whole), samples, runs, seed)
    except FlowDslError as error:
        outcome.refused = str(error)
    after = {node.pointer: node for node in moved_whole.states()}
    for node in before.states():
        if advance is not None:
            advance(1)
        moved = after.get(node.pointer.replace("/Iterator/", "/ItemProcessor/")) or after.get(node.pointer)
        if node.name in migration.moved and moved is not None:
            try:
                pair = [compile(_alone(each)) for each in (node, moved)]
            except FlowDslError:
                continue
            _compare(outcome, node.name, pair[0], pair[1], samples, runs, seed)
    return outcome


def _alone(node: StateNode) -> Definition:
    """A machine of one state; where it goes on there is an end of that name, and the variables it reads are set before."""
    fields = dict(node.fields)
    targets: set[str] = set()
    for holder in (fields, *_holders(fields)):
        targets.update(t for key in ("Next", "Default") if isinstance(t := holder.get(key), str))
    states: dict[str, Any] = {node.name: fields}
    states.update({target: {"Type": "Succeed"} for target in sorted(targets) if target != node.name})
    begin = node.name
    variables = sorted({name for inner in _within(node) for name in variables_read(inner.fields, inner.is_jsonata)})
    if variables:
        begin = f"{node.name} begins"
        assign: dict[str, Any] = {"Assign": dict.fromkeys(variables, 3)}
        states[begin] = {"Type": "Pass", **assign, "Next": node.name}
    # The states inside take the machine's language.
    inner = [each for each in _within(node) if each is not node]
    language = inner[0].query_language if inner else node.query_language
    if language != node.query_language:
        states[node.name] = {**fields, "QueryLanguage": node.query_language}
    return Definition({"QueryLanguage": language, "StartAt": begin, "States": states}, name="Alone")


_UNKNOWN = {"AWS::Partition": "aws", "AWS::Region": "us-east-1", "AWS::AccountId": "123456789012"}
_COUNTED = re.compile("Seconds$|^Max|^ToleratedFailure")


def filled(definition: Definition) -> Definition:
    """The definition with something plausible where a deployment fills in numbers and parts of ARNs."""
    document: Any = _filled("", definition.document)
    return Definition(document, name=definition.name, type=definition.type)


def _filled(key: str, value: Any) -> Any:
    if is_object(value):
        return {name: _filled(name, inner) for name, inner in value.items()}
    if is_list(value):
        return [_filled(key, inner) for inner in value]
    if not isinstance(value, str):
        return value
    if _COUNTED.search(key) and re.fullmatch(r"\$\{[^{}]*\}", value):
        return 60
    if key == "Resource":
        value = re.sub(r"\$\{(AWS::\w+)\}", lambda found: _UNKNOWN.get(found[1], found[0]), value)
        return re.sub(r"^arn:[\w-]+:states:[^:]*:[^:]*:(?=aws-sdk:|[\w-]+:)(?!activity:)", "arn:aws:states:::", value)
    return value


def _holders(fields: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[Any] = []
    for key in ("Choices", "Catch"):
        value = fields.get(key)
        found.extend(value if is_list(value) else ())
    return [each for each in found if is_object(each)]


def _within(node: StateNode) -> list[StateNode]:
    """A state and the states inside it."""
    whole = Definition({"StartAt": node.name, "States": {node.name: node.fields}, "QueryLanguage": node.query_language})
    return list(whole.states())


class _Answers:
    """Made-up answers: the same state, asked for the same time, gets the same one in both runs."""

    def __init__(self, samples: Samples, seed: int) -> None:
        self._samples = samples
        self._seed = seed
        self._asked: Counter[tuple[str, int | None]] = Counter()

    def answer(self, frame: Frame, node: TaskNode, call: Call) -> Answer:
        asked = self._asked[call.state, call.index]
        self._asked[call.state, call.index] += 1
        random = Random(f"{self._seed} {call.state} {call.index} {asked}")
        if random.random() < 0.15:
            names = [name for catcher in node.catchers for name in catcher.error_equals] or ["Boom"]
            name = random.choice(names)
            error = "Boom" if name in ("States.ALL", "States.TaskFailed", "States.Runtime") else name
            return Answer(failed=True, error=error, cause='{"errorMessage":"made up"}')
        return Answer(self._samples.document(random), whole=True)


def _compare(
    outcome: Verification, state: str, before: Program, after: Program, samples: Samples, runs: int, seed: int
) -> None:
    for number in range(runs):
        this = seed * 100_003 + number
        document = samples.document(Random(f"{this} input"))
        first = _run(before, document, samples, this)
        if first is None or first.error in _DATA_ERRORS:
            outcome.failed += 1
            continue
        second = _run(after, document, samples, this)
        outcome.compared += 1
        outcome.states.update(first.path)
        difference = _difference(first, second)
        if difference is not None:
            outcome.differences.append(Difference(state, this, *difference))


def _run(program: Program, document: Any, samples: Samples, seed: int) -> Execution | None:
    try:
        return start(program, document, _Answers(samples, seed), seed=seed, max_events=MOST_EVENTS).finish()
    except FlowDslError:
        # What the interpreter does not model it says before anything runs.
        return None


def _difference(first: Execution, second: Execution | None) -> tuple[str, Any, Any] | None:
    """(what, before, after) of the first thing that differs."""
    if second is None:
        return "outcome", first.status, "it cannot be run"
    if first.path != second.path:
        return "path", first.path, second.path
    for one, other in zip(first.calls, second.calls, strict=False):
        found = first_difference(one.arguments, other.arguments)
        if found is not None:
            return f"request of {one.state!r} at {found[0] or '/'}", found[1], found[2]
    if (first.status, first.error) != (second.status, second.error):
        return "outcome", (first.status, first.error), (second.status, second.error, second.cause)
    if first.status == "SUCCEEDED":
        found = first_difference(first.output, second.output)
        if found is not None:
            return f"output at {found[0] or '/'}", found[1], found[2]
    return None
