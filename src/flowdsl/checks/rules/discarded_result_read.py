"""ASL319 discarded-result-read."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from flowdsl.analysis import shape as s
from flowdsl.analysis.graph import ScopeGraph
from flowdsl.analysis.jsonpath_syntax import parse_path, parse_value, paths_in
from flowdsl.analysis.literals import leaves_of
from flowdsl.asl.definition import StateNode
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity

INVOKE = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}}
IS_OK = {
    "Type": "Choice",
    "Choices": [{"Variable": "$.Payload.ok", "BooleanEquals": True, "Next": "Done"}],
    "Default": "Done",
}


class DiscardedResultRead(Rule):
    """A field of a result is read that the state has thrown away.

    "ResultPath": null keeps the input and discards the result: what follows reads the input, where the field most likely is not, and the execution fails
    with States.Runtime.

    Instead: "ResultPath": "$.result" and a path that begins with it.
    """

    code = "ASL319"
    severity = Severity.WARNING
    bad = Example(
        {"Call": {**INVOKE, "ResultPath": None, "Next": "IsOk"}, "IsOk": IS_OK, "Done": {"Type": "Succeed"}},
        at="/States/IsOk/Choices/0/Variable",
        says="'$.Payload.ok' reads the result of 'Call', which its \"ResultPath\": null throws away",
    )
    good = Example({"Call": {**INVOKE, "Next": "IsOk"}, "IsOk": IS_OK, "Done": {"Type": "Succeed"}})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for graph in context.graph.scopes:
            for row, state in enumerate(graph.nodes):
                fields = state.fields
                if (
                    state.type != "Task"
                    or state.is_jsonata
                    or "ResultPath" not in fields
                    or fields["ResultPath"] is not None
                ):
                    continue
                flow = context.flow.of(state)
                # Names that only AWS gives its answers: `Payload`, `ExecutionArn`. Fields of a vague result say nothing.
                closed = flow is not None and flow.result.is_closed
                names = (
                    {n for n in flow.result.fields if n[:1].isupper()} if flow is not None and closed else set[str]()
                )
                if not names:
                    continue
                yield from self._reads(context, graph, row, state, names)

    def _reads(
        self, context: CheckContext, graph: ScopeGraph, row: int, maker: StateNode, names: set[str]
    ) -> Iterator[Diagnostic]:
        seen = {row}
        queue = deque(t for t in graph.successors(row))
        while queue:
            here = queue.popleft()
            if here in seen:
                continue
            seen.add(here)
            state = graph.nodes[here]
            flow = context.flow.of(state)
            if state.is_jsonata or flow is None:
                continue
            for pointer, text, steps in inputs_read(state):
                first = steps[0] if steps else None
                if isinstance(first, str) and first in names and _is_unknown(flow.input, first):
                    yield self.at(
                        pointer,
                        f'{text!r} reads the result of {maker.name!r}, which its "ResultPath": null throws away',
                    )
            # A state that makes a new document ends the trail.
            if state.type in ("Choice", "Wait") or "ResultPath" in state.fields:
                queue.extend(graph.successors(here))


def _is_unknown(document: s.Shape, name: str) -> bool:
    return document.kinds & s.OBJECT != 0 and name not in document.fields and document.rest == s.UNKNOWN


def inputs_read(state: StateNode) -> Iterator[tuple[str, str, tuple[Any, ...]]]:
    """(pointer, path, steps) of the paths into its input that a state reads."""
    for name in ("InputPath", "ItemsPath", "SecondsPath", "TimestampPath"):
        path = parse_path(state.fields[name]) if isinstance(state.fields.get(name), str) else None
        if path is not None and path.root == "input":
            yield f"{state.pointer}/{name}", path.text, path.steps
    if state.type == "Choice":
        for leaf in leaves_of(state.fields.get("Choices"), f"{state.pointer}/Choices"):
            path = parse_path(leaf.value) if leaf.key == "Variable" and isinstance(leaf.value, str) else None
            if path is not None and path.root == "input":
                yield leaf.pointer, path.text, path.steps
    for name in ("Parameters", "ItemSelector"):
        for leaf in leaves_of(state.fields.get(name), f"{state.pointer}/{name}"):
            if leaf.key.endswith(".$") and isinstance(leaf.value, str):
                for path in paths_in(parse_value(leaf.value)):
                    if path.root == "input":
                        yield leaf.pointer, path.text, path.steps
