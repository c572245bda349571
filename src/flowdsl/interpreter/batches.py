"""ItemBatcher: items gathered into the inputs of child executions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flowdsl.asl.definition import StateNode
from flowdsl.interpreter import languages
from flowdsl.interpreter.failures import NotSupported
from flowdsl.interpreter.fields import number
from flowdsl.interpreter.frames import Frame
from flowdsl.interpreter.sizes import LIMIT, json_size


class ItemBatcher:
    """A compiled ItemBatcher."""

    def __init__(self, state: StateNode) -> None:
        fields = state.fields["ItemBatcher"]
        at = "ItemBatcher/"
        names = ("MaxItemsPerBatch", "MaxItemsPerBatchPath", "MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath")
        if not any(name in fields for name in names):
            raise NotSupported(state.name, "ItemBatcher", "needs MaxItemsPerBatch or MaxInputBytesPerBatch")
        self._items = number(state, fields, "MaxItemsPerBatch", at=at)
        self._bytes = number(state, fields, "MaxInputBytesPerBatch", at=at)
        compile = languages.template if state.is_jsonata else languages.path_template
        self._input = compile(fields["BatchInput"], f"{at}BatchInput") if "BatchInput" in fields else None

    def bounds(self, frame: Frame) -> tuple[int | None, int]:
        """(items, bytes) that a batch may have at most."""
        items, size = self._items(frame), self._bytes(frame)
        for name, value in (("MaxItemsPerBatch", items), ("MaxInputBytesPerBatch", size)):
            if value is not None and value < 0:
                raise frame.runtime(f"{name} cannot be negative.")
        return (None if not items else int(items)), (LIMIT if not size else min(int(size), LIMIT))

    def batches(
        self, frame: Frame, effective: Any, inputs: Iterator[tuple[Any, int]], bounds: tuple[int | None, int]
    ) -> Iterator[tuple[Any, int]]:
        """({BatchInput?, Items}, number of items) of each batch. BatchInput is there only when it is declared."""
        most, size = bounds
        head: dict[str, Any] = {}
        if self._input is not None:
            frame.input = effective
            head = {"BatchInput": self._input(frame)}
        base = json_size({**head, "Items": []})
        batch: list[Any] = []
        used = base
        for value, _ in inputs:
            length = json_size(value) + 1
            if batch and (len(batch) == most or used + length > size):
                yield {**head, "Items": batch}, len(batch)
                batch, used = [], base
            batch.append(value)
            used += length
        if batch:
            yield {**head, "Items": batch}, len(batch)
