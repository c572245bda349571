"""A case: an input, mocks and S3 objects, and the path that they drive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flowdsl.asl.values import is_list
from flowdsl.explore.running import Answered
from flowdsl.explore.wants import same
from flowdsl.interpreter.mocks import Hangs, Raises, Returns
from flowdsl.interpreter.ways import Way

Json = Any


@dataclass(frozen=True)
class Case:
    """One path through a workflow, and what takes an execution along it."""

    name: str
    """What happens, as a sentence."""
    input: Json
    mocks: dict[str, Any]
    """By state, as `simulate` takes them."""
    path: list[str]
    """The names of the states entered, in order."""
    chain: str
    """The same for reading, with what was retried and caught."""
    status: str
    error: str | None = None
    """Of an execution that failed."""
    output: Json = None
    """Of one that succeeded."""
    ways: list[Way] = field(default_factory=list[Way])
    """Every way that it takes, in document order."""
    new: list[Way] = field(default_factory=list[Way])
    """Those that no case before it takes."""
    s3: dict[str, Json] = field(default_factory=dict[str, Json])
    """S3 objects by `bucket/key`."""

    def __str__(self) -> str:
        return self.name


def mocks_of(answers: list[Answered], *, causes: bool = True) -> dict[str, Any]:
    """Mocks that give the same answers: one value for a state that is always answered the same, else a list.

    `causes`: with the Cause of a failure, though it is a mere filling.
    """
    if not causes:
        answers = [a._replace(cause="") if a.fault is not None and a.fault.is_filling(a.cause) else a for a in answers]
    by_state: dict[str, list[Answered]] = {}
    for answer in answers:
        by_state.setdefault(answer.state, []).append(answer)
    return {state: _mock(made) for state, made in by_state.items()}


def like(mock: Any, plain: Any) -> Any:
    """A mock with the results of another, which gives one; else as it is."""
    if plain is None or is_list(plain) or isinstance(plain, (Hangs, Raises)):
        return mock
    if not is_list(mock):
        return mock if isinstance(mock, (Hangs, Raises)) else plain
    return [answer if isinstance(answer, (Hangs, Raises)) else _in_list(plain) for answer in mock]


def _in_list(answer: Any) -> Any:
    return answer.value if isinstance(answer, Returns) else answer


def _mock(made: list[Answered]) -> Any:
    first = made[0]
    if all(_alike(first, other) for other in made):
        return _answer(first, alone=True)
    return [_answer(answer, alone=False) for answer in made]


def _alike(a: Answered, b: Answered) -> bool:
    if a.fault is not None or b.fault is not None:
        return a.fault == b.fault and a.cause == b.cause
    return same(a.result, b.result)


def _answer(answer: Answered, *, alone: bool) -> Any:
    if answer.fault is not None:
        return Hangs() if answer.fault.hangs else Raises(answer.fault.error, answer.cause or None)
    # A list by itself would be one answer a call.
    return Returns(answer.result) if alone and is_list(answer.result) else answer.result


def written(mocks: Mapping[str, Any]) -> dict[str, Json]:
    """Mocks as JSON: the form of a mocks file."""
    return {state: [_as_json(m) for m in mock] if is_list(mock) else _as_json(mock) for state, mock in mocks.items()}


def _as_json(mock: Any) -> Json:
    if isinstance(mock, Hangs):
        return {"hang": True}
    if isinstance(mock, Raises):
        return {"throw": {"Error": mock.error, "Cause": mock.cause}}
    return {"return": mock.value if isinstance(mock, Returns) else mock}
