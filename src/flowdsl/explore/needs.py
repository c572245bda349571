"""What a visit of a state must find so that its fields can be evaluated: a value at each path, of the kind its use asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from flowdsl.analysis import value_sets as v
from flowdsl.analysis.shape import NUMBER, OBJECT, TEXT
from flowdsl.analysis.value_sets import Values
from flowdsl.asl.values import is_list, is_object
from flowdsl.explore.jsonpath import ARGUMENT_KINDS, reference_steps
from flowdsl.explore.origins import Origins
from flowdsl.explore.trace import Visit
from flowdsl.explore.views import Place
from flowdsl.explore.wants import EVERY, THERE, Step, Want, items, of_kind, rather
from flowdsl.query.base import ExpressionSyntaxError
from flowdsl.query.jsonpath import parse_intrinsic, parse_path
from flowdsl.query.jsonpath import steps as s
from flowdsl.query.jsonpath.intrinsics import Intrinsic, PathArgument
from flowdsl.query.jsonpath.syntax import Path

Json = Any
Need = tuple[Place, Want]

POSITIVE: Final = Want(values=v.numbers(low=1, low_open=False))
NOT_NEGATIVE: Final = Want(values=v.numbers(low=0, low_open=False))
TIMESTAMP: Final = Want(values=Values(strings=v.EVERY_STRING), form="timestamp")
SIZE: Final = Want(values=v.numbers(low=200_000, low_open=False))

_PATHS: Final = {
    "TimeoutSecondsPath": POSITIVE,
    "HeartbeatSecondsPath": POSITIVE,
    "SecondsPath": NOT_NEGATIVE,
    "TimestampPath": TIMESTAMP,
    "MaxConcurrencyPath": POSITIVE,
    "ToleratedFailureCountPath": NOT_NEGATIVE,
    "ToleratedFailurePercentagePath": NOT_NEGATIVE,
}
"""Fields that read the effective input, and what they must find there."""


def needs_of(origins: Origins, visit: Visit, *, fails: bool = False) -> Iterator[Need]:
    """Every need of a visit, in the order in which its fields are evaluated. `fails`: it is meant to, so that nothing is
    made of its result."""
    if visit.node.jsonata:
        from flowdsl.explore.jsonata_needs import jsonata_needs

        yield from jsonata_needs(origins, visit, fails=fails)
        return
    yield from _PathNeeds(visit).all(fails)


class _PathNeeds:
    """The needs of one visit of a JSONPath state."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.fields = visit.node.fields
        self.item: int | None = None

    def all(self, fails: bool) -> Iterator[Need]:
        fields, kind = self.fields, self.visit.node.type
        if isinstance(fields.get("InputPath"), str):
            yield from self.path(fields["InputPath"], "input", THERE)
        for name, want in _PATHS.items():
            if name in fields:
                yield from self.path(fields[name], "effective", want)
        for name in ("Credentials", *(("Parameters",) if kind != "Map" else ())):
            yield from self.template(fields.get(name), "effective")
        for name in ("ErrorPath", "CausePath"):
            if name in fields:
                yield from self.value(fields[name], "effective", rather(TEXT))
        if kind == "Map":
            yield from self.map()
        if not fails:
            yield from self.result(kind)
        if self.visit.caught is not None:
            catcher = fields["Catch"][self.visit.caught]
            yield from self.result_path(catcher.get("ResultPath"))
            yield from self.template(catcher.get("Assign"), "error")

    def map(self) -> Iterator[Need]:
        """What a Map iterates over, and what its reader, batcher and writer read."""
        fields = self.fields
        if "ItemReader" not in fields:
            yield from self.path(fields.get("ItemsPath", "$"), "effective", items(1))
        for holder in ("ItemReader", "ResultWriter"):
            found = fields.get(holder)
            if is_object(found):
                yield from self.template(found.get("Parameters"), "effective")
                config = found.get("ReaderConfig")
                if is_object(config) and "MaxItemsPath" in config:
                    yield from self.path(config["MaxItemsPath"], "effective", POSITIVE)
        batcher = fields.get("ItemBatcher")
        if is_object(batcher):
            yield from self.template(batcher.get("BatchInput"), "effective")
            for name, want in (("MaxItemsPerBatchPath", POSITIVE), ("MaxInputBytesPerBatchPath", SIZE)):
                if name in batcher:
                    yield from self.path(batcher[name], "effective", want)
        self.item = 0
        yield from self.template(fields.get("ItemSelector", fields.get("Parameters")), "effective")
        self.item = None

    def result(self, kind: str) -> Iterator[Need]:
        """What is read of the result, and where it is put."""
        fields = self.fields
        if kind in ("Task", "Map", "Parallel", "Pass"):
            yield from self.template(fields.get("ResultSelector"), "result")
            yield from self.result_path(fields.get("ResultPath"))
        choice = self.visit.choice
        holder = fields["Choices"][choice] if choice is not None and choice >= 0 else fields
        root = "result" if kind in ("Task", "Map", "Parallel", "Pass") else "effective"
        yield from self.template(holder.get("Assign"), root)
        if isinstance(fields.get("OutputPath"), str):
            inner = "effective" if kind in ("Choice", "Wait", "Succeed") else "combined"
            yield from self.path(fields["OutputPath"], inner, THERE)

    def result_path(self, text: Json) -> Iterator[Need]:
        """The objects that a ResultPath leads through."""
        if not isinstance(text, str):
            return
        steps = reference_steps(text)
        for end in range(len(steps)):
            place = Place(self.visit, "input", steps[:end])
            # Objects that are not there are made.
            yield place, of_kind(OBJECT) if not end else Want(values=Values(absent=True, other=True), kinds=OBJECT)

    def template(self, value: Json, root: str) -> Iterator[Need]:
        """What a payload template reads."""
        stack: list[Json] = [value]
        while stack:
            here = stack.pop()
            if is_list(here):
                stack.extend(reversed(here))
            elif is_object(here):
                for key, inner in here.items():
                    if key.endswith(".$"):
                        yield from self.value(inner, root, THERE)
                stack.extend(reversed([inner for key, inner in here.items() if not key.endswith(".$")]))

    def value(self, text: Json, root: str, want: Want) -> Iterator[Need]:
        """What a path or an intrinsic call reads."""
        if not isinstance(text, str):
            return
        try:
            if text.startswith("$"):
                yield from self.path(text, root, want)
            else:
                yield from self.call(parse_intrinsic(text), root)
        except ExpressionSyntaxError:
            return

    def call(self, call: Intrinsic, root: str) -> Iterator[Need]:
        """What the arguments of a call read."""
        kinds = ARGUMENT_KINDS.get(call.name, (0,))
        for number, argument in enumerate(call.arguments):
            kind = kinds[min(number, len(kinds) - 1)]
            if isinstance(argument, Intrinsic):
                yield from self.call(argument, root)
            elif isinstance(argument, PathArgument):
                yield from self.parsed(argument.path, root, of_kind(kind, kind & (TEXT | NUMBER)) if kind else THERE)
                if call.name == "States.StringToJson":
                    yield from self.json_text(argument.path, root)

    def json_text(self, path: Path, root: str) -> Iterator[Need]:
        """The text that a StringToJson reads must be JSON."""
        from flowdsl.explore.wants import INSIDE

        for place, _ in self.parsed(path, root, THERE):
            yield place.under((INSIDE,)), rather(OBJECT)

    def path(self, text: Json, root: str, want: Want) -> Iterator[Need]:
        """What a path reads."""
        try:
            if isinstance(text, str):
                yield from self.parsed(parse_path(text), root, want)
        except ExpressionSyntaxError:
            return

    def parsed(self, path: Path, root: str, want: Want) -> Iterator[Need]:
        if path.root == "context" and (path.steps[:1] == (s.Name("Map"),) or path.steps[:1] == (s.Name("Task"),)):
            if self.item is None or path.steps[1:3] != (s.Name("Item"), s.Name("Value")):
                return
            place = Place(self.visit, "items", (self.item,))
            steps = path.steps[3:]
        else:
            place = Place(self.visit, f"${path.variable}" if path.variable is not None else root)
            place = place._replace(root="context") if path.root == "context" else place
            steps = path.steps
        made: list[Step] = []
        for number, step in enumerate(steps):
            if isinstance(step, s.Name):
                made.append(step.name)
            elif isinstance(step, s.Index):
                made.append(step.index)
            elif isinstance(step, s.Wildcard) and not any(
                isinstance(rest, (s.Descend, s.Filter)) for rest in steps[number:]
            ):
                made.append(EVERY)
                want = rather(0)
            else:
                # What it leads to may be nothing at all: [] then.
                return
        yield place.under(tuple(made)), want
