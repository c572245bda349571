"""Results, caught errors and variables: where a variable is needed, what it is called, old values and new."""

from __future__ import annotations

from typing import Any

from flowdsl.testing import raises, simulate
from tests.dsl.conftest import Source

ORDER = {"id": "o1", "total": 12.5, "tier": "gold", "lines": [{"sku": "a", "quantity": 1}, {"sku": "b", "quantity": 4}]}


def test_a_result_that_only_its_own_state_reads_needs_no_variable(source: Source) -> None:
    states = source.states("""
        @workflow
        def flow(order: Order) -> str:
            charge = Task(charge_card(payment_id=order.id, amount=order.total))
            return charge.result.id
    """)
    assert "Assign" not in states["Charge"]
    assert states["Charge"]["Output"] == "{% $states.result.Payload.id %}"


def test_a_returned_result_that_the_end_gives_anyway_is_not_written(source: Source) -> None:
    states = source.states("""
        @workflow
        def flow(order: Order) -> Any:
            look = Task(aws.dynamodb.get_item(TableName="t", Key={"id": {"S": order.id}}))
            return look.result
    """)
    assert "Output" not in states["Look"]


def test_a_caught_error_is_kept_by_its_catcher_under_the_ports_name(source: Source) -> None:
    text = """
        @workflow
        def flow(order: Order) -> Any:
            charge = Task(charge_card(payment_id=order.id, amount=order.total))
            failed = charge.catch(CardDeclined)
            tell = Task(send_receipt(to=failed.error.Error, body=failed.error.message))
            failed >> tell
            return order.id
    """
    states = source.states(text)
    assert states["Charge"]["Catch"] == [
        {"ErrorEquals": ["CardDeclined"], "Assign": {"failed": "{% $states.errorOutput %}"}, "Next": "Tell"}
    ]
    assert states["Tell"]["Arguments"]["Payload"]["to"] == "{% $failed.Error %}"


def test_the_message_of_a_lambdas_error_is_read_from_its_json_cause_and_any_other_cause_as_it_is(
    source: Source,
) -> None:
    flow = source.workflow("""
        @workflow
        def flow(order: Order) -> Any:
            charge = Task(charge_card(payment_id=order.id, amount=order.total))
            failed = charge.catch(ALL)
            tell = Succeed(output=failed.error.message)
            failed >> tell
    """)
    for cause, message in (
        ('{"errorMessage": "no", "errorType": "X"}', "no"),
        ("plain", "plain"),
        ("{broken", "{broken"),
        ("", ""),
    ):
        assert simulate(flow, ORDER, {"Charge": raises("X", cause)}).output == message


def test_a_port_keeps_and_gives_what_it_is_told(source: Source) -> None:
    states = source.states("""
        @workflow
        def flow(order: Order) -> Any:
            why = Var[str]()
            charge = Task(charge_card(payment_id=order.id, amount=order.total)).assign(why, "fine")
            check = Choice()
            end = Pass()
            failed = charge.catch(CardDeclined, comment="refused")
            failed.assign(why, failed.error.Cause).output({"was": failed.error.Error}) >> end
            charge >> check
            check.when(order.total > 5, comment="big").assign(why, "big").output("b") >> end
            check.otherwise.assign(why, "small").output("s") >> end
            return why.value
    """)
    assert states["Charge"]["Catch"] == [
        {
            "Comment": "refused",
            "ErrorEquals": ["CardDeclined"],
            "Assign": {"why": "{% $states.errorOutput.Cause %}"},
            "Output": {"was": "{% $states.errorOutput.Error %}"},
            "Next": "End",
        }
    ]
    assert states["Check"] == {
        "Type": "Choice",
        "Choices": [
            {
                "Comment": "big",
                "Condition": "{% $states.context.Execution.Input.total > 5 %}",
                "Assign": {"why": "big"},
                "Output": "b",
                "Next": "End",
            }
        ],
        "Default": "End",
        "Assign": {"why": "small"},
        "Output": "s",
    }
    assert states["End"]["Output"] == "{% $why %}"


COUNTER = """
    @workflow
    def flow(order: Order) -> Any:
        n = Var[int]()
        seen = Var[list[int]]()
        begin = Pass().assign(n, 0).assign(seen, [])
        step = Pass().assign(n, n.value + 1).assign(seen, seen.value + [n.value])
        more = Choice()
        done = Pass().assign(n, n.value * 10)
        begin >> step >> more
        more.when(n.value < 3) >> step
        more.otherwise >> done
        return {"n": n.value, "seen": seen.value}
"""


