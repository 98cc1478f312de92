"""The one navigation: every page under the question that it answers."""

from __future__ import annotations

from typing import Final

__all__ = ["NAV"]

NAV: Final = (
    ("Are we hit?", (("warnings", "Warnings"), ("findings", "Findings"))),
    (
        "Are we exposed?",
        (
            ("exposures", "Exposures"),
            ("inventory", "Inventory"),
            ("advisories", "Advisories"),
            ("gate", "Gate"),
        ),
    ),
    ("What happened?", (("incidents", "Incidents"), ("causes", "Causes"))),
    ("What first?", (("plan", "Plan"), ("posture", "Posture"))),
    (
        "May we pay?",
        (
            ("screen", "Screen"),
            ("trace", "Trace"),
            ("cluster", "Cluster"),
            ("links", "Links"),
            ("dossier", "Dossier"),
        ),
    ),
    ("Exchange", (("inbox", "Inbox"), ("inbox/sent", "Sent"), ("log", "Log"))),
)
"""Each question, and its pages: the path, and what the page is called."""
