"""Python's operators, f-strings and `fn` as JSONata: precedence, presence, lists, constants."""

from __future__ import annotations

import sys

import pytest

from tests.dsl.conftest import Source

INPUT = "$states.context.Execution.Input"


def spelled(source: Source, expression: str) -> str:
    """An expression's JSONata, with the input's long name cut to `$in`."""
    states = source.states(f"""
        class Wide(BaseModel):
            id: str
            n: int
            m: int
            x: float
            ok: bool
            tags: list[str]
            lines: list[Line]
            when: datetime
            then: datetime
            maybe: int | None
            opt: str | None = None
            size: int = 3
            names: dict[str, int] = Field(default_factory=dict)
            any: Any
            odd: str = Field(alias="odd-name")
            tier: Literal["standard", "gold"]


        @workflow
        def flow(w: Wide):
            one = Pass(output={{"v": {expression}}})
    """)
    text = states["One"]["Output"]["v"]
    return text[3:-3].replace(INPUT, "$in") if isinstance(text, str) and text.startswith("{%") else repr(text)


@pytest.mark.parametrize(
    ("python", "jsonata"),
    [
        ("w.id", "$in.id"),
        ("w.odd", "$in.`odd-name`"),
        ("w['odd-name']", "$in.`odd-name`"),
        ("w.n + w.m * 2 - 1", "$in.n + $in.m * 2 - 1"),
        ("(w.n + w.m) * 2", "($in.n + $in.m) * 2"),
        ("w.n - (w.m - 1)", "$in.n - ($in.m - 1)"),
        ("w.n / (w.m / 2)", "$in.n / ($in.m / 2)"),
        ("w.n // 2", "$floor($in.n / 2)"),
        ("w.n % 3", "$in.n - 3 * $floor($in.n / 3)"),
        ("2 * (w.n % 3)", "2 * ($in.n - 3 * $floor($in.n / 3))"),
        ("w.n ** 2", "$power($in.n, 2)"),
        ("-w.n + 1", "-$in.n + 1"),
        ("1 - -w.n", "1 - (-$in.n)"),
        ("abs(w.x)", "$abs($in.x)"),
        ("w.n > 1", "$in.n > 1"),
        ("1 < w.n", "$in.n > 1"),
        ("(w.n > 1) == w.ok", "($in.n > 1) = $in.ok"),
        ("(w.n > 1) & w.ok | (w.x <= 2)", "$in.n > 1 and $in.ok or $in.x <= 2"),
        ("(w.ok | (w.n == 1)) & w.ok", "($in.ok or $in.n = 1) and $in.ok"),
        ("fn.not_(w.ok)", "$not($in.ok)"),
        ("fn.all_of(0 < w.n, w.n < 5, w.ok)", "$in.n > 0 and $in.n < 5 and $in.ok"),
        ("fn.any_of(w.n == 1, w.n == 2)", "$in.n = 1 or $in.n = 2"),
        ("fn.one_of(w.n, [1, 2])", "$in.n in [1, 2]"),
        ("fn.one_of(w.n, [1])", "$in.n = 1"),
        ("w.id != 'a\"b\\\\c'", '$in.id != "a\\"b\\\\c"'),
        ("w.tier == 'gold'", '$in.tier = "gold"'),
        ("w.when < w.then", "$toMillis($in.when) < $toMillis($in.then)"),
        ("w.when == w.then", "$toMillis($in.when) = $toMillis($in.then)"),
        ("w.maybe == None", "$in.maybe = null"),
        ("fn.exists(w.maybe)", "$exists($in.maybe) and $in.maybe != null"),
        ("fn.exists(w.opt) & w.ok", "$exists($in.opt) and $in.opt != null and $in.ok"),
        ("fn.exists(w.size)", "$exists($in.size)"),
        ("w.opt", "$exists($in.opt) ? $in.opt : null"),
        ("w.size + 1", "($exists($in.size) ? $in.size : 3) + 1"),
        ("w.names", "$exists($in.names) ? $in.names : {}"),
        ("w.tags[0]", "$in.tags[0]"),
        ("w.lines[-1].sku", "$in.lines[-1].sku"),
        ("w.lines[w.n].sku", "$in.lines[$in.n].sku"),
        ("w.any[0][1]", "($in.any[0])[1]"),
        ("w.any.lines[0].tags[1]", "($in.any.lines[0].tags)[1]"),
        ("w.any['continue']['a b'].c", "$in.any.continue.`a b`.c"),
        ("w.any['and']", "$in.any.`and`"),
        ("w.any['tick`']", '$lookup($in.any, "tick`")'),
        ("w.any[w.id]", "$lookup($in.any, $in.id)"),
        ("f'{w.id}: {w.n}'", '$in.id & ": " & $in.n'),
        ("f'{w.n}'", "$string($in.n)"),
        ("f'{w.n + 1}!'", '($in.n + 1) & "!"'),
        ("f'all {w.tags}'", '"all " & $string($in.tags)'),
        ("w.id + '-' + w.id", '$in.id & "-" & $in.id'),
        ("'a' + w.id", '"a" & $in.id'),
        ("w.tags + ['x']", '$append($in.tags, ["x"])'),
        ("fn.string(w.id)", "$in.id"),
        ("fn.string(w.lines)", "$string($in.lines)"),
        ("fn.count(w.lines)", "$count($in.lines)"),
        ("fn.sum(fn.map(w.lines, lambda line: line.quantity))", "$sum([$map($in.lines, function($line) { $line.quantity })])"),
        ("fn.map(w.lines, lambda line: line.sku)", "$append([], $map($in.lines, function($line) { $line.sku })[])"),
        ("fn.filter(w.lines, lambda l: l.quantity > w.n)", "$append([], $filter($in.lines, function($l) { $l.quantity > $in.n })[])"),
        ("fn.single(w.lines, lambda l: l.sku == 'a').quantity", '$single($in.lines, function($l) { $l.sku = "a" }).quantity'),
        ("fn.reduce(w.lines, lambda total, l: total + l.quantity, 0)", "$reduce($in.lines, function($total, $l) { $total + $l.quantity }, 0)"),
        ("fn.sort(w.lines, lambda a, b: a.quantity > b.quantity)", "$append([], $sort($in.lines, function($a, $b) { $a.quantity > $b.quantity })[])"),
        ("fn.split(w.id, ',')", '$append([], $split($in.id, ",")[])'),
        ("fn.join(w.tags, ',')", '$join($in.tags, ",")'),
        ("fn.if_else(w.ok, w.n, 0)", "$in.ok ? $in.n : 0"),
        ("fn.if_else(w.ok, w.n, 0) + 1", "($in.ok ? $in.n : 0) + 1"),
        ("fn.format_number(w.x, '0.00')", '$formatNumber($in.x, "0.00")'),
        ("fn.matches(w.id, '^a/b')", "$contains($in.id, /^a\\/b/)"),
        ("fn.merge([w.any, {'a': w.n}])", '$merge([$in.any, {"a": $in.n}])'),
        ("fn.lookup({'a': 1}, w.id)", '$lookup({"a": 1}, $in.id)'),
        ("fn.hash(w.id)", '$hash($in.id, "SHA-256")'),
        ("fn.uuid()", "$uuid()"),
        ("fn.range(1, 10)", "$append([], $range(1, 10, 1)[])"),
        ("jsonata('$sum([1, 2])') + 1", "($sum([1, 2])) + 1"),
        ("jsonata(f'$max([{w.n}, {w.m + 1}])')", "$max([$in.n, ($in.m + 1)])"),
        ("placeholder('Limit', int) + w.n", "${Limit} + $in.n"),
        ("w.id == placeholder('Name')", '$in.id = "${Name}"'),
        ("context.execution.start_time", "$states.context.Execution.StartTime"),
        ("context.state_machine.name", "$states.context.StateMachine.Name"),
        ("new(Line)(sku=w.id, quantity=w.n).sku", "$in.id"),
        ("w.maybe == 3", "$in.maybe = 3"),
    ],
)  # fmt: skip
def test_python_is_spelled_in_jsonata(source: Source, python: str, jsonata: str) -> None:
    assert spelled(source, python) == jsonata