def test_assign_sees_old_values_and_what_an_end_returns_are_the_new_ones(source: Source) -> None:
    flow = source.workflow(COUNTER)
    states = flow.definition.document["States"]
    assert states["Step"]["Assign"] == {"n": "{% $n + 1 %}", "seen": "{% $append($seen, [$n]) %}"}
    assert states["Done"]["Output"] == {"n": "{% $n * 10 %}", "seen": "{% $seen %}"}
    assert simulate(flow, ORDER).output == {"n": 30, "seen": [0, 1, 2]}


def test_an_end_that_sets_what_is_returned_from_something_random_is_refused(source: Source) -> None:
    assert source.mistakes("""
        @workflow
        def flow(order: Order) -> Any:
            key = Var[str]()
            one = Pass().assign(key, fn.uuid())
            return key.value
    """) == [
        "4:11: ASL368 impure-twice: 'One' sets key from fn.uuid(), and the scope returns key.value: both would be computed, and differ; "
        "set key in a state before"
    ]


def test_own_results_and_values_of_a_round_before_are_told_apart(source: Source) -> None:
    assert source.mistakes("""
        @workflow
        def flow(order: Order) -> Any:
            ask = Task(aws.sqs.send_message(QueueUrl="q", MessageBody="m"))
            states = [ask]
            again = Task(send_receipt(to=ask.result.MessageId))
            ask >> again
            loop = Task(send_receipt(to="x"), output="y")
            again >> loop
            loop.catch(ALL, output=loop.result) >> again
    """) == [
        "9:28: ASL354 own-result: 'Loop' reads its own result, which is there only when it is done; keep what an earlier round gave in a Var"
    ]


def test_an_optional_is_read_where_a_choice_made_sure(source: Source) -> None:
    flow = source.workflow("""
        @workflow
        def flow(order: Order) -> Any:
            check = Choice()
            use = Pass(output={"c": fn.some(order.coupon), "s": fn.some(order.address).street})
            end = Pass(output="none")
            check.when(fn.exists(order.coupon) & fn.exists(order.address)) >> use
            check.otherwise >> end
            return one_of(use, end)
    """)
    assert simulate(flow, ORDER).output == "none"
    assert simulate(flow, {**ORDER, "coupon": None, "address": {"street": "s"}}).output == "none"
    assert simulate(flow, {**ORDER, "coupon": "c", "address": {"street": "s"}}).output == {"c": "c", "s": "s"}


def test_guards_hold_by_negation_by_and_and_for_inner_scopes(source: Source) -> None:
    assert (
        source.mistakes("""
        @workflow
        def flow(order: Order) -> Any:
            check = Choice()

            def each(line: Line) -> str:
                inner = Pass(output=fn.some(order.coupon))
                return inner.result

            lines = Map(each, order.lines)
            other = Choice()
            check.when(fn.not_(fn.exists(order.coupon)) | (order.total > 5)) >> Fail("None")
            check.otherwise >> lines >> other
            other.when(fn.exists(order.address) & (fn.some(order.address).street == "x")) >> Fail("Street")
            other.otherwise >> Pass(name="Last", output=fn.if_else(fn.exists(order.address), fn.some(order.address).street, ""))
    """)
        == []
    )


def test_a_field_that_may_be_missing_is_read_with_its_default(source: Source) -> None:
    flow = source.workflow("""
        @workflow
        def flow(order: Order) -> Any:
            end = Pass(output={"note": order.note, "coupon": order.coupon})
            return end.result
    """)
    assert simulate(flow, ORDER).output == {"note": "none", "coupon": None}
    assert simulate(flow, {**ORDER, "note": "hi", "coupon": "c"}).output == {"note": "hi", "coupon": "c"}


def test_names_are_the_users_own_and_told_apart_only_where_asl_wants_it(source: Source) -> None:
    states = source.states("""
        @workflow
        def flow(order: Order) -> Any:
            def each(line: Line) -> Any:
                quote = Task(quote_line(sku=line.sku))
                mail = Task(send_receipt(to=quote.result.id))
                quote >> mail
                return line.sku

            count = Task(charge_card(payment_id=order.id, amount=1), name="Count them!")
            quote = Var[int]()
            _hidden = Task(charge_card(payment_id=order.id, amount=2)).assign(quote, 3)
            lines = Map(each, order.lines)
            count >> _hidden >> lines
            return [count.result, _hidden.result, lines.result, quote.value]
    """)
    assert list(states) == ["Count them!", "Hidden", "Lines"]
    assert list(states["Count them!"]["Assign"]) == ["count_them"]
    assert list(states["Hidden"]["Assign"]) == ["quote", "hidden"]
    inner = states["Lines"]["ItemProcessor"]["States"]
    assert list(inner["Quote"]["Assign"]) == ["quote_2", "line"]


