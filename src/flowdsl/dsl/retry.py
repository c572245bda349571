"""Retry, a policy as a value; and the error names that a Retry or a Catch may hold."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from flowdsl import errors
from flowdsl.asl.fields import by_keyword
from flowdsl.diagnostics import did_you_mean
from flowdsl.dsl.expressions import Expr, is_broken
from flowdsl.dsl.mistakes import Mistake
from flowdsl.dsl.places import Keyword, frame_at
from flowdsl.dsl.trace import Trace
from flowdsl.query.expression import Place

if TYPE_CHECKING:
    from typing import Unpack

    from flowdsl.dsl.signatures import RetryFields

ErrorLike = type[BaseException] | str
"""What stands for an error: an exception class (its bare name, as Lambda reports it), a name, a value of flowdsl.errors."""


class Retry:
    """Which errors are tried again, and how: a value, to be given to any number of states.

    `interval_seconds` before the first retry, times `backoff_rate` before each further one, at most `max_delay_seconds`;
    `max_attempts` counts retries, not calls. `jitter_strategy` is "FULL" or "NONE".
    """

    __slots__ = ("errors", "fields", "mistakes", "place")

    def __init__(self, *errors: ErrorLike, **fields: Unpack[RetryFields]) -> None:
        frame = frame_at(1)
        self.fill(errors, fields, (frame.f_code, frame.f_lasti))

    def fill(self, errors: tuple[Any, ...], fields: Any, place: Place) -> None:
        """Takes the errors and fields of a policy that was written at a place."""
        self.place = place
        self.mistakes: list[Mistake] = []
        self.errors = errors
        self.fields = retrier_fields(fields, place, self.mistakes)
        if not errors:
            self.mistakes.append(
                Mistake("retry-value", "a Retry names at least one error: Retry(TaskFailed, ...)", place)
            )
        for i, error in enumerate(errors):
            problem = error_problem(error)
            if problem:
                self.mistakes.append(Mistake("unknown-error", problem, (*place, i)))
        if errors_all(errors) and len(errors) > 1:
            self.mistakes.append(
                Mistake("all-not-alone", "States.ALL takes every error, so it stands alone", (*place, all_at(errors)))
            )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Retry) and self.errors == other.errors and self.fields == other.fields

    def __hash__(self) -> int:
        return hash(self.errors)

    def __repr__(self) -> str:
        named = [error_name(e) for e in self.errors]
        return f"Retry({', '.join([*map(repr, named), *(f'{k}={v!r}' for k, v in self.fields.items())])})"


def made(errors: tuple[Any, ...], fields: Any, place: Place) -> Retry:
    """The policy that `state.retry(Error, max_attempts=3)` writes out."""
    policy = Retry.__new__(Retry)
    policy.fill(errors, fields, place)
    return policy


def take_over(trace: Trace, policy: Retry) -> None:
    """Reports a policy's own mistakes, once a workflow."""
    if policy.mistakes and id(policy) not in trace.reported:
        trace.reported.add(id(policy))
        trace.mistakes.extend(policy.mistakes)


def retrier_fields(fields: Any, place: Place, mistakes: list[Mistake]) -> dict[str, Any]:
    """A retrier's fields by JSON name."""
    table = by_keyword("Retrier")
    found: dict[str, Any] = {}
    for keyword, value in fields.items():
        field = table.get(keyword)
        if keyword == "extra":
            found.update(value)
            continue
        if field is None or keyword == "error_equals":
            known = [k for k in table if k != "error_equals"]
            mistakes.append(
                Mistake(
                    "unknown-keyword",
                    f"a retrier has no {keyword}={did_you_mean(keyword, known)}",
                    (*place, Keyword(keyword)),
                )
            )
            continue
        if value is ...:
            continue
        kind = field.kind
        if kind == "integer" or kind == "number":
            problem = _number_problem(keyword, value, kind, field.minimum, field.maximum)
            if problem:
                mistakes.append(Mistake("retry-value", problem, (*place, keyword)))
            elif isinstance(value, float) and value.is_integer():
                value = int(value)
        elif kind == "enum" and value not in field.values:
            near = did_you_mean(str(value), field.values)
            mistakes.append(
                Mistake(
                    "retry-value",
                    f"{keyword} must be {' or '.join(map(repr, field.values))}, found {value!r}{near}",
                    (*place, keyword),
                )
            )
        elif kind == "text" and not isinstance(value, str):
            mistakes.append(Mistake("retry-value", f"{keyword} must be a text, found {value!r}", (*place, keyword)))
        found[field.name] = value
    interval, longest = found.get("IntervalSeconds", 1), found.get("MaxDelaySeconds")
    said = "max_delay_seconds" in fields and not mistakes
    if said and isinstance(longest, int) and isinstance(interval, int) and longest < interval:
        mistakes.append(
            Mistake(
                "retry-value",
                f"max_delay_seconds ({longest}) is below interval_seconds ({interval}), so that it cuts every delay",
                (*place, "max_delay_seconds"),
            )
        )
    return found


def _number_problem(keyword: str, value: Any, kind: str, low: float | None, high: float | None) -> str:
    whole = kind == "integer"
    if isinstance(value, str) and value.startswith("${"):
        return ""
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)) or not math.isfinite(value):
        if isinstance(value, Expr):
            return (
                ""
                if is_broken(value) or type(value.__node__).__name__ == "Placeholder"
                else f"{keyword} cannot be computed: a retrier's numbers are fixed when the workflow is deployed"
            )
        return f"{keyword} must be a {'whole ' if whole else ''}number, found {value!r}"
    if (low is not None and value < low) or (high is not None and value > high):
        return f"{keyword} must be {f'from {low:,} to {high:,}' if high is not None else f'at least {low:,}'}, found {value:,}"
    return ""


def error_name(error: Any) -> str:
    """The name that stands in ErrorEquals."""
    if isinstance(error, str):
        return str(error)
    return getattr(error, "__name__", None) or str(error)


def error_problem(error: Any) -> str:
    """Why something is no error name; "" when it is one."""
    if isinstance(error, str):
        if error.startswith("States.") and not errors.is_reserved(error) and not isinstance(error, errors.ErrorName):
            near = did_you_mean(error, errors.RESERVED) or f"; an error of your own is ErrorName({str(error)!r})"
            return f"Step Functions has no error {str(error)!r}{near}"
        if not error:
            return "an error's name is not empty"
        return ""
    if isinstance(error, type) and issubclass(error, BaseException):
        return ""
    if hasattr(error, "is_aws_error"):  # pyright: ignore[reportUnknownArgumentType]
        return ""
    if isinstance(error, Expr):
        return "" if is_broken(error) else "an error is known when the workflow is built, found an expression"
    described = (
        f"the {type(error).__name__} {error!r}"
        if not isinstance(error, type)
        else f"the class {error.__name__}, which is no exception"
    )
    return f"an error is an exception class, a name or a value of flowdsl.errors, found {described}"


def errors_all(given: tuple[Any, ...]) -> bool:
    return any(isinstance(e, str) and e == errors.ALL for e in given)


def all_at(given: tuple[Any, ...]) -> int:
    return next(i for i, e in enumerate(given) if isinstance(e, str) and e == errors.ALL)
