"""A handler called in this process, as Lambda calls it."""

from __future__ import annotations

import json
import sys
from types import ModuleType
from typing import Any

import pytest

from flowdsl.asl.bindings import Binding, Bindings
from flowdsl.asl.definition import Definition
from flowdsl.diagnostics import FlowDslError
from flowdsl.testing import raises, simulate
from tests.interpreter.machines import LAMBDA


class CardDeclined(Exception):
    pass


def charge(event: Any, context: Any) -> Any:
    event["seen"] = True
    if event.get("declined"):
        raise CardDeclined(f"card {event['card']}")
    return {"card": event["card"], "ms": context.get_remaining_time_in_millis(), "name": context.function_name}


def strange(event: Any, context: Any) -> Any:
    return {"when": object()}


def leaves(event: Any, context: Any) -> Any:
    sys.exit(3)


def calling(target: str, **fields: Any) -> Definition:
    state = {
        "Type": "Task",
        "Resource": LAMBDA,
        "Parameters": {"FunctionName": "${Charge}", "Payload.$": "$"},
        "OutputPath": "$.Payload",
        "End": True,
        **fields,
    }
    bindings = Bindings(placeholders={"Charge": Binding("Charge", "lambda", target)})
    return Definition({"StartAt": "S", "States": {"S": state}}, bindings=bindings, name="W")


HERE = __name__


def test_an_unmocked_task_calls_its_real_handler() -> None:
    given = {"card": "c1"}
    execution = simulate(calling(f"{HERE}:charge"), given)
    assert execution.output == {"card": "c1", "ms": 900_000, "name": "charge"}
    # A handler that writes into its event writes into a copy.
    assert given == {"card": "c1"}
    assert execution.calls[0].request == {"card": "c1"}
    assert execution.calls[0].target == f"{HERE}:charge"


def test_an_exception_is_an_error_by_its_bare_class_name() -> None:
    execution = simulate(calling(f"{HERE}:charge"), {"card": "c1", "declined": True})
    assert execution.error == "CardDeclined"
    told = json.loads(str(execution.cause))
    assert list(told) == ["errorMessage", "errorType", "requestId", "stackTrace"]
    assert (told["errorMessage"], told["errorType"]) == ("card c1", "CardDeclined")
    assert told["stackTrace"][0].startswith('  File "/var/task/tests/interpreter/test_lambdas.py", line ')


def test_a_result_that_is_no_json_is_lambdas_marshal_error() -> None:
    execution = simulate(calling(f"{HERE}:strange"), {})
    assert execution.error == "Runtime.MarshalError"
    assert json.loads(str(execution.cause))["errorMessage"] == (
        "Unable to marshal response: Object of type object is not JSON serializable"
    )


def test_a_handler_that_exits_fails_only_its_task() -> None:
    assert simulate(calling(f"{HERE}:leaves"), {}).error == "Runtime.ExitError"


def test_a_handler_is_mocked_by_its_function_or_its_name() -> None:
    for key in (charge, f"{HERE}:charge", "S", "lambda:invoke", "${Charge}"):
        assert simulate(calling(f"{HERE}:charge"), {}, {key: {"mocked": True}}).output == {"mocked": True}


def test_a_mock_can_raise_the_handlers_own_exception() -> None:
    for mock in (raises(CardDeclined, "no"), raises(CardDeclined("no")), CardDeclined("no")):
        execution = simulate(calling(f"{HERE}:charge"), {}, {charge: mock})
        assert execution.error == "CardDeclined"
        assert json.loads(str(execution.cause))["errorMessage"] == "no"


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (
            "no_such_module:f",
            "the handler 'no_such_module:f' cannot be imported: ModuleNotFoundError: No module named 'no_such_module'",
        ),
        (f"{HERE}:charg", f"the module {HERE!r} has no handler 'charg'; did you mean 'charge'?"),
    ],
)
def test_a_handler_that_is_not_there_is_named(target: str, message: str) -> None:
    with pytest.raises(FlowDslError) as error:
        simulate(calling(target), {})
    assert str(error.value) == message


def test_a_module_that_raises_at_import_says_what(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (tmp_path / "needs_region.py").write_text("import os\nREGION = os.environ['NO_SUCH_VARIABLE']\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(FlowDslError, match="cannot be imported: KeyError: 'NO_SUCH_VARIABLE'"):
        simulate(calling("needs_region:f"), {})


def test_a_token_task_calls_its_handler_and_then_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    from flowdsl.testing import start

    asked: list[Any] = []
    module = ModuleType("asking")
    module.ask = lambda event, context: asked.append(event)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "asking", module)
    fields = {
        "Resource": f"{LAMBDA}.waitForTaskToken",
        "Parameters": {"FunctionName": "${Charge}", "Payload": {"token.$": "$$.Task.Token"}},
        "OutputPath": "$",
    }
    execution = start(calling("asking:ask", **fields))
    (waiting,) = execution.pending
    assert asked == [{"token": waiting.token}]
    waiting.succeed("yes")
    assert execution.output == "yes"
