"""JUnit's XML: a test case a finding, failed where it is an error or a warning."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from flowdsl.diagnostics import Diagnostic, Severity


def report(findings: Sequence[Diagnostic]) -> str:
    """One suite. Characters that XML cannot hold are left out."""
    failed = [f for f in findings if f.severity is not Severity.INFO]
    suite = ET.Element(
        "testsuite", name="flowdsl check", tests=str(max(len(findings), 1)), failures=str(len(failed)), errors="0"
    )
    for finding in findings:
        place = finding.location
        case = ET.SubElement(
            suite,
            "testcase",
            classname=_clean(place.path if place else "definition"),
            name=_clean(f"{finding.code} {finding.name}" + (f" line {place.line}" if place else "")),
        )
        if finding.severity is Severity.INFO:
            ET.SubElement(case, "system-out").text = _clean(str(finding))
        else:
            ET.SubElement(case, "failure", type=finding.severity.value, message=_clean(finding.message)).text = _clean(
                f"{finding}\n{finding.why}".strip()
            )
    if not findings:
        ET.SubElement(suite, "testcase", classname="flowdsl", name="no findings")
    ET.indent(suite)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(suite, encoding="unicode") + "\n"


def _clean(text: str) -> str:
    return "".join(
        c for c in text if c in "\t\n" or "\x20" <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
    )
