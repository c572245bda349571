"""The workflow that would replace a handler which orchestrates: a skeleton in the language, to be filled in.

No text of the source becomes code: what is copied is the repr of a text, or a name made of letters, digits and _.
"""

from __future__ import annotations

import ast
import keyword
import re
from dataclasses import dataclass, field

from flowdsl.checks.handler_audit import Audited
from flowdsl.checks.handler_calls import AwsCall
from flowdsl.checks.handler_direct import direct, names_of
from flowdsl.checks.handler_dispatch import dispatches
from flowdsl.checks.handler_entries import Entry
from flowdsl.checks.handler_loops import STARTING, is_retry_loop, is_sleep, waits
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_tree import Function
from flowdsl.checks.handler_writes import is_write
from flowdsl.integrations.names import member_of

ORCHESTRATES = {"ASL921", "ASL930", "ASL931", "ASL932", "ASL934"}
"""Findings that say a workflow is written inside a function."""
_MOST = 40
_SUFFIX = re.compile(r"[-_]?(function|lambda|fn)?[-_]?(name|arn)?$", re.I)
"""What a variable's name says beyond the function's."""


@dataclass
class Step:
    """One state of the skeleton."""

    kind: str
    """`invoke`, `job`, `call`, `wait`."""
    name: str
    line: int
    code: str
    retried: bool = False
    caught: bool = False
    looped: bool = False


@dataclass
class Plan:
    """What a handler does, in the order of its text."""

    steps: list[Step] = field(default_factory=list[Step])
    branches: list[str] = field(default_factory=list[str])
    """The values of the field it branches on."""
    field: str = ""


def orchestrators(audited: Audited) -> list[tuple[HandlerSource, Entry]]:
    """The handlers that call others, wait, poll, try again or branch on what to do."""
    found: list[tuple[HandlerSource, Entry]] = []
    for source, entry in audited.handlers:
        # Only what its own file shows can be sketched.
        about = audited.about(source, entry)
        codes = {finding.code for finding in about if finding.location and finding.location.path == source.path}
        if codes & ORCHESTRATES:
            found.append((source, entry))
    return found


def skeleton(source: HandlerSource, entry: Entry) -> str:
    """The text of a workflow file, valid Python, for one handler."""
    plan = _plan(source, entry)
    name = _identifier(entry.function.name.rpartition(".")[2], "workflow")
    if name in ("handler", "lambda_handler", "main"):
        name = _identifier(re.split(r"[\\/]", source.path)[-1].removesuffix(".py"), "workflow")
        name = name if name not in ("handler", "index", "app", "main", "lambda_function") else "replaced_handler"
    body = _dispatch(plan) if plan.branches else _chain(plan)
    uses = _uses(body)
    lines = [
        '"""A workflow in place of a handler that orchestrates: fill in the arguments and the errors."""',
        f"# Replaces {_text(f'{source.path}:{entry.function.name}')}.",
        "# pyright: reportUnusedExpression=false",
        "",
        "from typing import Any",
        "",
        f"from flowdsl import {', '.join(uses)}",
    ]
    text = "\n".join(body)
    errors = [name for name, used in (("ALL", "catch(ALL)"), ("LAMBDA_TRANSIENT", "TRANSIENT")) if used in text]
    if errors:
        lines.append(f"from flowdsl.errors import {', '.join(errors)}")
    if "TRANSIENT" in text:
        lines += ["", "TRANSIENT = Retry(*LAMBDA_TRANSIENT, interval_seconds=2, max_attempts=4, backoff_rate=2)"]
    lines += ["", "", "@workflow", f"def {name}(event: Any) -> Any:"]
    lines += [f"    {line}" if line else "" for line in body]
    return "\n".join(lines) + "\n"


def _plan(source: HandlerSource, entry: Entry) -> Plan:
    plan = Plan()
    functions = [f for f, running in source.reached.items() if entry in running]
    by_node = {call.node: call for call in source.calls.all}
    polled = {wait.node: wait for wait in waits(source)}
    started = {id(wait.started.node) for wait in polled.values() if wait.started}
    inside = {node for wait in polled for node in ast.walk(wait)}
    names: set[str] = set()
    for function in _in_order(source, entry.function, functions):
        for found in dispatches(source, function):
            if not plan.branches:
                plan.field, plan.branches = found.field, list(found.values)
        for node in function.nodes:
            if not isinstance(node, ast.Call) or len(plan.steps) >= _MOST:
                continue
            call = by_node.get(node)
            step: Step | None = None
            if is_sleep(source, node) and node not in inside and not _in_retry(source, node):
                step = _wait(source, function, node)
            elif call is not None and node not in inside:
                step = _call(source, call, is_job=id(node) in started)
            if step is not None:
                step.name = _unique(step.name, names)
                step.retried = _in_retry(source, node)
                step.caught = any(isinstance(up, ast.Try) for up in source.tree.above(node))
                step.looped = (
                    any(isinstance(up, ast.For | ast.While) for up in source.tree.above(node)) and not step.retried
                )
                plan.steps.append(step)
    return plan


def _in_order(source: HandlerSource, first: Function, functions: list[Function]) -> list[Function]:
    return [first, *(f for f in functions if f is not first)]


def _in_retry(source: HandlerSource, node: ast.AST) -> bool:
    return any(is_retry_loop(source, up) for up in source.tree.above(node))


