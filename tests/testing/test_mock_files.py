"""Files of mocks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flowdsl.diagnostics import FlowDslError
from flowdsl.testing import load_mocks, raises, simulate, to_mock_config
from tests.interpreter.machines import LAMBDA, one, task


def written(folder: Path, content: Any) -> Path:
    path = folder / "mocks.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_answers_and_lists_of_answers(tmp_path: Path) -> None:
    mocks = load_mocks(
        written(tmp_path, {"S": [{"throw": {"Error": "Boom", "Cause": "why"}}, {"return": [1], "after": 3}]})
    )
    execution = simulate(one(**task(Retry=[{"ErrorEquals": ["Boom"]}])), {}, mocks)
    assert (execution.output, execution.elapsed_seconds) == ([1], 4)


def test_an_answer_may_never_come(tmp_path: Path) -> None:
    mocks = load_mocks(written(tmp_path, {"S": {"hang": True}}))
    assert simulate(one(**task(TimeoutSeconds=9)), {}, mocks).error == "States.Timeout"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "{",
            "the mocks file PATH is no JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        ),
        ([], "the mocks file PATH must hold an object of mocks, found a list"),
        ({"S": 1}, 'PATH: \'S\': an answer is {"return": ...} or {"throw": {"Error": ...}}, found 1'),
        (
            {"S": [{"retrun": 1}]},
            'PATH: \'S\'[0]: an answer is {"return": ...} or {"throw": {"Error": ...}}, found {"retrun": 1}',
        ),
        ({"S": {"return": 1, "aftr": 2}}, "PATH: 'S': unknown key 'aftr'; did you mean 'after'?"),
        ({"S": {"return": 1, "throw": {}}}, "PATH: 'S': an answer has one of return, throw and hang"),
        ({"S": {"return": 1, "after": -1}}, "PATH: 'S': after must be a number of seconds, found -1"),
        (
            {"S": {"throw": {"error": "E"}}},
            'PATH: \'S\': throw must be {"Error": ..., "Cause": ...}, found {"error": "E"}',
        ),
        ({"S": {"throw": {"Error": 1}}}, "PATH: 'S': Error must be a string, found 1"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_place(tmp_path: Path, content: Any, message: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(FlowDslError) as error:
        load_mocks(path)
    assert str(error.value) == message.replace("PATH", str(path))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FlowDslError, match=r"nope\.json cannot be read: No such file or directory"):
        load_mocks(tmp_path / "nope.json")


CONFIG = {
    "StateMachines": {"Order": {"TestCases": {"Happy": {"S": "Good"}, "Retry": {"S": "Flaky"}}}},
    "MockedResponses": {
        "Good": {"0": {"Return": {"StatusCode": 200, "Payload": 1}}},
        "Flaky": {
            "0-1": {"Throw": {"Error": "Boom", "Cause": "why"}},
            "2": {"Return": {"StatusCode": 200, "Payload": 2}},
        },
    },
}


def test_a_mock_config_file_of_step_functions_local_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, CONFIG)
    definition = one(**task(Retry=[{"ErrorEquals": ["Boom"]}]))
    assert simulate(definition, {}, load_mocks(path, "Happy")).output == 1
    assert simulate(definition, {}, load_mocks(path, "Retry")).output == 2
    with pytest.raises(FlowDslError, match="no test case 'Hapy'; did you mean 'Happy'"):
        load_mocks(path, "Hapy")
    with pytest.raises(FlowDslError, match="say which test case: Happy, Retry"):
        load_mocks(path)


@pytest.mark.parametrize(
    ("response", "message"),
    [
        ({"x": {"Return": 1}}, "'x' is no number or range such as '0' or '1-3'"),
        ({"1": {"Return": 1}}, "there is no answer 0; the numbers must be without gaps from 0"),
        ({"0": {"Retrun": 1}}, 'an answer is {"Return": ...} or {"Throw": ...}'),
    ],
)
def test_a_wrong_mock_config_says_what(tmp_path: Path, response: Any, message: str) -> None:
    content = {"StateMachines": {"M": {"TestCases": {"C": {"S": "R"}}}}, "MockedResponses": {"R": response}}
    with pytest.raises(FlowDslError) as error:
        load_mocks(written(tmp_path, content))
    assert message in str(error.value)


def test_mocks_are_written_as_a_mock_config_file(tmp_path: Path) -> None:
    mocks = {"S": [raises("Boom", "why"), {"StatusCode": 200, "Payload": 2}]}
    content = to_mock_config("Order", {"Retry": mocks})
    definition = one(Type="Task", Resource=LAMBDA, Parameters={}, Retry=[{"ErrorEquals": ["Boom"]}])
    read = load_mocks(written(tmp_path, content))
    assert simulate(definition, {}, read).output == simulate(definition, {}, mocks).output
    with pytest.raises(FlowDslError, match="holds results and errors only"):
        to_mock_config("Order", {"Case": {"S": lambda event: 1}})
