"""World: AWS in memory, the time, chance and the environment, for as long as something is proved; fresh for each scenario."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from itertools import count
from typing import Any

from flowdsl.diagnostics import FlowDslError
from flowdsl.proof import moto_data, stores
from flowdsl.proof.clock import START, Clock
from flowdsl.proof.rehearsal import Call, Diverged, Rehearsal
from flowdsl.proof.session import warm_session
from flowdsl.proof.setups import failure
from flowdsl.proof.state import State

Setup = Callable[..., Any]
"""Makes what the handler finds: tables, queues, environment variables. Takes nothing, or the World."""

DUMMIES = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_EC2_METADATA_DISABLED": "true",
}
_CORE = {"mock_credentials": False, "reset_boto3_session": False}
_AWAY = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ENDPOINT_URL", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE")


class World:
    """What surrounds a handler. What a test had before (moto's data, the environment, the time) is back afterwards."""

    def __init__(self, setup: Setup | None, seed: int) -> None:
        self.setup = setup
        self.ignore: frozenset[str] = frozenset()
        """Containers, and `container.path`, that are no effects."""
        self.at_least_once: frozenset[str] = frozenset()
        """Containers whose readers drop repeats."""
        self._seed = seed
        self._exit = ExitStack()
        self._environment: dict[str, str] = {}
        self._deliveries = 0
        self._variant = 0
        self._rehearsals: dict[int, Rehearsal] = {}

    def __enter__(self) -> World:
        try:
            from flowdsl.proof.chance import Chance
            from flowdsl.proof.files import Files
            from flowdsl.proof.watchdog import Watchdog
            from flowdsl.proof.web import Web
            from flowdsl.proof.wire import Wire

            self.clock = Clock()
            self.wire = Wire(self.clock)
        except ImportError as error:
            raise FlowDslError(f"a proof needs moto and time-machine: pip install 'flowdsl[test]' ({error})") from None
        with self._exit as stack:
            self._enter_environment(stack)
            self._enter_moto(stack)
            self.chance = stack.enter_context(Chance())
            stack.enter_context(self.clock)
            stack.enter_context(self.wire)
            stack.callback(setattr, threading, "excepthook", threading.excepthook)
            threading.excepthook = _unheard
            self.web = stack.enter_context(Web(self.wire))
            self.watchdog = stack.enter_context(Watchdog())
            self.files = stack.enter_context(Files(lambda: self.wire.active is not None))
            self._exit = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._exit.close()

    def _enter_environment(self, stack: ExitStack) -> None:
        before = dict(os.environ)
        stack.callback(_restore_environment, before)
        os.environ.update(DUMMIES)
        for name in _AWAY:
            os.environ.pop(name, None)
        os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
        self._environment = dict(os.environ)

    def _enter_moto(self, stack: ExitStack) -> None:
        import boto3
        from moto import mock_aws

        stack.callback(setattr, boto3, "DEFAULT_SESSION", boto3.DEFAULT_SESSION)
        boto3.DEFAULT_SESSION = warm_session()
        stack.callback(moto_data.put_back, moto_data.take_away())
        stack.enter_context(moto_data.settings({"lambda": {"use_docker": False}, "core": _CORE}))
        mock: Any = mock_aws()
        mock.start(reset=False)
        stack.enter_context(moto_data.quicker())
        stack.callback(mock.stop, remove_data=False)
        stack.callback(moto_data.reset)
        stack.callback(self._forget_rehearsals)
        stack.callback(_forget_clients)

    def fresh(self, variant: int = 0) -> None:
        """A new world: nothing in it but what the setup makes. Another `variant` has another time, and other chances."""
        self._begin(variant)
        if self.setup is None:
            return
        rehearsal = self._rehearsals.get(variant)
        if rehearsal is None:
            self._rehearse(variant)
        elif not rehearsal.is_usable or not self._replayed(rehearsal):
            self._begin(variant)
            self._run_setup(_straight)

    def _begin(self, variant: int) -> None:
        from moto.moto_api._internal import mock_random

        moto_data.reset()
        _restore_environment(self._environment)
        self.wire.reset()
        self.web.reset()
        self.web.see_httpx()
        self._deliveries = 0
        self._variant = variant
        # A day and some seconds: dates, hours and seconds all differ.
        self.clock.set(START + variant * 93_784.321)
        self.chance.seed(f"{self._seed}/{variant}/setup")
        mock_random.seed(f"{self._seed}/{variant}")

    def _run_setup(self, stage: Call) -> None:
        """Runs the setup, its calls to AWS through `stage`."""
        assert self.setup is not None
        calls = count(1)

        def staged(service: str, operation: str, parameters: Any, call: Callable[[], Any]) -> Any:
            try:
                return stage(service, operation, parameters, call)
            finally:
                # A real call draws numbers of its own, a remembered one does not: what the setup draws next is the same.
                self.chance.seed(f"{self._seed}/{self._variant}/setup/{next(calls)}")

        self.wire.stage = staged
        try:
            self.setup(*((self,) if _takes_world(self.setup) else ()))
        except FlowDslError:
            raise
        except Exception as error:
            raise FlowDslError(failure(self.setup, error)) from error
        finally:
            self.wire.stage = None

    def _rehearse(self, variant: int) -> None:
        """The first time: what the setup does is kept, if a copy of it is the same."""
        from moto.moto_api._internal import mock_random

        rehearsal = self._rehearsals[variant] = Rehearsal()
        self._run_setup(rehearsal.record)
        made = State.of(self._entries())
        rehearsal.keep((self.wire.services.kept(), mock_random.getstate()))
        if rehearsal.is_usable:
            moto_data.reset()
            self._restore(rehearsal)
            if State.of(self._entries()) != made:
                rehearsal.forget()
        if not rehearsal.is_usable:
            self._begin(variant)
            self._run_setup(_straight)

    def _replayed(self, rehearsal: Rehearsal) -> bool:
        """Whether the setup did the same again; then the world is as it was."""
        rehearsal.begin()
        try:
            self._run_setup(rehearsal.replay)
        except Diverged:
            rehearsal.forget()
            return False
        if not rehearsal.is_complete:
            rehearsal.forget()
            return False
        self._restore(rehearsal)
        return True

    def _restore(self, rehearsal: Rehearsal) -> None:
        from moto.moto_api._internal import mock_random

        services, chance = rehearsal.restore()
        self.wire.services.restore(services)
        mock_random.setstate(chance)

    def _forget_rehearsals(self) -> None:
        for rehearsal in self._rehearsals.values():
            rehearsal.forget()

    def begin_delivery(self) -> None:
        """Other chances for each delivery, the same ones in every world."""
        self._deliveries += 1
        self.chance.seed(f"{self._seed}/{self._variant}/{self._deliveries}")

    def answer(self, method: str, url: str, body: Any = None, *, status: int = 200) -> None:
        """For a setup: what an HTTP address answers; JSON, or a function of the request. `url` may end in `*`."""
        self.web.answer(method, url, body, status=status)

    def observe(self) -> State:
        """Everything durable, as it is now."""
        return State.of(self._entries(), self.ignore, self.at_least_once)

    def _entries(self) -> Any:
        yield from stores.entries()
        yield from self.wire.services.entries()
        yield from self.web.entries()


def _straight(service: str, operation: str, parameters: Any, call: Callable[[], Any]) -> Any:
    return call()


@cache
def _takes_world(setup: Setup) -> bool:
    from inspect import Parameter, signature

    kinds = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    return any(p.kind in kinds and p.default is p.empty for p in signature(setup).parameters.values())


def _unheard(failed: Any) -> None:
    """A handler's own thread that ends by a fault: the proof tells what comes of it, the trace would stand in its report."""


def _restore_environment(wanted: dict[str, str]) -> None:
    for name in os.environ.keys() - wanted.keys():
        del os.environ[name]
    for name, value in wanted.items():
        if os.environ.get(name) != value:
            os.environ[name] = value


def _forget_clients() -> None:
    """flowdsl's own clients were made with this world's credentials."""
    from flowdsl.handler import record, task_token

    record.client.cache_clear()
    task_token.client.cache_clear()
