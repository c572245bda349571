"""Backwards through a run: what must be made up so that a value at some place is as wanted.

A place is a value as a visit of a state sees it. Each step goes to where the value came from: the output of the visit
before, a Task's result, an assignment, an iteration's item; up to a source (what is made up), or to what is fixed.
"""

from __future__ import annotations

from typing import Any, Final

from flowdsl.asl.values import is_object
from flowdsl.explore.found import Found, fixed, made
from flowdsl.explore.results import of_items, of_result
from flowdsl.explore.running import Budget
from flowdsl.explore.sources import INPUT, Source
from flowdsl.explore.trace import Thread, Trace, Visit
from flowdsl.explore.views import Place, Views
from flowdsl.explore.wants import INSIDE, MISSING, Steps, Want, descend, satisfies

Json = Any

DEEPEST: Final = 150
"""Steps back that need a look into an expression or a template, one in the other."""
DEEPEST_PLACE: Final = 100
"""Steps into a value: what lies deeper is not made up."""


class Origins(Views):
    """The origins of the values of one run."""

    def __init__(self, trace: Trace, budget: Budget | None = None) -> None:
        super().__init__(trace)
        self.budget = budget
        self.depth = 0
        self.is_opaque = False
        """Whether something was met that cannot be turned round, so that to find nothing proves nothing."""

    # -- where it comes from -----------------------------------------------------------------------------------------

    def achieve(self, place: Place, want: Want) -> Found:
        """The ways to have what is wanted at a place."""
        place = self._back(place)
        visit, root, steps = place
        if self.depth > DEEPEST or len(steps) > DEEPEST_PLACE:
            self.is_opaque = True
            return
        source = self._source(place)
        if source is not None:
            yield from made(source, steps, want)
            return
        if self.budget is not None:
            self.budget.look()
        self.depth += 1
        try:
            yield from self._looked_into(visit, root, steps, want)
        except RecursionError:
            # Expressions nest, too, and so there is no telling how many looks the stack has room for.
            self.is_opaque = True
        finally:
            self.depth -= 1

    def _source(self, place: Place) -> Source | None:
        visit, root, _ = place
        if root == "input" and visit.before is None and visit.thread.parent is None:
            return INPUT
        if root == "made":
            return Source("result", visit.node.pointer, visit.calls[-1])
        if root == "cause":
            return Source("cause", visit.node.pointer, visit.calls[-1])
        return Source("items", visit.node.pointer) if root == "read" else None

    def _back(self, place: Place) -> Place:
        """Back over what only passes a value on. A loop: a run may be long."""
        while True:
            visit, root, steps = place
            if root == "input":
                if visit.before is not None:
                    place = Place(visit.before, "output", steps)
                elif visit.thread.parent is not None:
                    back = self._begun_with(visit.thread, visit.thread.parent, steps)
                    if back is None:
                        return place
                    place = back
                else:
                    return place
                continue
            back = self._simply(visit, root, steps)
            if back is None:
                return place
            place = back

    def _begun_with(self, thread: Thread, parent: Visit, steps: Steps) -> Place | None:
        """What a branch or an iteration gets; None where a template says."""
        if parent.node.type == "Parallel":
            return Place(parent, "request", steps)
        fields = parent.node.fields
        if "ItemSelector" in fields or "Parameters" in fields:
            return None
        if "ItemBatcher" in fields:
            if steps[:1] == ("Items",):
                return Place(parent, "items", steps[1:])
            return None
        return Place(parent, "items", (thread.index, *steps))

    def _simply(self, visit: Visit, root: str, steps: Steps) -> Place | None:
        node, fields = visit.node, visit.node.fields
        if root.startswith("$"):
            return self._assigned_before(visit, root, steps)
        if node.jsonata:
            return self._simply_jsonata(visit, root, steps)
        if root == "effective":
            path = fields.get("InputPath", "$")
            return Place(visit, "input", steps) if path == "$" else None
        if root == "request":
            if "Parameters" in fields:
                return None
            return Place(visit, "effective", steps)
        if root == "output":
            if visit.caught is not None:
                return None
            if fields.get("OutputPath", "$") != "$":
                return None
            if node.type in ("Choice", "Wait", "Succeed"):
                return Place(visit, "effective", steps)
            return Place(visit, "combined", steps)
        if root == "combined" and fields.get("ResultPath", "$") is None:
            return Place(visit, "input", steps)
        if root == "combined" and fields.get("ResultPath", "$") == "$":
            return Place(visit, "selected", steps)
        if root == "selected" and "ResultSelector" not in fields:
            return Place(visit, "result", steps)
        if root == "result" and node.type == "Pass" and "Result" not in fields:
            return Place(visit, "request", steps)
        return None

    def _simply_jsonata(self, visit: Visit, root: str, steps: Steps) -> Place | None:
        fields = visit.node.fields
        if root == "effective":
            return Place(visit, "input", steps)
        if root == "request" and "Arguments" not in fields:
            return Place(visit, "input", steps)
        if root == "output" and visit.caught is None and self._output_template(visit) is MISSING:
            return Place(visit, "result" if visit.node.type in ("Task", "Map", "Parallel") else "input", steps)
        return None

    def _output_template(self, visit: Visit) -> Json:
        """The Output that decides; MISSING where none does."""
        fields = visit.node.fields
        if visit.choice is not None and visit.choice >= 0:
            return fields["Choices"][visit.choice].get("Output", MISSING)
        return fields.get("Output", MISSING)

    def _assigned_before(self, visit: Visit, root: str, steps: Steps) -> Place | None:
        """The visit that assigned a variable, as a place `assigned:name` of it."""
        name = root[1:]
        before = visit.before
        thread = visit.thread
        while True:
            while before is not None:
                if before.assigned is not None and name in before.assigned:
                    return Place(before, f"assigned:{name}", steps)
                before = before.before
            if thread.parent is None:
                return None
            before, thread = thread.parent.before, thread.parent.thread

    # -- what takes a look inside ------------------------------------------------------------------------------------

    def _looked_into(self, visit: Visit, root: str, steps: Steps, want: Want) -> Found:
        node, fields = visit.node, visit.node.fields
        if root == "context":
            yield from self._of_context(visit, steps, want)
        elif root == "error":
            yield from self._of_error(visit, steps, want)
        elif root == "items":
            yield from of_items(self, visit, steps, want)
        elif root == "input":
            yield from self._of_selector(visit, steps, want)
        elif root.startswith("assigned:"):
            template, at = self._assignment(visit)
            inner = template.get(root[9:], template.get(f"{root[9:]}.$", MISSING))
            name = root[9:] if root[9:] in template else f"{root[9:]}.$"
            yield from self.template({name: inner}, (root[9:], *steps), want, visit, at)
        elif root == "result":
            yield from of_result(self, visit, steps, want)
        elif root == "output" and visit.caught is not None:
            yield from self._of_catcher(visit, steps, want)
        elif node.jsonata:
            if root == "output":
                yield from self.template(self._output_template(visit), steps, want, visit, "input")
            elif root == "request":
                yield from self.template(fields["Arguments"], steps, want, visit, "input")
        elif root == "effective":
            yield from self.path(fields["InputPath"], steps, want, visit, "input")
        elif root == "request":
            yield from self.template(fields["Parameters"], steps, want, visit, "effective")
        elif root == "output":
            inner_root = "effective" if node.type in ("Choice", "Wait", "Succeed") else "combined"
            yield from self.path(fields["OutputPath"], steps, want, visit, inner_root)
        elif root == "combined":
            yield from self._of_combined(visit, fields["ResultPath"], steps, want, "selected")
        elif root == "selected":
            yield from self.template(fields["ResultSelector"], steps, want, visit, "result")

    def _assignment(self, visit: Visit) -> tuple[dict[str, Json], str]:
        """(the Assign that ran, what `$` means in it)"""
        fields = visit.node.fields
        holder = fields
        root = "effective"
        if visit.caught is not None:
            holder, root = fields["Catch"][visit.caught], "error"
        elif visit.choice is not None and visit.choice >= 0:
            holder = fields["Choices"][visit.choice]
        elif visit.node.type in ("Task", "Map", "Parallel", "Pass"):
            root = "result"
        if visit.node.jsonata:
            root = "input"
        found = holder.get("Assign")
        return (found if is_object(found) else {}), root

    def _of_context(self, visit: Visit, steps: Steps, want: Want) -> Found:
        if steps[:2] == ("Execution", "Input") and visit.run is self.trace.run:
            yield from made(INPUT, steps[2:], want)
            return
        # Another execution has another.
        self.is_opaque = True
        if satisfies(descend(self.context(visit), steps), want):
            yield ()

    def _of_error(self, visit: Visit, steps: Steps, want: Want) -> Found:
        if steps[:2] == ("Cause", INSIDE) and visit.calls:
            yield ((Source("cause", visit.node.pointer, visit.calls[-1]), steps[2:], want),)
        elif satisfies(self.value(Place(visit, "error", steps)), want):
            yield ()

    def _of_selector(self, visit: Visit, steps: Steps, want: Want) -> Found:
        """What an iteration gets where a template says: ItemSelector, BatchInput."""
        parent = visit.thread.parent
        assert parent is not None
        fields = parent.node.fields
        selector = fields.get("ItemSelector", fields.get("Parameters"))
        if "ItemBatcher" in fields:
            if steps[:1] == ("BatchInput",):
                batch = fields["ItemBatcher"].get("BatchInput", {})
                yield from self.template(batch, steps[1:], want, parent, "effective")
                return
            if steps[:1] != ("Items",):
                return
            steps = steps[1:]
            index = steps[0] if steps and isinstance(steps[0], int) else 0
            steps = steps[1:]
        else:
            index = visit.thread.index
        root = "input" if parent.node.jsonata else "effective"
        yield from self.template(selector, steps, want, parent, root, item=index)

    def _of_catcher(self, visit: Visit, steps: Steps, want: Want) -> Found:
        catcher = visit.node.fields["Catch"][visit.caught or 0]
        if visit.node.jsonata:
            if "Output" in catcher:
                yield from self.template(catcher["Output"], steps, want, visit, "input")
            else:
                yield from self.achieve(Place(visit, "error", steps), want)
            return
        path = catcher.get("ResultPath", "$")
        if path is None:
            yield from self.achieve(Place(visit, "input", steps), want)
        else:
            yield from self._of_combined(visit, path, steps, want, "error")

    def _of_combined(self, visit: Visit, path: str, steps: Steps, want: Want, part: str) -> Found:
        """The raw input with a part put in at a ResultPath."""
        from flowdsl.explore.jsonpath import reference_steps

        at = reference_steps(path)
        if steps[: len(at)] == at:
            yield from self.achieve(Place(visit, part, steps[len(at) :]), want)
        elif at[: len(steps)] == steps:
            # An object that holds the part.
            if satisfies({at[len(steps)]: None}, want) or want.exact is not MISSING:
                yield ()
        else:
            yield from self.achieve(Place(visit, "input", steps), want)

    # -- texts of the definition ---------------------------------------------------------------------------------------

    def template(
        self, value: Json, steps: Steps, want: Want, visit: Visit, root: str, *, item: int | None = None
    ) -> Found:
        """A value made by a field of a state: a payload template, or JSONata. `item`: the item that an ItemSelector sees."""
        if visit.node.jsonata:
            from flowdsl.explore.jsonata import JsonataOrigins

            return JsonataOrigins(self, visit, item).template(value, steps, want)
        from flowdsl.explore.jsonpath import PathOrigins

        return PathOrigins(self, visit, root, item).template(value, steps, want)

    def path(self, text: str | None, steps: Steps, want: Want, visit: Visit, root: str) -> Found:
        """What a path of a state leads to."""
        from flowdsl.explore.jsonpath import PathOrigins

        if text is None:
            return fixed({}, steps, want)
        return PathOrigins(self, visit, root, None).evaluated(text, steps, want)
