"""fn: JSONata's functions and AWS's own, by their names in snake_case, typed for expressions."""
# mypy: disable-error-code="no-any-return"
# To a type checker an expression is the value that it stands for.

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, TypeVar, overload

from flowdsl.dsl.fn_calls import call, condition, each_item, list_call, logic, present, then_else
from flowdsl.dsl.kinds import ANY, BOOLEAN, INTEGER, NUMBER, STRING
from flowdsl.dsl.places import frame_at
from flowdsl.dsl.trace import UNSET

T = TypeVar("T")
U = TypeVar("U")
N = TypeVar("N", int, float)


class Functions:
    """The functions. Lists keep being lists, whatever their length."""

    # conditions

    def not_(self, condition_: bool, /) -> bool:
        """The opposite of a condition."""
        return logic("not", (condition_,))

    def all_of(self, *conditions: bool) -> bool:
        """Whether all conditions hold."""
        return logic("and", conditions)

    def any_of(self, *conditions: bool) -> bool:
        """Whether one of the conditions holds."""
        return logic("or", conditions)

    def one_of(self, value: T, options: Iterable[T], /) -> bool:
        """Whether a value is among some."""
        return condition("in", value, options)

    def exists(self, value: object, /) -> bool:
        """Whether a value is there, and is not null."""
        return present(value)

    def some(self, value: T | None, /) -> T:
        """An optional value, where a Choice has made sure that it is there."""
        return then_else("some", value)

    def if_else(self, test: bool, then: T, otherwise: U, /) -> T | U:
        """`then` where `test` holds, else `otherwise`."""
        return then_else("if", test, then, otherwise)

    def boolean(self, value: object, /) -> bool:
        """A value as JSONata takes it for true or false: "", 0, null and empty ones are false."""
        return call("boolean", BOOLEAN, value)

    # numbers

    def number(self, value: object, /) -> float:
        """A text as a number."""
        return call("number", NUMBER, value)

    def abs(self, value: N, /) -> N:
        return call("abs", None, value)

    def floor(self, value: float, /) -> int:
        return call("floor", INTEGER, value)

    def ceil(self, value: float, /) -> int:
        return call("ceil", INTEGER, value)

    def round(self, value: float, precision: int = 0, /) -> float:
        """Half to even, at a number of decimal places."""
        return call("round", NUMBER, value, *([precision] if precision != 0 else []))

    def power(self, base: float, exponent: float, /) -> float:
        return call("power", NUMBER, base, exponent)

    def sqrt(self, value: float, /) -> float:
        return call("sqrt", NUMBER, value)

    def random(self, seed: int = UNSET, /) -> float:
        """A number from 0 up to 1; the same one for the same seed."""
        return call("random", NUMBER, *([] if seed is UNSET else [seed]))

    def format_number(self, value: float, picture: str, /) -> str:
        """A number as text: `fn.format_number(order.total, "#,##0.00")`."""
        return call("formatNumber", STRING, value, picture)

    def format_base(self, value: int, base: int = 10, /) -> str:
        return call("formatBase", STRING, value, base)

    def format_integer(self, value: int, picture: str, /) -> str:
        return call("formatInteger", STRING, value, picture)

    def parse_integer(self, text: str, picture: str, /) -> int:
        return call("parseInteger", INTEGER, text, picture)

    # texts

    def string(self, value: object, prettify: bool = False, /) -> str:
        """A value as JSON text; a text as itself."""
        return call("string", STRING, value, *([True] if prettify else []))

    def length(self, text: str, /) -> int:
        """Characters of a text."""
        return call("length", INTEGER, text)

    def substring(self, text: str, start: int, length: int = UNSET, /) -> str:
        return call("substring", STRING, text, start, *([] if length is UNSET else [length]))

    def substring_before(self, text: str, part: str, /) -> str:
        return call("substringBefore", STRING, text, part)

    def substring_after(self, text: str, part: str, /) -> str:
        return call("substringAfter", STRING, text, part)

    def uppercase(self, text: str, /) -> str:
        return call("uppercase", STRING, text)

    def lowercase(self, text: str, /) -> str:
        return call("lowercase", STRING, text)

    def trim(self, text: str, /) -> str:
        """Without blanks at both ends, and one blank where there are several."""
        return call("trim", STRING, text)

    def pad(self, text: str, width: int, char: str = " ", /) -> str:
        """At least `width` characters: filled on the right, or on the left where it is negative."""
        return call("pad", STRING, text, width, *([char] if char != " " else []))

    def contains(self, text: str, part: str, /) -> bool:
        return call("contains", BOOLEAN, text, part)

    def matches(self, text: str, pattern: str, /) -> bool:
        """Whether a regular expression is found in a text."""
        return call("contains", BOOLEAN, text, _regex(pattern))

    def split(self, text: str, separator: str, /) -> list[str]:
        return list_call("split", STRING, text, separator)

    def join(self, texts: Iterable[str], separator: str = "", /) -> str:
        return call("join", STRING, texts, *([separator] if separator != "" else []))

    def replace(self, text: str, old: str, new: str, /) -> str:
        return call("replace", STRING, text, old, new)

    def base64encode(self, text: str, /) -> str:
        return call("base64encode", STRING, text)

    def base64decode(self, text: str, /) -> str:
        return call("base64decode", STRING, text)

    def encode_url_component(self, text: str, /) -> str:
        return call("encodeUrlComponent", STRING, text)

    def decode_url_component(self, text: str, /) -> str:
        return call("decodeUrlComponent", STRING, text)

    def encode_url(self, text: str, /) -> str:
        return call("encodeUrl", STRING, text)

    def decode_url(self, text: str, /) -> str:
        return call("decodeUrl", STRING, text)

    def hash(
        self, text: str, algorithm: Literal["MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"] = "SHA-256", /
    ) -> str:
        """The digest of a text, in hexadecimal."""
        return call("hash", STRING, text, algorithm)

    def uuid(self) -> str:
        """A random UUID, another one each time."""
        return call("uuid", STRING)

    def parse(self, text: str, /) -> Any:
        """JSON text as a value."""
        return call("parse", ANY, text)

    # lists

    def count(self, items: Iterable[object], /) -> int:
        """How many items a list has."""
        return call("count", INTEGER, items)

    def sum(self, numbers: Iterable[N], /) -> N:
        return call("sum", "item", numbers)

    def max(self, numbers: Iterable[N], /) -> N:
        return call("max", "item", numbers)

    def min(self, numbers: Iterable[N], /) -> N:
        return call("min", "item", numbers)

    def average(self, numbers: Iterable[float], /) -> float:
        return call("average", NUMBER, numbers)

    def append(self, first: Sequence[T], second: Sequence[U], /) -> list[T | U]:
        """Two lists as one."""
        return list_call("append", "item", first, second)

    @overload
    def sort(self, items: Iterable[T], /) -> list[T]: ...
    @overload
    def sort(self, items: Iterable[T], after: Callable[[T, T], bool], /) -> list[T]: ...
    def sort(self, items: Iterable[T], after: Any = UNSET, /) -> list[T]:
        """Sorted texts or numbers; or by `lambda a, b: a.rank > b.rank`, true where `a` comes after `b`."""
        return list_call("sort", "item", items) if after is UNSET else each_item("sort", "item", items, after, 2)

    def reverse(self, items: Iterable[T], /) -> list[T]:
        return list_call("reverse", "item", items)

    def shuffle(self, items: Iterable[T], /) -> list[T]:
        return list_call("shuffle", "item", items)

    def distinct(self, items: Iterable[T], /) -> list[T]:
        """Each item once."""
        return list_call("distinct", "item", items)

    def zip(self, *lists: Iterable[Any]) -> list[list[Any]]:
        return list_call("zip", ANY, *lists)

    def range(self, first: int, last: int, step: int = 1, /) -> list[int]:
        """Whole numbers, `last` included."""
        return list_call("range", INTEGER, first, last, step)

    def partition(self, items: Iterable[T], size: int, /) -> list[list[T]]:
        """A list in lists of at most `size` items."""
        return list_call("partition", ANY, items, size)

    def map(self, items: Iterable[T], function: Callable[[T], U], /) -> list[U]:
        """What `lambda item: ...` gives for each item."""
        return each_item("map", "result", items, function, 1)

    def filter(self, items: Iterable[T], function: Callable[[T], bool], /) -> list[T]:
        """The items for which `lambda item: ...` holds."""
        return each_item("filter", "item", items, function, 1)

    def single(self, items: Iterable[T], function: Callable[[T], bool], /) -> T:
        """The one item for which `lambda item: ...` holds; none or several are an error."""
        return each_item("single", "one", items, function, 1)

    def reduce(self, items: Iterable[T], function: Callable[[U, T], U], initial: U, /) -> U:
        """`lambda total, item: ...` over all items."""
        return each_item("reduce", "fold", items, function, 2, initial)

    # objects

    def keys(self, value: object, /) -> list[str]:
        return list_call("keys", STRING, value)

    def lookup(self, value: Mapping[str, T], key: str, /) -> T:
        """A member by a name that is computed."""
        return call("lookup", "values", value, key)

    def merge(self, objects: Iterable[object], /) -> Any:
        """Several objects as one: later members win."""
        return call("merge", ANY, objects)

    def spread(self, value: object, /) -> list[Any]:
        """An object as a list of objects of one member."""
        return list_call("spread", ANY, value)

    def type(self, value: object, /) -> str:
        """ "null", "number", "string", "boolean", "array" or "object"."""
        return call("type", STRING, value)

    def error(self, message: str, /) -> Any:
        """Fails the state with States.QueryEvaluationError."""
        return call("error", ANY, message)

    # time

    def now(self) -> str:
        """The time as text, ISO 8601."""
        return call("now", STRING)

    def millis(self) -> int:
        """The time in milliseconds since 1970."""
        return call("millis", INTEGER)

    def from_millis(self, millis: int, picture: str = UNSET, /) -> str:
        return call("fromMillis", STRING, millis, *([] if picture is UNSET else [picture]))

    def to_millis(self, timestamp: object, picture: str = UNSET, /) -> int:
        return call("toMillis", INTEGER, timestamp, *([] if picture is UNSET else [picture]))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        from flowdsl.dsl.fn_calls import unknown_function

        frame = frame_at(1)
        return unknown_function(
            name, (frame.f_code, frame.f_lasti), [n for n in vars(Functions) if not n.startswith("_")]
        )


def _regex(pattern: str) -> Any:
    from flowdsl.dsl.fn_calls import regex

    return regex(pattern)


fn = Functions()
