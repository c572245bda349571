"""What stands between existing handlers and being good tasks: a few lines for people."""

from __future__ import annotations

from collections import Counter

from flowdsl.checks.handler_audit import Audited
from flowdsl.checks.words import listed
from flowdsl.diagnostics import Diagnostic

_KINDS: tuple[tuple[str, str, str], ...] = (
    ("ASL900", "ASL900", "cannot be read as Python 3"),
    ("ASL901", "ASL908", "keeps something between deliveries, or looks at the environment it runs in"),
    ("ASL910", "ASL919", "does more when an event is delivered twice"),
    ("ASL920", "ASL929", "hides its failures from the workflow, or tries again by itself"),
    ("ASL930", "ASL932", "calls, waits or polls, which a workflow does for it"),
    ("ASL933", "ASL933", "is one AWS call, which a Task makes without it"),
    ("ASL934", "ASL934", "is several handlers in one"),
    ("ASL935", "ASL936", "depends on what triggers it"),
    ("ASL940", "ASL949", "has in its source what belongs into its configuration"),
)
_CLIENT = "ASL907"
_CHEAP = "makes its clients at each delivery"


def summary(audited: Audited) -> list[str]:
    """Lines that say how many handlers are good tasks, and what the others need, the most frequent first."""
    handlers = audited.handlers
    if not handlers:
        return []
    by_handler = {id(entry): audited.about(source, entry) for source, entry in handlers}
    good = sum(1 for found in by_handler.values() if not found)
    files = len({source.path for source, _ in handlers})
    are = "none is a good task" if not good else f"{good} {'is a good task' if good == 1 else 'are good tasks'}"
    lines = [f"{_count(len(handlers), 'handler')} in {_count(files, 'file')}; {are} as written."]
    counted: Counter[str] = Counter()
    names: dict[str, list[str]] = {}
    for source, entry in handlers:
        for kind in dict.fromkeys(_kind(finding) for finding in by_handler[id(entry)]):
            if kind:
                counted[kind] += 1
                names.setdefault(kind, []).append(f"{source.path}:{entry.function.name}")
    if counted:
        lines.append(f"What stands between {'the others' if good else 'them'} and being good tasks:")
        for kind, count in sorted(counted.items(), key=lambda item: (-item[1], item[0])):
            lines.append(f"  {count:>4}  {kind}: {listed(names[kind], most=3)}")
    return lines


def _kind(finding: Diagnostic) -> str:
    if finding.code == _CLIENT:
        return _CHEAP
    return next((text for first, last, text in _KINDS if first <= finding.code <= last), "")


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"
