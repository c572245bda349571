"""`@paths(workflow)`: a test for each path that flowdsl finds through a workflow."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from flowdsl.diagnostics import FlowDslError
from flowdsl.testing.simulation import simulate

if TYPE_CHECKING:
    from flowdsl.explore.cases import Case
    from flowdsl.interpreter.execution import Execution

Json = Any
Test = TypeVar("Test", bound=Callable[..., Any])


class Path:
    """One path through a workflow: an input and mocks, and what an execution with them does."""

    def __init__(self, workflow: Any, case: Case) -> None:
        self.workflow = workflow
        self._case = case

    def __repr__(self) -> str:
        return f"<Path {self.name!r}: {self._case.chain}>"

    @property
    def name(self) -> str:
        """What it is about, in a sentence."""
        return self._case.name

    @property
    def input(self) -> Json:
        """The execution's input."""
        return self._case.input

    @property
    def mocks(self) -> dict[str, Any]:
        """By the name of a state, as `simulate` takes them. A dict of the caller's own: it may be changed."""
        return dict(self._case.mocks)

    @property
    def s3(self) -> dict[str, Json]:
        """The S3 objects that Distributed Maps read, by `bucket/key`."""
        return dict(self._case.s3)

    @property
    def states(self) -> list[str]:
        """The names of the states that it enters, in order."""
        return list(self._case.path)

    @property
    def ways(self) -> list[str]:
        """JSON Pointers of the transitions and retriers that it takes."""
        return [way.pointer for way in self._case.ways]

    @property
    def status(self) -> str:
        """How the execution ends: SUCCEEDED, FAILED, TIMED_OUT."""
        return self._case.status

    @property
    def error(self) -> str | None:
        """The error of one that does not succeed."""
        return self._case.error

    def run(self, mocks: dict[Any, Any] | None = None, **options: Any) -> Execution:
        """Runs it. `mocks` take the place of those of the same states; the other options are those of `simulate`."""
        options.setdefault("s3", self.s3 or None)
        return simulate(self.workflow, self.input, {**self._case.mocks, **(mocks or {})}, **options)


def paths(
    workflow: Any, *, input_schema: Json = None, max_rounds: int = 1_000, max_seconds: float = 300
) -> Callable[[Test], Test]:
    """Decorates a test that takes a `path` (a Path): it is run once for each path of a workflow.

    `workflow`: what `simulate` takes. The paths together take every transition and retrier for which an input was found. The
    options are those of `flowdsl paths`: the JSON Schema of the input, where the workflow does not say; how often a
    path enters a state at most; the real time that the search may take, in seconds.
    """
    import pytest

    from flowdsl.explore.explore import explore
    from flowdsl.explore.sentences import names_for_tests
    from flowdsl.interpreter.program import program_of

    found = explore(program_of(workflow).definition, input_schema, max_rounds=max_rounds, max_seconds=max_seconds)
    if not found.cases:
        raise FlowDslError(f"no path was found through {found.definition.name or 'the workflow'}")
    names = names_for_tests(found.cases)
    given = [
        pytest.param(Path(workflow, case), id=name.removeprefix("test_").replace("_", "-"))
        for case, name in zip(found.cases, names, strict=True)
    ]
    return pytest.mark.parametrize("path", given)
