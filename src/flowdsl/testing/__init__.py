"""For tests: run a workflow offline with mocks (`simulate`), and say how a mock answers (`raises`, `returns`, `hangs`)."""

from flowdsl.interpreter.execution import Execution
from flowdsl.interpreter.failures import ExecutionFailed, MissingMock, NotSupported
from flowdsl.interpreter.teststate import TestStateError
from flowdsl.interpreter.teststate import state_test as test_state
from flowdsl.testing.mock_files import load_mocks, mock_config, to_mock_config
from flowdsl.testing.simulate import hangs, raises, returns, simulate, start, waits

test_state.__test__ = False  # type: ignore[attr-defined]  # pytest collects what is named test_...

__all__ = [
    "Execution",
    "ExecutionFailed",
    "MissingMock",
    "NotSupported",
    "TestStateError",
    "hangs",
    "load_mocks",
    "mock_config",
    "raises",
    "returns",
    "simulate",
    "start",
    "test_state",
    "to_mock_config",
    "waits",
]
