"""Until when a Wait waits: seconds or a timestamp, constant, from a path, or from a JSONata expression."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flowdsl.asl.definition import StateNode
from flowdsl.interpreter import languages
from flowdsl.interpreter.failures import NotSupported
from flowdsl.interpreter.frames import QUERY_ERROR, Frame
from flowdsl.interpreter.sizes import to_json
from flowdsl.query.base import ExpressionError

Until = Callable[[Frame], int]

LONGEST_SECONDS = 2**31 - 1
"""A Wait further ahead fails at once (recorded: 24,856 days; 24,855 are accepted)."""

_TIMESTAMP = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)")


def parse_timestamp(text: Any) -> int | None:
    """Milliseconds since 1970 of an RFC 3339 text with an upper-case T and a zone; None for anything else."""
    found = _TIMESTAMP.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(found[i]) for i in range(1, 7))
    zone = found[8]
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    offset = 0
    if zone != "Z":
        offset = (int(zone[1:3]) * 60 + int(zone[4:6])) * (-60 if zone[0] == "-" else 60)
    fraction = int((found[7] or "0")[:3].ljust(3, "0"))
    return (round((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) - offset) * 1000 + fraction


def wait_until(state: StateNode) -> Until:
    """The compiled Seconds, SecondsPath, Timestamp or TimestampPath of a Wait."""
    fields = state.fields
    given = [f for f in ("Seconds", "SecondsPath", "Timestamp", "TimestampPath") if f in fields]
    if len(given) != 1:
        raise NotSupported(state.name, None, "a Wait has exactly one of Seconds, SecondsPath, Timestamp, TimestampPath")
    field = given[0]
    value = fields[field]
    if field == "Seconds":
        return _seconds(state, value)
    if field == "Timestamp":
        return _timestamp(state, value)
    read = languages.path(value, field)
    return _seconds_path(value, read) if field == "SecondsPath" else _timestamp_path(value, read)


def _after(frame: Frame, seconds: Any) -> int:
    if seconds > LONGEST_SECONDS:
        raise frame.runtime("Wait state delay is too long.")
    return frame.run.timeline.now + int(seconds) * 1000


def _at(frame: Frame, moment: int) -> int:
    if moment - frame.run.timeline.now > LONGEST_SECONDS * 1000:
        raise frame.runtime("Wait state delay is too long.")
    return moment


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _seconds(state: StateNode, value: Any) -> Until:
    if state.is_jsonata and languages.is_expression(value):
        evaluate = languages.expression(value, "Seconds", "number")

        def computed(frame: Frame) -> int:
            seconds = evaluate(frame)
            if isinstance(seconds, float) and seconds.is_integer():
                seconds = int(seconds)
            if not _is_whole(seconds):
                raise ExpressionError(
                    QUERY_ERROR, f"The Seconds field cannot be parsed as a long value: {to_json(seconds)}", "Seconds"
                )
            if seconds < 0:
                raise ExpressionError(
                    QUERY_ERROR, f"The Seconds field references a negative value: {seconds}", "Seconds"
                )
            return _after(frame, seconds)

        return computed
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return lambda frame: _after(frame, value)


def _seconds_path(path: str, read: Any) -> Until:
    def until(frame: Frame) -> int:
        try:
            seconds = read(frame)
        except ExpressionError as error:
            cause = f"The SecondsPath parameter does not reference an input value: {path}"
            raise ExpressionError(error.error, cause) from None
        if not _is_whole(seconds):
            shown = seconds if isinstance(seconds, str) else to_json(seconds)
            raise frame.runtime(f"The SecondsPath parameter cannot be parsed as a long value: {path} == {shown}")
        if seconds < 0:
            raise frame.runtime(f"The SecondsPath parameter references a negative value: {path} == {seconds}")
        return _after(frame, seconds)

    return until


def _timestamp(state: StateNode, value: Any) -> Until:
    if state.is_jsonata and languages.is_expression(value):
        evaluate = languages.expression(value, "Timestamp", "string")

        def computed(frame: Frame) -> int:
            text = evaluate(frame)
            moment = parse_timestamp(text)
            if moment is None:
                raise ExpressionError(
                    QUERY_ERROR,
                    "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: "
                    f"{text}",
                    "Timestamp",
                )
            return _at(frame, moment)

        return computed
    moment = parse_timestamp(value)
    if moment is None:
        raise NotSupported(
            state.name, "Timestamp", f"must be an RFC 3339 time such as 2026-01-01T12:00:00Z, found {to_json(value)}"
        )
    return lambda frame: _at(frame, moment)


def _timestamp_path(path: str, read: Any) -> Until:
    def until(frame: Frame) -> int:
        try:
            text = read(frame)
        except ExpressionError as error:
            cause = f"The TimestampPath parameter does not reference an input value: {path}"
            raise ExpressionError(error.error, cause) from None
        moment = parse_timestamp(text)
        if moment is None:
            shown = text if isinstance(text, str) else to_json(text)
            raise frame.runtime(
                "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format "
                f"string: {path} == {shown}"
            )
        return _at(frame, moment)

    return until
