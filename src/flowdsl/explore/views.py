"""What a run shows: the value at a place, as a visit of a state sees it."""

from __future__ import annotations

from typing import Any, NamedTuple

from flowdsl.explore.trace import Thread, Trace, Visit
from flowdsl.explore.wants import MISSING, Steps, descend
from flowdsl.interpreter.clock import iso
from flowdsl.query.base import Env, ExpressionError

Json = Any


class Place(NamedTuple):
    """A value as a visit sees it."""

    visit: Visit
    root: str
    """`input`, `effective` (after InputPath), `request` (what the work gets), `result`, `combined` (after ResultPath),
    `output`, `context`, `error`, `items`, or `$name` for a variable."""
    steps: Steps = ()

    def under(self, steps: Steps) -> Place:
        """A value in it."""
        return self._replace(steps=self.steps + steps) if steps else self


class Views:
    """The values of one run."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self._effective: dict[Visit, Json] = {}

    def env(self, visit: Visit, root: str = "effective") -> Env:
        """What an expression of a visit's state reads."""
        env = Env(
            self.root_value(visit, root),
            self.context(visit),
            visit.variables,
            now_ms=lambda: visit.time_ms,
        )
        if visit.result is not MISSING:
            env.result = visit.result
        if visit.trouble is not None:
            env.error_output = {"Error": visit.trouble[0], "Cause": visit.trouble[1]}
        return env

    def context(self, visit: Visit) -> dict[str, Json]:
        """The context object, as far as it does not change from run to run."""
        run = visit.run
        state: dict[str, Json] = {"EnteredTime": iso(visit.time_ms), "Name": visit.node.name}
        if visit.node.type in ("Task", "Map", "Parallel"):
            state["RetryCount"] = 0
        return {"Execution": run.execution_context(), "StateMachine": run.machine_context(), "State": state}

    def root_value(self, visit: Visit, root: str) -> Json:
        """The whole value of a root; MISSING where it is not known."""
        if root == "input" or visit.node.jsonata:
            return {"result": visit.result, "output": visit.output}.get(root, visit.input)
        if root == "effective":
            if visit not in self._effective:
                self._effective[visit] = _evaluated(visit)
            return self._effective[visit]
        if root == "result":
            return self.result(visit)
        return visit.output if root == "output" else MISSING

    def result(self, visit: Visit) -> Json:
        """The raw result of a state's work."""
        kind = visit.node.type
        if kind in ("Map", "Parallel"):
            outputs = [thread.output for thread in last_threads(visit)]
            return MISSING if any(output is MISSING for output in outputs) else outputs
        return visit.result

    def value(self, place: Place) -> Json:
        """The value at a place; MISSING where there is none, or where it is not known."""
        visit, root, steps = place
        if root.startswith("$"):
            here = visit.variables.get(root[1:], MISSING)
        elif root == "context":
            here = self.context(visit)
        elif root == "error":
            error, cause = visit.trouble or (None, None)
            here = {"Error": error, "Cause": cause or ""}
        else:
            here = self.root_value(visit, root)
        return descend(here, steps)


def last_threads(visit: Visit) -> list[Thread]:
    """The branches or iterations of the last try, by index."""
    found: dict[int, Thread] = {}
    for thread in visit.threads:
        found[thread.index] = thread
    return [found[index] for index in sorted(found)]


def _evaluated(visit: Visit) -> Json:
    """The input after InputPath."""
    path = visit.node.fields.get("InputPath", "$")
    if path is None:
        return {}
    if path == "$":
        return visit.input
    from flowdsl.query.jsonpath import compile_path

    try:
        return compile_path(path, "InputPath")(Env(visit.input, {}, visit.variables))
    except ExpressionError:
        return MISSING
