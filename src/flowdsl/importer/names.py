"""Python names for the things of a definition. A name is made of letters, digits and underscores we wrote ourselves."""

from __future__ import annotations

import keyword
import re
import unicodedata

RESERVED = frozenset(
    [
        "Any",
        "Choice",
        "DistributedMap",
        "Fail",
        "Map",
        "Parallel",
        "Pass",
        "Retry",
        "Rule",
        "Succeed",
        "Task",
        "Var",
        "Wait",
        "activity",
        "all_of",
        "any_of",
        "aws",
        "context",
        "extra",
        "fn",
        "fragment",
        "group",
        "jsonata",
        "jsonpath",
        "new",
        "not_",
        "one_of",
        "placeholder",
        "returns",
        "start",
        "sync",
        "wait_for_task_token",
        "workflow",
        "dict",
        "float",
        "int",
        "list",
        "set",
        "str",
        "tuple",
        "bool",
        "type",
        "object",
        "self",
        "cls",
        "print",
        "input",
    ]
)
"""What the generated file imports or a reader expects to be something else."""


def identifier(text: str) -> str:
    """snake_case for a state's name: `Get user's ID` → `get_users_id`. Always a valid identifier, never a keyword."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    ascii_text = ascii_text.replace("'", "")
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", ascii_text)
    words = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", words)
    name = re.sub(r"[^0-9A-Za-z]+", "_", words).strip("_").lower()
    if not name:
        name = "state"
    if name[0].isdigit():
        name = f"state_{name}"
    if keyword.iskeyword(name) or keyword.issoftkeyword(name):
        name += "_"
    return name if len(name) <= LONGEST else _shortened(name)


def _shortened(name: str) -> str:
    """As many whole words as fit; a first word that is too long by itself is cut."""
    kept = name[: LONGEST + 1].rpartition("_")[0] or name[:LONGEST]
    return kept.rstrip("_")


LONGEST = 20
"""Characters of a variable's name: longer ones are read by nobody, and break every line they stand in."""


class Names:
    """Hands out names that are free in a scope and in every scope around it."""

    __slots__ = ("_outer", "_taken")

    def __init__(self, outer: Names | None = None) -> None:
        self._outer = outer
        self._taken: set[str] = set()

    def take(self, wish: str) -> str:
        """`wish`, or `wish_2`, `wish_3`, ... when it is taken."""
        name, n = wish, 1
        while self._is_taken(name):
            n += 1
            name = f"{wish.rstrip('_')}_{n}"
        self._taken.add(name)
        return name

    def _is_taken(self, name: str) -> bool:
        if name in RESERVED:
            return True
        scope: Names | None = self
        while scope is not None:
            if name in scope._taken:
                return True
            scope = scope._outer
        return False
