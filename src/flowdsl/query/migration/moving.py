"""What one move from JSONPath to JSONata needs to know, and what it has to say."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowdsl.query.migration.values import Value


class NotMovable(Exception):
    """Why something said in JSONPath cannot be said in JSONata."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Moving:
    """What `$` means where a text stands, which names are taken, and what the author should know about the result."""

    def __init__(self, root: Value, taken: frozenset[str] = frozenset(), notes: list[str] | None = None) -> None:
        self.root = root
        self.taken = taken
        """Names of workflow variables: a parameter of ours must have another."""
        self.notes: list[str] = [] if notes is None else notes

    def at(self, root: Value) -> Moving:
        """The same, where `$` means something else."""
        return Moving(root, self.taken, self.notes)

    def name(self, wanted: str) -> str:
        """A parameter's name that hides no workflow variable."""
        while wanted in self.taken:
            wanted += "_"
        return f"${wanted}"

    def note(self, text: str) -> None:
        """Something that is not quite the same in JSONata; told once."""
        if text not in self.notes:
            self.notes.append(text)
