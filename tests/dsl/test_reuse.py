"""Edges, retries and catches; groups, fragments, policies, raw Choice rules; names of states."""

from __future__ import annotations

from tests.dsl.conftest import Source


def test_a_scope_starts_at_its_first_state_or_where_start_says(source: Source) -> None:
    document = source.document("""
        @workflow
        def flow(order: Order) -> Any:
            last = Pass()
            first = Pass()
            start >> first >> last
    """)
    assert (document["StartAt"], list(document["States"])) == ("First", ["Last", "First"])


def test_any_state_may_be_the_target_of_any_number_of_edges(source: Source) -> None:
    states = source.states("""
        @workflow
        def flow(order: Order) -> Any:
            pause = Wait(seconds=1)
            look = Task(charge_card(payment_id=order.id, amount=1))
            check = Choice()
            end = Pass()
            pause >> look >> check
            check.when(look.result.amount > 3) >> end
            check.otherwise >> pause
            look.catch(Timeout) >> pause
            look.catch(ALL) >> end
    """)
    assert (states["Check"]["Default"], states["Look"]["Catch"][0]["Next"]) == ("Pause", "Pause")
    assert [c["ErrorEquals"] for c in states["Look"]["Catch"]] == [["States.Timeout"], ["States.ALL"]]


def test_a_group_gives_several_states_the_same_catcher(source: Source) -> None:
    states = source.states("""
        @workflow
        def flow(order: Order) -> Any:
            one = Task(charge_card(payment_id=order.id, amount=1))
            two = Task(send_receipt(to=order.id))
            three = Task(send_receipt(to="c"))
            failed = group(one, two).catch(Timeout, CardDeclined)
            tell = Task(send_receipt(to=failed.error.Error))
            group(one, two, three).retry(TaskFailed, max_attempts=1)
            one >> two >> three
            failed >> tell
    """)
    kept = [
        {
            "ErrorEquals": ["States.Timeout", "CardDeclined"],
            "Assign": {"failed": "{% $states.errorOutput %}"},
            "Next": "Tell",
        }
    ]
    assert states["One"]["Catch"] == states["Two"]["Catch"] == kept
    assert [("Retry" in s, "Catch" in s) for s in states.values()] == [
        (True, True),
        (True, True),
        (True, False),
        (False, False),
    ]


