"""Subject: the handler that is proved, called as Lambda calls it; in this environment, or in one started anew."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any, TypeGuard

from flowdsl.diagnostics import FlowDslError
from flowdsl.handler import Handler, InvalidResult, Transient
from flowdsl.handler.declarations import LAMBDA_LONGEST_SECONDS
from flowdsl.handler.delivery import TABLE_VARIABLE, lease_seconds
from flowdsl.handler.idempotency import KEY_FIELD, Once
from flowdsl.handler.results import to_json
from flowdsl.handler.wire import is_mapping
from flowdsl.proof import memory
from flowdsl.proof.clock import Clock
from flowdsl.proof.delivery import Outcome
from flowdsl.proof.marshal import marshalled

DEFAULT_TIMEOUT_SECONDS = 30.0
"""A function's timeout, where its handler declares none."""

_PASSED_KEY = "arn:aws:states:us-east-1:123456789012:execution:proof:1#State#2033-05-31T23:59:59.000Z"

_IN_PROGRESS = {"AlreadyRunning", "LostLease", "Conflict", "IdempotencyAlreadyInProgressError"}
"""What says: another delivery is at work, try again later. flowdsl's, and Powertools'."""


class Context:
    """What Lambda gives as the second argument."""

    def __init__(self, name: str, request: int, clock: Clock, timeout: float) -> None:
        self.function_name = name
        self.function_version = "$LATEST"
        self.invoked_function_arn = f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
        self.memory_limit_in_mb = "128"
        self.aws_request_id = f"00000000-0000-4000-8000-{request:012}"
        self.log_group_name = f"/aws/lambda/{name}"
        self.log_stream_name = "2033/05/31/[$LATEST]0123456789abcdef0123456789abcdef"
        self.identity = None
        self.client_context = None
        self._clock = clock
        self._deadline = clock.now + timeout

    def get_remaining_time_in_millis(self) -> int:
        """Until the function's timeout, on the proof's clock."""
        return max(0, int((self._deadline - self._clock.now) * 1000))


