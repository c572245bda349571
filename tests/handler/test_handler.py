"""A function under @handler: plain Python for a test, an entry point for Lambda, a declared contract for the tools."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flowdsl.handler import (
    AlreadyRunning,
    Conflict,
    Handler,
    LostLease,
    Permanent,
    Transient,
    _declaring,
    delegated,
    handler,
    natural,
    none,
    once,
)


class CardDeclined(Permanent):
    """The card does not cover the amount."""


class GatewayBusy(Transient):
    """The payment provider asks to come again."""


@handler(raises=(CardDeclined, GatewayBusy), timeout_seconds=30, effects=("dynamodb:putItem",), idempotency=natural())
def charge(*, payment_id: str, amount: int = 1) -> dict[str, Any]:
    """Takes the amount from the card."""
    if amount > 100:
        raise CardDeclined(payment_id)
    return {"id": payment_id, "amount": amount}


@handler
def bare(*, name: str) -> str:
    return f"Hello {name}"


def test_called_with_its_arguments_it_is_the_function() -> None:
    assert charge(payment_id="p1", amount=3) == {"id": "p1", "amount": 3}


def test_called_with_an_event_and_a_context_it_is_the_entry_point(context: Any) -> None:
    entry: Any = charge
    assert entry({"payment_id": "p1", "amount": 3}, context) == {"id": "p1", "amount": 3}


def test_invoke_is_the_entry_point_without_a_context() -> None:
    assert charge.invoke({"payment_id": "p1"}) == {"id": "p1", "amount": 1}


def test_the_bare_decorator_is_enough() -> None:
    assert bare(name="Ada") == "Hello Ada"
    assert bare.invoke({"name": "Ada"}) == "Hello Ada"


def test_a_declared_error_is_raised_as_it_is(context: Any) -> None:
    with pytest.raises(CardDeclined, match=r"^p1$"):
        charge.invoke({"payment_id": "p1", "amount": 101}, context)


def test_an_undeclared_error_passes_through() -> None:
    @handler
    def broken() -> None:
        raise ZeroDivisionError("by hand")

    with pytest.raises(ZeroDivisionError, match=r"^by hand$"):
        broken.invoke({})


def test_it_carries_its_declarations() -> None:
    assert charge.raises == (CardDeclined, GatewayBusy)
    assert charge.timeout_seconds == 30
    assert charge.effects == ("dynamodb:putItem",)
    assert repr(charge.idempotency) == "natural()"
    assert (bare.raises, bare.timeout_seconds, bare.effects, bare.idempotency) == ((), None, (), None)


def test_it_has_the_functions_name_and_documentation() -> None:
    assert (charge.name, charge.qualname, charge.module) == ("charge", "charge", __name__)
    assert charge.target == f"{__name__}:charge"
    assert charge.__doc__ == "Takes the amount from the card."
    assert charge.function is charge.__wrapped__
    assert repr(charge) == f"<handler {__name__}:charge>"


def test_it_knows_where_it_is_written() -> None:
    assert Path(charge.file) == Path(__file__)
    source = Path(__file__).read_text(encoding="utf-8").splitlines()
    assert source[charge.line - 1].startswith("@handler(raises=")


def test_its_annotations_are_types() -> None:
    assert list(charge.parameters) == ["payment_id", "amount"]
    assert charge.parameters["payment_id"].annotation is str
    assert charge.parameters["amount"].default == 1
    assert charge.result_type == dict[str, Any]


def test_annotations_may_name_what_is_local_where_the_handler_is() -> None:
    @dataclass
    class Line:
        sku: str

    @handler
    def first(*, lines: list[Line]) -> Line:
        return lines[0]

    assert first.invoke({"lines": [{"sku": "tea"}]}) == {"sku": "tea"}
    assert first.result_type is Line


def test_an_annotation_that_is_not_there_at_run_time_is_named() -> None:
    def late(*, order: Missing) -> None:  # type: ignore[name-defined]  # noqa: F821
        """Nothing."""

    with pytest.raises(TypeError) as error:
        handler(late).invoke({"order": {}})
    assert str(error.value) == (
        "test_an_annotation_that_is_not_there_at_run_time_is_named.<locals>.late: an annotation names 'Missing', which is "
        "not defined where the handler is; import it at run time, not under TYPE_CHECKING"
    )


def test_while_a_workflow_is_declared_a_call_goes_to_the_language() -> None:
    calls: list[Any] = []

    def declare(called: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        calls.append((called, args, kwargs))
        return "a call"

    token = _declaring.current.set(declare)
    try:
        result: Any = charge(payment_id="p1")
    finally:
        _declaring.current.reset(token)
    assert result == "a call"
    assert calls == [(charge, (), {"payment_id": "p1"})]


def test_a_handler_with_a_key_of_its_own_needs_none_from_the_workflow() -> None:
    def work(*, order_id: str) -> None:
        """Nothing."""

    assert not handler(idempotency=once("order_id"))(work).wants_key
    assert handler(idempotency=once())(work).wants_key
    assert handler(idempotency=delegated(to="the queue"))(work).wants_key
    assert not handler(idempotency=natural())(work).wants_key
    assert not handler(work).wants_key


def test_once_adds_its_errors_to_those_that_are_declared() -> None:
    def work(*, order_id: str) -> None:
        """Nothing."""

    names = [e.__name__ for e in handler(raises=(CardDeclined,), idempotency=once("order_id"))(work).errors]
    assert names == ["CardDeclined", "AlreadyRunning", "LostLease", "Conflict", "KeyReused"]
    assert [e for e in handler(idempotency=once("order_id"))(work).errors if issubclass(e, Transient)] == [
        AlreadyRunning,
        LostLease,
        Conflict,
    ]


def function(*, order_id: str) -> None:
    """A function to decorate."""


async def asynchronous(*, order_id: str) -> None:
    """Lambda does not await it."""


def generator(*, order_id: str) -> Any:
    yield order_id


def variadic(*names: str) -> None:
    """An event has no positions."""


def positional(first: str, second: str, /) -> None:
    """Nor here."""


@pytest.mark.parametrize(
    ("declare", "message"),
    [
        (lambda: handler(asynchronous), "asynchronous is async, and Lambda awaits nothing; make it a plain function"),
        (lambda: handler(generator), "generator yields, and Lambda takes one answer; return a value"),
        (lambda: handler(variadic), "variadic takes *names, and an event has names only"),
        (
            lambda: handler(positional),
            "positional has positional-only parameters, and an event has names only; drop the /",
        ),
        (lambda: handler(handler(function)), "function is a handler already"),
        (lambda: handler(int), "@handler takes a function, found <class 'int'>"),
        (
            lambda: handler(raises=CardDeclined)(function),
            "raises must be a tuple of exception classes, found <class 'tests.handler.test_handler.CardDeclined'>; "
            "write raises=(CardDeclined,)",
        ),
        (lambda: handler(raises=("CardDeclined",)), "raises must hold exception classes, found 'CardDeclined'"),
        (lambda: handler(timeout_seconds=0), "timeout_seconds must be more than 0 and at most 900, found 0"),
        (lambda: handler(timeout_seconds=901), "timeout_seconds must be more than 0 and at most 900, found 901"),
        (lambda: handler(timeout_seconds="30"), "timeout_seconds must be a number, found '30'"),
        (
            lambda: handler(idempotency="natural"),
            "idempotency must be natural(), once(...), delegated(...) or none(...), found 'natural'",
        ),
        (
            lambda: handler(idempotency=once("orderid"))(function),
            "function has no parameter 'orderid', which its key names; it has order_id",
        ),
        (lambda: once(()), "key must be a parameter's name, several names, or a function of the arguments, found ()"),
        (lambda: once("id", lease_seconds=0), "lease_seconds must be more than 0, found 0"),
        (lambda: once("id", keep_seconds=0), "keep_seconds must be more than 0, found 0"),
        (lambda: none(" "), 'none(...) takes the reason: none("a second reminder does no harm")'),
    ],
)
def test_what_cannot_be_a_handler_is_refused_where_it_is_declared(declare: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError)) as error:
        declare()
    assert str(error.value) == message


def test_declarations_show_as_they_are_written() -> None:
    assert repr(once("order_id")) == "once(key='order_id')"
    assert repr(once()) == "once()"
    assert repr(delegated("order_id", to="the queue")) == "delegated('order_id', to='the queue')"
    assert repr(none("a second mail does no harm")) == "none('a second mail does no harm')"


def loaded(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_and_running_a_plain_handler_loads_neither_pydantic_nor_boto3_nor_the_compiler() -> None:
    code = (
        "from flowdsl.handler import handler\n"
        "@handler\n"
        "def greet(*, name: str, times: int = 1) -> list[str]: return [name] * times\n"
        "assert greet.invoke({'name': 'Ada', 'times': 2}) == ['Ada', 'Ada']"
    )
    modules = loaded(code)
    assert not modules & {"pydantic", "boto3", "botocore", "click", "networkx", "asyncio"}
    ours = {m for m in modules if m.startswith("flowdsl.")}
    assert {m for m in ours if not m.startswith("flowdsl.handler")} == set()


def test_importing_a_dataclass_handler_does_not_load_pydantic() -> None:
    code = (
        "from dataclasses import dataclass\nfrom flowdsl.handler import handler\n"
        "@dataclass\nclass Line:\n    sku: str\n"
        "@handler\ndef first(*, lines: list[Line]) -> Line: return lines[0]\n"
        "assert first.invoke({'lines': [{'sku': 'tea'}]}) == {'sku': 'tea'}"
    )
    assert "pydantic" not in loaded(code)


TYPED = """
from flowdsl.handler import handler, once

@handler(idempotency=once("payment_id"))
def charge(*, payment_id: str, amount: int) -> float:
    return 1.0

result: float = charge(payment_id="p", amount=3)
charge(payment_id="p", amount="3")
charge(payment_id="p")
charge(payment_id="p", amout=3)
text: str = charge(payment_id="p", amount=3)
"""


def test_mypy_checks_a_call_against_the_functions_own_signature(tmp_path: Path) -> None:
    file = tmp_path / "use.py"
    file.write_text(TYPED, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--cache-dir", str(tmp_path), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    found = [line.partition(" error: ")[2] for line in done.stdout.splitlines() if " error: " in line]
    assert [text.partition("  [")[0] for text in found] == [
        'Argument "amount" to "__call__" of "Handler" has incompatible type "str"; expected "int"',
        'Missing named argument "amount" for "__call__" of "Handler"',
        'Unexpected keyword argument "amout" for "__call__" of "Handler"; did you mean "amount"?',
        'Incompatible types in assignment (expression has type "float", variable has type "str")',
    ]


def test_handler_is_a_public_type() -> None:
    assert isinstance(charge, Handler)
