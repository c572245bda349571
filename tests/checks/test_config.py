"""[tool.flowdsl.check]: which rules are on, how bad they are; what is not known is an error with a near name."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.checks.config import Settings, read_settings
from flowdsl.diagnostics import Diagnostic, FlowDslError, Severity

INFO = Diagnostic("ASL506", "lambda-latest", Severity.INFO, "m")


def said(table: dict[str, Any]) -> str:
    with pytest.raises(FlowDslError) as caught:
        read_settings(table)
    return str(caught.value)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"selct": []}, "[tool.flowdsl.check]: unknown setting 'selct'; did you mean 'select'?"),
        ({"select": ["ASL2O4"]}, "no rule 'ASL2O4'; did you mean 'ASL204'?"),
        (
            {"ignore": ["choice-without-defualt"]},
            "no rule 'choice-without-defualt'; did you mean 'choice-without-default'?",
        ),
        (
            {"severity": {"ASL204": "fatal"}},
            "[tool.flowdsl.check]: severity.ASL204 must be error, warning or info, found 'fatal'",
        ),
        (
            {"fail-on": "warn"},
            "[tool.flowdsl.check]: fail-on must be error, warning or info, found 'warn'; did you mean 'warning'?",
        ),
        ({"select": "ASL2"}, "[tool.flowdsl.check]: select must be a list of rule codes or names, found 'ASL2'"),
        ({"require-reason": "yes"}, "[tool.flowdsl.check]: require-reason must be true or false, found 'yes'"),
        (
            {"max-retry-time": "soon"},
            "[tool.flowdsl.check]: max-retry-time must be a duration such as 90s, 30m or 2h, found 'soon'",
        ),
        ({"per-file-ignores": ["x"]}, "[tool.flowdsl.check]: per-file-ignores must be a table, found ['x']"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(table: dict[str, Any], message: str) -> None:
    assert said(table) == message


def test_a_selector_is_a_code_its_beginning_a_name_or_all() -> None:
    assert read_settings({"select": ["ASL204"]}).is_on("ASL204")
    assert not read_settings({"select": ["ASL204"]}).is_on("ASL203")
    assert read_settings({"select": ["ASL2"]}).is_on("ASL203")
    assert read_settings({"ignore": ["choice-without-default"]}).is_on("ASL203")
    assert not read_settings({"ignore": ["choice-without-default"]}).is_on("ASL204")
    assert not read_settings({"ignore": ["ALL"]}).is_on("ASL204")


def test_a_crash_is_told_whatever_is_ignored() -> None:
    assert read_settings({"ignore": ["ALL"]}).is_on("ASL890")


def test_a_rule_can_be_off_in_some_files() -> None:
    settings = read_settings({"per-file-ignores": {"legacy/**": ["ASL3"], "*.asl.yaml": ["ASL204"]}})
    assert not settings.is_on("ASL301", "legacy/old/order.asl.json")
    assert not settings.is_on("ASL301", "src/legacy/order.asl.json")
    assert settings.is_on("ASL204", "legacy/order.asl.json")
    assert not settings.is_on("ASL204", "flows/order.asl.yaml")
    assert settings.is_on("ASL301", "flows/order.asl.json")


def test_a_projects_severity_wins_over_the_rules() -> None:
    assert read_settings({"severity": {"ASL5": "error"}}).severity_of(INFO) is Severity.ERROR


def test_strict_makes_an_info_a_warning_but_not_mere_advice() -> None:
    strict = read_settings({"strict": True})
    assert strict.severity_of(INFO) is Severity.WARNING
    assert strict.severity_of(Diagnostic("ASL614", "deprecated-form", Severity.INFO, "m")) is Severity.INFO


def test_the_command_line_wins_over_the_file() -> None:
    settings = read_settings({"select": ["ASL2"], "ignore": ["ASL204"], "fail-on": "error"})
    flags = settings.with_flags(select=["ASL3,ASL204"], ignore=["ASL301"], fail_on="info")
    assert flags.is_on("ASL204")
    assert flags.is_on("ASL302")
    assert not flags.is_on("ASL301")
    assert not flags.is_on("ASL203")
    assert flags.fails(INFO)
    assert not settings.fails(INFO)


@pytest.mark.parametrize(
    ("given", "seconds"), [("90s", 90), ("30m", 1800), ("2h", 7200), ("1d", 86400), (45, 45), ("1.5h", 5400)]
)
def test_a_duration_has_a_unit(given: Any, seconds: float) -> None:
    assert read_settings({"max-retry-time": given}).options == {"max-retry-time": seconds}


def test_nothing_set_is_everything_on_and_warnings_fail() -> None:
    assert read_settings({}) == Settings()
    assert Settings().fail_on is Severity.WARNING
