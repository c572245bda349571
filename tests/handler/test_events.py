"""An event becomes arguments; one that does not fit is InvalidEvent, which says field by field why, and never a value."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, NamedTuple, NewType, NotRequired, TypedDict
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from flowdsl.handler import InvalidEvent, handler


class Tier(Enum):
    GOLD = "gold"
    NEW = "new"


@dataclass
class Line:
    sku: str
    quantity: int = 1
    tags: list[str] = field(default_factory=list)


class Address(TypedDict):
    street: str
    zip: NotRequired[str]


class Point(NamedTuple):
    x: float
    y: float = 0.0


class Order(BaseModel):
    id: str
    total: int = Field(gt=0, alias="totalCents")
    lines: list[Line] = []


class Strict(BaseModel):
    model_config = ConfigDict(strict=True)
    at: datetime


@dataclass
class Tree:
    name: str
    children: list[Tree] = field(default_factory=list)


OrderId = NewType("OrderId", str)


@dataclass
class Even:
    n: int

    def __post_init__(self) -> None:
        if self.n % 2:
            raise ValueError("n must be even")


def read(annotation: Any, value: Any) -> Any:
    """What a parameter of a type gets."""

    def take(*, x: Any) -> Any:
        got.append(x)

    got: list[Any] = []
    take.__annotations__["x"] = annotation
    handler(take).invoke({"x": value})
    return got[0]


@pytest.mark.parametrize(
    ("annotation", "value", "expected"),
    [
        (str, "tea", "tea"),
        (int, 3, 3),
        (int, 3.0, 3),
        (float, 3, 3.0),
        (bool, True, True),
        (None, None, None),
        (Any, {"a": [1]}, {"a": [1]}),
        (object, [1], [1]),
        (bytes, "tea", b"tea"),
        (Decimal, "3.10", Decimal("3.10")),
        (Decimal, 3.1, Decimal("3.1")),
        (datetime, "2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (date, "2026-01-02", date(2026, 1, 2)),
        (time, "03:04", time(3, 4)),
        (timedelta, 90, timedelta(seconds=90)),
        (timedelta, "P1DT2H3M4.5S", timedelta(days=1, hours=2, minutes=3, seconds=4.5)),
        (timedelta, "-PT1M", timedelta(minutes=-1)),
        (timedelta, "P1Y1W", timedelta(days=372)),
        (UUID, "7c2e8f7a-0000-4000-8000-000000000000", UUID("7c2e8f7a-0000-4000-8000-000000000000")),
        (Tier, "gold", Tier.GOLD),
        (Literal["a", 1], 1, 1),
        (list, [1, "a"], [1, "a"]),
        (list[int], [1, 2], [1, 2]),
        (tuple[int, ...], [1, 2], (1, 2)),
        (tuple[int, str], [1, "a"], (1, "a")),
        (set[str], ["a", "a"], {"a"}),
        (frozenset[int], [1], frozenset({1})),
        (dict, {"a": 1}, {"a": 1}),
        (dict[str, int], {"a": 1}, {"a": 1}),
        (dict[int, str], {"1": "a"}, {1: "a"}),
        (int | None, None, None),
        (int | str, "a", "a"),
        (Line, {"sku": "tea"}, Line("tea")),
        (list[Line], [{"sku": "tea", "quantity": 2, "unknown": 0}], [Line("tea", 2)]),
        (Address, {"street": "Main", "other": 1}, {"street": "Main"}),
        (Point, {"x": 1}, Point(1.0)),
        (Tree, {"name": "a", "children": [{"name": "b"}]}, Tree("a", [Tree("b")])),
        (OrderId, "o1", "o1"),
        (Annotated[int, "cents"], 3, 3),
        (Annotated[int, Field(gt=2)], 3, 3),
        (Strict, {"at": "2026-01-02T03:04:05Z"}, Strict(at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))),
    ],
)
def test_a_value_becomes_its_type(annotation: Any, value: Any, expected: Any) -> None:
    result = read(annotation, value)
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    ("annotation", "value", "problem"),
    [
        (str, 3, "x: expected text, found a number"),
        (str, None, "x: expected text, found null"),
        (int, "3", "x: expected a whole number, found text"),
        (int, 3.5, "x: expected a whole number, found a number"),
        (int, True, "x: expected a whole number, found true or false"),
        (float, "3", "x: expected a number, found text"),
        (bool, 1, "x: expected true or false, found a number"),
        (None, 0, "x: expected null, found a number"),
        (Decimal, "three", "x: expected a decimal number, as text or a number, found other text"),
        (datetime, "tomorrow", "x: expected a date and time (ISO 8601), found other text"),
        (timedelta, "1 hour", "x: expected a duration (ISO 8601, or seconds), found other text"),
        (UUID, "x", "x: expected a UUID, found other text"),
        (Tier, "silver", "x: expected 'gold' or 'new', found other text"),
        (Literal["a", 1], True, "x: expected 'a' or 1, found true or false"),
        (list[int], {"a": 1}, "x: expected a list, found an object"),
        (list[int], [1, "a"], "x[1]: expected a whole number, found text"),
        (tuple[int, str], [1], "x: expected a list of 2, found a list"),
        (dict[str, int], [1], "x: expected an object, found a list"),
        (dict[str, int], {"a": "b"}, "x.a: expected a whole number, found text"),
        (int | None, "a", "x: expected a whole number, found text"),
        (list[Line], [{"sku": "a"}, {"skuu": "b"}], "x[1].sku: missing, but there is 'skuu'"),
        (Line | None, {"sku": 3}, "x.sku: expected text, found a number"),
        (Address, {"street": 3}, "x.street: expected text, found a number"),
        (Tree, {"name": "a", "children": [{"name": 1}]}, "x.children[0].name: expected text, found a number"),
        (Even, {"n": 3}, "x: n must be even"),
        (Annotated[int, Field(gt=2)], 2, "x: Input should be greater than 2"),
        (list[Order], [{"id": "o1", "totalCents": 0}], "x[0].totalCents: Input should be greater than 0"),
        (Order, {"totalCents": 3}, "x.id: missing"),
    ],
)
def test_a_value_that_does_not_fit_is_named_by_place_and_kind(annotation: Any, value: Any, problem: str) -> None:
    with pytest.raises(InvalidEvent) as error:
        read(annotation, value)
    assert str(error.value) == f"take: {problem}"


@handler
def charge(*, payment_id: str, amount: int, note: str = "") -> str:
    return f"{payment_id} {amount} {note}"


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(InvalidEvent) as error:
        charge.invoke({"paymentId": "p1", "amount": "3"})
    assert str(error.value) == (
        "charge: payment_id: missing, but there is 'paymentId'; amount: expected a whole number, found text"
    )


def test_an_event_that_is_no_object_is_refused() -> None:
    with pytest.raises(InvalidEvent) as error:
        charge.invoke(["p1", 3])
    assert str(error.value) == "charge: expected an object, found a list"


def test_members_that_no_parameter_takes_are_passed_over() -> None:
    assert charge.invoke({"payment_id": "p1", "amount": 3, "added_later": True}) == "p1 3 "


def test_the_key_that_a_workflow_passes_is_no_argument() -> None:
    @handler
    def everything(**members: int) -> dict[str, int]:
        return members

    assert everything.invoke({"a": 1, "flowdsl_key": "arn#state"}) == {"a": 1}


def test_a_single_model_takes_the_event_itself() -> None:
    @handler
    def total(order: Order) -> int:
        return order.total

    assert total.invoke({"id": "o1", "totalCents": 3}) == 3
    assert total(Order(id="o1", totalCents=3)) == 3
    with pytest.raises(InvalidEvent) as error:
        total.invoke({"id": "o1", "totalCents": -1})
    assert str(error.value) == "total: totalCents: Input should be greater than 0"


@pytest.mark.parametrize("annotation", [dict, dict[str, Any], Any, Line, Address], ids=str)
def test_a_single_parameter_that_is_an_object_takes_the_event_itself(annotation: Any) -> None:
    def take(event: Any) -> Any:
        return event

    take.__annotations__["event"] = annotation
    assert handler(take).invoke({"sku": "tea", "street": "Main"})


def test_a_single_parameter_that_is_no_object_is_a_member() -> None:
    @handler
    def greet(name: str) -> str:
        return name

    assert greet.invoke({"name": "Ada"}) == "Ada"


def test_a_type_that_no_json_can_become_is_an_error_of_the_handler() -> None:
    class Engine:
        """Neither a model nor a dataclass."""

    with pytest.raises(
        TypeError, match=r"^take: the parameter 'x' is <class .*Engine'>, which no JSON value can become"
    ):
        read(Engine, {})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_any_json_is_taken_or_refused_and_never_crashes(event: Any) -> None:
    fits = isinstance(event, dict) and {"payment_id", "amount"} <= event.keys()
    with nullcontext() if fits else pytest.raises(InvalidEvent, match=r"^charge: "):
        charge.invoke(event)


@given(JSON)
def test_what_any_takes_is_what_was_sent(value: Any) -> None:
    assert read(Any, value) == value
