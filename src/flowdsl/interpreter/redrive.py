"""Where an execution stood when it ended badly: what RedriveExecution continues from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flowdsl.interpreter.frames import Frame
    from flowdsl.interpreter.nodes import Node


@dataclass(slots=True)
class Point:
    """One thread: its open or upcoming state with that state's input, and what was under it."""

    node: Node
    value: Any
    variables: dict[str, Any]
    entered: int
    """Id of its Entered event; 0: it is yet to be entered."""
    fan: FanPoint | None = None


@dataclass(slots=True)
class FanPoint:
    """The branches or iterations under a state: results that stay, threads that go on."""

    results: list[Any]
    points: dict[int, Point]
    """Those that had begun and did not end well."""
    fresh: list[int] = field(default_factory=list[int])
    """Those that had not begun."""
    upcoming: int = 0
    """The first item of a Map that no iteration has begun."""
    map_run: Any = None
    """A Distributed Map's run."""


def point_of(frame: Frame) -> Point | None:
    """Where a frame stands; None before its first state."""
    if frame.node is None:
        return None if frame.upcoming is None else Point(frame.upcoming, frame.value, frame.variables, 0)
    fan = frame.saved
    if fan is None and frame.fan is not None:
        fan = frame.fan.saved or frame.fan.save()
    return Point(frame.node, frame.value, frame.variables, frame.entered, fan)


def place(frame: Frame, point: Point) -> None:
    """Puts a new frame where an old one stood."""
    if not point.entered:
        frame.variables = point.variables
        return
    frame.node = point.node
    frame.value = point.value
    frame.variables = point.variables
    frame.entered = point.entered
    frame.entered_at = frame.run.timeline.now
    frame.saved = point.fan
