"""The functions that AWS's JSONata knows, by name (without `$`)."""

from __future__ import annotations

from typing import Final

STANDARD: Final = frozenset(
    [
        "string",
        "length",
        "substring",
        "substringBefore",
        "substringAfter",
        "uppercase",
        "lowercase",
        "trim",
        "pad",
        "contains",
        "split",
        "join",
        "match",
        "replace",
        "base64encode",
        "base64decode",
        "encodeUrlComponent",
        "encodeUrl",
        "decodeUrlComponent",
        "decodeUrl",
        "number",
        "abs",
        "floor",
        "ceil",
        "round",
        "power",
        "sqrt",
        "formatNumber",
        "formatBase",
        "formatInteger",
        "parseInteger",
        "sum",
        "max",
        "min",
        "average",
        "boolean",
        "not",
        "exists",
        "count",
        "append",
        "sort",
        "reverse",
        "shuffle",
        "distinct",
        "zip",
        "keys",
        "lookup",
        "spread",
        "merge",
        "sift",
        "each",
        "error",
        "assert",
        "type",
        "now",
        "millis",
        "fromMillis",
        "toMillis",
        "map",
        "filter",
        "single",
        "reduce",
    ]
)
"""JSONata 2.0.6's own, but for $eval, which AWS has taken out, and $random, which AWS has made its own."""

AWS: Final = frozenset({"partition", "range", "hash", "random", "uuid", "parse"})
"""What Step Functions adds."""

FUNCTIONS: Final = STANDARD | AWS

IMPURE: Final = frozenset({"now", "millis", "random", "uuid", "shuffle"})
"""What gives another value each time ($random with a seed and $now within one evaluation do not)."""
