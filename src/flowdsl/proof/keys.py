"""Whether a handler's idempotency key may be too coarse: one value for two pieces of work, of which the second is refused."""

from __future__ import annotations

import re
from typing import Any

from flowdsl.handler.idempotency import Once
from flowdsl.handler.wire import is_mapping
from flowdsl.proof.scenarios import REDELIVERY_SECONDS, Trial

_IDENTITY = re.compile(r"(^|_)(id|uuid|key|number|no|ref|reference)$|[a-z](Id|Key|Number|Ref)$", re.I)


def coarse(trial: Trial) -> str:
    """A remark where another event with the same key, and another id beside it, is refused; empty otherwise."""
    contract = trial.subject.contract.idempotency if trial.subject.contract is not None else None
    if not isinstance(contract, Once) or contract.key is None or callable(contract.key) or not is_mapping(trial.event):
        return ""
    names = (contract.key,) if isinstance(contract.key, str) else contract.key
    given = {path.partition(".")[0] for path in names}
    beside = [n for n, v in trial.event.items() if n not in given and _IDENTITY.search(n) and _is_id(v)]
    if not beside:
        return ""
    second = {**trial.event, **{name: _another(trial.event[name]) for name in beside}}
    trial.world.fresh()
    trial.deliver()
    trial.world.clock.advance(REDELIVERY_SECONDS)
    outcome = trial.deliver(event=second).outcome
    if outcome is None or outcome.kind != "raised" or outcome.error_name != "KeyReused":
        return ""
    return (
        f"a second event with the same {' and '.join(map(repr, names))} and another {' and '.join(map(repr, beside))} is refused "
        "(KeyReused): once(...) must name what tells one piece of work from the next"
    )


def _is_id(value: Any) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool)


def _another(value: Any) -> Any:
    return f"{value}-2" if isinstance(value, str) else value + 1
