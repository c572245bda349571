"""The main job on a real event: build, check, then run `fulfil_order` offline with its real handlers, paid and declined.

The handlers talk to moto's DynamoDB, SQS and SNS in this process: no account, no network, no Docker.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from flowdsl.cli.main import cli  # noqa: E402
from tests import world  # noqa: E402


def step(title: str, *args: str, expect: int = 0) -> None:
    """Runs one flowdsl command as the command line would, and insists on its exit code."""
    print(f"\n── {title}\n$ flowdsl {' '.join(args)}", flush=True)
    status = cli.main(args=list(args), prog_name="flowdsl", standalone_mode=False)
    sys.stdout.flush()
    if (status or 0) != expect:
        sys.exit(f"the demo expected exit {expect}, and got {status}")


def main() -> None:
    step("Compile the workflow to Amazon States Language", "build", "workflows/fulfil_order.py")
    step("Check what was built", "check", "workflows/fulfil_order.py")
    with world.offline_world():
        step(
            "An order that is paid: every Task calls its real handler",
            "run", "workflows/fulfil_order.py", "--input", "workflows/events/order.json",
        )  # fmt: skip
        print(f"\nleft in stock: {world.get('STOCK_TABLE', sku='tea')}, {world.get('STOCK_TABLE', sku='kettle')}")
        print(f"receipts queued: {world.messages()}")
        step(
            "An order whose card is declined: the stock is given back",
            "run", "workflows/fulfil_order.py", "--input", "workflows/events/order_declined.json",
            expect=1,
        )  # fmt: skip
        print(f"\nleft in stock: {world.get('STOCK_TABLE', sku='tea')}, {world.get('STOCK_TABLE', sku='kettle')}")


if __name__ == "__main__":
    main()
