"""Processor seconds that statelint and cfn-lint take for a definition, their loading left out. cfn-lint gets it in a template."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from cfnlint.api import lint
from statelint.linter import Linter


def seconds(work: Callable[[], object], runs: int) -> float:
    times = []
    for _ in range(runs):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


text = Path(sys.argv[1]).read_text()
template = json.dumps(
    {
        "Resources": {
            "M": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {"RoleArn": "arn:aws:iam::123456789012:role/r", "Definition": json.loads(text)},
            }
        }
    }
)
lint('{"Resources": {}}')
print(
    json.dumps(
        {
            "statelint": seconds(lambda: Linter.validate(json.loads(text)), 3),
            "cfn-lint": seconds(lambda: lint(template), 1),
        }
    )
)
