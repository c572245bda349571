"""Every object of ASL is met, an outer one before its inner ones, with its type, language and place."""

from __future__ import annotations

from flowdsl.asl.definition import Definition
from flowdsl.asl.objects import aws_location_of, objects

DOCUMENT = {
    "StartAt": "A",
    "States": {
        "A": {
            "Type": "Map",
            "QueryLanguage": "JSONata",
            "ItemReader": {"ReaderConfig": {}},
            "ItemProcessor": {
                "ProcessorConfig": {},
                "States": {"B": {"Type": "Task", "Retry": [{}], "Catch": [{}, 5]}},
            },
        },
        "C": {"Type": "Choice", "Choices": [{"And": [{"Not": {}}]}]},
        "D": {"Type": "Nonsense", "Retry": [{}]},
        "E": 5,
    },
}


def test_objects_stand_in_document_order() -> None:
    met = [(here.pointer, here.type, here.language, here.state) for here in objects(Definition(DOCUMENT))]
    assert met == [
        ("", "StateMachine", "JSONPath", None),
        ("/States/A", "Map", "JSONata", "A"),
        ("/States/A/ItemReader", "ItemReader", "JSONata", "A"),
        ("/States/A/ItemReader/ReaderConfig", "ReaderConfig", "JSONata", "A"),
        ("/States/A/ItemProcessor", "ItemProcessor", "JSONata", "A"),
        ("/States/A/ItemProcessor/ProcessorConfig", "ProcessorConfig", "JSONata", "A"),
        ("/States/A/ItemProcessor/States/B", "Task", "JSONPath", "B"),
        ("/States/A/ItemProcessor/States/B/Retry/0", "Retrier", "JSONPath", "B"),
        ("/States/A/ItemProcessor/States/B/Catch/0", "Catcher", "JSONPath", "B"),
        ("/States/C", "Choice", "JSONPath", "C"),
        ("/States/C/Choices/0", "ChoiceRule", "JSONPath", "C"),
        ("/States/C/Choices/0/And/0", "NestedRule", "JSONPath", "C"),
        ("/States/C/Choices/0/And/0/Not", "NestedRule", "JSONPath", "C"),
        ("/States/D", "", "JSONPath", "D"),
    ]


def test_a_message_calls_an_object_as_a_person_would() -> None:
    called = {here.pointer: here.subject for here in objects(Definition(DOCUMENT))}
    assert called[""] == "the state machine"
    assert called["/States/A"] == "'A'"
    assert called["/States/A/ItemReader/ReaderConfig"] == "ItemReader.ReaderConfig of 'A'"
    assert called["/States/A/ItemProcessor/States/B/Retry/0"] == "Retry[0] of 'B'"
    assert called["/States/C/Choices/0/And/0/Not"] == "Choices[0].And[0].Not of 'C'"


def test_aws_writes_indexes_in_brackets() -> None:
    assert aws_location_of(["States", "A", "Branches", 0, "States", "B"]) == "/States/A/Branches[0]/States/B"
    assert aws_location_of([]) == "/"
