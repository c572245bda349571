"""What a deployed handler pays at a cold start for flowdsl.handler, beside a handler that imports boto3 and pydantic."""

from __future__ import annotations

import sys

from benchmarks.timing import paired

PLAIN = "def charge(event, context):\n    return {'id': event['payment_id']}\n"
OURS = (
    "from flowdsl.handler import handler\n"
    "@handler\n"
    "def charge(*, payment_id: str, amount: int) -> dict[str, str]:\n"
    "    return {'id': payment_id}\n"
)
RUN = "charge.invoke({'payment_id': 'p1', 'amount': 3})\n"
ONCE = "from flowdsl.handler import once, transaction, current_key\n"


def main() -> None:
    sdk = "import boto3, pydantic\n"
    for name, ours, floor, limit in (
        ("import, over boto3 and pydantic", sdk + OURS, sdk + PLAIN, " (at most 25)"),
        ("import and first event, over them", sdk + OURS + RUN, sdk + PLAIN, ""),
        ("import of once, over them", sdk + ONCE + OURS, sdk + PLAIN, ""),
        ("import, over nothing", OURS, PLAIN, ""),
    ):
        seconds, floor_seconds, _ = paired([sys.executable, "-c", ours], [sys.executable, "-c", floor], runs=11)
        print(
            f"{name:34} {seconds * 1000:7.1f} ms   without {floor_seconds * 1000:7.1f} ms   "
            f"more {(seconds - floor_seconds) * 1000:5.1f} ms{limit}"
        )
