"""ASL506 lambda-latest."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.task_results import parameters_of, target
from flowdsl.asl.definition import StateNode
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.checks.words import listed
from flowdsl.diagnostics import Diagnostic, Severity


def call(name: str) -> dict[str, object]:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": name},
        "End": True,
    }
    return {"Charge": task}


class LambdaLatest(Rule):
    """A Task calls whatever version of a function was deployed last ($LATEST).

    An execution that began before a deployment goes on with the new code: what its earlier states left may no longer fit. An alias or a version says which code an
    execution runs.

    Instead: an alias (function:charge:live), or the version that was tested.
    """

    code = "ASL506"
    severity = Severity.INFO
    bad = Example(
        call("arn:aws:lambda:us-east-1:123456789012:function:charge:$LATEST"),
        at="/States/Charge/Parameters/FunctionName",
        says="'Charge' calls the version deployed last ($LATEST): running executions change with each deployment; name an alias",
    )
    good = Example(call("arn:aws:lambda:us-east-1:123456789012:function:charge:live"))

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        found = [(state, path) for state in context.states("Task") if (path := _latest(state)) is not None]
        if context.strict or len(found) == 1:
            for state, path in found:
                message = (
                    f"{state.name!r} calls the version deployed last ($LATEST): running executions change with each deployment; "
                    "name an alias"
                )
                yield self.at(state, message, *path)
        elif found:
            names = listed([state.name for state, _ in found])
            message = f"{len(found)} Tasks call the version deployed last ($LATEST): {names}; name an alias"
            yield self.at(found[0][0], message, *found[0][1])


def _latest(state: StateNode) -> tuple[str, ...] | None:
    """Where a Task names $LATEST."""
    resource = state.fields.get("Resource")
    if isinstance(resource, str) and resource.endswith(":$LATEST"):
        return ("Resource",)
    if not target(state).is_lambda:
        return None
    field = "Arguments" if state.is_jsonata else "Parameters"
    given = parameters_of(state)
    name = given.get("FunctionName")
    if isinstance(name, str) and name.endswith(":$LATEST"):
        return (field, "FunctionName")
    return (field, "Qualifier") if given.get("Qualifier") == "$LATEST" else None
