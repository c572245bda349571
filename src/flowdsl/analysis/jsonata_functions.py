"""JSONata's functions as AWS has them: how many arguments each takes, of what kinds, and what it gives."""

from __future__ import annotations

from typing import Final, NamedTuple

from flowdsl.analysis.shape import ALL, ARRAY, BOOLEAN, FUNCTION, NUMBER, OBJECT, TEXT


class Signature(NamedTuple):
    """One function."""

    least: int
    most: int | None
    """None: any number."""
    takes: tuple[int, ...]
    """Kinds of each argument; the last one's hold for all that follow."""
    gives: int
    """Kinds of the result; 0: it depends on the arguments."""
    undefined: str = "undefined"
    """What the function makes of an undefined first argument: `undefined`, or a value (`defined`)."""
    context: bool = False
    """Whether a missing first argument is taken from the context (only inside a step)."""


_ANY: Final = ALL | FUNCTION
_S, _N, _B, _A, _O, _F = TEXT, NUMBER, BOOLEAN, ARRAY, OBJECT, FUNCTION

FUNCTIONS: Final[dict[str, Signature]] = {
    # text
    "string": Signature(1, 2, (_ANY, _B), _S, context=True),
    "length": Signature(1, 1, (_S,), _N, context=True),
    "substring": Signature(2, 3, (_S, _N, _N), _S, context=True),
    "substringBefore": Signature(2, 2, (_S, _S), _S, context=True),
    "substringAfter": Signature(2, 2, (_S, _S), _S, context=True),
    "uppercase": Signature(1, 1, (_S,), _S, context=True),
    "lowercase": Signature(1, 1, (_S,), _S, context=True),
    "trim": Signature(1, 1, (_S,), _S, context=True),
    "pad": Signature(2, 3, (_S, _N, _S), _S, context=True),
    "contains": Signature(2, 2, (_S, _S | _F | _O), _B, context=True),
    "split": Signature(2, 3, (_S, _S | _F | _O, _N), _A, context=True),
    "join": Signature(1, 2, (_A | _S, _S), _S),
    "match": Signature(2, 3, (_S, _F | _O, _N), 0, context=True),
    "replace": Signature(3, 4, (_S, _S | _F | _O, _S | _F, _N), _S, context=True),
    "base64encode": Signature(1, 1, (_S,), _S, context=True),
    "base64decode": Signature(1, 1, (_S,), _S, context=True),
    "encodeUrlComponent": Signature(1, 1, (_S,), _S, context=True),
    "encodeUrl": Signature(1, 1, (_S,), _S, context=True),
    "decodeUrlComponent": Signature(1, 1, (_S,), _S, context=True),
    "decodeUrl": Signature(1, 1, (_S,), _S, context=True),
    # numbers
    "number": Signature(1, 1, (_S | _N | _B,), _N, context=True),
    "abs": Signature(1, 1, (_N,), _N, context=True),
    "floor": Signature(1, 1, (_N,), _N, context=True),
    "ceil": Signature(1, 1, (_N,), _N, context=True),
    "round": Signature(1, 2, (_N, _N), _N, context=True),
    "power": Signature(2, 2, (_N, _N), _N, context=True),
    "sqrt": Signature(1, 1, (_N,), _N, context=True),
    "random": Signature(0, 1, (_N,), _N),
    "formatNumber": Signature(2, 3, (_N, _S, _O), _S, context=True),
    "formatBase": Signature(1, 2, (_N, _N), _S, context=True),
    "formatInteger": Signature(2, 2, (_N, _S), _S, context=True),
    "parseInteger": Signature(2, 2, (_S, _S), _N, context=True),
    # aggregation
    "sum": Signature(1, 1, (_A | _N,), _N),
    "max": Signature(1, 1, (_A | _N,), _N),
    "min": Signature(1, 1, (_A | _N,), _N),
    "average": Signature(1, 1, (_A | _N,), _N),
    # booleans
    "boolean": Signature(1, 1, (_ANY,), _B, context=True),
    "not": Signature(1, 1, (_ANY,), _B, "defined", context=True),
    "exists": Signature(1, 1, (_ANY,), _B, "defined"),
    # arrays
    "count": Signature(1, 1, (_ANY,), _N, "defined"),
    "append": Signature(2, 2, (_ANY, _ANY), 0, "defined"),
    "sort": Signature(1, 2, (_ANY, _F), 0),
    "reverse": Signature(1, 1, (_ANY,), 0),
    "shuffle": Signature(1, 1, (_ANY,), 0),
    "distinct": Signature(1, 1, (_ANY,), 0),
    "zip": Signature(1, None, (_ANY,), _A, "defined"),
    # objects
    "keys": Signature(1, 1, (_ANY,), 0, context=True),
    "lookup": Signature(2, 2, (_ANY, _S), 0, context=True),
    "spread": Signature(1, 1, (_ANY,), 0, context=True),
    "merge": Signature(1, 1, (_ANY,), 0),
    "sift": Signature(1, 2, (_O | _F, _F), 0, context=True),
    "each": Signature(1, 2, (_O | _F, _F), 0, context=True),
    "error": Signature(0, 1, (_S,), 0, "defined"),
    "assert": Signature(1, 2, (_B, _S), 0, "defined"),
    "type": Signature(1, 1, (_ANY,), _S),
    # dates
    "now": Signature(0, 2, (_S, _S), _S),
    "millis": Signature(0, 0, (), _N),
    "fromMillis": Signature(1, 3, (_N, _S, _S), _S, context=True),
    "toMillis": Signature(1, 2, (_S, _S), _N, context=True),
    # higher order
    "map": Signature(2, 2, (_ANY, _F), 0),
    "filter": Signature(2, 2, (_ANY, _F), 0),
    "single": Signature(1, 2, (_ANY, _F), 0),
    "reduce": Signature(2, 3, (_ANY, _F, _ANY), 0),
    # AWS's own
    "partition": Signature(2, 2, (_ANY, _N), 0),
    "range": Signature(3, 3, (_N, _N, _N), 0),
    "hash": Signature(2, 2, (_S, _S), _S),
    "uuid": Signature(0, 0, (), _S),
    "parse": Signature(1, 1, (_S,), 0),
}
"""Every function of JSONata 2.0.6 but `$eval`, and those that AWS adds."""

FRESH: Final = frozenset({"uuid", "random", "now", "millis", "shuffle"})
"""Functions that give another value each time they are evaluated."""
