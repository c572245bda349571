"""Settings of a check: which rules are on, how bad their findings are, what fails. [tool.flowdsl.check] and the flags."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from flowdsl.asl.values import is_list, is_object
from flowdsl.checks.registry import resolve, steady_codes
from flowdsl.diagnostics import Diagnostic, FlowDslError, Severity, did_you_mean

RULE_OPTIONS = {"max-retry-time": "duration", "max-payload-bytes": "number"}
"""Settings of single rules, and what each holds."""

KNOWN = (
    "select",
    "ignore",
    "fail-on",
    "strict",
    "require-reason",
    "baseline",
    "per-file-ignores",
    "severity",
    *RULE_OPTIONS,
)


@dataclass(frozen=True)
class Settings:
    """What a check looks for and how it judges. Codes are whole here: selectors were resolved."""

    selected: frozenset[str] | None = None
    """None: every code."""
    ignored: frozenset[str] = frozenset()
    fail_on: Severity = Severity.WARNING
    """The least bad severity that fails a check."""
    strict: bool = False
    """Hygiene counts: info becomes warning."""
    require_reason: bool = False
    """A suppression must say why."""
    baseline: str | None = None
    """File of findings to be silent about, relative to the project's root."""
    per_file_ignores: tuple[tuple[str, frozenset[str]], ...] = ()
    """Glob of a path, and what is off there."""
    severities: Mapping[str, Severity] = field(default_factory=dict[str, Severity])
    """By code, where the project says otherwise."""
    options: dict[str, Any] = field(default_factory=dict[str, Any])
    """Of single rules: `max-retry-time` (seconds), `max-payload-bytes`."""

    def is_on(self, code: str, path: str = "") -> bool:
        """Whether a rule is to run on a file. A crash is always told."""
        if code == "ASL890":
            return True
        if code in self.ignored or (self.selected is not None and code not in self.selected):
            return False
        return not any(code in codes and _matches(path, glob) for glob, codes in self.per_file_ignores)

    def severity_of(self, finding: Diagnostic) -> Severity:
        """How bad a finding is here."""
        given = self.severities.get(finding.code)
        if given is not None:
            return given
        if self.strict and finding.severity is Severity.INFO and finding.code not in steady_codes():
            return Severity.WARNING
        return finding.severity

    def fails(self, finding: Diagnostic) -> bool:
        """Whether a finding makes the check fail. Expects final severities."""
        return finding.severity.rank <= self.fail_on.rank

    def with_flags(
        self,
        *,
        select: Sequence[str] = (),
        ignore: Sequence[str] = (),
        fail_on: str | None = None,
        strict: bool | None = None,
        baseline: str | None = None,
        require_reason: bool | None = None,
    ) -> Settings:
        """The same with what the command line says instead; --ignore adds to what is ignored."""
        changed = self
        if select:
            changed = replace(changed, selected=codes(select), ignored=frozenset())
        if ignore:
            changed = replace(changed, ignored=changed.ignored | codes(ignore))
        if fail_on is not None:
            changed = replace(changed, fail_on=Severity(fail_on))
        if strict is not None:
            changed = replace(changed, strict=strict)
        if baseline is not None:
            changed = replace(changed, baseline=baseline)
        if require_reason is not None:
            changed = replace(changed, require_reason=require_reason)
        return changed


def codes(selectors: Sequence[str]) -> frozenset[str]:
    """The codes of several selectors, each of which may hold several, comma-separated."""
    found: frozenset[str] = frozenset()
    for selector in selectors:
        for part in selector.split(","):
            if part.strip():
                found |= resolve(part.strip())
    return found


def read_settings(table: Mapping[str, Any]) -> Settings:
    """The settings of a [tool.flowdsl.check] table. What is unknown or of another type is a FlowDslError."""
    for key in table:
        if key not in KNOWN:
            raise FlowDslError(f"[tool.flowdsl.check]: unknown setting {key!r}{did_you_mean(key, KNOWN)}")
    select = _texts(table, "select")
    per_file = _table(table, "per-file-ignores")
    severity = _table(table, "severity")
    return Settings(
        selected=codes(select) if select else None,
        ignored=codes(_texts(table, "ignore")),
        fail_on=_severity(table.get("fail-on", "warning"), "fail-on"),
        strict=_flag(table, "strict"),
        require_reason=_flag(table, "require-reason"),
        baseline=_text(table, "baseline"),
        per_file_ignores=tuple((glob, codes(_texts(per_file, glob, "per-file-ignores."))) for glob in per_file),
        severities={
            code: _severity(level, f"severity.{selector}")
            for selector, level in severity.items()
            for code in sorted(resolve(selector))
        },
        options={key: _option(key, table[key]) for key in RULE_OPTIONS if key in table},
    )


def seconds(text: str) -> float | None:
    """`90s`, `30m`, `2h`, `1d` or a plain number of seconds; None for anything else."""
    match = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([smhd]?)\s*", text)
    return float(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]] if match else None


def _option(key: str, value: Any) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0:
        return float(value)
    if RULE_OPTIONS[key] == "duration" and isinstance(value, str):
        duration = seconds(value)
        if duration is not None:
            return duration
    expected = "a duration such as 90s, 30m or 2h" if RULE_OPTIONS[key] == "duration" else "a number"
    raise FlowDslError(f"[tool.flowdsl.check]: {key} must be {expected}, found {value!r}")


def _texts(table: Mapping[str, Any], key: str, prefix: str = "") -> list[str]:
    value = table.get(key, [])
    if is_list(value) and all(isinstance(item, str) for item in value):
        return value
    raise FlowDslError(f"[tool.flowdsl.check]: {prefix}{key} must be a list of rule codes or names, found {value!r}")


def _text(table: Mapping[str, Any], key: str) -> str | None:
    value = table.get(key)
    if value is None or isinstance(value, str):
        return value
    raise FlowDslError(f"[tool.flowdsl.check]: {key} must be a string, found {value!r}")


def _flag(table: Mapping[str, Any], key: str) -> bool:
    value = table.get(key, False)
    if isinstance(value, bool):
        return value
    raise FlowDslError(f"[tool.flowdsl.check]: {key} must be true or false, found {value!r}")


def _table(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = table.get(key, {})
    if is_object(value):
        return value
    raise FlowDslError(f"[tool.flowdsl.check]: {key} must be a table, found {value!r}")


def _severity(value: Any, key: str) -> Severity:
    if isinstance(value, str) and value in list(Severity):
        return Severity(value)
    near = did_you_mean(value, [s.value for s in Severity]) if isinstance(value, str) else ""
    raise FlowDslError(f"[tool.flowdsl.check]: {key} must be error, warning or info, found {value!r}{near}")


@lru_cache(maxsize=4096)
def _matches(path: str, glob: str) -> bool:
    """Whether a path is meant by a glob: whole, or from any folder on (`legacy/**`, `*.asl.json`)."""
    return fnmatchcase(path, glob) or fnmatchcase(path, f"*/{glob}")
