"""Differences between two states, in words; and what depends on chance or time."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.proof.entry import Entry, flat, text_facts
from flowdsl.proof.state import State, differences, volatile


def state(*entries: tuple[str, str, dict[str, Any]], **options: Any) -> State:
    return State.of((Entry(*e) for e in entries), **options)


ITEM = ("table orders", "id=o1", {"id": "o1", "n": 1})
MESSAGE = ("queue jobs", "", {"body": "o1"})


@pytest.mark.parametrize(
    ("wanted", "there", "found"),
    [
        ([ITEM], [ITEM], []),
        ([ITEM], [("table orders", "id=o1", {"id": "o1", "n": 2})], ["table orders id=o1: n is 2 instead of 1"]),
        ([ITEM], [], ["table orders id=o1 is lost"]),
        ([], [ITEM], ["table orders id=o1 should not be there"]),
        ([ITEM], [("table orders", "id=o1", {"id": "o1"})], ["table orders id=o1: n is lost"]),
        (
            [ITEM],
            [("table orders", "id=o1", {"id": "o1", "n": 1, "m": 2})],
            ["table orders id=o1: m should not be there"],
        ),
        ([MESSAGE], [MESSAGE, MESSAGE], ["queue jobs: {body: 'o1'} is there 2 times instead of once"]),
        ([MESSAGE, MESSAGE], [MESSAGE], ["queue jobs: {body: 'o1'} is lost"]),
        ([MESSAGE], [], ["queue jobs: {body: 'o1'} is lost"]),
        ([MESSAGE], [("queue jobs", "", {"body": "o2"})], ["queue jobs: body is 'o2' instead of 'o1'"]),
        (
            [MESSAGE],
            [MESSAGE, ("queue jobs", "", {"body": "o2"})],
            ["queue jobs: {body: 'o2'} should not be there"],
        ),
        (
            [("t", "", {f"p{i}": 0 for i in range(6)})],
            [("t", "", {f"p{i}": 1 for i in range(6)})],
            ["t: p0 is 1 instead of 0, p1 is 1 instead of 0, p2 is 1 instead of 0, p3 is 1 instead of 0 and 2 more"],
        ),
    ],
)
def test_a_difference_is_a_sentence(wanted: Any, there: Any, found: list[str]) -> None:
    assert differences(state(*wanted), state(*there)) == found


def test_what_is_drawn_is_masked_and_its_number_still_counts() -> None:
    def drawn(*keys: str) -> State:
        return state(*(("table orders", f"id={k}", {"id": k, "n": 1}) for k in keys))

    mask = volatile(drawn("a"), drawn("b"))
    assert mask.identities == {"table orders"}
    assert mask.columns == {("table orders", "id")}
    assert differences(drawn("a"), drawn("c"), mask) == []
    assert differences(drawn("a"), drawn("c", "d"), mask) == [
        "table orders …: {id: …, n: 1} is there 2 times instead of once"
    ]
    assert differences(drawn("a"), drawn(), mask) == ["table orders …: {id: …, n: 1} is lost"]


def test_a_value_that_depends_on_time_is_masked_in_its_column_only() -> None:
    def at(time: int, n: int) -> State:
        return state(("table orders", "id=o1", {"at": time, "n": n}))

    mask = volatile(at(1, 5), at(2, 5))
    assert mask.columns == {("table orders", "at")}
    assert differences(at(1, 5), at(3, 6), mask) == ["table orders id=o1: n is 6 instead of 5"]


def test_powertools_records_are_no_effects() -> None:
    assert state(("table keys", "id=k", {"status": "COMPLETED", "expiration": 1, "data": "{}"})).containers == {}


def test_where_readers_drop_repeats_a_second_one_does_not_count() -> None:
    kept = state(MESSAGE, MESSAGE, ("queue jobs", "", {"body": "o2"}), at_least_once=frozenset({"queue jobs"}))
    assert [e.facts["body"] for e in kept.containers["queue jobs"]] == ["o1", "o2"]


def test_json_is_compared_member_by_member() -> None:
    assert flat({"a": [1, {"b": None}], "c": {}}) == {"a[0]": 1, "a[1].b": None, "c": "{}"}
    assert text_facts('{"a": 1}', "body") == {"body.a": 1}
    assert text_facts("{no json", "body") == {"body": "{no json"}
    assert text_facts(b"\xff", "body") == {"body": "ff"}
    assert text_facts(None, "body") == {"body": None}
