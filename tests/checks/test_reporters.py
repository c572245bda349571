"""The same findings in every format; SARIF is what its schema says."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import jsonschema
import pytest

from flowdsl.checks.registry import pages
from flowdsl.checks.reporters import concise, github, junit, sarif
from flowdsl.checks.reporters import json as json_report
from flowdsl.diagnostics import Diagnostic, Location, Severity

FINDINGS = [
    Diagnostic(
        "ASL204",
        "choice-without-default",
        Severity.WARNING,
        "'Rou\nte, 100%: <b>' has no Default",
        location=Location("flows/a b.asl.json", 4, 14, 4, 20),
        pointer="/States/Route",
        state="Route",
        why="It fails.",
        related=((Location("flows/a b.asl.json", 1), "the machine"),),
    ),
    Diagnostic("ASL611", "unbounded-concurrency", Severity.INFO, "no MaxConcurrency"),
    Diagnostic("ASL201", "unreachable-island", Severity.ERROR, "never reached", location=Location("w.py", 1, 1)),
]
SCHEMA = json.loads((Path(__file__).parent / "sarif-2.1.0.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("findings", [FINDINGS, []], ids=["some", "none"])
def test_sarif_is_valid_by_its_schema(findings: list[Diagnostic]) -> None:
    jsonschema.validate(json.loads(sarif.report(findings)), SCHEMA)


def test_sarif_lists_every_rule_so_that_a_fixed_alert_closes() -> None:
    [run] = json.loads(sarif.report([]))["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == list(pages())


def test_a_sarif_fingerprint_outlives_a_move_of_lines() -> None:
    moved = Diagnostic("ASL201", "unreachable-island", Severity.ERROR, "never reached", location=Location("w.py", 9, 3))
    prints = [
        json.loads(sarif.report([f]))["runs"][0]["results"][0]["partialFingerprints"] for f in (FINDINGS[2], moved)
    ]
    assert prints[0] == prints[1]


def test_sarif_paths_are_uris_and_levels_its_own_words() -> None:
    results = json.loads(sarif.report(FINDINGS))["runs"][0]["results"]
    assert results[0]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "flows/a%20b.asl.json"},
        "region": {"startLine": 4, "startColumn": 14, "endLine": 4, "endColumn": 20},
    }
    assert [result["level"] for result in results] == ["warning", "note", "error"]


def test_github_annotations_are_escaped() -> None:
    assert github.report(FINDINGS[:1]) == (
        "::warning file=flows/a b.asl.json,line=4,col=14,title=ASL204 choice-without-default::"
        "'Rou%0Ate, 100%25: <b>' has no Default\n"
    )


def test_junit_is_xml_in_which_infos_do_not_fail() -> None:
    suite = ET.fromstring(junit.report(FINDINGS))
    assert (suite.get("tests"), suite.get("failures")) == ("3", "2")
    assert len(suite.findall("testcase/failure")) == 2


def test_json_holds_what_is_known_and_no_more() -> None:
    document = json.loads(json_report.report(FINDINGS))
    assert document["findings"][1] == {
        "code": "ASL611",
        "name": "unbounded-concurrency",
        "severity": "info",
        "message": "no MaxConcurrency",
        "pointer": "",
    }


def test_a_concise_finding_is_one_line_with_its_place_first() -> None:
    assert concise.report(FINDINGS[2:]) == "w.py:1:1: ASL201 unreachable-island: never reached\n"
