"""The worst case holds: whatever the interpreter is made to do, it does no more than was predicted, and no less on a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from flowdsl.asl.definition import Definition
from flowdsl.estimate.estimate import Estimate
from flowdsl.testing import raises, returns, simulate

FUNCTION = "arn:aws:states:::lambda:invoke"
TASKS = (
    FUNCTION,
    "arn:aws:states:::dynamodb:getItem",
    "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "arn:aws:lambda:eu-west-1:123456789012:function:f",
)


@dataclass
class Built:
    """A random machine, and what its Tasks are made to answer."""

    document: dict[str, Any]
    mocks: dict[str, Any]
    straight: bool


def transitions_of(history: list[dict[str, Any]]) -> int:
    """States entered, and tries beyond the first: what AWS bills."""
    entered = sum(str(e["type"]).endswith("StateEntered") for e in history)
    # Each scheduled task, started map or parallel beyond the one of its entry is a retry.
    tries = sum(
        e["type"] in ("TaskScheduled", "LambdaFunctionScheduled", "ParallelStateStarted", "MapStateStarted")
        for e in history
    )
    first = sum(e["type"] in ("TaskStateEntered", "ParallelStateEntered", "MapStateEntered") for e in history)
    return entered + max(0, tries - first)


def answering(answers: list[Any]) -> Any:
    """A mock that answers by the number of the try, round and round."""

    def answer(request: Any, call: Any) -> Any:
        return answers[(call.attempt - 1) % len(answers)]

    return answer


class Builder:
    """Draws states one after the other; names count up."""

    def __init__(self, draw: Any, language: str) -> None:
        self.draw = draw
        self.language = language
        self.count = 0
        self.mocks: dict[str, Any] = {}
        self.straight = True

    def scope(self, depth: int) -> dict[str, Any]:
        length = self.draw(st.integers(1, 4 if depth == 0 else 2))
        names = [f"S{self.count + i}" for i in range(length)]
        self.count += length
        states: dict[str, Any] = {}
        for i, name in enumerate(names):
            states[name] = self.state(name, names[i + 1 :], depth)
        body: dict[str, Any] = {"StartAt": names[0], "States": states}
        if depth == 0 and self.language == "JSONata" and self.draw(st.booleans()):
            return self.looped(body)
        return body

    def looped(self, body: dict[str, Any]) -> dict[str, Any]:
        """The states, gone through again until a counter has reached its end."""
        self.straight = False
        states = body["States"]
        for state in states.values():
            if state.pop("End", None):
                state["Next"] = "Check"
        rounds = self.draw(st.integers(0, 4))
        again = {"Condition": f"{{% $passed < {rounds} %}}", "Next": "Count"}
        return {
            "StartAt": "Begin",
            "States": {
                "Begin": {"Type": "Pass", "Assign": {"passed": 0}, "Next": "Count"},
                "Count": {"Type": "Pass", "Assign": {"passed": "{% $passed + 1 %}"}, "Next": body["StartAt"]},
                **states,
                "Check": {"Type": "Choice", "Choices": [again], "Default": "Done"},
                "Done": {"Type": "Succeed"},
            },
        }

    def state(self, name: str, later: list[str], depth: int) -> dict[str, Any]:
        kinds = ["Pass", "Wait", "Task", "Task"]
        if depth < 2:
            kinds += ["Parallel", "Map"]
        if len(later) > 1:
            kinds.append("Choice")
        if not later:
            kinds += ["Succeed", "Fail"]
        kind = self.draw(st.sampled_from(kinds))
        state: dict[str, Any] = {"Type": kind}
        if kind in ("Succeed", "Fail"):
            # A failure inside ends what is around it early, and says so with an event less.
            self.straight = self.straight and not (kind == "Fail" and depth)
            return state
        if kind == "Choice":
            self.straight = False
            return {"Type": "Choice", "Choices": [self.condition(later[-1])], "Default": later[0]}
        state |= {"Next": later[0]} if later else {"End": True}
        if kind == "Wait":
            state["Seconds"] = self.draw(st.integers(0, 50))
        elif kind == "Task":
            self.task(name, state, later)
        elif kind == "Parallel":
            state["Branches"] = [self.scope(depth + 1) for _ in range(self.draw(st.integers(1, 3)))]
            self.fails(state, later)
        elif kind == "Map":
            items = list(range(self.draw(st.integers(0, 3))))
            if self.language == "JSONata":
                state["Items"] = items
            else:
                state["ItemsPath"] = f"$$.Execution.Input.items{len(items)}"
            state["ItemProcessor"] = self.scope(depth + 1)
            if self.draw(st.booleans()):
                state["MaxConcurrency"] = self.draw(st.integers(1, 3))
            self.fails(state, later)
        return state

    def condition(self, target: str) -> dict[str, Any]:
        number = self.draw(st.integers(0, 1))
        if self.language == "JSONata":
            return {"Condition": f"{{% $states.context.Execution.Input.flag = {number} %}}", "Next": target}
        return {"Variable": "$$.Execution.Input.flag", "NumericEquals": number, "Next": target}

    def task(self, name: str, state: dict[str, Any], later: list[str]) -> None:
        state["Resource"] = self.draw(st.sampled_from(TASKS))
        state["TimeoutSeconds"] = 60
        given = {
            "dynamodb": {"TableName": "t", "Key": {}},
            "sqs": {"QueueUrl": "q", "MessageBody": "{% $states.context.Task.Token %}" if self.language == "JSONata" else "x"},
            "lambda": {"FunctionName": "f", "Payload": {}},
        }  # fmt: skip
        for service, parameters in given.items():
            if f":::{service}:" in state["Resource"]:
                state["Arguments" if self.language == "JSONata" else "Parameters"] = parameters
        self.fails(state, later)
        answers = self.draw(st.lists(st.sampled_from(["ok", "slow", "error", "other"]), min_size=1, max_size=4))
        made = {
            "ok": returns({}),
            "slow": returns({}, after=59),
            "error": raises("Boom", after=30),
            "other": raises("Bang"),
        }
        if set(answers) != {"ok"}:
            self.straight = False
        self.mocks[name] = answering([made[a] for a in answers])

    def fails(self, state: dict[str, Any], later: list[str]) -> None:
        if self.draw(st.booleans()):
            self.straight = False
            state["Retry"] = [
                {
                    "ErrorEquals": [error],
                    "MaxAttempts": self.draw(st.integers(0, 2)),
                    "IntervalSeconds": self.draw(st.integers(1, 5)),
                    "BackoffRate": self.draw(st.sampled_from([1, 1.5, 2])),
                }
                for error in self.draw(
                    st.lists(
                        st.sampled_from(["Boom", "Bang", "States.TaskFailed"]), min_size=1, max_size=2, unique=True
                    )
                )
            ]
        if later and self.draw(st.booleans()):
            self.straight = False
            state["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": self.draw(st.sampled_from(later))}]


@st.composite
def machines(draw: Any) -> Built:
    language = draw(st.sampled_from(["JSONata", "JSONPath"]))
    builder = Builder(draw, language)
    document = {"QueryLanguage": language, **builder.scope(0)}
    return Built(document, builder.mocks, builder.straight)


INPUT = {f"items{n}": list(range(n)) for n in range(4)}


def run_and_predict(built: Built, flag: int) -> tuple[tuple[float, ...], tuple[float, ...], Any]:
    definition = Definition(built.document)
    counts = {
        node.pointer: int(node.fields["ItemsPath"][-1])
        for node in definition.states("Map")
        if "ItemsPath" in node.fields
    }
    estimate = Estimate(definition, item_counts=counts)
    execution = simulate(definition, {**INPUT, "flag": flag}, built.mocks, unused_mocks="ignore")
    history = execution.history
    observed = (
        len(history),
        transitions_of(history),
        execution.elapsed_seconds,
        len(execution.calls),
        sum("lambda" in c.operation for c in execution.calls),
    )
    costs, bounds = estimate.worst, estimate.bounds
    predicted = tuple(
        float(a.at(bounds)) for a in (costs.events, costs.transitions, costs.seconds, costs.tasks, costs.lambdas)
    )
    return observed, predicted, execution


@settings(max_examples=300, deadline=None)
@given(machines(), st.integers(0, 1))
def test_no_run_does_more_than_predicted(built: Built, flag: int) -> None:
    observed, predicted, execution = run_and_predict(built, flag)
    assert all(o <= p + 1e-6 for o, p in zip(observed, predicted, strict=True)), (observed, predicted, execution.path)


@settings(max_examples=150, deadline=None)
@given(machines().filter(lambda built: built.straight), st.integers(0, 1))
def test_a_line_on_which_nothing_fails_does_exactly_what_was_predicted(built: Built, flag: int) -> None:
    observed, predicted, execution = run_and_predict(built, flag)
    events, transitions, _, tasks, lambdas = zip(observed, predicted, strict=True)
    assert events[0] == events[1], execution.path
    assert transitions[0] == transitions[1]
    assert tasks[0] == tasks[1]
    assert lambdas[0] == lambdas[1]