def test_a_list_or_object_of_expressions_is_json_with_expressions_in_it(source: Source) -> None:
    states = source.states("""
        @workflow
        def flow(order: Order):
            one = Pass(output=[order.id, {"a": order.total}, new(Line)(sku=order.id, quantity=3)])
    """)
    assert states["One"]["Output"] == [
        "{% $states.context.Execution.Input.id %}",
        {"a": "{% $states.context.Execution.Input.total %}"},
        {"sku": "{% $states.context.Execution.Input.id %}", "quantity": 3},
    ]


def test_new_writes_a_models_defaults_since_nobody_fills_them_in_later(source: Source) -> None:
    states = source.states("""
        class Report(BaseModel):
            id: str
            tags: list[str] = Field(default_factory=list)
            level: int = Field(default=1, alias="Level")


        @workflow
        def flow(order: Order):
            one = Pass(output=new(Report)(id=order.id))
    """)
    assert states["One"]["Output"] == {"id": "{% $states.context.Execution.Input.id %}", "tags": [], "Level": 1}


@pytest.mark.parametrize(
    ("python", "mistake"),
    [
        ("w.ide", "ASL350 no-such-field: W has no field 'ide'; did you mean 'id'?"),
        ("w.tags.append(w.id)", "ASL350 no-such-field: a list has no field 'append'; write fn.append(list, [value])"),
        ("w.id.lower()", "ASL350 no-such-field: a text has no field 'lower'; write fn.lowercase(text)"),
        ("w.names.get('a')", """ASL350 no-such-field: a dict[str, int] has no attribute 'get'; a member is read with ["get"]"""),
        ("w.id[0]", "ASL351 not-python: a text has no items; write fn.substring(text, start, length)"),
        ("w.tags[1:]", "ASL351 not-python: a slice is not known in ASL; write fn.filter(...) or a Map's items"),
        ("w.n + w.id", "ASL358 bad-operands: + takes two numbers, two texts or two lists, found int and str"),
        ("w.n * w.tags", "ASL358 bad-operands: * takes two numbers, found int and list[str]"),
        ("w.n + w.opt", "ASL364 unguarded-optional: + on a value that may be null (str | None): guard it with fn.exists(...), then read it with fn.some(...)"),
        ("w.any + w.any", 'ASL358 bad-operands: + on two values of unknown type: write f"{a}{b}" for texts, fn.number(a) + b for numbers, fn.append(a, b) for lists'),
        ("w.price + 1", "ASL358 bad-operands: a Decimal travels as text, which + cannot take; write fn.number(...)"),
        ("w.price > 1", "ASL358 bad-operands: a Decimal travels as text, which > would compare letter by letter; write fn.number(...)"),
        ("w.n == 'a'", "ASL360 impossible-comparison: int never equals str"),
        ("w.tier == 'golden'", "ASL360 impossible-comparison: this is never 'golden': it is one of 'standard', 'gold'; did you mean 'gold'?"),
        ("w.ok & 1", "ASL358 bad-operands: & takes two conditions, found int; & binds tighter than a comparison: write (a > 1) & (b < 2)"),
        ("w.ok & w.n == 1", "ASL358 bad-operands: & takes two conditions, found int; & binds tighter than a comparison: write (a > 1) & (b < 2)"),
        ("~w.ok", "ASL351 not-python: ~ is no operator of ASL; write fn.not_(w.ok)"),
        ("int(w.x)", "ASL351 not-python: `int()` cannot be known until the workflow runs; write fn.floor(w.x)"),
        ("float(w.id)", "ASL351 not-python: `float()` cannot be known until the workflow runs; write fn.number(w.id)"),
        ("round(w.x, 2)", "ASL351 not-python: `round()` cannot be known until the workflow runs; write fn.round(w.x, 2)"),
        ("str(w.n)", 'ASL351 not-python: `str()` cannot be known until the workflow runs; write f"{w.n}" or fn.string(w.n)'),
        ("f'{w.x:.2f}'", """ASL351 not-python: a format specification ('.2f') is not known in ASL; write fn.format_number(value, "0.00") or fn.pad(text, width)"""),
        ("f'{w.id} x'.upper()", "ASL361 lost-text: Python changed a text with an expression in it, whose value is not known yet; use fn (fn.lowercase, fn.replace, fn.substring, ...)"),
        ("f'{w.id} x'.split(' ')[0]", "ASL361 lost-text: Python changed a text with an expression in it, whose value is not known yet; use fn (fn.lowercase, fn.replace, fn.substring, ...)"),
        ("repr(w.id)", "ASL361 lost-text: Python changed a text with an expression in it, whose value is not known yet; use fn (fn.lowercase, fn.replace, fn.substring, ...)"),
        ("f'{w.id!r}'", "ASL361 lost-text: Python changed a text with an expression in it, whose value is not known yet; use fn (fn.lowercase, fn.replace, fn.substring, ...)"),
        ("{w.id: 1}", "ASL351 not-python: an expression is no key: its value is not known until the workflow runs; write fn.lookup(table, key)"),
        ("w.id in {'a'}", "ASL351 not-python: an expression is no key: its value is not known until the workflow runs; write fn.lookup(table, key)"),
        ("fn.uppercase(w.n)", "ASL358 bad-operands: fn.uppercase takes a text, found int"),
        ("fn.sum(w.tags)", "ASL358 bad-operands: fn.sum takes a list of numbers, found list[str]"),
        ("fn.upper(w.id)", "ASL350 no-such-field: fn has no function 'upper'; did you mean 'uppercase'?"),
        ("fn.map(w.tags, lambda a, b: a)", "ASL351 not-python: fn.map takes a function of 1 parameter, found "),
        ("fn.not_(w.n)", "ASL358 bad-operands: a condition is true or false, found int; write a comparison, or fn.exists(...)"),
        ("fn.one_of(w.id, w.id)", "ASL358 bad-operands: fn.one_of looks in a list, found str"),
        ("w.computed", "ASL364 unguarded-optional: 'computed' may be missing, and its default is computed by Python, which does not run here; read it after a Choice on fn.exists(...), with fn.some(...)"),
        ("context.execution.idd", "ASL350 no-such-field: execution has no field 'idd'; did you mean 'id'?"),
        ("placeholder('a b')", "ASL154 bad-value: a placeholder's name has letters, digits, _ and :: only, found 'a b'"),
        ("placeholder('A', kind='tabel')", "ASL154 bad-value: a placeholder's kind is one of value, lambda, activity, state-machine, table, queue, topic, bucket, event-bus, role, connection, found 'tabel'; did you mean 'table'?"),
        ("new(Line)(sku=w.id, quantty=1)", "ASL356 unknown-argument: Line has no field 'quantty'; did you mean 'quantity'?"),
        ("new(Line)(sku=w.n, quantity=1)", "ASL357 unfitting-type: Line wants sku to be str, found int"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_says_what_to_write(source: Source, python: str, mistake: str) -> None:
    found = source.mistakes(f"""
        class W(BaseModel):
            id: str
            n: int
            x: float
            ok: bool
            tags: list[str]
            names: dict[str, int]
            opt: str | None = None
            any: Any
            price: Decimal
            computed: str = Field(default_factory=lambda: "now")
            tier: Literal["standard", "gold"]


        @workflow
        def flow(w: W):
            one = Pass(output={{"v": {python}}})
    """)
    shown = found[0].partition(": ")[2]
    assert shown.startswith(mistake) if mistake.endswith("found ") else shown == mistake


def test_a_text_with_an_expression_that_leads_nowhere_is_reported(source: Source) -> None:
    # From 3.12 on Python knows where in a text the expression stands; before, only where the text begins.
    column = 21 if sys.version_info >= (3, 12) else 13
    assert source.mistakes("""
        @workflow
        def flow(order: Order):
            label = f"order {order.id}"
            one = Pass()
    """) == [f"3:{column}: ASL361 lost-text: the text with this expression in it never gets into the workflow"]


def test_is_none_is_found_in_the_source_since_python_asks_nobody(source: Source) -> None:
    assert source.mistakes("""
        @workflow
        def flow(order: Order):
            check = Choice()
            check.when((order.coupon is not None) & (order.total > 1)) >> Fail("A")
            check.otherwise >> Fail("B")
    """) == [
        "4:16: ASL359 constant-condition: True beside & was decided by Python before the workflow runs; write fn.exists(x) "
        "for `x is not None`, fn.not_(x) for `not x`, fn.all_of(0 < x, x < 5) for `0 < x < 5`",
        "4:17: ASL351 not-python: `is not` is decided by Python before the workflow runs; write fn.exists(order.coupon)",
    ]


def test_a_field_may_have_any_name(source: Source) -> None:
    states = source.states("""
        class Odd(BaseModel):
            text: str
            model: str
            node: str
            kind: str
            result: str


        @workflow
        def flow(odd: Odd):
            one = Pass(output=[odd.text, odd.model, odd.node, odd.kind, odd.result])
    """)
    names = [text.rpartition(".")[2].removesuffix(" %}") for text in states["One"]["Output"]]
    assert names == ["text", "model", "node", "kind", "result"]
