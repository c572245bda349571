"""How many items a Map runs over, where its own fields say so."""

from __future__ import annotations

import re

from flowdsl.asl.definition import StateNode
from flowdsl.integrations.base import as_list, as_object

_RANGE = re.compile(r"\{%\s*\[\s*(-?\d+)\s*\.\.\s*(-?\d+)\s*\]\s*%\}")
_PARTS = re.compile(r"\{%\s*\$range\(\s*(-?\d+)\s*,\s*(-?\d+)\s*,\s*(-?\d+)\s*\)\s*%\}")


def item_count(node: StateNode) -> int | None:
    """The exact number of items of a literal list or range in `Items`; None where it is the data's."""
    items = node.fields.get("Items")
    if isinstance(items, list | dict):
        return len(as_list(items)) or len(as_object(items))
    if isinstance(items, str):
        match = _RANGE.fullmatch(items)
        if match:
            first, last = int(match.group(1)), int(match.group(2))
            return max(0, last - first + 1)
        match = _PARTS.fullmatch(items)
        if match and int(match.group(3)):
            first, last, step = (int(g) for g in match.groups())
            return max(0, (last - first) // step + 1)
    return None


def most_items(node: StateNode) -> tuple[int, str] | None:
    """The most items that a reader takes (MaxItems), and the reason in words."""
    most = as_object(as_object(node.fields.get("ItemReader")).get("ReaderConfig")).get("MaxItems")
    if isinstance(most, int) and not isinstance(most, bool) and most > 0:
        return most, f"MaxItems is {most:,}"
    return None


def batch_size(node: StateNode) -> int | None:
    """Items that one child execution takes at most (MaxItemsPerBatch); None without batches, or where bytes decide."""
    batcher = as_object(node.fields.get("ItemBatcher"))
    size = batcher.get("MaxItemsPerBatch")
    # A batch may hold fewer: MaxInputBytesPerBatch can close it at one item.
    if "MaxInputBytesPerBatch" in batcher or "MaxInputBytesPerBatchPath" in batcher:
        return None
    return size if isinstance(size, int) and not isinstance(size, bool) and size > 0 else None


def concurrency(node: StateNode, at_most: int) -> int:
    """How many items run at once: MaxConcurrency, or as many as AWS runs (0, absent or computed)."""
    given = node.fields.get("MaxConcurrency")
    if isinstance(given, int) and not isinstance(given, bool) and given > 0:
        return min(given, at_most)
    return 1 if "MaxConcurrencyPath" in node.fields or isinstance(given, str) else at_most
