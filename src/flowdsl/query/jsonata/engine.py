"""The only door to a JSONata library: jlens, or jsonata2py where jlens is not there or FLOWDSL_JSONATA names it.

Values reach jlens as fields of the input document, which it reads as far as the expression goes into them, and a prefix
binds them to variables: bindings would be converted whole. So an expression that reads one field of a large input costs
what it costs on a small one (measured: 1 µs beside 1,200).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from typing import Any, Final, Protocol

from flowdsl.diagnostics import FlowDslError
from flowdsl.query.base import Env, Evaluate
from flowdsl.query.jsonata.builtins import FUNCTIONS
from flowdsl.query.jsonata.failure import MEMORY, STACK, TIMEOUT, UNDEFINED, JsonataFailure, NotJson
from flowdsl.query.jsonata.linear import definitions
from flowdsl.query.jsonata.nodes import depth
from flowdsl.query.jsonata.safety import MOST_BYTES, as_json, can_grow, has_regex, memory_bound, time_bound
from flowdsl.query.jsonata.syntax import parse

Json = Any
Function = Callable[..., Json]
Failed = Callable[[Env, JsonataFailure], Json]
"""What to do about a failed evaluation: raise, or give a value after all."""

SECONDS: Final = 1.0
"""How long one evaluation may take (documented)."""
DEEPEST: Final = 100
"""How deep one evaluation may nest (measured)."""
MOST_ITEMS: Final = MOST_BYTES // 8
MOST_STEPS: Final = 20_000_000
"""About one second of work, but the same on every machine."""


class Compiled(Protocol):
    """A compiled expression."""

    def evaluate(
        self, values: dict[str, Json], functions: dict[str, Function] | None = None, now: int | None = None
    ) -> Json:
        """The expression's value, or UNDEFINED; raises JsonataFailure or NotJson.

        `values` holds what the compiled names stand for (others are not looked at); `functions` those that differ from
        one evaluation to the next; `now` the time in ms since 1970.
        """
        ...

    def quickly(self, given: Callable[[Env], dict[str, Json]], nothing: Evaluate, failed: Failed) -> Evaluate | None:
        """A closure that evaluates on what `given` gives of an Env; None where the library has no quicker way.

        `nothing` is asked when the result may be null or nothing, `failed` when the evaluation fails. For expressions
        that need neither functions of their own nor the time.
        """
        ...


class Engine(Protocol):
    """A JSONata library."""

    name: str

    def compile(self, source: str, names: tuple[str, ...], functions: dict[str, Function]) -> Compiled:
        """An expression that reads `names` and may call `functions`; raises JsonataFailure."""
        ...


@cache
def engine() -> Engine:
    """The library in use."""
    wanted = os.environ.get("FLOWDSL_JSONATA", "")
    if wanted not in ("", "jlens", "jsonata2py"):
        raise FlowDslError(f"FLOWDSL_JSONATA is {wanted!r}; it may be 'jlens' or 'jsonata2py'")
    if wanted != "jsonata2py":
        try:
            return _Jlens()
        except ImportError:
            if wanted:
                raise FlowDslError("FLOWDSL_JSONATA asks for jlens, which cannot be imported here") from None
    return _Jsonata2py()


def other_engine() -> Engine | None:
    """jsonata2py beside jlens, for the one thing where it is nearer to AWS: numbers that are not finite."""
    try:
        return _Jsonata2py()
    except ImportError:
        return None


def _prefix(names: tuple[str, ...], source: str) -> str:
    """What stands before the expression, which a `)` closes."""
    given = "".join(f"${name}:={name};" for name in names)
    if "$eval" in source:
        # $eval is not there on AWS: calling it fails as calling any other name that holds no function does.
        given += "$eval:=null;"
    if not given and source.startswith("/"):
        # The reference takes a `/` behind an opening parenthesis for a division.
        given = "null;"
    return "(" + given


class _Jlens:
    name = "jlens"

    def __init__(self) -> None:
        import jlens

        self.jlens = jlens

    def compile(self, source: str, names: tuple[str, ...], functions: dict[str, Function]) -> Compiled:
        return _JlensExpression(self.jlens, source, names, functions)


_DRAWN: Final = ("random", "uuid")
"""Functions that are given with each evaluation."""
_JLENS_LIMITS: Final = {"U1001": MEMORY, "U1006": TIMEOUT, "D1011": STACK, "D1012": TIMEOUT}


class _JlensExpression:
    __slots__ = ("_functions", "_jlens", "_main", "_prefix", "_probe", "_source", "_through_document")

    def __init__(self, jlens: Any, source: str, names: tuple[str, ...], functions: dict[str, Function]) -> None:
        self._jlens = jlens
        self._source = source
        before, of_many = definitions(source, names)
        self._functions = functions | of_many
        self._probe: Any = None
        # A host function's None is nothing to jlens: $parse gives its value in a box, for null's sake.
        before += "$parse:=function($text){$parse_boxed($text).value};" if "parse" in functions else ""
        self._prefix = _prefix(names, source) + before
        self._main = self._compiled(f"{self._prefix}{source}\n)")
        read = self._main.reads(dict.fromkeys(_DRAWN, len)).get("input", {})
        self._through_document = read is not True and read.keys() <= set(names)
        if not self._through_document:
            # A function such as $string() falls back on the context, which is nothing on AWS: here it must be nothing too.
            self._prefix = _prefix((), source) + before
            self._main = self._compiled(f"{self._prefix}{source}\n)")

    def _compiled(self, text: str) -> Any:
        try:
            compiled = self._jlens.Expression(text)
        except self._jlens.JlensError as error:
            raise self._failure(error) from None
        for name, function in self._functions.items():
            if name == "parse":
                compiled.register_function("parse_boxed", _boxed(function))
            else:
                compiled.register_function(name, _host(function))
        return compiled

    def evaluate(
        self, values: dict[str, Json], functions: dict[str, Function] | None = None, now: int | None = None
    ) -> Json:
        try:
            if functions is None and now is None and self._through_document:
                result = self._main.evaluate(
                    values,
                    timeout=SECONDS,
                    max_depth=DEEPEST + 1,
                    max_steps=MOST_STEPS,
                    max_array_length=MOST_ITEMS,
                    max_string_length=MOST_BYTES,
                    max_result_size=MOST_BYTES,
                )
            else:
                result = self._evaluate(self._main, values, functions, now)
            return self._nothing(values, functions, now) if result is None else result
        except self._jlens.JlensError as error:
            raise self._failure(error) from None
        except JsonataFailure:
            raise
        except BaseException as error:
            # What Rust panics with is no Exception; memory that cannot be had is the one known reason.
            if type(error).__name__ == "PanicException":
                raise JsonataFailure("", MEMORY) from None
            raise

    def quickly(self, given: Callable[[Env], dict[str, Json]], nothing: Evaluate, failed: Failed) -> Evaluate | None:
        if not self._through_document:
            return None
        # One frame of ours around the library's own work: this is what a loop of states spends its time in.
        run, known = self._main.evaluate, self._jlens.JlensError

        def evaluate(env: Env) -> Json:
            try:
                result = run(
                    given(env),
                    timeout=SECONDS,
                    max_depth=DEEPEST + 1,
                    max_steps=MOST_STEPS,
                    max_array_length=MOST_ITEMS,
                    max_string_length=MOST_BYTES,
                    max_result_size=MOST_BYTES,
                )
            except known as error:
                return failed(env, self._failure(error))
            except BaseException as error:
                if type(error).__name__ != "PanicException":
                    raise
                return failed(env, JsonataFailure("", MEMORY))
            return nothing(env) if result is None else result

        return evaluate

    def _evaluate(
        self, compiled: Any, values: dict[str, Json], functions: dict[str, Function] | None, now: int | None
    ) -> Json:
        bindings: dict[str, Any] = {} if self._through_document else dict(values)
        for name, function in (functions or {}).items():
            bindings[name] = _host(function)
        return compiled.evaluate(
            values if self._through_document else None,
            bindings,
            now=now,
            timeout=SECONDS,
            max_depth=DEEPEST + 3,
            max_steps=MOST_STEPS,
            max_array_length=MOST_ITEMS,
            max_string_length=MOST_BYTES,
            max_result_size=MOST_BYTES,
        )

    def _nothing(self, values: dict[str, Json], functions: dict[str, Function] | None, now: int | None) -> Json:
        """jlens gives None for null, for nothing, for a function and for NaN: which one is it?"""
        if self._probe is None:
            self._probe = self._compiled(f"{self._prefix}$type((null;{self._source}\n)))")
        try:
            kind = self._evaluate(self._probe, values, functions, now)
        except self._jlens.JlensError:
            # A workflow variable hides $type.
            return UNDEFINED
        if kind is None:
            return UNDEFINED
        if kind == "null":
            return None
        if kind == "function":
            raise NotJson
        return "NaN"

    def _failure(self, error: Any) -> JsonataFailure:
        code: str = error.code
        position = None if error.start is None else max(0, error.start - len(self._prefix))
        if code in _JLENS_LIMITS:
            return JsonataFailure("", _JLENS_LIMITS[code], position)
        return JsonataFailure(code, str(error), position)


def _host(function: Function) -> Function:
    """A function as jlens calls it: it knows null only."""

    def call(*arguments: Json) -> Json:
        result = function(*[UNDEFINED if a is None else a for a in arguments])
        return None if result is UNDEFINED else result

    return call


def _boxed(function: Function) -> Function:
    def call(*arguments: Json) -> Json:
        result = function(*[UNDEFINED if a is None else a for a in arguments])
        return {} if result is UNDEFINED else {"value": result}

    return call


class _Jsonata2py:
    name = "jsonata2py"

    def __init__(self) -> None:
        import jsonata2py

        self.library = jsonata2py

    def compile(self, source: str, names: tuple[str, ...], functions: dict[str, Function]) -> Compiled:
        return _Jsonata2pyExpression(self.library, source, names, functions)


class _Jsonata2pyExpression:
    __slots__ = ("_compiled", "_grows", "_library", "_names", "_regex", "_source", "_too_deep")

    def __init__(self, library: Any, source: str, names: tuple[str, ...], functions: dict[str, Function]) -> None:
        self._library = library
        self._source = source
        self._grows = can_grow(source)
        self._regex = has_regex(source)
        # What has a function's name is bound under another, since the library's own functions come before bindings.
        self._names = {name: f"hiding_{name}" if name in FUNCTIONS else name for name in names}
        prefix = _prefix((), source) + "".join(f"${n}:=${b};" for n, b in self._names.items() if n != b)
        if "$now" in source or "$millis" in source:
            prefix += _CLOCK
        if "$random" in source and "random" not in names:
            prefix += "$random:=function($seed){$drawn_random($seed)};"
        self._too_deep = depth(parse(source)) > DEEPEST
        try:
            self._compiled = library.compile(f"{prefix}{source}\n)")
        except library.JsonataError as error:
            raise self._failure(error) from None
        except RecursionError:
            raise JsonataFailure("", STACK) from None
        self._compiled.set_timeout(int(SECONDS * 1000))
        for name, function in functions.items():
            self._compiled.register_function(name, self._host(function))

    def _host(self, function: Function) -> Function:
        missing = self._library.MISSING

        def call(*arguments: Json) -> Json:
            result = function(*[UNDEFINED if a is missing else a for a in arguments])
            return missing if result is UNDEFINED else result

        return call

    def evaluate(
        self, values: dict[str, Json], functions: dict[str, Function] | None = None, now: int | None = None
    ) -> Json:
        if self._too_deep:
            raise JsonataFailure("", STACK)
        bindings = self._library.JsonataBindings()
        for name, bound in self._names.items():
            if name in values:
                bindings.bind_value(bound, values[name])
        for name, function in (functions or {}).items():
            bindings.bind_function("drawn_random" if name == "random" else name, self._host(function))
        bindings.bind_value("flowdsl_now", 0 if now is None else now)
        try:
            with ExitStack() as bounds:
                if self._grows:
                    bounds.enter_context(memory_bound())
                if self._regex:
                    bounds.enter_context(time_bound(SECONDS, self._source))
                result = self._compiled.evaluate(self._library.MISSING, bindings)
        except self._library.JsonataError as error:
            raise self._failure(error) from None
        except MemoryError:
            raise JsonataFailure("", MEMORY) from None
        except RecursionError:
            raise JsonataFailure("", STACK) from None
        return UNDEFINED if result is self._library.MISSING else as_json(result)

    def quickly(self, given: Callable[[Env], dict[str, Json]], nothing: Evaluate, failed: Failed) -> Evaluate | None:
        return None

    def _failure(self, error: Any) -> JsonataFailure:
        cause = error
        while cause is not None:
            if isinstance(cause, JsonataFailure):
                return cause
            if isinstance(cause, MemoryError):
                return JsonataFailure("", MEMORY)
            cause = cause.__cause__
        code, text = error.error_code or "", str(error)
        if code in ("U1001", ""):
            return JsonataFailure(
                "", TIMEOUT if "timeout" in text else STACK if "tack" in text or "nested" in text else text
            )
        return JsonataFailure(code, _REFERENCE.get(code, _OPERATOR.sub(r'side of the "\1" operator', text)))


_CLOCK: Final = (
    "$millis:=function(){$flowdsl_now};"
    "$now:=function($picture,$timezone){$fromMillis($flowdsl_now,$picture,$timezone)};"
)
_REFERENCE: Final = {"T1006": "Attempted to invoke a non-function"}
"""Messages in the reference's words where the library's differ."""
_OPERATOR: Final = re.compile(r"side of the (\S+) operator")

__all__ = ["Compiled", "Engine", "engine", "other_engine"]
