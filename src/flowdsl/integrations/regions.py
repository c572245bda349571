"""AWS's Regions, as botocore's data lists them."""

from __future__ import annotations

import json
from functools import cache

from flowdsl.integrations.model import Botocore


@cache
def regions() -> tuple[str, ...]:
    """Every Region of every partition, sorted; none where botocore is not installed."""
    data = Botocore().data
    if data is None or not (data / "partitions.json").is_file():
        return ()
    known = json.loads((data / "partitions.json").read_text(encoding="utf-8"))
    names = {name for partition in known["partitions"] for name in partition["regions"]}
    return tuple(sorted(name for name in names if not name.endswith("-global")))
