"""The pytest plugin. It imports flowdsl inside hooks and fixtures only, so that other projects' tests do not pay for it."""

from __future__ import annotations

import sys
from typing import Any

import pytest

COVERAGE = pytest.StashKey[Any]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """--flow-cov and --flow-cov-fail-under."""
    group = parser.getgroup("flowdsl", "flow coverage of workflows")
    group.addoption(
        "--flow-cov",
        action="store_true",
        help="Report which transitions and retriers of the workflows the tests took.",
    )
    group.addoption(
        "--flow-cov-fail-under",
        type=float,
        metavar="PERCENT",
        help="Fail when fewer of them were taken. [tool.flowdsl.test] coverage-fail-under sets it for a project.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Lets the tests of a flowdsl project import its workflows and handlers; starts counting, where asked."""
    project = _project(config)
    if project is not None:
        project.activate()
    if config.getoption("--flow-cov") or config.getoption("--flow-cov-fail-under") is not None:
        from flowdsl.testing import coverage

        config.stash[COVERAGE] = coverage.switch_on()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stops counting."""
    if COVERAGE in config.stash:
        from flowdsl.testing import coverage

        coverage.switch_off()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker hands its counts over; the controller judges."""
    config = session.config
    counted = config.stash.get(COVERAGE, None)
    if counted is None:
        return
    output = getattr(config, "workeroutput", None)
    if output is not None:
        output["flowdsl_coverage"] = counted.data()
        return
    project = _project(config)
    if project is not None:
        counted.include(project)
    least = _fail_under(config)
    if least is not None and counted.percentage < least and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: Any) -> None:
    """Takes over what a worker of pytest-xdist counted."""
    counted = node.config.stash.get(COVERAGE, None)
    data = getattr(node, "workeroutput", {}).get("flowdsl_coverage")
    if counted is not None and data is not None:
        counted.merge(data)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The table, what is missing, and the verdict."""
    counted = config.stash.get(COVERAGE, None)
    if counted is None or not counted.workflows:
        return
    terminalreporter.section("flow coverage")
    for line in counted.report():
        terminalreporter.write_line(line)
    least = _fail_under(config)
    if least is not None and counted.percentage < least:
        terminalreporter.write_line(
            f"FAIL: flow coverage of {counted.percentage:.1f}% is less than {least:g}%", red=True, bold=True
        )


def _project(config: pytest.Config) -> Any:
    """The flowdsl project that the tests are of; None where there is none."""
    from flowdsl.diagnostics import FlowDslError
    from flowdsl.project import Project

    try:
        project = Project.find(config.rootpath)
    except FlowDslError as error:
        raise pytest.UsageError(str(error)) from None
    is_ours = project.config_file is not None and (project.settings or project.config_file.name == "flowdsl.toml")
    return project if is_ours or _has_workflows(project) else None


def _has_workflows(project: Any) -> bool:
    """Whether a project without settings has what `flowdsl build` would read."""
    return any(
        b"flowdsl" in path.read_bytes()[:4096]
        for folder in project.source_folders
        if folder.is_dir()
        for path in sorted(folder.rglob("*.py"))
    )


def _fail_under(config: pytest.Config) -> float | None:
    given: float | None = config.getoption("--flow-cov-fail-under")
    if given is not None:
        return given
    from flowdsl.project import Project

    setting = Project.find(config.rootpath).setting("test", {}).get("coverage-fail-under")
    return float(setting) if isinstance(setting, (int, float)) else None


def pytest_assertrepr_compare(config: pytest.Config, op: str, left: object, right: object) -> list[str] | None:
    """A path that differs is shown beside the expected one."""
    module = sys.modules.get("flowdsl.interpreter.execution")
    if module is None or op != "==" or not all(isinstance(side, list) for side in (left, right)):
        return None
    if not (isinstance(left, module.Path) or isinstance(right, module.Path)):
        return None
    from flowdsl.testing.side_by_side import side_by_side

    ours: Any = left
    theirs: Any = right
    return side_by_side(ours, theirs) if isinstance(left, module.Path) else side_by_side(theirs, ours)
