"""Prints an execution as it goes, one line per step; coloured for people, plain when piped.

What comes again and again is told by its first few lines, a count, and the last few.
"""

from __future__ import annotations

import shutil
from collections import Counter, deque
from typing import IO, TYPE_CHECKING, Any

from flowdsl.cli.output import wants_colour
from flowdsl.interpreter.story import Line, Story, span

if TYPE_CHECKING:
    from flowdsl.interpreter.run import Run

STYLES = {"good": "32", "bad": "31", "plain": "2", "note": "36"}
PIPED_WIDTH = 160
FIRST = 10
"""Lines of one state that are printed as they come."""
LAST = 5
"""Of those that come after, how many are printed, once something else happens or the execution ends."""


class Narrator:
    """Tells a story on a stream."""

    def __init__(self, stream: IO[str], *, over_bar: bool = False, everything: bool = False) -> None:
        """`over_bar`: a progress bar may stand in the terminal's last line; each line takes its place. `everything`: no
        line is left out."""
        self._everything = everything
        self._told: Counter[tuple[int, str]] = Counter()
        self._held: deque[Line] = deque(maxlen=LAST)
        self._left_out = 0
        self._stream = stream
        self._clear = "\r\033[2K" if over_bar and stream.isatty() else ""
        self._colour = wants_colour(stream)
        self._width = shutil.get_terminal_size().columns if stream.isatty() else PIPED_WIDTH
        self._story = Story()

    def tell(self, event: dict[str, Any]) -> None:
        """Prints what an event adds."""
        for line in self._story.tell(event):
            self.say(line)

    def child(self, child: Run) -> None:
        """Counts a child execution of a Distributed Map that has ended; its Map Run's lines tell of it."""
        failed = None if child.status == "SUCCEEDED" else {"error": child.error or child.status, "cause": child.cause}
        self._story.child(child.label, child.item, failed)

    def say(self, line: Line) -> None:
        """Prints a line, or holds it back where its state has been told often enough."""
        if self._repeated(line):
            self._left_out += len(self._held) == LAST
            self._held.append(line)
        else:
            self.catch_up()
            self._print(self.line(line))

    def catch_up(self) -> None:
        """Prints what was held back: how many lines are left out, and the last few."""
        if self._left_out:
            count = f"{self._left_out:,} line{'s' * (self._left_out != 1)}"
            self._print(f"{'':>9}  ... {count} left out; --verbose prints them")
        for line in self._held:
            self._print(self.line(line))
        self._held.clear()
        self._left_out = 0

    def _repeated(self, line: Line) -> bool:
        if self._everything or not line.state:
            return False
        key = (line.depth, line.state.rpartition("] ")[2])
        self._told[key] += 1
        return self._told[key] > FIRST

    def _print(self, text: str) -> None:
        self._stream.write(f"{self._clear}{text}\n")
        self._stream.flush()

    def line(self, line: Line) -> str:
        """One line, cut to the width: virtual time, state, what came out."""
        name = f"{'  ' * line.depth}{line.state}"
        head = f"{'+' + span(line.at):>9}  "
        detail = f"-> {line.detail}" if line.detail else ""
        if line.mood == "note":
            return self._paint(f"{'':>9}  {'  ' * line.depth}{line.text}", line)
        if not line.state:
            text = f"{head}{line.text} {detail}".rstrip()
            return self._paint(text, line) if line.mood == "bad" else self._paint(_cut(text, self._width), line)
        body = " ".join(part for part in (line.text, detail) if part)
        return self._paint(_cut(f"{head}{name:<24} {body}".rstrip(), self._width), line)

    def _paint(self, text: str, line: Line) -> str:
        return f"\033[{STYLES[line.mood]}m{text}\033[0m" if self._colour else text


def _cut(text: str, width: int) -> str:
    text = text.replace("\n", "\\n")
    return text if len(text) <= width else text[: width - 3] + "..."
