"""The transcript handler: what it counts and files, delivered twice."""

from __future__ import annotations

import json

import boto3
import pytest

from flowdsl.testing import proof
from handlers.transcripts import EmptyTranscript, index_transcript
from tests import world

WORLD = ("TRANSCRIPTS_TABLE", "TRANSCRIPTS_BUCKET")

KEY = "https://s3.eu-west-1.amazonaws.com/calls/call-7.json"


def spoken(text: str) -> None:
    body = {"results": {"transcripts": [{"transcript": text}]}}
    boto3.client("s3").put_object(Bucket="transcripts", Key="calls/call-7.json", Body=json.dumps(body))


def test_the_words_of_a_transcript_are_counted_and_filed() -> None:
    spoken("hello is that the bakery")
    assert index_transcript(recording="call-7", key=KEY).words == 5
    assert world.get("TRANSCRIPTS_TABLE", recording="call-7") == {"recording": "call-7", "key": KEY, "words": 5}


def test_indexing_twice_files_one_item() -> None:
    spoken("hello")
    assert index_transcript(recording="call-7", key=KEY) == index_transcript(recording="call-7", key=KEY)
    assert world.table("TRANSCRIPTS_TABLE").scan()["Count"] == 1


def test_a_transcript_without_a_word_is_refused_and_not_filed() -> None:
    spoken("  ")
    for _ in range(2):
        with pytest.raises(EmptyTranscript, match="call-7"):
            index_transcript(recording="call-7", key=KEY)
    assert world.get("TRANSCRIPTS_TABLE", recording="call-7") is None


def one_spoken() -> None:
    spoken("hello is that the bakery")


@proof(
    index_transcript,
    {"recording": "call-7", "key": KEY},
    world.only("TRANSCRIPTS_BUCKET", "TRANSCRIPTS_TABLE", then=one_spoken),
)
def test_indexing_is_idempotent() -> None:
    assert world.get("TRANSCRIPTS_TABLE", recording="call-7") == {"recording": "call-7", "key": KEY, "words": 5}
