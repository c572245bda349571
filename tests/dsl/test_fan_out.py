"""Map, Parallel and DistributedMap: items, inner scopes, what children need from outside."""

from __future__ import annotations

from flowdsl.testing import simulate
from tests.dsl.conftest import Source

ORDER = {"id": "o1", "total": 12.5, "tier": "gold", "lines": [{"sku": "a", "quantity": 1}, {"sku": "b", "quantity": 4}]}


def test_the_entry_state_reads_the_item_as_its_input_and_others_read_a_variable(source: Source) -> None:
    flow = source.workflow("""
        @workflow
        def flow(order: Order) -> Any:
            def each(line: Line) -> str:
                quote = Pass(output={"got": line.sku})
                check = Choice()
                many = Pass(output=f"{line.sku} many of {order.id}")
                few = Pass(output=f"{line.sku} few")
                quote >> check
                check.when(line.quantity > 3) >> many
                check.otherwise >> few
                return one_of(many, few)

            lines = Map(each, order.lines)
            return lines.result
    """)
    inner = flow.definition.document["States"]["Lines"]["ItemProcessor"]["States"]
    assert inner["Quote"]["Output"] == {"got": "{% $states.input.sku %}"}
    assert inner["Quote"]["Assign"] == {"line": "{% $states.input %}"}
    assert inner["Check"]["Choices"][0]["Condition"] == "{% $line.quantity > 3 %}"
    assert simulate(flow, ORDER).output == ["a few", "b many of o1"]


def test_the_item_is_bound_on_every_way_out_of_the_entry_state(source: Source) -> None:
    states = source.states("""
        @workflow
        def flow(order: Order) -> Any:
            def each(line: Line) -> str:
                check = Choice()
                a = Task(quote_line(sku=line.sku))
                check.when(line.quantity > 3, comment="many") >> a
                check.otherwise >> a
                return line.sku

            def other(row: Line) -> str:
                b = Task(quote_line(sku=row.sku))
                c = Pass(output=row.sku)
                b.catch(ALL) >> c
                b >> c
                return c.result

            first = Map(each, order.lines)
            second = Map(other, order.lines)
            first >> second
    """)
    check = states["First"]["ItemProcessor"]["States"]["Check"]
    assert check["Choices"][0]["Assign"] == check["Assign"] == {"line": "{% $states.input %}"}
    task = states["Second"]["ItemProcessor"]["States"]["B"]
    assert task["Catch"][0]["Assign"] == task["Assign"] == {"row": "{% $states.input %}"}


def test_a_pass_binds_the_item_before_an_entry_that_is_entered_again_or_holds_an_inner_scope_that_reads_it(
    source: Source,
) -> None:
    flow = source.workflow("""
        @workflow
        def flow(order: Order) -> Any:
            def outer(line: Line) -> Any:
                def inner(other: Line) -> str:
                    both = Pass(output=f"{line.sku}{other.sku}")
                    return both.result

                pairs = Map(inner, order.lines)
                return pairs.result

            lines = Map(outer, order.lines)
            return lines.result
    """)
    processor = flow.definition.document["States"]["Lines"]["ItemProcessor"]
    assert processor["StartAt"] == "BindLine"
    assert processor["States"]["BindLine"] == {
        "Type": "Pass",
        "Assign": {"line": "{% $states.input %}"},
        "Next": "Pairs",
    }
    assert simulate(flow, ORDER).output == [["aa", "ab"], ["ba", "bb"]]


def test_an_item_selector_gives_the_item_and_its_index(source: Source) -> None:
    flow = source.workflow("""
        @workflow
        def flow(order: Order) -> Any:
            def each(row: dict[str, Any]) -> str:
                text = Pass(output=f"{row['n']}:{row['sku']}")
                return text.result

            lines = Map(each, order.lines, item_selector=lambda line, i: {"sku": line.sku, "n": i})
            return lines.result
    """)
    assert flow.definition.document["States"]["Lines"]["ItemSelector"] == {
        "sku": "{% $states.context.Map.Item.Value.sku %}",
        "n": "{% $states.context.Map.Item.Index %}",
    }
    assert simulate(flow, ORDER).output == ["0:a", "1:b"]