def _wait(source: HandlerSource, function: Function, node: ast.Call) -> Step:
    seconds = source.values.constant(node.args[0], function) if node.args else None
    known = isinstance(seconds, int | float) and not isinstance(seconds, bool) and 1 <= seconds < 10**8
    amount = int(seconds) if known and isinstance(seconds, int | float) else 60
    note = "" if known else "  # how long?"
    return Step("wait", "pause", node.lineno, f"Wait(seconds={amount}){note}")


def _call(source: HandlerSource, call: AwsCall, *, is_job: bool) -> Step | None:
    if call.inside or not (is_write(call) or is_job):
        return None
    if (call.service, call.method) == ("lambda", "invoke"):
        called = source.values.constant(call.arguments.get("FunctionName"), call.function)
        text = called if isinstance(called, str) else _last_word(call.arguments.get("FunctionName"))
        short = _SUFFIX.sub("", re.split(r"[:/]", text)[-1]) if text else "function"
        given = f"placeholder({_text(_pascal(short) or 'Function')})"
        return Step(
            "invoke",
            _identifier(short, "invoke"),
            call.line,
            f"Task(aws.lambda_.invoke(FunctionName={given}, Payload=event))",
        )
    found = direct(call.service, call.method)
    if found is None:
        return None
    names = names_of(call)
    names += [member_of(n) for n in found.required if member_of(n) not in names]
    arguments = ", ".join(f"{n}=placeholder({_text(n)})" for n in names)
    made = f"{found.name}({arguments})"
    job = is_job or (STARTING.match(call.method) is not None and found.waits)
    code = f"Task(sync({made}))" if job and found.waits else f"Task({made})"
    return Step("job" if job else "call", _identifier(call.method, "call"), call.line, code)


def _chain(plan: Plan) -> list[str]:
    if not plan.steps:
        return [
            "work = Task(aws.lambda_.invoke(FunctionName=placeholder('Work'), Payload=event)).retry(TRANSIENT)",
            "return work.result",
        ]
    lines: list[str] = ["# states, in the order of the handler's text"]
    for step in plan.steps:
        retry = ".retry(TRANSIENT)" if step.kind == "invoke" or (step.retried and step.kind != "wait") else ""
        code, _, note = step.code.partition("  #")
        remark = f"  # line {step.line}{': in a loop, a Map over its items' if step.looped else ''}{';' + note if note else ''}"
        lines.append(f"{step.name} = {code}{retry}{remark}")
    caught = [step for step in plan.steps if step.caught and step.kind != "wait"]
    if caught:
        lines.append("failed = Fail('Failed', cause='say what went wrong')")
    if len(plan.steps) > 1:
        lines += ["", "# transitions", " >> ".join(step.name for step in plan.steps)]
    if caught:
        lines += ["", "# failures: name the errors that are met, and what is to be undone"]
        lines += [f"{step.name}.catch(ALL) >> failed" for step in caught]
    last = plan.steps[-1]
    if last.kind != "wait":
        lines += ["", f"return {last.name}.result"]
    return lines


def _dispatch(plan: Plan) -> list[str]:
    lines = ["# one handler for each job, and no field that says which", "which = Choice()"]
    names: set[str] = {"which", "unknown"}
    jobs = [(value, _unique(_identifier(value, "job"), names)) for value in plan.branches[:_MOST]]
    for value, name in jobs:
        given = f"placeholder({_text(_pascal(value) or 'Job')})"
        lines.append(f"{name} = Task(aws.lambda_.invoke(FunctionName={given}, Payload=event)).retry(TRANSIENT)")
    lines += ["unknown = Fail('UnknownJob')", "", "# transitions"]
    for value, name in jobs:
        lines.append(f"which.when(event[{_text(plan.field)}] == {_text(value)}) >> {name}")
    lines.append("which.otherwise >> unknown")
    return lines


def _uses(body: list[str]) -> list[str]:
    text = "\n".join(body)
    known = ("Choice", "Fail", "Retry", "Task", "Wait", "aws", "placeholder", "sync", "workflow")
    wanted = {name for name in known if re.search(rf"\b{name}\(|\b{name}\.", text)} | {"workflow"}
    if "TRANSIENT" in text:
        wanted.add("Retry")
    return sorted(wanted, key=lambda name: (name[0].islower(), name))


# -- texts become names and literals ----------------------------------------------------------------------------------


def _text(value: str) -> str:
    """A text as a Python literal: ASCII, one line, at most 80 characters of it."""
    return ascii(value[:80])


def _identifier(text: str, otherwise: str) -> str:
    """A name of a state made of a text: small letters, digits and _; never a word of Python or of the language."""
    name = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text[:60]).lower()).strip("_")
    if not name or not name[0].isalpha():
        name = f"{otherwise}_{name}".strip("_")
    taken = {"event", "aws", "sync", "workflow", "placeholder", "failed", "print", "which", "unknown"}
    return f"{name}_state" if keyword.iskeyword(name) or keyword.issoftkeyword(name) or name in taken else name


def _pascal(text: str) -> str:
    words = re.findall(r"[A-Za-z0-9]+", text[:60])
    return "".join(w.capitalize() if w.isupper() else w[:1].upper() + w[1:] for w in words)


def _unique(name: str, names: set[str]) -> str:
    found, n = name, 2
    while found in names:
        found, n = f"{name}_{n}", n + 1
    names.add(found)
    return found


def _last_word(node: ast.expr | None) -> str:
    """What a computed function's name may be called: `os.environ["CHARGE_FUNCTION"]` is `CHARGE_FUNCTION`."""
    if node is None:
        return ""
    words = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    words += [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and n.id not in ("os", "event")]
    return words[0] if words else ""
