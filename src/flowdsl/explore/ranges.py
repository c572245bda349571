"""Ranges of texts in their order, and of moments: what comparisons leave of a text, and texts that are within."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Final, NamedTuple

from flowdsl.analysis.value_sets import Interval, Intervals

_HOUR: Final = 3_600 * 10**9


class TextRange(NamedTuple):
    """Texts from `low` to `high`; `high` None: to the last one. An open end leaves the bound itself out."""

    low: str = ""
    low_open: bool = False
    high: str | None = None
    high_open: bool = False

    def has(self, text: str) -> bool:
        """Whether a text is within."""
        above = text > self.low or (text == self.low and not self.low_open)
        return above and (self.high is None or text < self.high or (text == self.high and not self.high_open))

    def meet(self, other: TextRange) -> TextRange:
        """What is within both."""
        low, low_open = max((self.low, self.low_open), (other.low, other.low_open))
        highs = [(each.high, not each.high_open) for each in (self, other) if each.high is not None]
        if not highs:
            return TextRange(low, low_open)
        high, closed = min(highs)
        return TextRange(low, low_open, high, not closed)

    @property
    def is_empty(self) -> bool:
        return self.high is not None and (
            self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))
        )

    def texts(self) -> Iterator[str]:
        """Some that are within, the nearest to the bounds first."""
        high = self.high
        if self.low and not self.low_open:
            yield self.low
        if high is not None and not self.high_open:
            yield high
        for text in (
            *((high[:-1], "") if high else ()),
            f"{self.low}a",
            f"{self.low}0",
            f"{self.low} ",
            f"{self.low}!",
        ):
            if self.has(text):
                yield text


ANY_TEXT: Final = TextRange()


def text_of_moment(nanoseconds: float) -> str | None:
    """A moment, in nanoseconds since 1970, as a timestamp; None where a year has more than four digits."""
    try:
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(nanoseconds) // 1000)
    except OverflowError:
        return None
    fraction = f".{at.microsecond:06d}".rstrip("0") if at.microsecond else ""
    return f"{at:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def moments_within(moments: Intervals) -> Iterator[str]:
    """Timestamps in one of some intervals (nanoseconds since 1970), an hour off their bounds where there is room."""
    for interval in moments:
        for at in _within(interval):
            text = text_of_moment(at)
            if text is not None:
                yield text


def _within(interval: Interval) -> Iterator[float]:
    low, high = interval.low, interval.high
    if isfinite(low):
        yield from (() if interval.low_open else (low,))
        yield low + _HOUR
    if isfinite(high):
        yield from (() if interval.high_open else (high,))
        yield high - _HOUR
    if isfinite(low) and isfinite(high):
        yield (low + high) // 2