def test_a_workflows_retry_goes_to_tasks_without_one_of_their_own(source: Source) -> None:
    states = source.states("""
        DEFAULT = Retry(TaskFailed, max_attempts=1)
        OTHER = Retry(Timeout, interval_seconds=3, comment="slow")


        @workflow(retry=[DEFAULT, OTHER])
        def flow(order: Order) -> Any:
            def each(line: Line) -> None:
                inner = Task(send_receipt(to=line.sku))

            one = Task(send_receipt(to="a"))
            two = Task(send_receipt(to="b"), retry=OTHER)
            three = Task(send_receipt(to="c"), retry=[])
            four = Map(each, order.lines)
            one >> two >> three >> four
    """)
    default = {"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 1}
    other = {"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 3, "Comment": "slow"}
    assert states["One"]["Retry"] == [default, other]
    assert states["Two"]["Retry"] == [other]
    assert states["Three"]["Retry"] == []
    assert "Retry" not in states["Four"]
    assert states["Four"]["ItemProcessor"]["States"]["Inner"]["Retry"] == [default, other]


def test_a_fragment_declares_states_of_its_own_at_each_call(source: Source) -> None:
    states = source.states("""
        @fragment
        def approved(who: str):
            ask = Task(send_receipt(to=who))
            check = Choice()
            done = Pass()
            ask >> check
            check.when(ask.result == None) >> done
            check.otherwise >> ask
            return ask, done


        @fragment
        def twice(who: str):
            first = approved(who)
            second = approved(f"{who}!")
            first >> second
            return first, second


        @workflow
        def flow(order: Order) -> Any:
            manager = approved(order.id)
            board = twice("board")
            end = Pass()
            manager >> board >> end
            return end.result
    """)
    assert list(states) == [
        "ManagerAsk", "ManagerCheck", "ManagerDone",
        "BoardFirstAsk", "BoardFirstCheck", "BoardFirstDone",
        "BoardSecondAsk", "BoardSecondCheck", "BoardSecondDone",
        "End",
    ]  # fmt: skip
    assert states["ManagerDone"]["Next"] == "BoardFirstAsk"
    assert states["BoardSecondDone"]["Next"] == "End"
    assert list(states["ManagerAsk"]["Assign"]) == ["manager_ask"]


def test_raw_rules_keep_their_operators_and_their_structure(source: Source) -> None:
    states = source.states("""
        @workflow(query_language="JSONPath")
        def flow() -> None:
            check = Choice()
            a = Pass()
            check.when(
                all_of(Rule("$.v", numeric_greater_than_equals=20), any_of(Rule("$.w", is_present=True)), not_(Rule("$.t", string_equals="x"))),
                comment="odd",
            ) >> a
            check.when(Rule("$.v", numeric_less_than_path="$.w")) >> a
            check.otherwise >> a
    """)
    assert states["Check"]["Choices"] == [
        {
            "Comment": "odd",
            "And": [
                {"Variable": "$.v", "NumericGreaterThanEquals": 20},
                {"Or": [{"Variable": "$.w", "IsPresent": True}]},
                {"Not": {"Variable": "$.t", "StringEquals": "x"}},
            ],
            "Next": "A",
        },
        {"Variable": "$.v", "NumericLessThanPath": "$.w", "Next": "A"},
    ]


def test_a_jsonata_text_stands_verbatim_in_any_field(source: Source) -> None:
    states = source.states("""
        @workflow
        def flow() -> None:
            one = Wait(seconds="{%$states.input.n%}")
            two = Choice()
            one >> two
            two.when("{% $states.input.ok %}") >> Fail("{% $states.input.why %}", name="No")
            two.otherwise >> Pass(name="Yes", output={"a": "{% 1 + 1 %}"})
    """)
    assert states["One"]["Seconds"] == "{%$states.input.n%}"
    assert states["Two"]["Choices"][0]["Condition"] == "{% $states.input.ok %}"
    assert states["No"]["Error"] == "{% $states.input.why %}"


def test_names_come_from_variables(source: Source) -> None:
    states = source.states("""
        @workflow
        def flow(order: Order) -> Any:
            reserve_stock = Pass()
            try_ = Pass()
            step_2 = Pass().assign(Var[int](name="n"), 1)
            annotated: Pass[Any] = Pass()
            given = Pass(name="Größe / 5 %")
            reserve_stock >> try_ >> step_2 >> annotated >> given >> Fail("OrderDeclined")
    """)
    assert list(states) == ["ReserveStock", "Try", "Step2", "Annotated", "Größe / 5 %", "OrderDeclined"]


def test_where_there_is_no_variable_a_name_is_asked_for(source: Source) -> None:
    assert source.mistakes("""
        @workflow
        def flow(order: Order) -> Any:
            made = [Pass(), Pass(name="B")]
            made[0] >> made[1]
    """) == ["3:13: ASL153 unnamed-state: this Pass has no name: assign it to a variable of its own, or write name="]


def test_edges_that_lead_nowhere_or_to_what_is_no_state_say_so(source: Source) -> None:
    assert source.mistakes("""
        @workflow
        def flow(order: Order) -> Any:
            begin = Pass()
            check = Choice()
            rule = check.when(order.total > 5)
            end = Fail("X")
            begin >> rule
            check >> begin
            begin >> check
            end >> begin
            check.otherwise
    """) == [
        "5:12: ASL255 open-port: this rule of 'Check' leads nowhere; write >> and the state that follows",
        "6:11: ASL252 unwired-state: 'End' is declared and never wired: no edge leads to it; write other >> end, or take it out",
        "7:5: ASL256 not-a-target: an edge leads to a state, and this rule of 'Check' is a port: write it on the left of >>",
        "8:5: ASL256 not-a-target: 'Check' is a Choice, which decides: write choice.when(condition) >> other, or choice.otherwise >> other",
        "10:5: ASL256 not-a-target: 'End' is a Fail: nothing follows it",
        "11:5: ASL255 open-port: the otherwise of 'Check' leads nowhere; write >> and the state that follows",
    ]
    assert source.mistakes("""
        @workflow
        def flow(order: Order) -> Any:
            begin = Pass()

            def inner(line: Line) -> None:
                far = Pass()
                far >> begin

            lines = Map(inner, order.lines)
            begin >> lines
    """) == [
        "7:9: ASL256 not-a-target: 'Begin' belongs to another scope: an edge stays within one Map, branch or workflow (in 'Far')"
    ]


def test_a_variable_of_an_outer_scope_cannot_be_set_inside(source: Source) -> None:
    assert source.mistakes("""
        @workflow
        def flow(order: Order) -> Any:
            n = Var[int]()

            def each(line: Line) -> None:
                one = Pass().assign(n, 1)

            begin = Pass().assign(n, "x").assign(n, 1)
            lines = Map(each, order.lines)
            begin >> lines
    """) == [
        "6:29: ASL363 outer-variable: 'n' belongs to the scope around this one, which an inner scope cannot set; "
        "return the value, and assign it where the Map or Parallel is joined",
        "8:30: ASL357 unfitting-type: n holds int, found str",
        "8:42: ASL154 bad-value: this variable is set here already: one state sets it once",
    ]


def test_ends_are_told_apart(source: Source) -> None:
    assert source.mistakes("""
        @workflow
        def flow(order: Order) -> Any:
            one = Task(charge_card(payment_id=order.id, amount=1))
            found = Succeed(output=1)
            silent = Succeed()
            other = Pass()
            one.catch(CardDeclined) >> silent
            one.catch(Timeout) >> other
            one >> found
            return one_of(found, silent, one, "x")
    """) == [
        "10:12: ASL366 wrong-ends: 'Other' ends the scope too, and is not among those of one_of; add it, with an output of its own",
        "10:26: ASL366 wrong-ends: 'Silent' has no output of its own; write silent.output(...), or Succeed(output=...)",
        "10:34: ASL366 wrong-ends: 'One' does not end the scope: it leads on",
        "10:39: ASL366 wrong-ends: one_of lists states that end the scope, found 'x'",
    ]


def test_a_member_that_a_state_port_or_var_lacks_has_a_near_name(source: Source) -> None:
    for line, said in (
        ("one.reslt", "3:5: ASL850 workflow-raises: a Task has no .reslt; did you mean 'result'?"),
        (
            "Wait(seconds=1).catch(ALL)",
            "3:5: ASL850 workflow-raises: a Wait has no .catch; what can fail is a Task, a Map or a Parallel",
        ),
        ("Var[int]().valu", "3:5: ASL850 workflow-raises: a Var has no .valu; did you mean 'value'?"),
    ):
        found = source.mistakes(f"""
            @workflow
            def flow(order: Order) -> Any:
                one = Task(charge_card(payment_id=order.id, amount=1)); two = {line}
        """)
        assert said.partition(" ")[2] in [f.partition(" ")[2] for f in found]


def test_a_name_that_nothing_has_is_no_state_read_too_early(source: Source) -> None:
    assert source.mistakes("""
        @workflow
        def flow(order: Order) -> Any:
            charge = Task(charge_card(payment_id=order.id, amount=1))
            chargee.result
    """) == ["4:5: ASL367 read-before-declared: there is no 'chargee' here; did you mean 'charge'?"]


def test_what_stands_beside_a_retry_is_never_dropped(source: Source) -> None:
    assert source.mistakes("""
        @workflow
        def flow(order: Order) -> Any:
            charge = Task(charge_card(payment_id=order.id, amount=1))
            charge.retry(Retry(TaskFailed), Timeout, max_attempts=1)
    """) == [
        "4:37: ASL453 retry-value: beside a Retry stands another Retry only, found 'States.Timeout'",
        "4:46: ASL453 retry-value: a Retry has its own max_attempts; write it there: Retry(..., max_attempts=...)",
    ]


def test_a_retry_keyword_that_holds_no_policy_is_said_at_its_line(source: Source) -> None:
    assert source.mistakes("""
        @workflow
        def flow(order: Order) -> Any:
            one = Task(charge_card(payment_id=order.id, amount=1), retry=3)
            two = Task(charge_card(payment_id=order.id, amount=1), retry=[Retry(Timeout), "x"])
            one >> two
    """) == [
        "3:66: ASL154 bad-value: retry is a Retry or several, found 3",
        "4:66: ASL154 bad-value: retry is a Retry or several, found 'x'",
    ]


def test_a_return_that_no_end_gives_is_a_mistake(source: Source) -> None:
    assert source.mistakes("""
        @workflow
        def flow(order: Order) -> Any:
            one = Pass(output="x")
            return order.id
    """) == [
        "2:5: ASL366 wrong-ends: nothing gives what flow returns: 'One' has an output of its own; "
        "take that out, or write return one_of(one)"
    ]


def test_a_near_operation_is_spelled_as_the_call_is(source: Source) -> None:
    found = source.mistakes("""
        @workflow
        def flow(order: Order) -> Any:
            one = Task(aws.dynamodb.putItm(TableName="t", Item={}))
            two = Task(aws.sdk.s3.put_objec(Bucket="b", Key="k"))
            three = Task(aws.lamda.invoke(FunctionName="f"))
            one >> two >> three
    """)
    assert [line.rpartition("; ")[2] for line in found] == [
        "did you mean 'putItem'?",
        "did you mean 'put_object'?",
        "did you mean 'lambda_'?",
    ]


def test_a_model_made_of_expressions_is_told_about_new(source: Source) -> None:
    assert source.mistakes("""
        @workflow
        def flow(order: Order) -> Any:
            one = Pass(output=Paid.model_construct(id=order.id))
            return Paid(id=order.id, amount=1)
    """) == [
        "3:23: ASL362 no-json: found a Paid where a JSON value is due; write new(Paid)(...)",
        "4:12: ASL362 no-json: Paid is checked by pydantic now, while its values come when the workflow runs; "
        "write new(Paid)(...)",
    ]


def test_what_the_users_code_raises_is_said_at_its_line(source: Source) -> None:
    assert source.mistakes("""
        @workflow
        def flow(order: Order) -> Any:
            one = Task(charge_card(payment_id=order.idd, amount=1))
            raise ValueError("no settings")
    """) == [
        "3:39: ASL350 no-such-field: Order has no field 'idd'; did you mean 'id'?",
        "4:11: ASL850 workflow-raises: flow raised ValueError: no settings",
    ]


def test_a_state_that_hides_its_handler_and_a_state_read_too_early(source: Source) -> None:
    assert source.mistakes("""
        @workflow
        def flow(order: Order) -> Any:
            charge_card = Task(charge_card(payment_id=order.id, amount=1))
    """) == [
        "3:24: ASL851 hidden-handler: 'charge_card' is a variable of this function, so that it hides what is imported under that name; "
        "give the state another name"
    ]
    assert source.mistakes("""
        @workflow
        def flow(order: Order) -> Any:
            def each(line: Line) -> None:
                one = Task(send_receipt(to=later.result.id))

            lines = Map(each, order.lines)
            later = Task(charge_card(payment_id=order.id, amount=1))
            lines >> later
    """) == [
        "4:36: ASL367 read-before-declared: 'later' is read before it is declared: declare the state that gives it further up"
    ]


def test_settings_of_a_workflow_are_checked(source: Source) -> None:
    assert source.mistakes("""
        @workflow(timeout_second=3, timeout_seconds=0, type="FAST", query_language="JSONATA", retry="x")
        def flow(order: Order, more: int) -> Any:
            one = Pass()
    """) == [
        "1:11: ASL150 unknown-keyword: @workflow has no timeout_second=; did you mean 'timeout_seconds'?",
        "1:45: ASL154 bad-value: timeout_seconds must be a whole number from 1 to 99,999,999, found 0",
        "1:53: ASL154 bad-value: type must be 'STANDARD' or 'EXPRESS', found 'FAST'",
        "1:76: ASL154 bad-value: query_language must be 'JSONata' or 'JSONPath', found 'JSONATA'; did you mean 'JSONata'?",
        "1:93: ASL154 bad-value: retry is a Retry or several, found 'x'",
        "2:5: ASL852 bad-workflow: flow takes 2 parameters; a workflow takes one, the execution's input",
    ]


def test_functions_that_do_not_simply_run_are_refused(source: Source) -> None:
    assert source.mistakes("""
        @workflow
        async def flow(order: Order) -> None:
            one = Pass()
    """) == [
        "2:11: ASL852 bad-workflow: flow is async or yields; a function that declares states simply runs, and returns"
    ]


def test_what_nests_too_deep_is_a_finding_and_no_traceback(source: Source) -> None:
    deep = "too deep for Python; AWS's engine stops at some 200 operations in a chain"
    for text in (
        """
        @workflow
        def flow(order: Order) -> None:
            def nest(n: int) -> None:
                def inner(line: Line) -> None:
                    nest(n - 1) if n else Pass(name="Innermost")

                Map(inner, order.lines, name=f"Map {n}")

            nest(400)
        """,
        """
        @workflow
        def flow(order: Order) -> None:
            x = order.total
            for _ in range(5000):
                x = x + 1
            one = Pass(output=x)
        """,
    ):
        (found,) = source.mistakes(text)
        assert found.endswith(
            f"ASL850 workflow-raises: the functions, scopes or expressions of this workflow nest {deep}"
        )


def test_a_chain_of_a_thousand_states_needs_no_recursion(source: Source) -> None:
    states = source.states("""
        @workflow
        def flow(order: Order) -> Any:
            last = Pass(name="0")
            for i in range(1, 3000):
                state = Pass(name=str(i), output=last.result)
                last >> state
                last = state
            return last.result
    """)
    assert len(states) == 3000


def test_a_nested_workflows_own_errors_never_arrive(source: Source) -> None:
    assert source.mistakes("""
        @workflow
        def child(order: Order) -> Paid:
            a = Task(charge_card(payment_id=order.id, amount=1))
            return a.result


        @workflow
        def flow(order: Order) -> None:
            one = Task(child(order))
            one.catch(CardDeclined) >> Fail("Declined")
            one.catch(TaskFailed) >> Fail("Failed")
    """) == [
        "10:15: ASL454 never-raised: 'One' runs a workflow, which fails as States.TaskFailed whatever it raised: CardDeclined never arrives; "
        "catch TaskFailed, and decide on the Cause"
    ]
