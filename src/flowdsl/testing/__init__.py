"""For tests: run a workflow offline with mocks (`simulate`), say how a mock answers (`raises`, `returns`, `hangs`), run each of
its paths (`@paths`), and prove that a handler is idempotent (`@proof`, `assert_idempotent`).

Names are loaded on first use: pytest imports this package for its plugin, in every project that has flowdsl installed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flowdsl.interpreter.execution import Execution
    from flowdsl.interpreter.failures import ExecutionFailed, MissingMock, NotSupported
    from flowdsl.interpreter.teststate import TestStateError
    from flowdsl.interpreter.teststate import state_test as test_state
    from flowdsl.proof.declare import proof
    from flowdsl.proof.prove import assert_idempotent
    from flowdsl.testing.mock_files import load_mocks, mock_config, to_mock_config
    from flowdsl.testing.simulation import hangs, raises, returns, simulate, start, waits
    from flowdsl.testing.workflow_paths import Path, paths

_WHERE = {
    "Execution": "flowdsl.interpreter.execution",
    "ExecutionFailed": "flowdsl.interpreter.failures",
    "MissingMock": "flowdsl.interpreter.failures",
    "NotSupported": "flowdsl.interpreter.failures",
    "Path": "flowdsl.testing.workflow_paths",
    "TestStateError": "flowdsl.interpreter.teststate",
    "assert_idempotent": "flowdsl.proof.prove",
    "hangs": "flowdsl.testing.simulation",
    "load_mocks": "flowdsl.testing.mock_files",
    "mock_config": "flowdsl.testing.mock_files",
    "paths": "flowdsl.testing.workflow_paths",
    "proof": "flowdsl.proof.declare",
    "raises": "flowdsl.testing.simulation",
    "returns": "flowdsl.testing.simulation",
    "simulate": "flowdsl.testing.simulation",
    "start": "flowdsl.testing.simulation",
    "test_state": "flowdsl.interpreter.teststate",
    "to_mock_config": "flowdsl.testing.mock_files",
    "waits": "flowdsl.testing.simulation",
}

__all__ = [
    "Execution",
    "ExecutionFailed",
    "MissingMock",
    "NotSupported",
    "Path",
    "TestStateError",
    "assert_idempotent",
    "hangs",
    "load_mocks",
    "mock_config",
    "paths",
    "proof",
    "raises",
    "returns",
    "simulate",
    "start",
    "test_state",
    "to_mock_config",
    "waits",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(_WHERE[name])
    if name != "test_state":
        return getattr(module, name)
    found = module.state_test
    found.__test__ = False  # pytest collects what is named test_...
    return found


def __dir__() -> list[str]:
    return __all__
