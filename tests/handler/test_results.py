"""A result becomes JSON as pydantic would write it; what JSON cannot carry is InvalidResult, with its place."""

from __future__ import annotations

import json
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, TypeAdapter

from flowdsl.handler import InvalidResult, handler
from flowdsl.handler.results import to_json

YEAR = timedelta(days=364)
"""Below a year: from there on pydantic counts in years of 365 days."""


class Tier(Enum):
    GOLD = "gold"


class Level(IntEnum):
    HIGH = 3


@dataclass
class Line:
    sku: str
    at: datetime = datetime(2026, 1, 2, tzinfo=UTC)
    tags: set[str] = field(default_factory=set)


class Order(BaseModel):
    id: str
    total: Decimal = Field(serialization_alias="totalCents")
    lines: list[Line] = []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": [1, 2.5, None, True, "x"]}, {"a": [1, 2.5, None, True, "x"]}),
        ((1, 2), [1, 2]),
        ({"b", "a"}, ["a", "b"]),
        (deque([1]), [1]),
        (Counter("aab"), {"a": 2, "b": 1}),
        ({1: "a"}, {"1": "a"}),
        ({Tier.GOLD: 1}, {"gold": 1}),
        (Decimal("3.10"), "3.10"),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "2026-01-02T03:04:05Z"),
        (datetime(2026, 1, 2, tzinfo=timezone(timedelta(hours=1))), "2026-01-02T00:00:00+01:00"),
        (date(2026, 1, 2), "2026-01-02"),
        (time(3, 4), "03:04:00"),
        (timedelta(days=1, hours=2, seconds=3.5), "P1DT2H3.5S"),
        (timedelta(0), "PT0S"),
        (timedelta(minutes=-90), "-PT1H30M"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Tier.GOLD, "gold"),
        (Level.HIGH, 3),
        (PurePosixPath("a/b"), "a/b"),
        (b"tea", "tea"),
        (Line("tea"), {"sku": "tea", "at": "2026-01-02T00:00:00Z", "tags": []}),
        (Order(id="o1", total=Decimal("3")), {"id": "o1", "totalCents": "3", "lines": []}),
        ([Order(id="o1", total=Decimal("3"))], [{"id": "o1", "totalCents": "3", "lines": []}]),
    ],
)
def test_a_result_becomes_json(value: Any, expected: Any) -> None:
    result = to_json(value, "work")
    assert result == expected
    assert json.loads(json.dumps(result)) == expected


class Engine:
    """Nothing that JSON knows."""


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": [Engine()]}, "work returned an Engine, which is no JSON, at a[0]"),
        (float("nan"), "work returned the number nan, which is no JSON"),
        ([float("inf")], "work returned the number inf, which is no JSON, at [0]"),
        ({None: 1}, "work returned an object with the key None, which is no JSON"),
        ({"a": {(1, 2): 1}}, "work returned an object with a tuple as a key, which is no JSON, at a"),
        (b"\xff", "work returned bytes that are no UTF-8, which is no JSON"),
        (lambda: 1, "work returned a function, which is no JSON"),
    ],
)
def test_what_json_cannot_carry_is_named_by_its_place(value: Any, message: str) -> None:
    with pytest.raises(InvalidResult) as error:
        to_json(value, "work")
    assert str(error.value) == message


def test_what_holds_itself_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(InvalidResult, match=r"^work returned what holds itself, which is no JSON$"):
        to_json(value, "work")


def test_the_entry_point_names_the_handler() -> None:
    @handler
    def work() -> Any:
        return {"at": Engine()}

    with pytest.raises(InvalidResult, match=r"^work returned an Engine, which is no JSON, at at$"):
        work.invoke({})


@given(
    st.one_of(
        st.datetimes(timezones=st.just(UTC)),
        st.dates(),
        st.timedeltas(-YEAR, YEAR),
        st.uuids(),
        st.decimals(allow_nan=False),
    )
)
def test_plain_values_are_written_as_pydantic_writes_them(value: Any) -> None:
    assert to_json(value, "work") == TypeAdapter(type(value)).dump_python(value, mode="json")


@given(st.timedeltas(-YEAR * 100, YEAR * 100))
def test_a_duration_is_read_back_as_it_was_however_it_was_written(value: timedelta) -> None:
    @handler
    def wait(*, seconds: timedelta) -> timedelta:
        return seconds

    assert wait.invoke({"seconds": to_json(value, "work")}) == to_json(value, "work")
    assert wait.invoke({"seconds": TypeAdapter(timedelta).dump_python(value, mode="json")}) == to_json(value, "work")