class Subject:
    """A handler: flowdsl's, or any function of (event, context)."""

    def __init__(self, handler: Any, raises: tuple[type[BaseException], ...] = ()) -> None:
        if not callable(handler):
            raise FlowDslError(f"a handler is a function, found {handler!r}")
        self.handler = handler
        self.contract = handler if _is_flowdsl(handler) else None
        self.module = str(getattr(handler, "__module__", "?"))
        self.qualname = str(getattr(handler, "__qualname__", "?"))
        self.raises = raises + (self.contract.raises if self.contract is not None else ())
        """Errors that are answers."""
        self._requests = 0

    @property
    def name(self) -> str:
        """`module:function`."""
        return f"{self.module}:{self.qualname}"

    @property
    def timeout(self) -> float:
        """The function's timeout in seconds."""
        declared = self.contract.timeout_seconds if self.contract is not None else None
        return declared or DEFAULT_TIMEOUT_SECONDS

    @property
    def longest(self) -> float:
        """Seconds after which Lambda ends it for certain: its timeout, or without one the longest that any function has."""
        return (self.contract.timeout_seconds if self.contract is not None else None) or LAMBDA_LONGEST_SECONDS

    def lease(self, clock: Clock) -> float:
        """After how many seconds another delivery takes over from one that does not end."""
        context = self._context(clock)
        return lease_seconds(self.contract, context) if self.contract is not None else self.timeout

    def marker_tables(self) -> set[str]:
        """Tables of records of idempotency keys: means, not effects."""
        named = {os.environ[TABLE_VARIABLE]} if TABLE_VARIABLE in os.environ else set[str]()
        contract = self.contract.idempotency if self.contract is not None else None
        return named | {contract.table} if isinstance(contract, Once) and contract.table else named

    def event_with_key(self, event: Any) -> Any:
        """The event as a workflow sends it: with a key, if the handler names none of its own."""
        if self.contract is not None and self.contract.wants_key and is_mapping(event):
            return event if KEY_FIELD in event else {**event, KEY_FIELD: _PASSED_KEY}
        return event

    def deliver(self, event: Any, clock: Clock) -> Outcome:
        """One delivery of a copy of the event."""
        context = self._context(clock)
        try:
            given = json.loads(json.dumps(event))
        except (TypeError, ValueError) as error:
            raise FlowDslError(f"the event of {self.name} is no JSON: {error}") from None
        try:
            if self.contract is not None:
                return Outcome("answered", to_json(self.contract.invoke(given, context), self.qualname))
            return Outcome("answered", marshalled(self.handler(given, context)))
        except InvalidResult as error:
            return Outcome("raised", error=error)
        except Exception as error:
            return Outcome("raised", error=error)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            return Outcome("killed", error=error)

    def _context(self, clock: Clock) -> Context:
        self._requests += 1
        return Context(self.qualname, self._requests, clock, self.timeout)

    def is_final(self, outcome: Outcome) -> bool:
        """Whether a workflow would take the outcome for an answer: a result, or a declared error that is not Transient."""
        if outcome.kind != "raised":
            return outcome.kind == "answered"
        if outcome.error_name in _IN_PROGRESS or isinstance(outcome.error, Transient):
            return False
        # By name too: a cold environment has classes of its own.
        return isinstance(outcome.error, self.raises) or outcome.error_name in {e.__name__ for e in self.raises}

    @property
    def modules(self) -> list[ModuleType]:
        """The handler's module and those of the project that it uses, without test modules."""
        start = sys.modules.get(self.module)
        if start is None:
            return []
        found = {self.module: start}
        pending = [start]
        while pending:
            for value in list(vars(pending.pop()).values()):
                name = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
                module = sys.modules.get(name) if isinstance(name, str) else None
                if module is None or name is None or name in found or _is_test(name) or memory.is_foreign(name):
                    continue
                found[name] = module
                pending.append(module)
        return [found[name] for name in sorted(found)]

    @property
    def can_start_anew(self) -> bool:
        """Whether its module can be imported a second time: not a function's local, nor a test module."""
        return (
            "<" not in self.qualname
            and self.module != "__main__"
            and not _is_test(self.module)
            and getattr(sys.modules.get(self.module), "__spec__", None) is not None
            and _find(sys.modules[self.module], self.qualname) is self.handler
        )

    @contextmanager
    def anew(self) -> Generator[Subject]:
        """The same handler in a cold environment: its modules are imported again, and the warm ones are back afterwards."""
        warm = {module.__name__: module for module in self.modules}
        parents = _attributes(warm)
        for name in warm:
            sys.modules.pop(name, None)
        try:
            try:
                cold = import_module(self.module)
            except Exception as error:
                reason = f"{type(error).__name__}: {error}"
                raise FlowDslError(f"{self.module} cannot be imported in a cold environment: {reason}") from error
            yield Subject(_find(cold, self.qualname), self.raises)
        finally:
            sys.modules.update(warm)
            for parent, name, module in parents:
                setattr(parent, name, module)


def _is_flowdsl(handler: Any) -> TypeGuard[Handler[Any, Any]]:
    return isinstance(handler, Handler)


def _attributes(modules: dict[str, ModuleType]) -> list[tuple[ModuleType, str, ModuleType]]:
    """Where packages hold their modules: an import sets that too."""
    found: list[tuple[ModuleType, str, ModuleType]] = []
    for full, module in modules.items():
        parent, _, name = full.rpartition(".")
        if parent in sys.modules:
            found.append((sys.modules[parent], name, module))
    return found


def _is_test(module: str) -> bool:
    last = module.rpartition(".")[2]
    return last.startswith("test_") or last.endswith("_test") or last in ("conftest", "__main__")


def _find(module: ModuleType, qualname: str) -> Any:
    found: Any = module
    for part in qualname.split("."):
        found = getattr(found, part, None)
    return found


def load(target: str) -> Callable[..., Any]:
    """The handler behind `module:function`."""
    name, _, function = target.partition(":")
    if not function:
        raise FlowDslError(f"a handler is named MODULE:FUNCTION, found {target!r}")
    try:
        module = import_module(name)
    except Exception as error:
        raise FlowDslError(f"{name} cannot be imported: {type(error).__name__}: {error}") from None
    found = _find(module, function)
    if found is None:
        from flowdsl.diagnostics import did_you_mean

        near = did_you_mean(function, [n for n, v in vars(module).items() if callable(v) and not n.startswith("_")])
        raise FlowDslError(f"{name} has no function {function!r}{near}")
    if not callable(found):
        raise FlowDslError(f"{target} is no function")
    return found  # type: ignore[no-any-return]
