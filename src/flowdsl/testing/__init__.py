"""For tests: run a workflow offline with mocks (`simulate`), and say how a mock answers (`raises`, `returns`, `hangs`)."""

from flowdsl.interpreter.execution import Execution
from flowdsl.interpreter.failures import ExecutionFailed, MissingMock, NotSupported
from flowdsl.testing.simulate import hangs, raises, returns, simulate, waits

__all__ = [
    "Execution",
    "ExecutionFailed",
    "MissingMock",
    "NotSupported",
    "hangs",
    "raises",
    "returns",
    "simulate",
    "waits",
]
