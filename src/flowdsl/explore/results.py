"""What the result of a state's work is made of: a call's answer, branches' and iterations' outputs, a Map's items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flowdsl.asl.definition import is_distributed
from flowdsl.asl.values import is_object
from flowdsl.explore.found import Found, fixed, made
from flowdsl.explore.sources import Source
from flowdsl.explore.trace import Thread, Visit
from flowdsl.explore.views import Place, last_threads
from flowdsl.explore.wants import INSIDE, Every, Step, Steps, Want, items, satisfies

if TYPE_CHECKING:
    from flowdsl.explore.origins import Origins

Json = Any


def of_items(origins: Origins, visit: Visit, steps: Steps, want: Want) -> Found:
    fields = visit.node.fields
    if "ItemReader" in fields:
        yield ((Source("items", visit.node.pointer), steps, want),)
    elif visit.node.jsonata:
        if "Items" in fields:
            yield from origins.template(fields["Items"], steps, want, visit, "input")
        else:
            yield from origins.achieve(Place(visit, "input", steps), want)
    else:
        yield from origins.path(fields.get("ItemsPath", "$"), steps, want, visit, "effective")


def of_index(origins: Origins, visit: Visit, item: int, want: Want) -> Found:
    """The index of a Map's item: it is what it is, but a further item has another."""
    yield from fixed(item, (), want)
    for further in (item + 1, item + 2):
        if satisfies(further, want):
            yield from origins.achieve(Place(visit, "items"), items(further + 1))


def of_result(origins: Origins, visit: Visit, steps: Steps, want: Want) -> Found:
    kind, fields = visit.node.type, visit.node.fields
    if kind == "Task":
        yield from _of_call(origins, visit, steps, want)
    elif kind == "Pass":
        yield from fixed(fields["Result"], steps, want)
    elif kind == "Parallel":
        threads = {thread.index: thread for thread in last_threads(visit)}
        if steps and isinstance(steps[0], int) and steps[0] in threads:
            yield from _of_thread(origins, threads[steps[0]], steps[1:], want)
        elif steps and isinstance(steps[0], str):
            # A member of an array is that of its items (JSONata).
            for thread in sorted(threads.values(), key=lambda t: not _has(t.output, steps[0])):
                yield from _of_thread(origins, thread, steps, want)
        elif not steps and satisfies([None] * len(threads), want):
            yield ()
    elif kind == "Map":
        yield from _of_iterations(origins, visit, steps, want)


def _of_iterations(origins: Origins, visit: Visit, steps: Steps, want: Want) -> Found:
    threads = last_threads(visit)
    if is_distributed(visit.node.fields) and "ResultWriter" in visit.node.fields:
        if not steps:
            yield ()
        return
    if not steps:
        if satisfies([None] * len(threads), want):
            yield ()
        else:
            yield from origins.achieve(Place(visit, "items"), items(want.low, want.high))
        return
    index = steps[0]
    if isinstance(index, str):
        # A member of an array is that of its items (JSONata).
        index, steps = 0, (0, *steps)
    elif isinstance(index, Every):
        index = 0
    if isinstance(index, int) and threads and -len(threads) <= index < len(threads):
        yield from _of_thread(origins, threads[index], steps[1:], want)
    elif isinstance(index, int) and index >= 0:
        yield from origins.achieve(Place(visit, "items"), items(index + 1))


def _of_thread(origins: Origins, thread: Thread, steps: Steps, want: Want) -> Found:
    if thread.visits:
        yield from origins.achieve(Place(thread.visits[-1], "output", steps), want)


def _of_call(origins: Origins, visit: Visit, steps: Steps, want: Want) -> Found:
    """A Task's result: what a mock gives, in what AWS wraps around it."""
    if not visit.calls:
        return
    source = Source("result", visit.node.pointer, visit.calls[-1])
    resource = getattr(visit.node, "resource", None)
    kind = "" if resource is None or resource.kind != "service" else resource.type
    if resource is not None and resource.pattern == "waitForTaskToken":
        yield from made(source, steps, want)
    elif kind == "lambda":
        if steps[:1] == ("Payload",):
            yield from made(source, steps[1:], want)
        else:
            yield from fixed(visit.result, steps, want)
    elif kind == "states" and resource is not None and resource.pattern in ("sync", "sync:2"):
        if steps[:1] != ("Output",):
            yield from fixed(visit.result, steps, want)
        elif resource.pattern == "sync:2":
            yield from made(source, steps[1:], want)
        elif steps[1:2] == (INSIDE,):
            yield from made(source, steps[2:], want)
        else:
            yield from fixed(visit.result, steps, want)
    elif steps[:1] in (("SdkHttpMetadata",), ("SdkResponseMetadata",)) and not kind.startswith("aws-sdk:"):
        yield from fixed(visit.result, steps, want)
    else:
        yield from made(source, steps, want)


def _has(value: Json, name: Step) -> bool:
    return is_object(value) and name in value
