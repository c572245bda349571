"""@handler: a typed Python function that is a Lambda entry point, and carries its contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, overload

from flowdsl.handler import _declaring
from flowdsl.handler.errors import AlreadyRunning, KeyReused, LostLease
from flowdsl.handler.idempotency import Delegated, Idempotency, Once

if TYPE_CHECKING:
    from inspect import Parameter

    from flowdsl.handler.events import EventReader

P = ParamSpec("P")
R = TypeVar("R")

LAMBDA_LONGEST_SECONDS = 900
"""No invocation of a Lambda function lasts longer (documented)."""

# Bits of code.co_flags (inspect's names); importing inspect costs a cold start 10 ms (measured).
_VARARGS, _GENERATOR, _COROUTINE, _ASYNC_GENERATOR = 0x04, 0x20, 0x80, 0x200


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
        if len(args) == 2 and not kwargs and hasattr(args[1], "aws_request_id"):
            return self.invoke(*args)  # type: ignore[no-any-return]
        if isinstance(self.idempotency, (Once, Delegated)):
            from flowdsl.handler.delivery import run  # only a handler that needs a key pays for it

            return run(self, self._bound(args, kwargs), None, None)  # type: ignore[no-any-return]
        return self.function(*args, **kwargs)

    def invoke(self, event: Any, context: Any = None) -> Any:
        """Runs it as Lambda does: event in, JSON out. Raises InvalidEvent for an event that does not fit.

        `context`: what Lambda gives as its second argument; None in a test.
        """
        from flowdsl.handler.results import to_json  # an import of the signature alone does not need it

        key, arguments = self.reader.read(event)
        if isinstance(self.idempotency, (Once, Delegated)):
            from flowdsl.handler.delivery import run

            result = run(self, arguments, key, context)
        else:
            result = self.function(**arguments) if not self.reader.positional else self.function(*arguments.values())  # type: ignore[call-arg]
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
        return code_of(self.function).co_filename

    @property
    def line(self) -> int:
        """The line of its first decorator."""
        return code_of(self.function).co_firstlineno

    @property
    def errors(self) -> tuple[type[BaseException], ...]:
        """What it declares, and what its idempotency adds: a Task that calls it has to expect all of these."""
        added = (AlreadyRunning, LostLease, KeyReused) if isinstance(self.idempotency, Once) else ()
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
        return dict(bound.arguments)

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
    `idempotency`: natural(), once(...), delegated(...) or none("reason").
    """
    _check_raises(raises)
    _check_timeout(timeout_seconds)
    if idempotency is not None and not isinstance(idempotency, Idempotency):
        raise TypeError(f"idempotency must be natural(), once(...), delegated(...) or none(...), found {idempotency!r}")
    effects = tuple(effects) if isinstance(effects, (tuple, list)) else (effects,)

    def decorate(function: Callable[..., Any]) -> Handler[..., Any]:
        _check_function(function)
        # Types that a function's own locals name are out of reach later; only such a function keeps them.
        names = _callers_locals() if "<locals>" in function.__qualname__ else None
        return Handler(function, tuple(raises), timeout_seconds, effects, idempotency, names)

    return decorate if function is None else decorate(function)


def code_of(function: Any) -> Any:
    """The code object of a function; of the innermost one, where decorators wrap it."""
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    return getattr(function, "__code__", None)


def _check_raises(raises: Any) -> None:
    if not isinstance(raises, (tuple, list)):
        raise TypeError(f"raises must be a tuple of exception classes, found {raises!r}; write raises=(CardDeclined,)")
    for error in raises:
        if not (isinstance(error, type) and issubclass(error, BaseException)):
            raise TypeError(f"raises must hold exception classes, found {error!r}")


def _check_timeout(seconds: Any) -> None:
    if seconds is None:
        return
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError(f"timeout_seconds must be a number, found {seconds!r}")
    if not 0 < seconds <= LAMBDA_LONGEST_SECONDS:
        raise ValueError(f"timeout_seconds must be more than 0 and at most {LAMBDA_LONGEST_SECONDS}, found {seconds!r}")


def _check_function(function: Any) -> None:
    name = getattr(function, "__qualname__", repr(function))
    if isinstance(function, Handler):
        raise TypeError(f"{name} is a handler already")
    code = code_of(function)
    if not callable(function) or isinstance(function, type) or code is None:
        raise TypeError(f"@handler takes a function, found {function!r}")
    if code.co_flags & (_COROUTINE | _ASYNC_GENERATOR):
        raise TypeError(f"{name} is async, and Lambda awaits nothing; make it a plain function")
    if code.co_flags & _GENERATOR:
        raise TypeError(f"{name} yields, and Lambda takes one answer; return a value")
    if code.co_flags & _VARARGS:
        raise TypeError(
            f"{name} takes *{code.co_varnames[code.co_argcount + code.co_kwonlyargcount]}, and an event has names only"
        )
    if code.co_posonlyargcount > 1:
        raise TypeError(f"{name} has positional-only parameters, and an event has names only; drop the /")


def _callers_locals() -> dict[str, Any]:
    from sys import _getframe

    frame: Any = _getframe(1)
    while frame is not None and frame.f_globals.get("__name__") == __name__:
        frame = frame.f_back
    return dict(frame.f_locals) if frame is not None else {}