def test_branches_are_read_by_their_function_and_stay_when_they_are_reordered(source: Source) -> None:
    text = """
        @workflow
        def flow(order: Order) -> Any:
            def credit() -> int:
                a = Pass(output=7)
                return a.result

            def crm() -> str:
                b = Pass(output=order.id)
                return b.result

            both = Parallel({})
            end = Pass()
            both >> end
            return [both.result_of(credit) + 1, both.result_of(crm)]
    """
    one, two = source.workflow(text.format("credit, crm")), source.workflow(text.format("crm, credit"))
    assert one.definition.document["States"]["Both"]["Assign"] == {
        "both": {"credit": "{% $states.result[0] %}", "crm": "{% $states.result[1] %}"}
    }
    assert one.definition.document["States"]["End"]["Output"] == ["{% $both.credit + 1 %}", "{% $both.crm %}"]
    assert simulate(one, ORDER).output == simulate(two, ORDER).output == [8, "o1"]


def test_the_whole_result_of_a_parallel_is_a_list(source: Source) -> None:
    flow = source.workflow("""
        @workflow
        def flow(order: Order) -> Any:
            def a() -> int:
                one = Pass(output=1)
                return one.result

            def b() -> str:
                two = Pass(output="x")
                return two.result

            both = Parallel(a, b)
            end = Pass()
            both >> end
            return {"all": both.result, "second": both.result[1], "again": both.result_of(a)}
    """)
    assert simulate(flow, ORDER).output == {"all": [1, "x"], "second": "x", "again": 1}


def test_a_function_given_to_two_maps_is_prefixed_by_each_maps_name(source: Source) -> None:
    states = source.states("""
        @workflow
        def flow(order: Order) -> Any:
            def each(line: Line) -> str:
                quote = Task(quote_line(sku=line.sku))
                return quote.result.id

            early = Map(each, order.lines)
            late = Map(each, order.lines)
            early >> late
    """)
    assert [list(states[name]["ItemProcessor"]["States"]) for name in states] == [["EarlyQuote"], ["LateQuote"]]


def test_mistakes_about_inner_functions(source: Source) -> None:
    assert source.mistakes("""
        @workflow
        def flow(order: Order) -> Any:
            def two(line: Line, other: Line) -> None:
                a = Pass()

            def wrong(line: str) -> None:
                b = Pass()

            def nothing(line: Line) -> None: ...

            def branch() -> None:
                c = Pass()

            one = Map(two, order.lines)
            second = Map(wrong, order.lines)
            third = Map(nothing, order.lines)
            fourth = Map("each", order.lines)
            fifth = Map(branch, order.id)
            sixth = Parallel(branch)
            one >> second >> third >> fourth >> fifth >> sixth
            return sixth.result_of(two)
    """) == [
        "9:9: ASL257 empty-scope: nothing declares no state",
        "14:11: ASL371 no-value: two takes 2 parameters; a Map gives one, the item: what else it needs it reads from the function around it, "
        "or from item_selector=lambda item, index: {...}",
        "15:25: ASL357 unfitting-type: wrong takes line: str, found Line",
        "17:18: ASL371 no-value: a Map takes a function that declares states, found 'each'",
        "18:25: ASL357 unfitting-type: a Map takes a list, found str",
        "21:28: ASL371 no-value: two is no branch of 'Sixth', which runs branch",
    ]


def test_what_the_children_of_a_distributed_map_read_outside_is_passed_in_for_them(source: Source) -> None:
    flow = source.workflow("""
        @workflow
        def flow(order: Order) -> Any:
            first = Pass(output={"id": f"{order.id}!"})

            def each(line: Line) -> str:
                def inner(other: Line) -> str:
                    pair = Pass(output=f"{line.sku}{other.sku}{order.tier}{first.result['id']}")
                    return pair.result

                pairs = Map(inner, order.lines)
                return fn.join(pairs.result, "+")

            rows = DistributedMap(each, order.lines, max_concurrency=10)
            first >> rows
            return rows.result
    """)
    rows = flow.definition.document["States"]["Rows"]
    assert rows["ItemSelector"] == {
        "line": "{% $states.context.Map.Item.Value %}",
        "lines": "{% $states.context.Execution.Input.lines %}",
        "tier": "{% $states.context.Execution.Input.tier %}",
        "id": "{% $first.id %}",
    }
    assert simulate(flow, ORDER).output == ["aagoldo1!+abgoldo1!", "bagoldo1!+bbgoldo1!"]


