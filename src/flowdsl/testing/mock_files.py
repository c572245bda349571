"""Files of mocks: flowdsl's own, and MockConfigFile.json of Step Functions Local, read and written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flowdsl.asl.values import is_list, is_object
from flowdsl.diagnostics import FlowDslError, did_you_mean
from flowdsl.interpreter.mocks import Hangs, Raises, Returns

ANSWER = ("return", "throw", "hang", "after")


def load_mocks(path: str | Path, test_case: str | None = None) -> dict[str, Any]:
    """The mocks of a file, as `simulate` takes them.

    `{"StateName" | "dynamodb:putItem" | "handlers.orders:charge_card": answer or [answers]}`, an answer being
    `{"return": value}`, `{"throw": {"Error": ..., "Cause": ...}}` or `{"hang": true}`, each with `"after": seconds` if it
    takes time. A MockConfigFile.json is taken as well; `test_case` says which of its cases.
    """
    path = Path(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FlowDslError(f"the mocks file {path} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise FlowDslError(f"the mocks file {path} is no JSON: {error}") from None
    if not is_object(content):
        raise FlowDslError(f"the mocks file {path} must hold an object of mocks, found {_kind(content)}")
    if "StateMachines" in content or "MockedResponses" in content:
        return mock_config(content, test_case, where=str(path))
    if test_case is not None:
        raise FlowDslError(f"{path} is no MockConfigFile.json: it has no test case {test_case!r}")
    return {key: _answers(value, f"{path}: {key!r}") for key, value in content.items()}


def _answers(value: Any, where: str) -> Any:
    if is_list(value):
        return [_answer(item, f"{where}[{i}]") for i, item in enumerate(value)]
    return _answer(value, where)


def _answer(value: Any, where: str) -> Any:
    if not is_object(value) or not ({"return", "throw", "hang"} & value.keys()):
        raise FlowDslError(
            f'{where}: an answer is {{"return": ...}} or {{"throw": {{"Error": ...}}}}, found {_short(value)}'
        )
    for key in value:
        if key not in ANSWER:
            raise FlowDslError(f"{where}: unknown key {key!r}{did_you_mean(key, ANSWER)}")
    if len({"return", "throw", "hang"} & value.keys()) > 1:
        raise FlowDslError(f"{where}: an answer has one of return, throw and hang")
    after = value.get("after", 0)
    if not isinstance(after, (int, float)) or isinstance(after, bool) or after < 0:
        raise FlowDslError(f"{where}: after must be a number of seconds, found {_short(after)}")
    if "hang" in value:
        return Hangs()
    if "return" in value:
        return Returns(value["return"], after=after)
    return _throw(value["throw"], where, after)


def _throw(value: Any, where: str, after: float = 0) -> Raises:
    if not is_object(value) or not value.keys() <= {"Error", "Cause"}:
        raise FlowDslError(f'{where}: throw must be {{"Error": ..., "Cause": ...}}, found {_short(value)}')
    for key, text in value.items():
        if text is not None and not isinstance(text, str):
            raise FlowDslError(f"{where}: {key} must be a string, found {_short(text)}")
    return Raises(value.get("Error"), value.get("Cause"), after=after)


def mock_config(
    content: Mapping[str, Any], test_case: str | None, machine: str | None = None, where: str = "MockConfigFile.json"
) -> dict[str, Any]:
    """The mocks of one test case of a MockConfigFile: each state's responses in the order of their numbers."""
    machines = content.get("StateMachines")
    responses = content.get("MockedResponses")
    if not is_object(machines) or not is_object(responses):
        raise FlowDslError(f"{where}: StateMachines and MockedResponses must both be objects")
    cases: dict[str, Any] = {}
    for name, found in machines.items():
        if machine is None or name == machine:
            cases.update(found.get("TestCases", {}) if is_object(found) else {})
    if not cases:
        raise FlowDslError(f"{where}: no test cases{f' for {machine!r}' if machine else ''}")
    if test_case is None and len(cases) == 1:
        test_case = next(iter(cases))
    if test_case not in cases:
        listed = ", ".join(sorted(cases))
        given = f"no test case {test_case!r}{did_you_mean(str(test_case), cases)}; " if test_case else ""
        raise FlowDslError(f"{where}: {given}say which test case: {listed}")
    told: dict[str, Any] = {}
    for state, name in cases[test_case].items():
        if name not in responses:
            raise FlowDslError(
                f"{where}: test case {test_case!r} names the response {name!r}{did_you_mean(str(name), responses)}"
            )
        told[state] = _numbered(responses[name], f"{where}: MockedResponses/{name}")
    return told


def _numbered(response: Any, where: str) -> list[Any]:
    """`{"0": {"Return": ...}, "1-2": {"Throw": ...}}` as the list of its answers."""
    if not is_object(response):
        raise FlowDslError(f"{where}: must be an object of numbered answers")
    told: dict[int, Any] = {}
    for numbers, answer in response.items():
        first, _, last = numbers.partition("-")
        if not first.isdigit() or (last and not last.isdigit()):
            raise FlowDslError(f"{where}: {numbers!r} is no number or range such as '0' or '1-3'")
        if not is_object(answer) or not ({"Return", "Throw"} & answer.keys()):
            raise FlowDslError(f'{where}/{numbers}: an answer is {{"Return": ...}} or {{"Throw": ...}}')
        made = (
            Returns(answer["Return"], whole=True)
            if "Return" in answer
            else _throw(answer["Throw"], f"{where}/{numbers}")
        )
        if len(last or first) > 5:
            raise FlowDslError(f"{where}: {numbers!r} asks for more than 100,000 answers")
        for index in range(int(first), int(last or first) + 1):
            told[index] = made
    missing = [i for i in range(len(told)) if i not in told]
    if missing:
        raise FlowDslError(f"{where}: there is no answer {missing[0]}; the numbers must be without gaps from 0")
    return [told[i] for i in range(len(told))]


def to_mock_config(machine: str, test_cases: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The MockConfigFile of mocks by test case and state. A function has no place in a file and is refused."""
    cases: dict[str, dict[str, str]] = {}
    responses: dict[str, Any] = {}
    for case, mocks in test_cases.items():
        cases[case] = {}
        for state, answers in mocks.items():
            name = f"{case}{state}"
            listed: list[Any] = answers if is_list(answers) else [answers]
            responses[name] = {str(i): _written(answer, f"{case}/{state}") for i, answer in enumerate(listed)}
            cases[case][state] = name
    return {"StateMachines": {machine: {"TestCases": cases}}, "MockedResponses": responses}


def _written(answer: Any, where: str) -> dict[str, Any]:
    if isinstance(answer, Raises):
        error = answer.error if isinstance(answer.error, str) or answer.error is None else _class_name(answer.error)
        return {"Throw": {k: v for k, v in (("Error", error), ("Cause", answer.cause)) if v is not None}}
    if isinstance(answer, Returns):
        return {"Return": answer.value}
    if callable(answer) or isinstance(answer, Hangs):
        raise FlowDslError(f"{where}: a MockConfigFile holds results and errors only")
    return {"Return": answer}


def _class_name(error: Any) -> str:
    return error.__name__ if isinstance(error, type) else type(error).__name__


def _kind(value: Any) -> str:
    return {list: "a list", str: "a string", bool: "a boolean", type(None): "null"}.get(value.__class__, "a number")


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "..."
