"""A proof inside a test's own moto world: the two do not meet."""

from __future__ import annotations

import boto3
from moto import mock_aws

from flowdsl.proof.prove import prove
from tests.proof import aws, sound


def test_a_bucket_of_the_same_name_stays_the_tests_own() -> None:
    with mock_aws():
        mine = boto3.client("s3", region_name="us-east-1")
        mine.create_bucket(Bucket="reports")
        mine.put_object(Bucket="reports", Key="reports/o1.json", Body=b"mine")
        event = {"order_id": "o1", "lines": ["a"]}
        assert prove(sound.store_report, event, aws.world_with_bucket).findings == []
        assert mine.get_object(Bucket="reports", Key="reports/o1.json")["Body"].read() == b"mine"
