"""What a finished transcription leaves behind: one item a recording, written once."""

from __future__ import annotations

import json
import os
from urllib.parse import urlparse

from pydantic import BaseModel

from flowdsl.handler import handler, natural
from handlers.aws_clients import s3, table


class Transcript(BaseModel):
    """A transcript's whereabouts, and its length."""

    recording: str
    words: int


class EmptyTranscript(Exception):
    """Nobody spoke."""


@handler(raises=(EmptyTranscript,), timeout_seconds=30, idempotency=natural())
def index_transcript(*, recording: str, key: str) -> Transcript:
    """Counts the words of a transcript and files the count under the recording's name: written again, it is the same item."""
    body = s3().get_object(Bucket=os.environ["TRANSCRIPTS_BUCKET"], Key=urlparse(key).path.lstrip("/"))["Body"].read()
    text: str = json.loads(body)["results"]["transcripts"][0]["transcript"]
    words = len(text.split())
    if words == 0:
        raise EmptyTranscript(recording)
    table("TRANSCRIPTS_TABLE").put_item(Item={"recording": recording, "key": key, "words": words})
    return Transcript(recording=recording, words=words)
