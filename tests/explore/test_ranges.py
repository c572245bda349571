"""Ranges of texts: what two have in common is what is in both, and the texts offered are within."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flowdsl.explore.ranges import TextRange, text_of_moment

TEXTS = st.text("abc", max_size=3)
RANGES = st.builds(TextRange, TEXTS, st.booleans(), st.none() | TEXTS, st.booleans())


@given(RANGES, RANGES, TEXTS)
def test_what_is_in_both_is_in_their_meet(one: TextRange, other: TextRange, text: str) -> None:
    assert one.meet(other).has(text) == (one.has(text) and other.has(text))


@given(RANGES, TEXTS)
def test_an_empty_range_has_no_text(one: TextRange, text: str) -> None:
    assert not (one.is_empty and one.has(text))


def test_a_moment_is_written_with_no_more_of_a_second_than_it_has() -> None:
    assert text_of_moment(1_500_000_000) == "1970-01-01T00:00:01.5Z"
    assert text_of_moment(0) == "1970-01-01T00:00:00Z"
    assert text_of_moment(1e30) is None