def test_batches_get_what_they_need_as_batch_input(source: Source) -> None:
    flow = source.workflow("""
        @workflow
        def flow(order: Order) -> Any:
            def each(lines: list[Line]) -> dict[str, Any]:
                first = Pass()
                last = Pass()
                first >> last
                return {"n": fn.count(lines), "of": order.id, "skus": fn.map(lines, lambda line: line.sku), "note": order.note}

            rows = DistributedMap(each, order.lines, max_items_per_batch=1)
            return rows.result
    """)
    rows = flow.definition.document["States"]["Rows"]
    assert rows["ItemBatcher"]["MaxItemsPerBatch"] == 1
    assert list(rows["ItemBatcher"]["BatchInput"]) == ["id", "note"]
    assert simulate(flow, ORDER).output == [
        {"n": 1, "of": "o1", "skus": ["a"], "note": "none"},
        {"n": 1, "of": "o1", "skus": ["b"], "note": "none"},
    ]


def test_sources_and_writers_of_a_distributed_map(source: Source) -> None:
    states = source.states("""
        class Row(TypedDict):
            sku: str


        @workflow
        def flow(order: Order) -> Any:
            def each(row: Row) -> str:
                one = Pass(output=row["sku"])
                return one.result

            def listed(item: Any) -> None:
                two = Pass()

            bucket = placeholder("Bucket", kind="bucket")
            csv = DistributedMap(each, s3.csv(bucket, "a.csv", Row, headers=["sku"], delimiter="PIPE", max_items=5), name="Csv")
            objects = DistributedMap(listed, s3.objects(bucket, order.id), result_writer=s3.writer(bucket, "out", output_type="JSONL"))
            json = DistributedMap(listed, s3.json(bucket, "a.json", Row, pointer="/rows"), tolerated_failure_count=3)
            query = DistributedMap(listed, s3.query(bucket, "m.csv", Row), label="Query", execution_type="EXPRESS")
            csv >> objects >> json >> query
            return [objects.result.MapRunArn, json.result]
    """)
    assert states["Csv"]["ItemReader"] == {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {
            "InputType": "CSV",
            "CSVDelimiter": "PIPE",
            "CSVHeaderLocation": "GIVEN",
            "CSVHeaders": ["sku"],
            "MaxItems": 5,
        },
        "Arguments": {"Bucket": "${Bucket}", "Key": "a.csv"},
    }
    assert states["Objects"]["ItemReader"] == {
        "Resource": "arn:aws:states:::s3:listObjectsV2",
        "Arguments": {"Bucket": "${Bucket}", "Prefix": "{% $states.context.Execution.Input.id %}"},
    }
    assert states["Objects"]["ResultWriter"] == {
        "Resource": "arn:aws:states:::s3:putObject",
        "WriterConfig": {"OutputType": "JSONL"},
        "Arguments": {"Bucket": "${Bucket}", "Prefix": "out"},
    }
    assert states["Json"]["ToleratedFailureCount"] == 3
    assert states["Query"]["ItemReader"]["ReaderConfig"] == {"ManifestType": "ATHENA_DATA", "InputType": "CSV"}
    assert states["Query"]["ItemProcessor"]["ProcessorConfig"] == {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}


def test_a_row_of_a_csv_file_has_texts_only_and_express_has_no_distributed_map(source: Source) -> None:
    assert source.mistakes("""
        class Row(TypedDict):
            sku: str
            n: int


        @workflow(type="EXPRESS")
        def flow(order: Order) -> Any:
            def each(row: Row) -> None:
                one = Pass()

            rows = DistributedMap(each, s3.csv("b", "k", Row), execution_type="FAST")
    """) == [
        "11:12: ASL553 unsupported-pattern: an Express workflow cannot hold a DistributedMap; make it STANDARD, or take a Map",
        "11:33: ASL357 unfitting-type: every field of a CSV file is a text, and 'n' of Row is int; declare it as str, and read it with fn.number(...)",
        "11:71: ASL154 bad-value: execution_type must be 'STANDARD' or 'EXPRESS', found 'FAST'",
    ]
