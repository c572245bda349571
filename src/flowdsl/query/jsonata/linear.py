"""Built-in functions whose cost in jlens grows with the square of what they are given, made to grow with it alone (measured).

Definitions in JSONata that go before an expression: what is small is left to the library's own function.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from flowdsl.query.base import Value
from flowdsl.query.jsonata.failure import UNDEFINED

Json = Any

_CALLED: Final = re.compile(r"\$(keys|distinct)\b")
_DEFINITIONS: Final = {
    "keys": (
        "$own_keys:=$keys;$own_type:=$type;$own_each:=$each;$own_count_k:=$count;"
        "$keys:=function($o)<x-:x>{$own_type($o)='object'?$own_each($o,function($v,$k){$k}):"
        "$own_count_k($o)>200?$keys_of_many($o):$own_keys($o)};"
    ),
    "distinct": (
        "$own_distinct:=$distinct;$own_count_d:=$count;"
        "$distinct:=function($o)<x:x>{$own_count_d($o)>200?($own_found:=$distinct_of_many($o);"
        "$own_count_d($own_found)>1?$own_found:$own_distinct($o)):$own_distinct($o)};"
    ),
}


def definitions(source: str, names: tuple[str, ...]) -> tuple[str, dict[str, Callable[..., Json]]]:
    """What goes before an expression that is given `names`, and the functions that it calls."""
    called = {name for name in _CALLED.findall(source) if name not in names}
    text = "".join(_DEFINITIONS[name] for name in sorted(called))
    return text, {f"{name}_of_many": _OF_MANY[name] for name in called}


def keys_of_many(*given: Json) -> Json:
    """The keys of all objects in an array, each once, in the order they come."""
    found: dict[str, None] = {}
    stack: list[Value] = [given[0]]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            found |= dict.fromkeys(value)
        elif isinstance(value, list):
            stack.extend(reversed(value))
    told = list(found)
    # One alone, or none, is no array in JSONata.
    return told if len(told) > 1 else told[0] if told else UNDEFINED


def distinct_of_many(*given: Json) -> Json:
    """The values of an array that are not equal to one before them."""
    found: dict[Any, Value] = {}
    for value in given[0]:
        found.setdefault(_identity(value), value)
    return list(found.values())


def _identity(value: Value) -> Any:
    """What two values have in common that are equal: numbers by their value, objects whatever the order of their keys."""
    if isinstance(value, dict):
        return dict, frozenset((key, _identity(inner)) for key, inner in value.items())
    if isinstance(value, list):
        return list, tuple(map(_identity, value))
    return (bool, value) if isinstance(value, bool) else value


_OF_MANY: Final[dict[str, Callable[..., Json]]] = {"keys": keys_of_many, "distinct": distinct_of_many}
