"""What is shown: the report, and the page that fills as warnings spread."""
