"""State: everything durable at a moment; and the differences between two of them, in words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flowdsl.proof.entry import Entry

MASKED = "…"
"""Stands for a value that depends on chance or on the time."""

Facts = tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Volatile:
    """What depends on chance or on the time: it differs between two clean deliveries in two fresh worlds."""

    columns: frozenset[tuple[str, str]] = frozenset()
    """(container, path) of values."""
    identities: frozenset[str] = frozenset()
    """Containers whose keys are drawn."""
    answer: frozenset[str] = frozenset()
    """Paths of the answer."""

    def facts(self, entry: Entry) -> Facts:
        """An entry's content, what is volatile masked, in one order."""
        return tuple(
            (path, MASKED if (entry.container, path) in self.columns else value)
            for path, value in sorted(entry.facts.items())
        )

    def identity(self, entry: Entry) -> str:
        """An entry's key, unless it is drawn."""
        return MASKED if entry.container in self.identities else entry.identity


NOTHING = Volatile()


@dataclass(slots=True)
class State:
    """Entries by container."""

    containers: dict[str, list[Entry]] = field(default_factory=dict[str, list[Entry]])

    @classmethod
    def of(
        cls, entries: Iterable[Entry], ignore: frozenset[str] = frozenset(), at_least_once: frozenset[str] = frozenset()
    ) -> State:
        """A state without what is ignored: a container, or `container.path`; a plain table's name will do.

        In containers that are `at_least_once`, an entry that is there already counts no second time.
        """
        state = cls()
        for entry in entries:
            names = {entry.container, entry.container.partition(" ")[2]}
            if names & ignore or _is_powertools_record(entry):
                continue
            dropped = [p for p in entry.facts if any(f"{n}.{p}" in ignore for n in names)]
            facts = {p: v for p, v in entry.facts.items() if p not in dropped} if dropped else entry.facts
            held = state.containers.setdefault(entry.container, [])
            if names & at_least_once:
                if all(other.facts != facts for other in held):
                    held.append(Entry(entry.container, "", facts))
            else:
                held.append(Entry(entry.container, entry.identity, facts))
        return state


def _is_powertools_record(entry: Entry) -> bool:
    """Whether an item is Powertools' record of an idempotency key: a means, not an effect."""
    facts = entry.facts
    return facts.get("status") in ("INPROGRESS", "COMPLETED", "EXPIRED") and "expiration" in facts


def volatile(one: State, other: State) -> Volatile:
    """What differs between two clean deliveries that had other chances and another time."""
    columns: set[tuple[str, str]] = set()
    identities: set[str] = set()
    for container in one.containers.keys() & other.containers.keys():
        sides = one.containers[container], other.containers[container]
        mine, theirs = (Counter(e.identity for e in side) for side in sides)
        if mine != theirs:
            identities.add(container)
        valued = [_by_column(side, keyed=container not in identities) for side in sides]
        for path in valued[0].keys() | valued[1].keys():
            if valued[0].get(path) != valued[1].get(path):
                columns.add((container, path))
    return Volatile(frozenset(columns), frozenset(identities))


def _by_column(entries: list[Entry], *, keyed: bool) -> dict[str, Counter[tuple[str, str]]]:
    columns: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for entry in entries:
        for path, value in entry.facts.items():
            columns[path][(entry.identity if keyed else "", repr(value))] += 1
    return columns


def differences(expected: State, actual: State, mask: Volatile = NOTHING) -> list[str]:
    """What is twice, lost or other than expected, a sentence each."""
    found: list[str] = []
    for container in sorted(expected.containers.keys() | actual.containers.keys()):
        wanted = _grouped(expected.containers.get(container, []), mask)
        there = _grouped(actual.containers.get(container, []), mask)
        for identity in sorted(wanted.keys() | there.keys()):
            found += _compared(container, identity, wanted.get(identity, []), there.get(identity, []))
    return found


def _grouped(entries: list[Entry], mask: Volatile) -> dict[str, list[Facts]]:
    groups: dict[str, list[Facts]] = defaultdict(list)
    for entry in entries:
        groups[mask.identity(entry)].append(mask.facts(entry))
    return groups


def _compared(container: str, identity: str, wanted: list[Facts], there: list[Facts]) -> list[str]:
    where = f"{container} {identity}" if identity else container
    if identity and len(wanted) == len(there) == 1:
        return [f"{where}: {text}"] if (text := _changes(dict(wanted[0]), dict(there[0]))) else []
    if identity and identity != MASKED:
        if not there:
            return [f"{where} is lost"]
        if not wanted:
            return [f"{where} should not be there"]
    expected, actual = Counter(wanted), Counter(there)
    found: list[str] = []
    lost, added = expected - actual, actual - expected
    if len(lost) == len(added) == 1 and len(wanted) == len(there):
        return [f"{where}: {_changes(dict(next(iter(lost))), dict(next(iter(added))))}"]
    for facts, times in sorted(added.items(), key=repr):
        if expected[facts]:
            found.append(
                f"{where}: {shown(dict(facts))} is there {_times(times + expected[facts])} instead of {_times(expected[facts])}"
            )
        else:
            found.append(f"{where}: {shown(dict(facts))} should not be there")
    for facts, times in sorted(lost.items(), key=repr):
        found.append(f"{where}: {shown(dict(facts))} is lost{f' {_times(times)}' if times > 1 else ''}")
    return found


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _changes(wanted: dict[str, Any], there: dict[str, Any]) -> str:
    parts: list[str] = []
    for path in sorted(wanted.keys() | there.keys()):
        if path not in there:
            parts.append(f"{path} is lost")
        elif path not in wanted:
            parts.append(f"{path} should not be there")
        elif wanted[path] != there[path]:
            parts.append(f"{path} is {_short(there[path])} instead of {_short(wanted[path])}")
    return ", ".join(parts[:4]) + (f" and {len(parts) - 4} more" if len(parts) > 4 else "")


def shown(facts: dict[str, Any], most: int = 100) -> str:
    """Some facts as a message shows them."""
    text = "{" + ", ".join(f"{path}: {_short(value)}" for path, value in facts.items()) + "}"
    return text if len(text) <= most else text[: most - 4] + "...}"


def _short(value: Any, most: int = 60) -> str:
    text = value if value == MASKED else repr(value)
    return text if len(text) <= most else text[: most - 3] + "..."
