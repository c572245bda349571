"""A scenario of a proof, beside what the calls to moto in it cost alone."""

from __future__ import annotations

import os
import time
from typing import Any

from benchmarks.timing import best

ORDER = {"order_id": "o1", "amount": 3}


def main() -> None:
    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")
    from flowdsl.proof.prove import prove
    from tests.proof import aws, sound

    for handler, setup in (
        (sound.put_order, aws.orders_world),
        (sound.count, aws.world),
        (sound.count_and_tell, aws.world_with_queues),
        (sound.count_and_tell_everyone, aws.world_with_queues),
    ):
        report: Any = prove(handler, ORDER, setup)
        seconds = best(lambda h=handler, s=setup: prove(h, ORDER, s), repeat=3)  # type: ignore[misc]
        print(
            f"{handler.name:26} K={len(report.calls)}  {report.scenarios:3} scenarios  "
            f"{seconds * 1000 / report.scenarios:6.1f} ms a scenario (at most 30)  {len(report.findings)} findings"
        )
    print(f"a put_item on moto, alone  {_call() * 1000:6.2f} ms")


def _call() -> float:
    """Seconds of one call to moto."""
    import boto3
    from moto import mock_aws

    from flowdsl.handler.table import definition

    with mock_aws():
        client = boto3.client("dynamodb")
        client.create_table(**definition("orders"))
        item = {"id": {"S": "o1"}}
        start = time.perf_counter()
        for _ in range(200):
            client.put_item(TableName="orders", Item=item)
        return (time.perf_counter() - start) / 200
