"""Names: a state's after its variable, a variable's that nothing else has, and what ASL allows in either."""

from __future__ import annotations

import keyword
import re
from functools import cache

MAX_NAME = 80
"""Characters of a state's or a variable's name (quota)."""
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff\U0010ffff]")
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z0-9]+|[^\W_]+")


@cache
def pascal(name: str) -> str:
    """`reserve_stock` as a state's name: `ReserveStock`; `try_` is `Try`."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_")) or name


@cache
def snake(name: str) -> str:
    """A state's name as a variable's: `Reserve stock` is `reserve_stock`."""
    words = _WORDS.findall(name)
    text = "_".join(word.lower() for word in words)
    if not text or not text[0].isalpha():
        text = f"value_{text}" if text else "value"
    return text


def forbidden_in(name: str) -> str:
    """The first character that a state's name may not hold, "" when there is none."""
    found = _FORBIDDEN.search(name)
    return found[0] if found else ""


def is_variable_name(name: str) -> bool:
    """Whether ASL takes it as a variable's name: a Unicode identifier that opens with a letter, not `states`."""
    return name.isidentifier() and name[0] != "_" and name != "states" and len(name) <= MAX_NAME


FUNCTIONS = frozenset(
    [
        "abs",
        "append",
        "assert",
        "average",
        "base64decode",
        "base64encode",
        "boolean",
        "ceil",
        "clone",
        "contains",
        "count",
        "decodeUrl",
        "decodeUrlComponent",
        "distinct",
        "each",
        "encodeUrl",
        "encodeUrlComponent",
        "error",
        "eval",
        "exists",
        "filter",
        "floor",
        "formatBase",
        "formatInteger",
        "formatNumber",
        "fromMillis",
        "hash",
        "join",
        "keys",
        "length",
        "lookup",
        "lowercase",
        "map",
        "match",
        "max",
        "merge",
        "millis",
        "min",
        "not",
        "now",
        "number",
        "pad",
        "parse",
        "parseInteger",
        "partition",
        "power",
        "random",
        "range",
        "reduce",
        "replace",
        "reverse",
        "round",
        "shuffle",
        "sift",
        "single",
        "sort",
        "split",
        "spread",
        "sqrt",
        "string",
        "substring",
        "substringAfter",
        "substringBefore",
        "sum",
        "toMillis",
        "trim",
        "type",
        "uppercase",
        "uuid",
        "zip",
    ]
)
"""JSONata's functions and AWS's own: a variable of the same name would hide one."""


def free_name(wanted: str, taken: set[str]) -> str:
    """`wanted`, or the first of `wanted_2`, `wanted_3`, ... that nothing has; a function's name gets a `_value`."""
    base = wanted.strip("_") or "value"
    if not base[0].isalpha():
        base = f"value_{base}"
    if base in FUNCTIONS or base == "states" or keyword.iskeyword(base):
        base = f"{base}_value"
    base = base[: MAX_NAME - 6]
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    taken.add(name)
    return name
