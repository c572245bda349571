"""ASL311 undefined-variable."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.checks.variable_reads import misreads_of
from flowdsl.diagnostics import Diagnostic, Severity, did_you_mean


class UndefinedVariable(Rule):
    """A variable is read that no state has assigned.

    AWS accepts it; at run time it is undefined: States.QueryEvaluationError in JSONata, States.Runtime in JSONPath.

    Instead: assign it on the way, or read the variable that was meant.
    """

    code = "ASL311"
    severity = Severity.ERROR
    bad = (
        Example(
            {
                "Load": {"Type": "Pass", "Assign": {"customer": "{% $states.input %}"}, "Next": "Show"},
                "Show": {"Type": "Pass", "Output": "{% $custmer.name %}", "End": True},
            },
            at="/States/Show/Output",
            says="nobody assigns $custmer; did you mean 'customer'?",
            jsonata=True,
        ),
        Example(
            {
                "Show": {"Type": "Pass", "Parameters": {"n.$": "$total"}, "Next": "Count"},
                "Count": {"Type": "Pass", "Assign": {"total": 1}, "End": True},
            },
            at="/States/Show/Parameters/n.$",
            says="$total is assigned only after 'Show', by 'Count'",
        ),
    )
    good = Example(
        {
            "Load": {"Type": "Pass", "Assign": {"customer": "{% $states.input %}"}, "Next": "Show"},
            "Show": {"Type": "Pass", "Output": "{% $customer.name %}", "End": True},
        },
        jsonata=True,
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for misread in misreads_of(context, "undefined", "later"):
            read = misread.read
            if misread.sighting is None:
                near = did_you_mean(read.name, context.variables.visible_names(read.state))
                # A Fail of a JSONPath machine fails all the same, if by another name.
                mild = read.state.type == "Fail" and not read.state.is_jsonata
                path = f"; '$.{read.name}' is the input's field" if mild and not near else near
                yield self.at(
                    read.pointer, f"nobody assigns ${read.name}{path}", severity=Severity.WARNING if mild else None
                )
                continue
            own = context.variables.scopes[misread.sighting.scope.pointer]
            makers = list(dict.fromkeys(site.state.name for site in own.sites if read.name in site.names))
            yield self.at(read.pointer, f"${read.name} is assigned only after {read.state.name!r}, by {makers[0]!r}")
