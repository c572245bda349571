"""The same source in JSONPath: paths, context paths, variables, intrinsics, Choice operators; and what it cannot say."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.testing import simulate
from tests.dsl.conftest import Source

ORDER = {"id": "o1", "total": 12, "tier": "gold", "lines": [{"sku": "a", "quantity": 1}, {"sku": "b", "quantity": 4}]}


def test_references_become_paths_context_paths_and_variables(source: Source) -> None:
    states = source.states("""
        @workflow(query_language="JSONPath")
        def flow(order: Order) -> Any:
            def each(line: Line) -> str:
                quote = Task(quote_line(sku=line.sku, tier=order.tier))
                mail = Task(send_receipt(to=line.sku, body=quote.result.id))
                quote >> mail
                return quote.result.id

            charge = Task(charge_card(payment_id=order.id, amount=order.total), timeout_seconds=30)
            lines = Map(each, order.lines)
            end = Task(send_receipt(to=charge.result.id, body=f"{order.id}: '{charge.result.amount}'"))
            failed = charge.catch(CardDeclined)
            tell = Fail(failed.error.Error, cause=f"no: {failed.error.Cause}")
            charge >> lines >> end
            failed >> tell
            return lines.result
    """)
    assert "QueryLanguage" not in states
    charge = states["Charge"]
    assert charge["Parameters"]["Payload"] == {
        "payment_id.$": "$$.Execution.Input.id",
        "amount.$": "$$.Execution.Input.total",
    }
    assert charge["Assign"] == {"charge.$": "$.Payload"}
    assert charge["Catch"] == [{"ErrorEquals": ["CardDeclined"], "Assign": {"failed.$": "$"}, "Next": "Tell"}]
    assert states["Tell"] == {
        "Type": "Fail",
        "ErrorPath": "$failed.Error",
        "CausePath": "States.Format('no: {}', $failed.Cause)",
    }
    assert states["Lines"]["ItemsPath"] == "$$.Execution.Input.lines"
    inner = states["Lines"]["ItemProcessor"]
    assert inner["States"]["BindLine"] == {"Type": "Pass", "Assign": {"line.$": "$"}, "Next": "Quote"}
    assert inner["States"]["Mail"]["OutputPath"] == "$quote.id"
    assert (
        states["End"]["Parameters"]["Payload"]["body.$"]
        == r"States.Format('{}: \'{}\'', $$.Execution.Input.id, $charge.amount)"
    )
    assert states["End"]["OutputPath"] == "$lines"


@pytest.mark.parametrize(
    ("condition", "rule"),
    [
        ("order.total > 5", {"Variable": "$$.Execution.Input.total", "NumericGreaterThan": 5}),
        ("5 > order.total", {"Variable": "$$.Execution.Input.total", "NumericLessThan": 5}),
        ("order.id == 'a'", {"Variable": "$$.Execution.Input.id", "StringEquals": "a"}),
        ("order.id != 'a'", {"Not": {"Variable": "$$.Execution.Input.id", "StringEquals": "a"}}),
        ("order.ok", {"Variable": "$$.Execution.Input.ok", "BooleanEquals": True}),
        ("order.ok == False", {"Variable": "$$.Execution.Input.ok", "BooleanEquals": False}),
        ("order.when < order.then", {"Variable": "$$.Execution.Input.when", "TimestampLessThanPath": "$$.Execution.Input.then"}),
        ("order.id <= order.other", {"Variable": "$$.Execution.Input.id", "StringLessThanEqualsPath": "$$.Execution.Input.other"}),
        ("order.maybe == None", {"Variable": "$$.Execution.Input.maybe", "IsNull": True}),
        ("fn.contains(order.id, 'a*b')", {"Variable": "$$.Execution.Input.id", "StringMatches": "*a\\*b*"}),
        (
            "fn.exists(order.coupon)",
            {"And": [{"Variable": "$$.Execution.Input.coupon", "IsPresent": True}, {"Variable": "$$.Execution.Input.coupon", "IsNull": False}]},
        ),
        (
            "order.coupon == 'x'",
            {"And": [{"Variable": "$$.Execution.Input.coupon", "IsPresent": True}, {"Variable": "$$.Execution.Input.coupon", "StringEquals": "x"}]},
        ),
        (
            "order.note == 'none'",
            {"Or": [{"Variable": "$$.Execution.Input.note", "IsPresent": False}, {"Variable": "$$.Execution.Input.note", "StringEquals": "none"}]},
        ),
        (
            "fn.one_of(order.id, ['a', 'b'])",
            {"Or": [{"Variable": "$$.Execution.Input.id", "StringEquals": "a"}, {"Variable": "$$.Execution.Input.id", "StringEquals": "b"}]},
        ),
        (
            "(order.total > 1) & (order.total < 5) & order.ok | fn.not_(order.ok)",
            {
                "Or": [
                    {
                        "And": [
                            {"Variable": "$$.Execution.Input.total", "NumericGreaterThan": 1},
                            {"Variable": "$$.Execution.Input.total", "NumericLessThan": 5},
                            {"Variable": "$$.Execution.Input.ok", "BooleanEquals": True},
                        ]
                    },
                    {"Not": {"Variable": "$$.Execution.Input.ok", "BooleanEquals": True}},
                ]
            },
        ),
    ],
)  # fmt: skip
def test_conditions_become_choice_operators(source: Source, condition: str, rule: dict[str, Any]) -> None:
    states = source.states(f"""
        class In(BaseModel):
            id: str
            other: str
            total: float
            ok: bool
            when: datetime
            then: datetime
            maybe: int | None
            coupon: str | None = None
            note: str = "none"


        @workflow(query_language="JSONPath")
        def flow(order: In) -> Any:
            check = Choice()
            check.when({condition}) >> Fail("A")
            check.otherwise >> Fail("B")
    """)
    assert states["Check"]["Choices"] == [{**rule, "Next": "A"}]


@pytest.mark.parametrize(
    ("expression", "intrinsic"),
    [
        ("w.n + 1", "States.MathAdd($$.Execution.Input.n, 1)"),
        ("w.n - 1", "States.MathAdd($$.Execution.Input.n, -1)"),
        ("fn.count(w.tags)", "States.ArrayLength($$.Execution.Input.tags)"),
        ("w.tags[0]", "$$.Execution.Input.tags[0]"),
        (
            "w.tags[-1]",
            "States.ArrayGetItem($$.Execution.Input.tags, States.MathAdd(States.ArrayLength($$.Execution.Input.tags), -1))",
        ),
        ("w.tags[w.n]", "States.ArrayGetItem($$.Execution.Input.tags, $$.Execution.Input.n)"),
        ("fn.distinct(w.tags)", "States.ArrayUnique($$.Execution.Input.tags)"),
        ("fn.partition(w.tags, 2)", "States.ArrayPartition($$.Execution.Input.tags, 2)"),
        ("fn.range(1, 9, 2)", "States.ArrayRange(1, 9, 2)"),
        ("fn.one_of('a', w.tags)", "States.ArrayContains($$.Execution.Input.tags, 'a')"),
        ("fn.uuid()", "States.UUID()"),
        ("fn.hash(w.id, 'MD5')", "States.Hash($$.Execution.Input.id, 'MD5')"),
        ("fn.base64encode(w.id)", "States.Base64Encode($$.Execution.Input.id)"),
        ("fn.string(w.tags)", "States.JsonToString($$.Execution.Input.tags)"),
        ("f'{w.tags}'", "States.Format('{}', States.JsonToString($$.Execution.Input.tags))"),
        ("fn.parse(w.id)", "States.StringToJson($$.Execution.Input.id)"),
        ("fn.merge([w.any, w.any.b])", "States.JsonMerge($$.Execution.Input.any, $$.Execution.Input.any.b, false)"),
        ("[w.id, 2, None]", "States.Array($$.Execution.Input.id, 2, null)"),
        ("w.any['a b']['x-y'].c", "$$.Execution.Input.any['a b']['x-y'].c"),
        (r"""f"it's {w.id} {{x}}" """, r"States.Format('it\'s {} \{x\}', $$.Execution.Input.id)"),
        ("jsonpath('States.ArrayLength($.a)')", "States.ArrayLength($.a)"),
    ],
)
def test_arithmetic_texts_and_functions_become_intrinsics(source: Source, expression: str, intrinsic: str) -> None:
    states = source.states(f"""
        class W(BaseModel):
            id: str
            n: int
            tags: list[str]
            any: Any


        @workflow(query_language="JSONPath")
        def flow(w: W) -> Any:
            one = Pass(output={{"v": {expression}}})
    """)
    assert states["One"]["Parameters"] == {"v.$": intrinsic}


@pytest.mark.parametrize(
    ("expression", "mistake"),
    [
        (
            "w.x + 1",
            'JSONPath adds whole numbers only; annotate them as int, or give this state query_language="JSONata"',
        ),
        ("w.n * 2", 'JSONPath cannot compute a product; give this state query_language="JSONata"'),
        ("w.n > 2", "JSONPath cannot compute a condition; write a Choice"),
        (
            "fn.uppercase(w.id)",
            'JSONPath has nothing like JSONata\'s $uppercase; give this state query_language="JSONata"',
        ),
        ("fn.if_else(w.n > 1, 1, 2)", "JSONPath cannot decide inside a value; write a Choice"),
        (
            "w.opt",
            "JSONPath cannot read what may be missing; decide with choice.when(fn.exists(...)) first, then read fn.some(...)",
        ),
        (
            "fn.string(w.any)",
            "JSONPath writes a text and anything else differently, and the type is not known here; annotate it",
        ),
        ("jsonata('1')", 'JSONPath cannot say this; give this state query_language="JSONata"'),
    ],
)
def test_what_jsonpath_cannot_say_names_the_alternative(source: Source, expression: str, mistake: str) -> None:
    text = f"""
        class W(BaseModel):
            id: str
            n: int
            x: float
            opt: str = "a"
            any: Any


        @workflow(query_language="JSONPath")
        def flow(w: W) -> Any:
            one = Pass(output={{"v": {expression}}}{{}})
    """
    (found,) = source.mistakes(text.replace("{}", ""))
    assert found.partition("cannot-be-said: ")[2] == f"{mistake} (in 'One')"
    assert source.mistakes(text.replace("{}", ', query_language="JSONata"')) == []


def test_fields_that_take_no_context_path_read_it_through_the_input(source: Source) -> None:
    states = source.states("""
        class W(BaseModel):
            at: str
            n: int


        @workflow(query_language="JSONPath")
        def flow(w: W) -> Any:
            n = Var[int]()
            begin = Pass().assign(n, 3)
            one = Wait(timestamp=w.at)
            two = Wait(seconds=n.value)
            three = Task(send_receipt(to=w.at), timeout_seconds=w.n)
            begin >> one >> two >> three
    """)
    assert states["One"] == {"Type": "Wait", "TimestampPath": "$.at", "InputPath": "$$.Execution.Input", "Next": "Two"}
    assert states["Two"]["SecondsPath"] == "$n"
    assert states["Three"]["TimeoutSecondsPath"] == "$.n"
    assert states["Three"]["InputPath"] == "$$.Execution.Input"


def test_both_languages_compute_the_same(source: Source) -> None:
    text = """
        @workflow(query_language={!r})
        def flow(order: Order) -> Any:
            n = Var[int]()

            def each(line: Line) -> Any:
                check = Choice()
                many = Pass(output={{"sku": line.sku, "label": f"{{line.sku}} of {{order.id}}"}})
                few = Pass(output=line.sku)
                check.when((line.quantity > 3) & (order.tier == "gold")) >> many
                check.otherwise >> few
                return one_of(many, few)

            def left() -> Any:
                a = Pass(output=f"{{order.id}}-left")
                return a.result

            def right() -> Any:
                b = Pass(output=[order.id, order.total])
                return b.result

            begin = Pass().assign(n, 0)
            lines = Map(each, order.lines)
            both = Parallel(left, right)
            step = Pass().assign(n, n.value + 1)
            more = Choice()
            end = Pass()
            begin >> lines >> both >> step >> more
            more.when(n.value < 3) >> step
            more.when(fn.exists(order.coupon)) >> Succeed(name="Early", output=fn.some(order.coupon))
            more.otherwise >> end
            return {{"n": n.value, "lines": lines.result, "left": both.result_of(left), "right": both.result_of(right)}}
    """
    jsonata, jsonpath = (source.workflow(text.format(language)) for language in ("JSONata", "JSONPath"))
    for order in (
        ORDER,
        {**ORDER, "coupon": "c"},
        {**ORDER, "coupon": None, "tier": "standard"},
        {**ORDER, "lines": []},
    ):
        one, two = simulate(jsonata, order), simulate(jsonpath, order)
        assert one.status == "SUCCEEDED"
        assert (one.status, one.output) == (two.status, two.output)
        assert one.path == [name for name in two.path if name != "BindLine"]
