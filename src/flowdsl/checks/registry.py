"""Which rules there are: the shelf's, the grammar's table, and the runner's own few."""

from __future__ import annotations

import re
from functools import cache

from flowdsl import _shelf
from flowdsl.asl.dump import write
from flowdsl.asl.grammar_rules import GRAMMAR_RULES, GrammarRule
from flowdsl.checks.page import Page
from flowdsl.checks.rule import DocumentedRule, Rule
from flowdsl.diagnostics import FlowDslError, Severity, did_you_mean

SHELF = "flowdsl.checks.rules"

UNREADABLE = "ASL100"
"""A file that gives no definition: the command could not check it (exit 2)."""

RUNNER_PAGES = (
    Page(
        "ASL890",
        "rule-crash",
        Severity.ERROR,
        "A rule failed on this definition; what it would have found is not known.",
        why="This is a defect of flowdsl, not of the definition. The other rules have reported as usual.",
        instead="Report it with the definition; meanwhile leave the rule out with --ignore.",
    ),
    Page(
        "ASL891",
        "unused-suppression",
        Severity.WARNING,
        "A suppression that suppresses nothing.",
        why="The finding it was written for is gone, or its code is misspelt: it would hide the next one unseen.",
        instead="Remove it, or correct its code.",
        bad='{"Type": "Succeed", "Comment": "flowdsl: ignore[ASL204] the caller sends nothing else"}',
        says="nothing here is ASL204 choice-without-default; remove the suppression",
        good='{"Type": "Succeed", "Comment": "Done"}',
    ),
    Page(
        "ASL892",
        "suppression-without-reason",
        Severity.WARNING,
        "A suppression that does not say why.",
        why="The next reader cannot tell a considered exception from a silenced alarm. Reported where the setting "
        "require-reason is on.",
        instead="Write the reason after the bracket: # flowdsl: ignore[ASL204] the caller sends nothing else",
    ),
)
"""What the runner itself may say."""


UNREADABLE_PAGE = Page(
    UNREADABLE,
    "unreadable-definition",
    Severity.ERROR,
    "A file that gives no definition: no JSON or YAML, cut off, a key twice in one object, a template without machines.",
    why="Nothing else can be said about it. AWS calls a text that is no JSON INVALID_JSON_DESCRIPTION.",
    instead="The message names the place and what is due there.",
    bad='{"StartAt": "A", "States": {"A": {"Type": "Succeed"}, "A": {"Type": "Fail"}}}',
    says="the key 'A' stands twice in one object, first at 1:30; JSON readers keep only the last; rename or remove one",
    good='{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}',
)


@cache
def shelf() -> tuple[DocumentedRule, ...]:
    """Every rule of checks/rules, by code. A module holds one."""
    found: list[DocumentedRule] = []
    for module in _shelf.modules(SHELF):
        own = [
            value
            for value in vars(module).values()
            if isinstance(value, type) and issubclass(value, DocumentedRule) and value.__module__ == module.__name__
        ]
        found += [rule() for rule in own if hasattr(rule, "code")]
    return tuple(sorted(found, key=lambda rule: rule.code))


@cache
def rules() -> tuple[Rule, ...]:
    """The rules on definitions, by code."""
    return tuple(rule for rule in shelf() if isinstance(rule, Rule))


@cache
def steady_codes() -> frozenset[str]:
    """The rules whose infos stay so under --strict: they judge for themselves, or are mere advice."""
    return frozenset(rule.code for rule in shelf() if not rule.grows_when_strict)


@cache
def pages() -> dict[str, Page]:
    """The page of every code, by code."""
    found = [
        UNREADABLE_PAGE,
        *RUNNER_PAGES,
        *map(_grammar_page, GRAMMAR_RULES.values()),
        *(rule.page for rule in shelf()),
    ]
    return {page.code: page for page in sorted(found, key=lambda page: page.code)}


def _grammar_page(rule: GrammarRule) -> Page:
    bad, good = (write(document) for document in (rule.bad, rule.good))
    shown = len(bad) < 5_000
    return Page(
        rule.code,
        rule.name,
        rule.severity,
        rule.summary,
        rule.why,
        rule.instead,
        "ValidateStateMachineDefinition and CreateStateMachine (recorded, or the specification's MUST)",
        rule.aws_code,
        bad if shown else "",
        rule.says if shown else "",
        good if shown else "",
    )


@cache
def _codes_by_name() -> dict[str, str]:
    return {page.name: code for code, page in pages().items()}


def resolve(selector: str) -> frozenset[str]:
    """The codes that a selector of --select, --ignore or the configuration means: ALL, a code, the beginning of one
    (`ASL3`), or a rule's name; case does not count. An unknown one is a FlowDslError with a near name.
    """
    code = selector.upper()
    if code == "ALL":
        return frozenset(pages())
    if selector.lower() in _codes_by_name():
        return frozenset({_codes_by_name()[selector.lower()]})
    found = (
        frozenset(known for known in pages() if known.startswith(code)) if code.startswith("ASL") else frozenset[str]()
    )
    if not found:
        known = [*pages(), *_codes_by_name(), "ALL"]
        if re.fullmatch(r"ASL[0-9]{3}", code):
            # Any code is near any other by its letters: only one of the same ten may be meant.
            known = [page for page in pages() if page[:5] == code[:5]]
        raise FlowDslError(f"no rule {selector!r}{did_you_mean(selector, known)}")
    return found
