from __future__ import annotations

import pytest

from tocsin.detect.result import Note
from tocsin.detect.severity import severity_of


def severity(
    stated: str = "", labels=(), confidence: int = -1, paths=("domain-name:value",), notes=()
) -> str:
    return severity_of(stated, labels, confidence, paths, [Note(kind=kind, text="") for kind in notes])


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"stated": "critical"}, "critical"),
        ({"stated": "Low", "labels": ["malicious-activity"]}, "low"),
        ({"labels": ["High"]}, "high"),
        ({"labels": ["low", "critical"]}, "critical"),
        ({"labels": ["DarkSide-Ransomware"]}, "critical"),
        ({"labels": ["wiper"]}, "critical"),
        ({"labels": ["destructive", "benign"]}, "critical"),
        ({"labels": ["malicious-activity"]}, "high"),
        ({"labels": ["compromised"]}, "high"),
        ({"labels": ["attribution", "benign"]}, "high"),
        ({"labels": ["anomalous-activity"]}, "medium"),
        ({"labels": ["anonymization"]}, "medium"),
        ({"labels": ["benign"]}, "low"),
        ({"labels": ["unknown"]}, "low"),
        ({"labels": ["something else"]}, "medium"),
        ({}, "medium"),
        ({"paths": ["file:hashes.'SHA-256'"]}, "high"),
        ({"paths": ["process:image_ref.hashes.MD5"]}, "high"),
        ({"paths": ["file:hashes.MD5"], "labels": ["anonymization"]}, "medium"),
        ({"confidence": 29}, "low"),
        ({"confidence": 30}, "medium"),
        ({"confidence": 0}, "low"),
        ({"confidence": -1}, "medium"),
        ({"notes": ["known-good"]}, "low"),
        ({"notes": ["after-validity"]}, "low"),
        ({"notes": ["known-good", "known-good"], "labels": ["malicious-activity"]}, "medium"),
        ({"notes": ["known-good", "after-validity"], "labels": ["malicious-activity"]}, "low"),
        ({"notes": ["before-validity", "sinkhole", "weak-pattern"]}, "medium"),
        ({"labels": ["malicious-activity"], "confidence": 10, "notes": ["known-good"]}, "low"),
        ({"labels": ["benign"], "confidence": 10, "notes": ["known-good"]}, "low"),
        ({"stated": "critical", "confidence": 10}, "high"),
    ],
)
def test_the_table_of_severities(given, expected):
    assert severity(**given) == expected
