"""What each finding of the language means, for `flowdsl rule CODE`: summary, why it bites, what to write instead."""

from __future__ import annotations

from typing import NamedTuple

from flowdsl.dsl.mistakes import CODES


class Finding(NamedTuple):
    """One kind of mistake in a workflow's Python."""

    summary: str
    why: str = ""
    instead: str = ""


_RUNS_LATER = "The function runs once, when the workflow is built; values come when the workflow runs."

FINDINGS: dict[str, Finding] = {
    "unknown-keyword": Finding(
        "A keyword that the state, retrier, rule or decorator does not have.",
        "A keyword is in the output or an error: nothing is dropped in silence.",
        "the near name; a field that is newer than flowdsl goes into extra={...}.",
    ),
    "bad-state-name": Finding("A state's name that Step Functions refuses: 1 to 80 characters, no control characters."),
    "duplicate-name": Finding(
        "Two states of one name.",
        "A name is unique in the whole machine, nested scopes included.",
        "name= on one of them, or @fragment for a function that declares states more than once.",
    ),
    "unnamed-state": Finding(
        "A state that is assigned to no variable of its own.",
        "A state's name is its variable's.",
        "a variable whose whole right side is the state, or name=.",
    ),
    "bad-value": Finding("A value that a field cannot have: its type, its range, or one of a few words."),
    "heartbeat-not-below-timeout": Finding(
        "A heartbeat that is not below the timeout.", "The timeout comes first, so that the heartbeat is never missed."
    ),
    "conflicting-keywords": Finding("Keywords of which exactly one may be given."),
    "misplaced-keyword": Finding(
        "A keyword for what is written in another way, or a field of the other query language."
    ),
    "extra-field": Finding("A field that flowdsl does not know; it is written as given."),
    "second-transition": Finding(
        "A second, different >> from one port.", "A port leads to one state.", "a Choice, to decide between two."
    ),
    "unreached-state": Finding(
        "A state that no way from the scope's start leads to.",
        "AWS refuses a machine with one.",
        "an edge to it, or start >> state where the scope begins elsewhere than at its first declared state.",
    ),
    "unwired-state": Finding(
        "A state that is declared, and no edge leads to or from it.", "", "other >> state, or take it out."
    ),
    "choice-without-branch": Finding("A Choice without a rule.", "", "choice.when(condition) >> state."),
    "scope-without-end": Finding("A workflow, branch or processor in which every state leads to another."),
    "open-port": Finding("A rule, an otherwise or a catch that leads nowhere.", "", ">> and the state that follows."),
    "not-a-target": Finding(
        "An edge to or from what has no edges: a port as target, a Choice or an end as source, a state of another scope."
    ),
    "empty-scope": Finding("A function that declares no state."),
    "no-such-field": Finding(
        "A field that the model, the result or the context object does not have.",
        "At run time it would be missing: States.QueryEvaluationError, or States.Runtime in JSONPath.",
    ),
    "not-python": Finding(
        "Python that would have to know a value now: if, and, or, not, in, len, a loop, int(), str(), is None.",
        _RUNS_LATER,
        "choice.when(...), & and |, and the functions of fn.",
    ),
    "result-not-ready": Finding(
        "A result, a caught error or a Var that is read where some way has not set it.",
        "The message names such a way. A Catch leaves its state before there is a result.",
        "another order of states, an output of its own for an end, or a Var that every way sets.",
    ),
    "result-of-inner-scope": Finding(
        "A value of a Map's or Parallel's inner scope, read outside.",
        "Its variables vanish with the iteration or branch.",
        "return it from the function, and read the Map's or Parallel's result.",
    ),
    "own-result": Finding(
        "A state that reads its own result in its arguments or in a catch.",
        "It is there only when the state is done.",
        "a Var that keeps what an earlier round gave.",
    ),
    "missing-argument": Finding("An argument that a handler, a workflow, a model or a callback needs."),
    "unknown-argument": Finding("An argument that a handler, a workflow or a model does not have."),
    "unfitting-type": Finding("A value whose JSON can never be what is wanted there."),
    "bad-operands": Finding("An operator or function on types for which it cannot be right."),
    "constant-condition": Finding(
        "A condition that is known when the workflow is built.",
        "Python decided it: `x is None`, `not x` and `0 < x < 5` never ask the workflow.",
        "fn.exists(x), fn.not_(x), fn.all_of(0 < x, x < 5).",
    ),
    "impossible-comparison": Finding("A comparison that can never hold, by the types or by the few values there are."),
    "lost-text": Finding(
        "A text with an expression in it that Python changed, or that never gets into the workflow.",
        _RUNS_LATER,
        "fn.lowercase, fn.replace, fn.substring, ...",
    ),
    "no-json": Finding("A Python value that JSON has no form for."),
    "outer-variable": Finding(
        "A Var of an outer scope that an inner one sets.",
        "AWS refuses it: DUPLICATE_VARIABLE_NAME.",
        "return the value, and assign it where the Map or Parallel is joined.",
    ),
    "unguarded-optional": Finding(
        "A value that may be missing or null, used as if it were there.",
        "JSONata's undefined fails the state; a missing path of JSONPath ends the execution, uncaught.",
        "choice.when(fn.exists(x)), then fn.some(x).",
    ),
    "unused-call": Finding(
        "A call that no Task makes.", "Calling a handler in a workflow only describes the call.", "Task(handler(...))."
    ),
    "wrong-ends": Finding("Ends of a scope that do not give what its function says."),
    "read-before-declared": Finding("A state that is read before it is declared."),
    "impure-twice": Finding(
        "A random or dated value that would be computed twice, once to be kept and once to be returned.",
        "The two would differ.",
        "set it in a state before.",
    ),
    "no-call": Finding("A Task or pattern around what is no call.", "", "Task(handler(...)), or resource=."),
    "no-value": Finding("A function or model of the wrong form, where a Map, a Parallel or new wants one."),
    "unknown-error": Finding("An error name that Step Functions does not have, or what is no error at all."),
    "all-not-alone": Finding("States.ALL beside other errors.", "It takes every error, and AWS wants it alone."),
    "catch-after-all": Finding("A catch after one that takes every error.", "It never sees one."),
    "retry-value": Finding("A retrier's value out of its range."),
    "never-raised": Finding(
        "A catch or retry on a nested workflow for what never arrives.",
        "A failed execution is States.TaskFailed to whoever started it, whatever it raised (recorded).",
        "catch TaskFailed, and decide on the Cause.",
    ),
    "unknown-operation": Finding("An AWS service or operation that Step Functions does not know."),
    "unknown-service-argument": Finding("An argument that the operation does not have."),
    "missing-service-argument": Finding("An argument that the operation needs."),
    "unsupported-pattern": Finding("A pattern that the operation, or an Express workflow, does not offer."),
    "unfitting-service-argument": Finding("A literal of another type than the operation takes.", "AWS refuses it."),
    "raw-jsonata": Finding("A JSONata text that does not parse."),
    "cannot-be-said": Finding(
        "What the query language has no words for.", "", 'a Choice, a Pass of its own, or query_language="JSONata".'
    ),
    "workflow-raises": Finding("An exception in the workflow's own Python."),
    "hidden-handler": Finding(
        "A variable that hides the handler it calls.",
        "In Python, a name assigned anywhere in a function is the function's own, everywhere in it.",
        "another variable, or the handler by its module.",
    ),
    "bad-workflow": Finding("A function that cannot be a workflow."),
    "unresolved-annotation": Finding(
        "An annotation that names nothing when the workflow is built.",
        "Fields and arguments are checked by their types; without one nothing would be.",
        "an import that holds at run time too, outside `if TYPE_CHECKING:`.",
    ),
}


def finding(selector: str) -> tuple[str, str, Finding] | None:
    """(code, name, what it means) of a finding by its code or name; None for any other."""
    by_code = {code: name for name, code in CODES.items()}
    name = by_code.get(selector, selector)
    found = FINDINGS.get(name)
    return (CODES[name], name, found) if found is not None and name in CODES else None
