"""Indexing a transcript, twice, and a silent one."""

from __future__ import annotations

import json

import pytest

from flowdsl.testing import proof
from handlers.transcripts import EmptyTranscript, Transcript, index_transcript
from tests import world

EVENT = {"recording": "call-7", "key": "https://s3.eu-west-1.amazonaws.com/call-7.json"}


def transcribed(text: str = "hello is that the bakery") -> None:
    body = {"results": {"transcripts": [{"transcript": text}]}}
    world.client("s3").put_object(Bucket="transcripts", Key="call-7.json", Body=json.dumps(body))


def test_a_transcript_indexed_twice_is_one_item() -> None:
    transcribed()
    for _ in range(2):
        assert index_transcript(**EVENT) == Transcript(recording="call-7", words=5)
    assert world.table("TRANSCRIPTS_TABLE").scan()["Items"] == [{**EVENT, "words": 5}]


def test_a_silent_recording_leaves_no_item() -> None:
    transcribed(" ")
    with pytest.raises(EmptyTranscript, match="call-7"):
        index_transcript(**EVENT)
    assert world.get("TRANSCRIPTS_TABLE", recording="call-7") is None


@proof(index_transcript, EVENT, world.only("TRANSCRIPTS_BUCKET", "TRANSCRIPTS_TABLE", then=transcribed))
def test_indexing_is_idempotent() -> None:
    assert world.get("TRANSCRIPTS_TABLE", recording="call-7") is not None