def test_a_variable_named_like_a_function_would_hide_it_and_gets_another_name(source: Source) -> None:
    states = source.states("""
        @workflow
        def flow(order: Order) -> Any:
            count = Task(charge_card(payment_id=order.id, amount=1))
            end = Pass(output=[count.result.id, fn.count(order.lines)])
            count >> end
    """)
    assert list(states["Count"]["Assign"]) == ["count_value"]


def run(source: Source, text: str, input: Any = ORDER, **mocks: Any) -> Any:
    execution = simulate(source.workflow(text), input, mocks)
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    return execution.output


def test_a_result_is_set_again_in_each_round_of_a_loop(source: Source) -> None:
    assert (
        run(
            source,
            """
        @workflow
        def flow(order: Order) -> Any:
            look = Task(charge_card(payment_id=order.id, amount=1))
            check = Choice()
            end = Pass()
            look >> check
            check.when(look.result.amount < 3) >> look
            check.otherwise >> end
            return look.result.amount
        """,
            Look=[{"id": "a", "amount": 1}, {"id": "a", "amount": 2}, {"id": "a", "amount": 3}],
        )
        == 3
    )


def test_a_result_does_not_exist_yet_on_the_way_of_a_catch(source: Source) -> None:
    assert source.mistakes("""
        @workflow
        def flow(order: Order) -> Any:
            charge = Task(charge_card(payment_id=order.id, amount=1))
            undo = Task(send_receipt(to=charge.result.id))
            charge.catch(CardDeclined) >> undo
            charge >> undo
    """) == [
        "4:33: ASL352 result-not-ready: 'Undo' reads charge.result, but 'Charge' has not run on the way Charge → Undo"
    ]


def test_a_var_is_set_on_every_way_or_the_way_without_it_is_named(source: Source) -> None:
    assert source.mistakes("""
        @workflow
        def flow(order: Order) -> Any:
            tier = Var[str]()
            check = Choice()
            gold = Pass().assign(tier, "gold")
            end = Pass()
            check.when(order.tier == "gold") >> gold >> end
            check.when(order.total > 5).assign(tier, "big") >> end
            check.otherwise >> end
            return tier.value
    """) == [
        "10:12: ASL352 result-not-ready: 'End' ends the scope with tier.value, but nothing sets it on the way Check → End; "
        "give this end an output of its own: end.output(...)"
    ]


def test_inputs_go_by_validation_alias_and_results_by_serialization_alias(source: Source) -> None:
    states = source.states("""
        class Both(BaseModel):
            a: str = Field(validation_alias="in-a", serialization_alias="outA")
            b: str = Field(alias="bb")


        @handler
        def work(*, x: str) -> Both: ...


        @workflow
        def flow(both: Both) -> Any:
            one = Task(work(x=both.a))
            return [both.b, one.result.a, one.result.b]
    """)
    assert states["One"]["Arguments"]["Payload"] == {"x": "{% $states.context.Execution.Input.`in-a` %}"}
    assert states["One"]["Output"] == [
        "{% $states.context.Execution.Input.bb %}",
        "{% $states.result.Payload.outA %}",
        "{% $states.result.Payload.bb %}",
    ]


def test_a_typed_dict_a_dataclass_and_a_root_model_are_inputs_too(source: Source) -> None:
    flow = source.workflow("""
        from pydantic import RootModel


        class Inner(TypedDict):
            n: int
            maybe: NotRequired[str]


        @dataclass
        class Outer:
            inner: Inner
            ids: "Ids"
            labels: list[str] = field(default_factory=list)


        class Ids(RootModel[list[int]]): ...


        @workflow
        def flow(outer: Outer) -> Any:
            one = Pass(output=[outer.inner["n"] + 1, outer.labels, outer.ids, outer.inner["maybe"]])
            return one.result
    """)
    assert simulate(flow, {"inner": {"n": 1}, "ids": [3]}).output == [2, [], [3], None]


def test_a_jsonata_state_in_a_jsonpath_machine_reads_the_same_variables(source: Source) -> None:
    flow = source.workflow("""
        @workflow(query_language="JSONPath")
        def flow(order: Order) -> Any:
            first = Pass(output={"n": fn.count(order.lines)})
            second = Pass(output=first.result["n"] * 2.5, query_language="JSONata")
            third = Pass(output={"both": second.result, "id": order.id})
            first >> second >> third
            return third.result
    """)
    assert flow.definition.document["States"]["Second"]["QueryLanguage"] == "JSONata"
    assert simulate(flow, ORDER).output == {"both": 5, "id": "o1"}
