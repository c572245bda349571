"""@handler: a typed Python function that is a Lambda entry point, and carries its contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, cast, overload

from flowdsl.handler import _declaring
from flowdsl.handler.declarations import (
    callers_locals,
    check_function,
    check_idempotency,
    check_key,
    check_raises,
    check_timeout,
    code_of,
    is_powertools,
    rest_of,
)
from flowdsl.handler.errors import AlreadyRunning, Conflict, KeyReused, LostLease
from flowdsl.handler.idempotency import Delegated, Idempotency, Once, Powertools

if TYPE_CHECKING:
    from inspect import Parameter

    from flowdsl.handler.events import EventReader

P = ParamSpec("P")
R = TypeVar("R")


class Handler(Generic[P, R]):
    """A function under @handler.

    Called with its own arguments it is the function. Called as Lambda calls an entry point, `(event, context)`, it reads
    the event into the arguments and answers JSON. While a workflow is declared it makes a call for a Task.
    """

    def __init__(
        self,
        function: Callable[P, R],
        raises: tuple[type[BaseException], ...] = (),
        timeout_seconds: float | None = None,
        effects: tuple[Any, ...] = (),
        idempotency: Idempotency | None = None,
        names: dict[str, Any] | None = None,
    ) -> None:
        self.function = function
        self.raises = raises
        """The exceptions it declares: their bare class names are the errors that Lambda reports."""
        self.timeout_seconds = timeout_seconds
        self.effects = effects
        """The AWS operations it is declared to use, as given."""
        self.idempotency = idempotency
        """Its declared contract; None: nothing is declared."""
        self._names = names
        self._reader: EventReader | None = None
        self._parameters: dict[str, Parameter] | None = None
        self._result_type: Any = None
        self.__wrapped__ = function
        self.__name__ = function.__name__
        self.__qualname__ = function.__qualname__
        self.__module__ = function.__module__
        self.__doc__ = function.__doc__

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        declare = _declaring.current.get()
        if declare is not None:
            return declare(self, args, kwargs)  # type: ignore[no-any-return]
        given = cast("tuple[Any, ...]", args)
        if len(given) == 2 and not kwargs and hasattr(given[1], "aws_request_id"):
            return self.invoke(given[0], given[1])  # type: ignore[no-any-return]
        if isinstance(self.idempotency, (Once, Delegated)):
            from flowdsl.handler.delivery import run  # only a handler that needs a key pays for it

            bound = self._bound(args, kwargs)
            return run(self, bound, lambda: self.function(*args, **kwargs), plain=True)  # type: ignore[no-any-return]
        return self.function(*args, **kwargs)

    def invoke(self, event: Any, context: Any = None) -> Any:
        """Runs it as Lambda does: event in, JSON out. Raises InvalidEvent for an event that does not fit.

        `context`: what Lambda gives as its second argument; None in a test.
        """
        from flowdsl.handler.results import to_json  # an import of the signature alone does not need it

        key, arguments = self.reader.read(event)
        function: Callable[..., Any] = self.function
        is_event = self.reader.positional

        def call() -> Any:
            return function(*arguments.values()) if is_event else function(**arguments)

        if isinstance(self.idempotency, (Once, Delegated)):
            from flowdsl.handler.delivery import run

            result = run(self, arguments, call, key, context)
        else:
            result = call()
        return to_json(result, self.__name__)

    @property
    def reader(self) -> EventReader:
        """What reads an event into arguments; made when the first event arrives."""
        if self._reader is None:
            from flowdsl.handler.events import EventReader

            self._reader = EventReader(self)
        return self._reader

    @property
    def name(self) -> str:
        """The function's name."""
        return self.__name__

    @property
    def module(self) -> str:
        """The module that defines it."""
        return self.__module__

    @property
    def qualname(self) -> str:
        """The function's name with the names around it."""
        return self.__qualname__

    @property
    def target(self) -> str:
        """`module:function`, as tools name it."""
        return f"{self.__module__}:{self.__qualname__}"

    @property
    def file(self) -> str:
        """The file that defines it."""
        return str(code_of(self.function).co_filename)

    @property
    def line(self) -> int:
        """The line of its first decorator."""
        return int(code_of(self.function).co_firstlineno)

    @property
    def errors(self) -> tuple[type[BaseException], ...]:
        """What it declares, and what its idempotency adds: a Task that calls it has to expect all of these."""
        added: tuple[type[BaseException], ...] = ()
        if isinstance(self.idempotency, Once):
            added = (AlreadyRunning, LostLease, Conflict, KeyReused)
        elif isinstance(self.idempotency, Powertools):
            added = self.idempotency.errors()
        return (*self.raises, *(e for e in added if e not in self.raises))

    @property
    def wants_key(self) -> bool:
        """Whether the workflow must pass an idempotency key in the event's member KEY_FIELD."""
        return self.idempotency is not None and self.idempotency.wants_key

    @property
    def parameters(self) -> dict[str, Parameter]:
        """Its parameters by name, annotations resolved to types."""
        if self._parameters is None:
            self._resolve()
        assert self._parameters is not None
        return self._parameters

    @property
    def result_type(self) -> Any:
        """What it is annotated to return; Any without an annotation."""
        if self._parameters is None:
            self._resolve()
        return self._result_type

    def _resolve(self) -> None:
        from flowdsl.handler.signature import resolve

        self._parameters, self._result_type = resolve(self.function, self._names)

    def _bound(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        from inspect import signature

        bound = signature(self.function).bind(*args, **kwargs)
        bound.apply_defaults()
        return {**bound.arguments.pop(self._rest, {}), **bound.arguments} if self._rest else dict(bound.arguments)

    @property
    def _rest(self) -> str | None:
        """The name of its `**` parameter."""
        return rest_of(code_of(self.function))

    def __repr__(self) -> str:
        return f"<handler {self.target}>"


@overload
def handler(function: Callable[P, R], /) -> Handler[P, R]: ...
@overload
def handler(
    *,
    raises: tuple[type[BaseException], ...] = (),
    timeout_seconds: float | None = None,
    effects: tuple[Any, ...] = (),
    idempotency: Idempotency | None = None,
) -> Callable[[Callable[P, R]], Handler[P, R]]: ...
def handler(
    function: Callable[..., Any] | None = None,
    /,
    *,
    raises: tuple[type[BaseException], ...] = (),
    timeout_seconds: float | None = None,
    effects: tuple[Any, ...] = (),
    idempotency: Idempotency | None = None,
) -> Any:
    """Makes a typed function a Lambda handler: bare, or with what it declares.

    `raises`: the exceptions that are its business outcomes; a workflow catches them by class.
    `timeout_seconds`: the function's timeout, at most 900.
    `effects`: the AWS operations it uses, as `aws.dynamodb.put_item` or `"dynamodb:putItem"`.
    `idempotency`: natural(), once(...), delegated(...) or none("reason"). A function that is decorated with
    `idempotent_function` of Powertools for AWS Lambda already is recognised, and needs none of these.
    """
    check_raises(raises)
    check_timeout(timeout_seconds)
    check_idempotency(idempotency)

    def decorate(function: Callable[..., Any]) -> Handler[..., Any]:
        check_function(function)
        check_key(function, idempotency)
        # Types that a function's own locals name are out of reach later; only such a function keeps them.
        names = callers_locals() if "<locals>" in function.__qualname__ else None
        contract = idempotency or (Powertools() if is_powertools(function) else None)
        return Handler(function, tuple(raises), timeout_seconds, tuple(effects), contract, names)

    return decorate if function is None else decorate(function)
