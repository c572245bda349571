"""Scenarios: what can happen to a delivery, tried one by one, each in a fresh world, each compared with one clean delivery."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Thread
from typing import Any

from flowdsl.diagnostics import FlowDslError
from flowdsl.proof.batch import Batch
from flowdsl.proof.delivery import Delivery, Fault, Kind, NeverAnswers, Outcome
from flowdsl.proof.entry import flat
from flowdsl.proof.partial import may_be_partial
from flowdsl.proof.report import Finding
from flowdsl.proof.state import MASKED, NOTHING, State, Volatile, differences, shown, volatile
from flowdsl.proof.subject import Subject
from flowdsl.proof.world import World

REDELIVERY_SECONDS = 2.0
"""After which a failed delivery comes again."""
_PATIENCE_SECONDS = 20.0
"""Real seconds that a delivery may take."""

_FAULTS: tuple[tuple[Kind, str], ...] = (
    ("before", "killed before #{n} {call}"),
    ("after", "killed after #{n} {call}"),
    ("lost", "response of #{n} {call} lost, so that it is sent again"),
    ("refused", "#{n} {call} refused, too many requests"),
)


@dataclass(frozen=True, slots=True)
class Scenario:
    """Something that may happen."""

    label: str
    run: Callable[[], list[str]]
    """What went wrong, in words."""


@dataclass(slots=True)
class Clean:
    """What one delivery does when nothing goes wrong."""

    outcome: Outcome
    state: State
    calls: list[str] = field(default_factory=list[str])
    failed: tuple[str, Any] | None = None
    """The last call that AWS answered with an error, and its parameters."""


class Trial:
    """One handler, one event, one world after the other."""

    def __init__(self, world: World, subject: Subject, event: Any, partial_batch: bool | None = None) -> None:
        self.world = world
        self.subject = subject
        self.event = event
        self._wants_batch = partial_batch
        self.batch: Batch | None = None
        """The event as a batch of which records may fail alone."""
        self.expected = Clean(Outcome("answered"), State())
        self.mask = NOTHING

    def learn(self) -> None:
        """What a clean delivery does; and what of it depends on chance or time, from a second one with others."""
        self.expected = self.clean()
        if self.expected.outcome.kind == "killed":
            return
        if self.world.web.see_httpx():
            # The handler has loaded it only now, after a first call that nobody saw.
            self.expected = self.clean()
        self.batch = Batch.of(self.event, self.expected.outcome, self._wants_batch)
        other = self.clean(variant=1)
        masked = volatile(self.expected.state, other.state)
        mine, theirs = flat(self.expected.outcome.value), flat(other.outcome.value)
        answer = frozenset(path for path in mine.keys() & theirs.keys() if mine[path] != theirs[path])
        self.mask = Volatile(masked.columns, masked.identities, answer)

    def clean(self, event: Any = None, subject: Subject | None = None, variant: int = 0) -> Clean:
        """One delivery in a fresh world."""
        self.world.fresh(variant)
        delivery = self.deliver(event=event, subject=subject)
        assert delivery.outcome is not None
        return Clean(delivery.outcome, self.world.observe(), delivery.calls, delivery.failed)

    def deliver(self, fault: Fault | None = None, event: Any = None, subject: Subject | None = None) -> Delivery:
        """One delivery in the world as it is."""
        delivery = Delivery(fault or Fault())
        self._run(delivery, self.event if event is None else event, subject or self.subject)
        return delivery

    def _run(self, delivery: Delivery, event: Any, subject: Subject) -> None:
        self.world.begin_delivery()
        delivery.longest = subject.longest
        self.world.wire.active = delivery
        try:
            # Whatever a killed delivery's code made of it: nobody hears of it.
            delivery.outcome = self.world.watchdog.watch(delivery, lambda: subject.deliver(event, self.world.clock))
        finally:
            if self.world.wire.active is delivery:
                self.world.wire.active = None
            delivery.paused.set()

    def scenarios(self, most_calls: int) -> Iterator[Scenario]:
        """Every fault that is tried: 1 + 6 for each call, and one more where a call carries many entries."""
        yield Scenario("delivered again", self.repeated)
        calls = list(enumerate(self.expected.calls, 1))
        if len(calls) > most_calls:
            calls = [calls[i * len(calls) // most_calls] for i in range(most_calls)]
        for number, call in calls:
            for kind, label in _FAULTS:
                yield Scenario(label.format(n=number, call=call), _bound(self.faulted, Fault(kind, number)))
            if may_be_partial(call):
                label = f"#{number} {call} taken for a part of its entries"
                yield Scenario(label, _bound(self.faulted, Fault("partial", number)))
            label = f"second delivery while the first is at #{number} {call}"
            yield Scenario(label, _bound(self.overlapping, number, REDELIVERY_SECONDS))
            lease = self.subject.lease(self.world.clock)
            label = f"second delivery after the first has outlived its {lease:g} s at #{number} {call}"
            yield Scenario(label, _bound(self.overlapping, number, lease + 1))

    def repeated(self) -> list[str]:
        """The same event three times."""
        self.world.fresh()
        first = self.deliver().outcome
        assert first is not None
        if self.batch is not None and (wrong := self.batch.wrong(first, self.event)):
            return wrong
        once = self.world.observe()
        for seconds in (REDELIVERY_SECONDS, 60.0):
            self.world.clock.advance(seconds)
            again = self.deliver().outcome
            assert again is not None
            found = self._differing(first, again)
            found += differences(once, self.world.observe())
            if found:
                return found
        return []

    def faulted(self, fault: Fault) -> list[str]:
        """A delivery that meets a fault, and is delivered again until there is an answer."""
        self.world.fresh()
        first = self.deliver(fault).outcome
        assert first is not None
        return self._settled([first])

    def overlapping(self, number: int, seconds: float) -> list[str]:
        """A first delivery waits before a call; `seconds` later a second one runs to its end; then the first goes on."""
        self.world.fresh()
        first = Delivery(Fault("pause", number))
        thread = Thread(target=self._run, args=(first, self.event, self.subject), daemon=True)
        thread.start()
        if not first.paused.wait(_PATIENCE_SECONDS):
            raise FlowDslError(f"{self.subject.name} does not end, nor come to call #{number}")
        second = Delivery()
        if first.outcome is None:
            self.world.clock.advance(seconds)
            other = Thread(target=self._run, args=(second, self.event, self.subject), daemon=True)
            other.start()
            other.join(_PATIENCE_SECONDS)
            self.world.wire.active = first
            first.resume.set()
            thread.join(_PATIENCE_SECONDS)
            other.join(_PATIENCE_SECONDS)
            if thread.is_alive() or other.is_alive():
                raise FlowDslError(
                    f"{self.subject.name}: two deliveries wait for each other; is there a lock around a call?"
                )
        return self._settled([o for o in (second.outcome, first.outcome) if o is not None])

    def _settled(self, outcomes: list[Outcome]) -> list[str]:
        """Delivers again until there is an answer, then compares answers and state with a clean delivery's."""
        if self.batch is not None:
            return self._settled_batch(self.batch, outcomes)
        waits = [REDELIVERY_SECONDS, self.subject.lease(self.world.clock) + 1]
        while not self._is_final(outcomes[-1]) and waits:
            self.world.clock.advance(waits.pop(0))
            again = self.deliver().outcome
            assert again is not None
            outcomes.append(again)
        answers = [o for o in outcomes if self._is_final(o)]
        if not answers or not self._is_final(outcomes[-1]):
            return [
                f"delivered again, it {_said(outcomes[-1])}",
                *differences(self.expected.state, self.world.observe(), self.mask),
            ]
        found = self._differing(self.expected.outcome, answers[0], self.mask)
        for one, other in pairwise(answers):
            found = found or self._differing(one, other)
        return found + differences(self.expected.state, self.world.observe(), self.mask)

    def _settled_batch(self, batch: Batch, outcomes: list[Outcome]) -> list[str]:
        """The same for a partial batch: only what failed comes again, until no more has failed than without a fault."""
        lease = self.subject.lease(self.world.clock)
        waits = [REDELIVERY_SECONDS, lease + 1, lease + 1]
        event = self.event
        found: list[str] = []
        while True:
            left = event if not self._is_final(outcomes[-1]) else batch.left(outcomes, event)
            found = found or [text for o in outcomes for text in batch.wrong(o, event)]
            if left is None or found:
                return found + differences(self.expected.state, self.world.observe(), self.mask)
            if not waits:
                return [
                    f"delivered again, it {_said(outcomes[-1])}",
                    *differences(self.expected.state, self.world.observe(), self.mask),
                ]
            self.world.clock.advance(waits.pop(0))
            again = self.deliver(event=left).outcome
            assert again is not None
            event, outcomes = left, [again]

    def _is_final(self, outcome: Outcome) -> bool:
        if outcome.kind == "raised" and outcome.same_as(self.expected.outcome):
            return True
        return self.subject.is_final(outcome)

    def _differing(self, wanted: Outcome, got: Outcome, mask: Volatile = NOTHING) -> list[str]:
        if wanted.kind == got.kind == "answered":
            one, other = _masked(wanted.value, mask.answer), _masked(got.value, mask.answer)
            return [f"answers {_value(other)} instead of {_value(one)}"] if one != other else []
        return [] if wanted.same_as(got) else [f"{_said(got)} instead of what it did first: it {_said(wanted)}"]


def _bound(function: Callable[..., list[str]], *arguments: Any) -> Callable[[], list[str]]:
    return lambda: function(*arguments)


def _masked(value: Any, paths: frozenset[str]) -> dict[str, Any]:
    return {path: MASKED if path in paths else leaf for path, leaf in flat(value).items()}


def _value(facts: dict[str, Any]) -> str:
    return repr(facts[""]) if facts.keys() == {""} else shown(facts)


def _said(outcome: Outcome) -> str:
    if outcome.kind == "answered":
        return f"answers {_value(flat(outcome.value))}"
    if outcome.kind == "killed":
        return f"never answers: {outcome.error}" if isinstance(outcome.error, NeverAnswers) else "does not end"
    message = " ".join(str(outcome.error).split())
    return f"raises {outcome.error_name}" + (f" ({message[:120]})" if message else "")


def findings_of(scenario: Scenario) -> list[Finding]:
    """Runs a scenario; one finding, with all that went wrong."""
    found = scenario.run()
    return [Finding(scenario.label, "; ".join(found))] if found else []
